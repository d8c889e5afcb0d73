"""Legal oddities of content negotiation."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.negotiation import HTML, HTML_V1, JSON_V1
from reference_registry.reply import Reply
from reference_registry.switches import Variation

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/#version-format-selection"


class JsonOnly(Variation):
    """There are no HTML pages; who asks for HTML alone gets 406."""

    id, source = "json-only", "https://peps.python.org/pep-0691/#goals"

    def offers(self) -> tuple[str, ...]:
        return (JSON_V1,)

    def default_type(self) -> str:
        return JSON_V1


class JsonAlways(Variation):
    """Pages are JSON whatever is asked for: the endpoint is configured so."""

    id, source = "json-always", SPEC

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        return JSON_V1

    def page_vary(self) -> tuple[str, ...]:
        return ()


class WeightsIgnored(Variation):
    """Weights are ignored: JSON is sent when it is listed at all."""

    id, source = "weights-ignored", SPEC

    def choose_by_accept(self, accept: str | None) -> str:
        names = [part.partition(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
        wanted = next((offer for offer in self.offers() if offer in names), None)
        return wanted or super().choose_by_accept(accept)


class HtmlPreferred(Variation):
    """HTML is sent whenever the request allows it, whatever the weights."""

    id, source = "html-preferred", SPEC

    def choose_by_accept(self, accept: str | None) -> str:
        return HTML if "text/html" in (accept or "") else super().choose_by_accept(accept)


class JsonByDefault(Variation):
    """A request that takes anything gets JSON."""

    id, source = "json-by-default", SPEC

    def default_type(self) -> str:
        return JSON_V1


class TextHtmlOnly(Variation):
    """HTML has the name text/html alone; the longer name is unknown and gets 406."""

    id, source = "text-html-only", SPEC

    def offers(self) -> tuple[str, ...]:
        return (JSON_V1, HTML)


class LongHtmlLabel(Variation):
    """HTML is always labelled with the longer name, also for text/html."""

    id, source = "html-long-label", SPEC

    def content_type(self, chosen: str) -> str:
        return super().content_type(chosen).replace("text/html", HTML_V1)


class CharsetInJsonLabel(Variation):
    """The label of JSON pages has a charset."""

    id, source = "json-label-charset", "https://www.rfc-editor.org/rfc/rfc9110.html#section-8.3.1"

    def content_type(self, chosen: str) -> str:
        return f"{chosen}; charset=utf-8"


class LatestUnknown(Variation):
    """Nobody knows what latest means: it is a request without a match."""

    id, source = "latest-unknown", "https://peps.python.org/pep-0691/"

    def aliases(self) -> Mapping[str, str]:
        return {}


class FormatRefused(Variation):
    """A URL with a format parameter is refused with 400."""

    id, source = "format-parameter-400", SPEC

    def format_parameter(self, request: Request) -> str | None:
        if super().format_parameter(request) is not None:
            raise Refused(400, "There are no parameters here.")
        return None


class Uncacheable(Variation):
    """Pages may not be stored by anybody, and have no Vary."""

    id, source = "pages-no-store", "https://www.rfc-editor.org/rfc/rfc9111.html#section-5.2.2.5"

    def page_vary(self) -> tuple[str, ...]:
        return ()

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if "x-pypi-last-serial" in reply.headers:
            reply.headers["cache-control"] = "no-store"
            if "etag" in reply.headers:
                del reply.headers["etag"]
        return reply


class VariesWithEverything(Variation):
    """Pages say Vary: *."""

    id, source = "vary-anything", "https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.5"

    def page_vary(self) -> tuple[str, ...]:
        return ("*",)
