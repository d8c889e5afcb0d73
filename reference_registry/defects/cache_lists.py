"""Faults in how the project list, and files, are remembered: conditions and codings that only pages were made for."""

from __future__ import annotations

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
