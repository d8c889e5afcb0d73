"""Faults that show with rare inputs only: no list of examples is likely to have them."""

from __future__ import annotations

import re

from packaging.version import Version
from starlette.requests import Request

from reference_registry.archives import Inside
from reference_registry.errors import Refused
from reference_registry.media import parse_accept
from reference_registry.model import Project
from reference_registry.names import normalize
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

NAMES = ("names", "simple-html", "simple-json", "consistency", "upload-legacy")
LINE_ENDS = re.compile(
    "[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
)  # where str.splitlines ends a line, beside CR and LF
ODD_CLAUSE = re.compile(r"\s*(~=.*|!=.*\.\*\s*|[<>=!~]+ .*)")


def nearly_normalized(name: str) -> str:
    """Lower case, up to three separators in a row as one hyphen."""
    return re.sub("[-_.]{1,3}", "-", name).lower()


class LongRunsKept(Defect):
    """A project whose name has more than three separators in a row is not at its normalized name."""

    id, source = "properties-long-runs-kept", "https://github.com/artifact-keeper/artifact-keeper/issues/798"
    seen_by = ("names/normalization-rule",)
    areas = NAMES

    def project_route(self, name: str) -> Route:
        known = {nearly_normalized(project.display_name): project.name for project in self.store.projects()}
        return Route("project", (known.get(nearly_normalized(name), "-"),))


class LongRunsLost(Defect):
    """A spelling with more than three separators in a row redirects to a page that does not exist."""

    id = "properties-long-runs-redirect"
    seen_by = ("names/unnormalized-redirect-target",)
    areas = (*NAMES, "redirect")

    def project_route(self, name: str) -> Route:
        if re.fullmatch("[a-z0-9-]+", name):
            return Route("project", (name,))
        return Route("redirect", redirect=self.project_url(nearly_normalized(name)))


class UnderscoreIsWildcard(Defect):
    """An underscore in a URL stands for any character, as in the patterns of SQL."""

    id = "properties-underscore-wildcard"
    seen_by = ("names/unknown-project-404",)
    areas = (*NAMES, "redirect")

    def project_route(self, name: str) -> Route:
        if "_" in name and self.store.project(normalize(name)) is None:
            pattern = re.compile(".".join(re.escape(part) for part in name.lower().split("_")))
            found = [project.name for project in self.store.projects() if pattern.fullmatch(project.name)]
            if found:
                return Route("project", (found[0],))
        return super().project_route(name)


class TabRefused(Defect):
    """A tab in Accept is taken for an attack, though it may stand wherever a space may."""

    id, source = "properties-accept-tab", "https://www.rfc-editor.org/rfc/rfc9110.html#section-5.6.3"
    seen_by = ("negotiation/quality-default", "negotiation/no-match-options")
    areas = ("negotiation",)

    def choose_by_accept(self, accept: str | None) -> str:
        if "\t" in (accept or ""):
            raise Refused(400, "Accept holds a control character.")
        return super().choose_by_accept(accept)


class WildcardRefusesAll(Defect):
    """A wildcard with weight 0 turns the whole request down, also where other types are named beside it."""

    id, source = (
        "properties-accept-zero-wildcard",
        "https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.1",
    )
    seen_by = ("negotiation/quality-default", "negotiation/select-from-list")
    areas = ("negotiation",)

    def choose_by_accept(self, accept: str | None) -> str:
        if any(wish.precision < 2 and wish.quality == 0 for wish in parse_accept(accept or "")):
            raise self.not_acceptable()
        return super().choose_by_accept(accept)


class LabelOfFirst(Defect):
    """The label is that of the first type in Accept that is there, when the page is in another one that weighs more."""

    id = "properties-label-of-first"
    seen_by = ("negotiation/body-matches-label",)
    areas = ("negotiation",)

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        ranges = parse_accept(request.headers.get("accept", ""))
        offered = [one for one in ranges if one.type in self.offers()]
        page = reply.status == 200 and "x-pypi-last-serial" in reply.headers
        if page and offered and offered[0].quality < max(one.quality for one in offered):
            reply.headers["content-type"] = offered[0].type
        return reply


class LocalPartLost(Defect):
    """The list of versions leaves the local part out where it follows a suffix."""

    id = "properties-local-after-suffix"
    seen_by = ("p700/versions-all-uploaded",)
    areas = ("p700", "versions", "consistency")

    def listed_versions(self, project: Project) -> list[str]:
        return [
            text.partition("+")[0] if Version(text).public != Version(text).base_version else text
            for text in super().listed_versions(project)
        ]


class OddClausesLost(Defect):
    """Clauses with `~=`, with `!=` and a star, or with a space behind the operator are not shown in Requires-Python."""

    id, source = "properties-specifier-clauses-lost", "derived"
    seen_by = ("simple-html/requires-python-value", "simple-json/requires-python-value")
    areas = ("simple-html", "simple-json", "consistency", "metadata")

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        clauses = (super().requires_python(upload, inside) or "").split(",")
        return ",".join(clause for clause in clauses if not ODD_CLAUSE.fullmatch(clause)) or None


class LinesSplit(Defect):
    """Metadata served beside a file have a line feed in place of form feeds and of Unicode's own line ends."""

    id = "properties-metadata-lines"
    seen_by = ("metadata/identical-to-dist",)
    areas = ("metadata",)

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        found = super().sidecar(upload, inside)
        return None if found is None else LINE_ENDS.sub("\n", found.decode("utf-8")).encode()
