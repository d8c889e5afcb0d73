"""Faults in how the project list, and files, are remembered: conditions and codings that only pages were made for."""

from __future__ import annotations

import gzip
from email.utils import format_datetime

from starlette.requests import Request

from reference_registry.defects.cache import RFC
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

HERE = ("cache", "negotiation")


class ListEtagStays(Defect):
    """The ETag of the project list does not change when a project comes."""

    id, source = "cache-list-etag-stays", f"{RFC}#section-8.8.1"
    seen_by = ("cache/etag-changes",)
    areas = HERE

    def answer_root(self, request: Request, route: Route) -> Reply:
        reply = super().answer_root(request, route)
        if reply.status == 200:
            coding = reply.headers.get("content-encoding", "plain")
            reply.headers["etag"] = f'"list-{reply.headers["content-type"][-8:]}-{coding}"'
            if request.headers.get("if-none-match") == reply.headers["etag"]:
                return Reply(304, reply.headers)
        return reply


class ListAlwaysUnmodified(Defect):
    """Whoever has any ETag of the project list is told that it has not changed."""

    id, source = "cache-list-always-304", f"{RFC}#section-13.1.2"
    seen_by = ("cache/304-only-when-fresh", "cache/etag-changes")
    areas = HERE

    def answer_root(self, request: Request, route: Route) -> Reply:
        reply = super().answer_root(request, route)
        if "if-none-match" in request.headers and reply.status == 200:
            return Reply(304, reply.headers)
        return reply


class FilesAlwaysUnmodified(Defect):
    """Whoever has any ETag of a file is told that it has not changed: files never do."""

    id, source = "cache-file-always-304", f"{RFC}#section-13.1.2"
    seen_by = ("cache/304-only-when-fresh",)
    areas = HERE

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        return Reply(304, reply.headers) if "if-none-match" in request.headers else reply


class ListCut(Defect):
    """The project list lacks its last bytes when it comes compressed."""

    id, source = "cache-list-gzip-cut", f"{RFC}#section-8.4"
    seen_by = ("cache/coded-body-decodes",)
    areas = HERE

    def answer_root(self, request: Request, route: Route) -> Reply:
        reply = super().answer_root(request, route)
        if reply.headers.get("content-encoding") == "gzip" and isinstance(reply.body, bytes):
            reply.body = reply.body[:-9]
        return reply


class VaryOverwritten(Defect):
    """What compresses pages overwrites their Vary with its own, so that it names Accept-Encoding alone."""

    id, source = "cache-vary-overwritten", f"{RFC}#section-12.5.5"
    seen_by = ("negotiation/vary-accept",)
    areas = HERE

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        reply = super().page(request, chosen, text, serial)
        if reply.headers.get("content-encoding") == "gzip":
            reply.headers["vary"] = "Accept-Encoding"
        return reply


class DateOfBirth(Defect):
    """The Last-Modified of a page is the time of the first file, and makes the page unmodified for ever."""

    id, source = "cache-last-modified-stays", f"{RFC}#section-8.8.2"
    seen_by = ("cache/304-only-when-fresh",)
    areas = HERE

    def answer_project(self, request: Request, route: Route) -> Reply:
        reply = super().answer_project(request, route)
        project = self.store.project(route.names[0])
        if reply.status != 200 or project is None or not project.files:
            return reply
        born = format_datetime(min(file.uploaded for file in project.files.values()), usegmt=True)
        reply.headers["last-modified"] = born
        asked = request.headers.get("if-modified-since")
        return (
            Reply(304, reply.headers) if asked == born and "if-none-match" not in request.headers else reply
        )


class WrongLabel(Defect):
    """Pages for those who take Brotli are compressed with gzip and labelled as Brotli."""

    id, source = "cache-gzip-labelled-br", f"{RFC}#section-8.4"
    seen_by = ("cache/coded-body-decodes",)
    areas = ("cache", "clients")

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        reply = super().page(request, chosen, text, serial)
        if request.headers.get("accept-encoding") == "br" and reply.status == 200:
            reply.body = gzip.compress(text.encode(), 1)
            reply.headers["content-encoding"] = "br"
        return reply
