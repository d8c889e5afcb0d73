"""Faults in what is answered to Accept and to the format parameter."""

from __future__ import annotations

import gzip
from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.negotiation import HTML, HTML_V1, JSON_V1
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

PAGES = ("negotiation", "simple-html", "simple-json", "clients")
WIDE = (
    *PAGES,
    "names",
    "hashes",
    "p700",
    "versions",
    "metadata",
    "yank",
    "status",
    "version",
    "redirect",
    "cache",
    "auth",
)
WIDER = (*WIDE, "attest", "dist", "security", "upload", "upload-legacy", "upload-meta")


def is_page(reply: Reply) -> bool:
    """Whether an answer is a page of the index."""
    return reply.status == 200 and "x-pypi-last-serial" in reply.headers


class NoContentType(Defect):
    """HTML pages have no Content-Type."""

    id = "negotiation-no-content-type"
    seen_by = ("negotiation/content-type-always", "negotiation/html-content-type")
    areas = WIDER

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if is_page(reply) and "html" in reply.headers["content-type"]:
            del reply.headers["content-type"]
        return reply


class PlainJsonLabel(Defect):
    """JSON pages are labelled application/json."""

    id, source = "negotiation-application-json", "https://peps.python.org/pep-0691/#content-types"
    seen_by = ("negotiation/json-content-type", "negotiation/content-type-always")
    areas = WIDER

    def content_type(self, chosen: str) -> str:
        return "application/json" if chosen.endswith("+json") else super().content_type(chosen)


class PlainJsonAlias(Defect):
    """A request for application/json gets the JSON page under that label."""

    id, source = "negotiation-application-json-alias", "https://peps.python.org/pep-0691/#faq"
    seen_by = ("negotiation/application-json-no-alias",)
    areas = PAGES

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if is_page(reply) and request.headers.get("accept", "").startswith("application/json"):
            reply.headers["content-type"] = "application/json"
        return reply

    def aliases(self) -> dict[str, str]:
        return {**super().aliases(), "application/json": JSON_V1}


class PlainTextHtml(Defect):
    """HTML pages are labelled text/plain."""

    id = "negotiation-html-as-text"
    seen_by = ("negotiation/html-content-type", "negotiation/content-type-always")
    areas = WIDER

    def content_type(self, chosen: str) -> str:
        return super().content_type(chosen).replace("text/html", "text/plain")


class JsonInHtmlLabel(Defect):
    """HTML under its longer name is labelled as JSON."""

    id = "negotiation-labels-swapped"
    seen_by = ("negotiation/body-matches-label",)
    areas = WIDER

    def content_type(self, chosen: str) -> str:
        return JSON_V1 if chosen == HTML_V1 else super().content_type(chosen)


class PackedWithoutSaying(Defect):
    """Project pages for requests with several types come compressed out of a cache, without Content-Encoding."""

    id, source = "negotiation-gzip-unlabelled", "https://github.com/artifact-keeper/artifact-keeper/pull/3176"
    seen_by = ("negotiation/body-matches-label",)
    areas = WIDER

    def answer_project(self, request: Request, route: Route) -> Reply:
        reply = super().answer_project(request, route)
        several = request.headers.get("accept", "").count(",") >= 2
        if several and reply.status == 200 and "content-encoding" not in reply.headers:
            reply.body = gzip.compress(reply.content(), mtime=0)
        return reply


class NeedsAccept(Defect):
    """A request without Accept, or with a wildcard alone, is refused with 406."""

    id = "negotiation-wildcard-406"
    seen_by = ("negotiation/no-accept-is-any", "negotiation/any-accept")
    areas = (*WIDER, "pypi-misc")

    def choose_by_accept(self, accept: str | None) -> str:
        if accept in (None, "*/*"):
            raise self.not_acceptable()
        return super().choose_by_accept(accept)


class RangesBreakServer(Defect):
    """A range such as text/* is a server error."""

    id = "negotiation-range-500"
    seen_by = ("negotiation/type-range",)
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        if "t/*" in (accept or "") or "n/*" in (accept or ""):
            raise Refused(500, "The registry made a mistake.")
        return super().choose_by_accept(accept)


class WeightsNotParsed(Defect):
    """Weights are not split off, so that no weighted type is known; without a match it is 406."""

    id = "negotiation-weights-unparsed"
    seen_by = ("negotiation/quality-default",)
    areas = (*WIDER, "pypi-misc")

    def choose_by_accept(self, accept: str | None) -> str:
        named = [part.strip().lower() for part in (accept or "*/*").split(",")]
        if "*/*" in named:
            return self.default_type()
        for offer in self.offers():
            if offer in named:
                return offer
        raise self.not_acceptable()


class WeightsBreakServer(Defect):
    """A weight is a server error when it has three decimals or is zero."""

    id = "negotiation-weights-500"
    seen_by = ("negotiation/quality-default", "negotiation/q-zero", "negotiation/no-match-options")
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        if "q=0.123" in (accept or "") or "q=0," in (accept or ""):
            raise Refused(500, "The registry made a mistake.")
        return super().choose_by_accept(accept)


class NoMatchUnsupported(Defect):
    """A request without a match is refused with 415."""

    id = "negotiation-no-match-415"
    seen_by = ("negotiation/no-match-options",)
    areas = PAGES

    def not_acceptable(self) -> Refused:
        return Refused(415, "This type is not supported.")


class NoMatch300(Defect):
    """A request without a match is answered with 300."""

    id, source = "negotiation-no-match-300", "https://peps.python.org/pep-0691/#recommendations"
    seen_by = ("negotiation/no-300",)
    areas = PAGES

    def not_acceptable(self) -> Refused:
        return Refused(300, "One of: " + ", ".join(self.offers()))


class PipLineUnknown(Defect):
    """An Accept with several types is refused."""

    id = "negotiation-lists-refused"
    seen_by = ("negotiation/pip-accept-line", "negotiation/quality-default")
    areas = (*WIDER, "pypi-misc", "retry")

    def choose_by_accept(self, accept: str | None) -> str:
        if (accept or "").count(",") >= 2:
            raise self.not_acceptable()
        return super().choose_by_accept(accept)


class LatestUnknownError(Defect):
    """A request for the latest version is a server error."""

    id = "negotiation-latest-500"
    seen_by = ("negotiation/latest-json", "negotiation/latest-html", "negotiation/latest-supported")
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        if "latest" in (accept or ""):
            raise Refused(500, "The registry made a mistake.")
        return super().choose_by_accept(accept)


class EchoesVersion(Defect):
    """A page is labelled with the version that was asked for, also one that does not exist."""

    id = "negotiation-version-echoed"
    seen_by = ("negotiation/unknown-version",)
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        return super().choose_by_accept(
            (accept or "").replace(".v2+", ".v1+").replace(".v99+", ".v1+") or None
        )

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        for version in ("v2", "v99"):
            if is_page(reply) and f".{version}+" in request.headers.get("accept", ""):
                reply.headers["content-type"] = reply.headers["content-type"].replace(".v1+", f".{version}+")
        return reply


class MalformedBreaksServer(Defect):
    """An Accept that can't be parsed is a server error."""

    id = "negotiation-malformed-500"
    seen_by = ("negotiation/malformed-accept",)
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        for part in (accept or "*/*").split(","):
            weight = part.partition("q=")[2].strip() or "1"
            if "/" not in part or not weight.replace(".", "").isdigit():
                raise Refused(500, "The registry made a mistake.")
        return super().choose_by_accept(accept)


class CapitalLabels(Defect):
    """Labels are in capitals."""

    id, source = "negotiation-label-capitals", "https://www.rfc-editor.org/rfc/rfc9110.html#section-8.3.1"
    seen_by = ("negotiation/media-type-case-and-params",)
    areas = PAGES

    def content_type(self, chosen: str) -> str:
        return super().content_type(chosen).replace("application/", "Application/").replace("text/", "Text/")


class JsonForText(Defect):
    """A request for text/html gets JSON, as everybody does; the longer name gets HTML."""

    id, source = "negotiation-text-gets-json", "https://github.com/devpi/devpi/blob/main/server/CHANGELOG"
    seen_by = (
        "negotiation/html-only-clients-keep-working",
        "negotiation/text-html-alias",
        "negotiation/select-from-list",
        "negotiation/order-irrelevant",
    )
    areas = (*WIDER, "pypi-misc")

    def choose_by_accept(self, accept: str | None) -> str:
        return HTML_V1 if (accept or "").startswith(HTML_V1) else JSON_V1


class TextIsAnotherPage(Defect):
    """text/html shows a page for people, with the newest file alone."""

    id = "negotiation-text-for-people"
    seen_by = ("negotiation/text-html-alias",)
    areas = WIDER

    def answer_project(self, request: Request, route: Route) -> Reply:
        self.memory["text"] = self.choose(request.headers.get("accept"), None) == HTML
        return super().answer_project(request, route)

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(title, metas, lines[-1:] if self.memory.get("text") else lines)


class FirstTypeWins(Defect):
    """The first type that a request lists is sent, whatever the weights."""

    id = "negotiation-first-wins"
    seen_by = ("negotiation/order-irrelevant",)
    areas = PAGES

    def choose_by_accept(self, accept: str | None) -> str:
        for part in (accept or "").split(","):
            name = part.partition(";")[0].strip()
            if name in self.offers():
                return name
        return super().choose_by_accept(accept)


class HeadIsPlain(Defect):
    """HEAD on a page says text/plain."""

    id = "negotiation-head-differs"
    seen_by = ("negotiation/head-like-get",)
    areas = ("negotiation", "cache", "clients")

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if request.method == "HEAD" and is_page(reply):
            reply.headers["content-type"] = "text/plain"
        return reply


class FilesNegotiated(Defect):
    """A file is refused with 406 when Accept names neither its type nor a wildcard."""

    id = "negotiation-files-406"
    seen_by = ("negotiation/files-excluded",)
    areas = ("negotiation", "clients", "cache", "retry")

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        accept = request.headers.get("accept", "*/*")
        if "*/*" not in accept and "octet-stream" not in accept:
            raise self.not_acceptable()
        return super().whole_file(request, file)


class ListIsHtmlOnly(Defect):
    """The project list is HTML whatever is asked for, although project pages are negotiated."""

    id = "negotiation-list-html-only"
    seen_by = ("negotiation/root-and-detail",)
    areas = WIDE

    def answer_root(self, request: Request, route: Route) -> Reply:
        chosen = HTML
        text = self.html_root(request, self.listed_projects())
        return self.page(request, chosen, text, self.store.serial)


class FormatBreaksServer(Defect):
    """A format parameter is a server error."""

    id = "negotiation-format-500"
    seen_by = ("negotiation/format-param", "negotiation/format-param-ignored")
    areas = ("negotiation",)

    def format_parameter(self, request: Request) -> str | None:
        if super().format_parameter(request):
            raise Refused(500, "The registry made a mistake.")
        return None


class UnknownFormatBreaksServer(Defect):
    """An unknown value of the format parameter is a server error."""

    id = "negotiation-unknown-format-500"
    seen_by = ("negotiation/format-param-unsupported-value",)
    areas = ("negotiation",)

    def choose_by_parameter(self, value: str) -> str:
        if value not in (*self.offers(), *self.aliases()):
            raise Refused(500, "The registry made a mistake.")
        return super().choose_by_parameter(value)


class AcceptBeatsFormat(Defect):
    """Accept outweighs the format parameter."""

    id, source = "negotiation-format-after-accept", "https://peps.python.org/pep-0691/#url-parameter"
    seen_by = ("negotiation/format-param-precedence",)
    areas = ("negotiation",)

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        if accept in (None, "*/*"):
            return super().choose(accept, format_parameter)
        return self.choose_by_accept(accept)


class JsonByParameterOnly(Defect):
    """JSON is given to the format parameter and not to Accept."""

    id = "negotiation-json-by-parameter-only"
    seen_by = ("negotiation/zero-config-discovery",)
    areas = WIDER

    def choose_by_accept(self, accept: str | None) -> str:
        return HTML


class CutOffWeights(Defect):
    """Pages that were chosen by weight break off."""

    id = "negotiation-weighed-page-cut"
    seen_by = ("negotiation/quality-values", "negotiation/highest-version-first")
    areas = WIDER

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if is_page(reply) and "q=0.9" in request.headers.get("accept", ""):
            reply.wire = replace(reply.wire, cut_after=10)
        return reply
