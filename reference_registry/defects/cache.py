"""Faults in validators, conditional requests, cache headers and freshness."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from datetime import timedelta
from email.utils import format_datetime

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

RFC = "https://www.rfc-editor.org/rfc/rfc9110"
KEEPER = "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md"
HERE = ("cache", "negotiation", "clients")
STALE = (
    *HERE,
    "names",
    "upload-legacy",
    "consistency",
    "yank",
    "status",
    "versions",
    "retry",
    "attest",
    "dist",
)


class RandomEtag(Defect):
    """The ETag of a page is another one in each answer."""

    id = "cache-random-etag"
    seen_by = ("cache/etag-or-last-modified",)
    areas = HERE

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        return f'"{uuid.uuid4().hex}"'


class BareEtag(Defect):
    """ETags are not quoted."""

    id, source = "cache-bare-etag", f"{RFC}#section-8.8.3"
    seen_by = ("cache/etag-syntax",)
    areas = HERE

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        return super().etag(body, content_type, coding).strip('"')


class FutureDate(Defect):
    """Last-Modified is an hour ahead."""

    id, source = "cache-last-modified-ahead", f"{RFC}#section-8.8.2.1"
    seen_by = ("cache/last-modified-plausible",)
    areas = HERE

    def respond(self, request: Request, reply: Reply) -> Reply:
        if "last-modified" in reply.headers:
            reply.headers["last-modified"] = format_datetime(self.now() + timedelta(hours=1), usegmt=True)
        return super().respond(request, reply)


class IsoDate(Defect):
    """Last-Modified is an ISO 8601 date."""

    id, source = "cache-last-modified-iso", f"{RFC}#section-5.6.7"
    seen_by = ("cache/last-modified-plausible",)
    areas = HERE

    def respond(self, request: Request, reply: Reply) -> Reply:
        if "last-modified" in reply.headers:
            reply.headers["last-modified"] = self.now().isoformat(timespec="seconds")
        return super().respond(request, reply)


class DeafToEtags(Defect):
    """If-None-Match is overlooked."""

    id, source = "cache-no-304", "https://github.com/artifact-keeper/artifact-keeper/pull/2780"
    seen_by = ("cache/if-none-match-304",)
    areas = HERE

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        return False


class OneEtagOnly(Defect):
    """If-None-Match is compared as a whole, so a list of ETags never matches."""

    id, source = "cache-etag-list", f"{RFC}#section-13.1.2"
    seen_by = ("cache/if-none-match-304",)
    areas = HERE

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        return super().is_fresh(request, reply) and "," not in request.headers.get("if-none-match", "")


class Bare304(Defect):
    """A 304 comes without ETag, Vary and Cache-Control."""

    id, source = "cache-bare-304", f"{RFC}#section-15.4.5"
    seen_by = ("cache/304-headers",)
    areas = HERE

    def revalidate(self, request: Request, reply: Reply) -> Reply:
        fresh = super().revalidate(request, reply)
        return Reply(304) if fresh.status == 304 else fresh


class AnyCondition(Defect):
    """Any conditional request is answered with 304."""

    id, source = "cache-always-304", "https://github.com/astral-sh/uv/pull/2218"
    seen_by = ("cache/304-only-when-fresh", "cache/304-not-across-types", "cache/etag-changes")
    areas = HERE

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        return any(name in request.headers for name in ("if-none-match", "if-modified-since"))


class DateFirst(Defect):
    """If-Modified-Since decides, whatever If-None-Match says."""

    id, source = "cache-date-before-etag", f"{RFC}#section-13.1.3"
    seen_by = ("cache/304-only-when-fresh",)
    areas = HERE

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        since = request.headers.get("if-modified-since", "")
        return "2" in since[12:13] or super().is_fresh(request, reply)


class SerialEtag(Defect):
    """The ETag of a page is the project's serial, in each form and coding."""

    id, source = "cache-serial-etag", KEEPER
    seen_by = ("cache/etag-differs-by-type", "cache/304-not-across-types", "cache/etag-differs-by-coding")
    areas = HERE

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        self.memory["serial"] = serial
        return super().page(request, chosen, text, serial)

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        return f'"{self.memory.get("serial", 0)}"'


class OneEtagForCodings(Defect):
    """A page has one and the same strong ETag with and without gzip."""

    id, source = "cache-etag-ignores-coding", f"{RFC}#section-8.8.3.3"
    seen_by = ("cache/etag-differs-by-coding",)
    areas = HERE

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        return super().etag(gzip.decompress(body) if coding else body, content_type, "")


class StaleEtag(Defect):
    """The ETag of a project's page never changes, and old pages pass for new."""

    id, source = "cache-etag-stays", KEEPER
    seen_by = ("cache/etag-changes",)
    areas = HERE

    def answer_project(self, request: Request, route: Route) -> Reply:
        self.memory["asked"] = route.names[0]
        return super().answer_project(request, route)

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        kind = f"{self.memory.get('asked')} {content_type} {coding}"
        return f'"{hashlib.sha256(kind.encode()).hexdigest()[:20]}"'


class DeafToDates(Defect):
    """Pages have a Last-Modified, and If-Modified-Since is overlooked."""

    id = "cache-dates-overlooked"
    seen_by = ("cache/if-modified-since-304",)
    areas = HERE

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        reply = super().page(request, chosen, text, serial)
        reply.headers["last-modified"] = "Sat, 01 Nov 2025 10:00:00 GMT"
        return reply


class WeekOld(Defect):
    """Pages may be kept for a week."""

    id, source = "cache-pages-for-a-week", "https://github.com/astral-sh/uv/issues/5351"
    seen_by = ("cache/simple-max-age", "cache/root-staleness")
    areas = HERE

    def cache_control(self, request: Request, kind: str) -> str:
        return "public, max-age=604800" if kind == "page" else super().cache_control(request, kind)


class ExpiresFarAhead(Defect):
    """Pages have no Cache-Control and an Expires that is years ahead, as a rule for static files gives it."""

    id, source = "cache-expires-far-ahead", "https://www.rfc-editor.org/rfc/rfc9111#section-5.3"
    seen_by = ("cache/simple-max-age", "cache/root-staleness")
    areas = HERE

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if request.scope["path"].startswith("/simple/") and reply.status in (200, 304):
            del reply.headers["cache-control"]
            reply.headers["expires"] = "Thu, 31 Dec 2099 23:59:59 GMT"
        return reply


class KeptForEver(Defect):
    """Files may be kept for `forever`."""

    id = "cache-files-forever"
    seen_by = ("cache/file-immutable",)
    areas = HERE

    def cache_control(self, request: Request, kind: str) -> str:
        return "public, max-age=forever" if kind == "file" else super().cache_control(request, kind)


class StaleOnRefresh(Defect):
    """Requests with Cache-Control: max-age=0 get the page as they saw it first."""

    id = "cache-stale-on-refresh"
    seen_by = ("cache/max-age-0-revalidates",)
    areas = STALE

    def listed_files_of(self, request: Request, project: Project) -> Project:
        """The project as it was when it was first asked for in this way."""
        return self.memory.setdefault(f"refresh {project.name}", project)  # type: ignore[no-any-return]

    def answer_project(self, request: Request, route: Route) -> Reply:
        if "max-age=0" not in request.headers.get("cache-control", ""):
            return super().answer_project(request, route)
        old = self.listed_files_of(request, self.find_project(route.names[0]))
        self.memory["instead"] = old
        try:
            return super().answer_project(request, route)
        finally:
            del self.memory["instead"]

    def find_project(self, name: str) -> Project:
        instead = self.memory.get("instead")
        return instead if instead is not None else super().find_project(name)


class StickyAbsence(Defect):
    """That a project was missing is remembered for ever."""

    id = "cache-404-sticks"
    seen_by = ("cache/404-not-sticky",)
    areas = (*STALE, "simple-html", "simple-json", "pypi-json", "upload-meta", "security", "auth")

    def answer_project(self, request: Request, route: Route) -> Reply:
        missing = self.memory.setdefault("missing", set())
        if route.names[0] in missing:
            raise self.not_found()
        try:
            return super().answer_project(request, route)
        except Refused as refusal:
            if refusal.status == 404:
                missing.add(route.names[0])
            raise


class NoVaryOnCodings(Defect):
    """Pages that are coded for some do not name Accept-Encoding in Vary."""

    id, source = "cache-no-vary-encoding", f"{RFC}#section-12.5.5"
    seen_by = ("cache/vary-accept-encoding",)
    areas = HERE

    def vary(self, request: Request, *headers: str) -> str:
        return super().vary(request, *(name for name in headers if name != "Accept-Encoding"))


class BytesBehind(Defect):
    """Coded pages have bytes behind the end of the gzip stream."""

    id, source = "cache-bytes-behind-gzip", "https://github.com/astral-sh/uv/issues/10190"
    seen_by = ("cache/coded-body-decodes",)
    areas = HERE

    def encode(self, body: bytes) -> bytes:
        return super().encode(body) + b"\0\0\0\0"


class LabelOnly(Defect):
    """Pages are labelled as gzip and are not."""

    id, source = "cache-gzip-label-only", "https://github.com/simple-repository/simple-repository-server"
    seen_by = ("cache/coded-body-decodes", "cache/gzip-pages")
    areas = HERE

    def encode(self, body: bytes) -> bytes:
        return body


class CodedUnlabelled(Defect):
    """Pages are coded for those who take gzip, and do not say so."""

    id, source = "cache-gzip-unlabelled", "https://github.com/artifact-keeper/artifact-keeper/pull/3176"
    seen_by = ("cache/gzip-pages",)
    areas = (*HERE, "metadata")

    def finish(self, request: Request, body: bytes, content_type: str, *vary: str) -> Reply:
        reply = super().finish(request, body, content_type, *vary)
        if "content-encoding" in reply.headers:
            del reply.headers["content-encoding"]
        return reply


class AlwaysCodedMetadata(Defect):
    """Metadata files are gzipped for everybody."""

    id, source = "cache-metadata-always-gzip", "https://github.com/artifact-keeper/artifact-keeper/pull/3176"
    seen_by = ("cache/metadata-compressible",)
    areas = (*HERE, "metadata", "consistency")

    def coding(self, request: Request) -> str:
        return "gzip" if request.scope["path"].endswith(".metadata") else super().coding(request)
