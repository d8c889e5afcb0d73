"""Faults in downloads: lengths, ranges, codings, HEAD."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

POETRY = "https://github.com/python-poetry/poetry"
RFC = "https://www.rfc-editor.org/rfc/rfc9110"
HERE = ("cache", "clients")
BYTES = (
    *HERE,
    "hashes",
    "dist",
    "metadata",
    "redirect",
    "p700",
    "consistency",
    "retry",
    "upload-legacy",
    "yank",
    "simple-html",
    "simple-json",
    "status",
    "versions",
)


class HeadUnauthorized(Defect):
    """HEAD on a file is answered with 401."""

    id, source = "cache-head-401", "https://github.com/astral-sh/uv/pull/3070"
    seen_by = ("cache/head-files",)
    areas = HERE

    def answer_file(self, request: Request, route: Route) -> Reply:
        if request.method == "HEAD":
            raise self.unauthorized()
        return super().answer_file(request, route)


class HeadError(Defect):
    """HEAD on a file is a server error."""

    id = "cache-head-500"
    seen_by = ("cache/head-files",)
    areas = HERE

    def answer_file(self, request: Request, route: Route) -> Reply:
        if request.method == "HEAD":
            raise Refused(500, "No body.")
        return super().answer_file(request, route)


class HeadEmpty(Defect):
    """HEAD on a file tells a Content-Length of 0."""

    id, source = "cache-head-length-0", "https://github.com/astral-sh/uv/issues/17943"
    seen_by = ("cache/head-content-length",)
    areas = HERE

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if request.method == "HEAD":
            reply.body = b""
        return reply


class HeadOtherETag(Defect):
    """HEAD on a file has another ETag than GET."""

    id, source = "cache-head-other-etag", f"{RFC}#section-9.3.2"
    seen_by = ("cache/head-etag",)
    areas = HERE

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if request.method == "HEAD" and reply.status == 200:
            reply.headers["etag"] = f'"{reply.length:x}"'
        return reply


class HeadInParts(Defect):
    """HEAD with Range is answered with 206 and the length of the part."""

    id, source = "cache-head-range-206", f"{RFC}#section-14.2"
    seen_by = ("cache/head-ignores-range",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        if request.method == "HEAD" and "range" in request.headers:
            return self.range_response(file, [(0, 10)], whole)
        return super().ranged(request, file, whole)


class ShortLength(Defect):
    """Wheels are announced five bytes shorter than they are."""

    id = "cache-length-short"
    seen_by = ("cache/content-length-right",)
    areas = (*BYTES, "attest", "pypi-json")

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if reply.status == 200 and route.names[2].endswith(".whl"):
            reply.wire = replace(reply.wire, content_length=reply.length - 5)
        return reply


class LongLength(Defect):
    """Wheels are announced five bytes longer than they are."""

    id = "cache-length-long"
    seen_by = ("cache/content-length-right",)
    areas = BYTES

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if reply.status == 200 and route.names[2].endswith(".whl"):
            reply.wire = replace(reply.wire, content_length=reply.length + 5)
        return reply


class TwoLengths(Defect):
    """Pages come in chunks and have a Content-Length all the same."""

    id, source = "cache-page-two-lengths", "https://www.rfc-editor.org/rfc/rfc9112#section-6.2"
    seen_by = ("cache/one-length",)
    areas = HERE

    def answer_project(self, request: Request, route: Route) -> Reply:
        reply = super().answer_project(request, route)
        if reply.status == 200 and request.method == "GET":
            body = reply.content()
            head = [b"HTTP/1.1 200 OK", *(name + b": " + value for name, value in reply.headers.raw)]
            head += [b"content-length: %d" % len(body), b"transfer-encoding: chunked", b"connection: close"]
            chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            reply.wire = replace(reply.wire, raw=b"\r\n".join([*head, b"", chunk]))
        return reply


class LabelledSdist(Defect):
    """An sdist is labelled with Content-Encoding: gzip, because its name ends in .gz."""

    id, source = "cache-sdist-labelled-gzip", f"{POETRY}/issues/5901"
    seen_by = ("cache/no-content-encoding-files",)
    areas = BYTES

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        reply = super().whole_file(request, file)
        if file.filename.endswith(".gz"):
            reply.headers["content-encoding"] = "gzip"
        return reply


class CodedWheel(Defect):
    """Wheels are gzipped on their way to those who take gzip, and cut short."""

    id = "cache-wheel-gzip-cut"
    seen_by = ("cache/coded-body-decodes",)
    areas = BYTES

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        reply = super().whole_file(request, file)
        if self.coding(request) and file.filename.endswith(".whl"):
            reply.headers["content-encoding"] = "gzip"
            reply.body = self.encode(reply.content())[:-8]
        return reply


class FilesAsPages(Defect):
    """Files are labelled text/html."""

    id = "cache-files-as-html"
    seen_by = ("cache/file-content-type-free",)
    areas = (*BYTES, "security")

    def file_type(self, file: StoredFile) -> str:
        return "text/html"
