"""Faults in what is said of things beside pages and files: metadata files, and what is not there."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.defects.cache_files import HERE, RFC
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

MISSING = ("cache", "clients", "negotiation", "names", "security", "redirect")


class MetadataAreHtml(Defect):
    """Metadata files are labelled as HTML, so that a browser runs what a description holds."""

    id, source = "cache-metadata-as-html", "https://cwe.mitre.org/data/definitions/79.html"
    seen_by = ("cache/file-content-type-free",)
    areas = (*HERE, "metadata", "security", "negotiation")

    def metadata_type(self, file: StoredFile) -> str:
        return "text/html; charset=utf-8"


class CodedMetadataWithoutVary(Defect):
    """Metadata files come compressed to who asks for it, and say nothing of that to caches."""

    id, source = "cache-metadata-gzip-no-vary", f"{RFC}#section-12.5.5"
    seen_by = ("cache/vary-accept-encoding",)
    areas = (*HERE, "metadata")

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        reply = super().answer_metadata(request, route)
        if "vary" in reply.headers:
            del reply.headers["vary"]
        return reply


class OneTagForCodedMetadata(Defect):
    """A metadata file has one strong ETag, compressed or not."""

    id, source = "cache-metadata-gzip-one-etag", f"{RFC}#section-8.8.3"
    seen_by = ("cache/etag-differs-by-coding",)
    areas = (*HERE, "metadata")

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        reply = super().answer_metadata(request, route)
        reply.headers["etag"] = f'"{self.find_file(*route.names).metadata_sha256}"'
        return reply


class MissingForAWeek(Defect):
    """What is not there yet may be remembered as missing for a week."""

    id, source = "cache-404-for-a-week", "https://www.rfc-editor.org/rfc/rfc9111#section-4.2.2"
    seen_by = ("cache/404-not-sticky",)
    areas = MISSING

    def find_project(self, name: str) -> Project:
        try:
            return super().find_project(name)
        except Refused as refused:
            raise Refused(
                refused.status, refused.sentence, {"cache-control": "public, max-age=604800"}
            ) from None


class HeadFindsAll(Defect):
    """HEAD on a project that does not exist is answered with 200."""

    id, source = "negotiation-head-unknown-200", f"{RFC}#section-9.3.2"
    seen_by = ("negotiation/head-like-get",)
    areas = MISSING

    def answer_project(self, request: Request, route: Route) -> Reply:
        if request.method == "HEAD" and self.store.project(route.names[0]) is None:
            return Reply(200)
        return super().answer_project(request, route)


class UnreadableDateCrashes(Defect):
    """An If-Modified-Since that can't be read is a server error."""

    id, source = "cache-unreadable-date-500", f"{RFC}#section-13.1.3"
    seen_by = ("cache/304-only-when-fresh",)
    areas = HERE

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        since = request.headers.get("if-modified-since", "GMT")
        if not since.endswith("GMT"):
            raise Refused(500, f"time data {since!r} does not match format")
        return super().is_fresh(request, reply)
