"""Faults in downloads: lengths, ranges, codings, HEAD."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Piece, Reply, text_reply
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


class RangesAnnounced(Defect):
    """Ranges are announced and not served."""

    id, source = (
        "cache-ranges-announced",
        "https://github.com/simple-repository/simple-repository-server/issues/3",
    )
    seen_by = ("cache/accept-ranges",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        return whole


class NoContentRange(Defect):
    """A 206 has no Content-Range."""

    id, source = "cache-206-without-content-range", f"{POETRY}/pull/9051"
    seen_by = ("cache/range-206",)
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        if "content-range" in reply.headers:
            del reply.headers["content-range"]
        return reply


class RangeWithLengthOfAll(Defect):
    """A 206 announces the length of the whole file."""

    id, source = "cache-range-length-of-all", f"{POETRY}/issues/9068"
    seen_by = ("cache/range-206",)
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        reply.wire = replace(reply.wire, content_length=file.size)
        return reply


class OffByOne(Defect):
    """The last byte of a range is taken for the first one after it."""

    id = "cache-range-off-by-one"
    seen_by = ("cache/range-206",)
    areas = (*HERE, "retry")

    def content_range(self, file: StoredFile, start: int, length: int) -> str:
        return f"bytes {start}-{start + length}/{file.size}"


class NeverSatisfied(Defect):
    """Every range is answered with 416."""

    id, source = "cache-range-416", "https://github.com/astral-sh/uv/issues/11440"
    seen_by = ("cache/range-206",)
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        raise self.unsatisfiable(file)


class PastEndRefused(Defect):
    """A range whose last position is behind the end of the file is answered with 416."""

    id, source = "cache-range-past-end-416", f"{RFC}#section-14.1.2"
    seen_by = ("cache/range-past-end",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        last = request.headers.get("range", "").rpartition("-")[2]
        if last.isdigit() and int(last) >= file.size and "=-" not in request.headers["range"]:
            raise self.unsatisfiable(file)
        return super().ranged(request, file, whole)


class LastByteLost(Defect):
    """The rest of a file comes without its last byte."""

    id = "cache-range-rest-short"
    seen_by = ("cache/range-206", "retry/resume-same-bytes")
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        short = [(start, length - (start > 0 and start + length == file.size)) for start, length in spans]
        return super().range_response(file, short, whole)


class SuffixMissing(Defect):
    """A range from the end is answered with 404."""

    id, source = "cache-range-suffix-404", "https://github.com/sonatype/nexus-public/issues/346"
    seen_by = ("cache/range-suffix",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        if request.headers.get("range", "").startswith("bytes=-"):
            raise self.not_found()
        return super().ranged(request, file, whole)


class SuffixError(Defect):
    """A range from the end is a server error."""

    id, source = "cache-range-suffix-500", f"{POETRY}/pull/9030"
    seen_by = ("cache/range-suffix",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        if request.headers.get("range", "").startswith("bytes=-"):
            raise Refused(500, "negative seek")
        return super().ranged(request, file, whole)


class SuffixFromStart(Defect):
    """The last N bytes are taken for the first N."""

    id = "cache-range-suffix-start"
    seen_by = ("cache/range-suffix",)
    areas = HERE

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        (start, length), *_ = spans
        if start + length == file.size and len(spans) == 1 and length == 100:
            reply.body = (Piece(file.path, 0, length),)
            reply.headers["content-range"] = self.content_range(file, 0, length)
        return reply


class EmptyBehindEnd(Defect):
    """A range behind the end is answered with 206 and nothing."""

    id = "cache-range-empty-206"
    seen_by = ("cache/range-unsatisfiable",)
    areas = HERE

    def unsatisfiable(self, file: StoredFile) -> Refused:
        return Refused(206, "", {"content-range": f"bytes 0-0/{file.size}"})


class AnyUnit(Defect):
    """Ranges in any unit count as bytes."""

    id = "cache-range-any-unit"
    seen_by = ("cache/range-unknown-unit",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        if request.headers.get("range", "").startswith("conformance-"):
            return self.range_response(file, [(0, 10)], whole)
        return super().ranged(request, file, whole)


class PartsRunTogether(Defect):
    """Several ranges come one behind the other, with the Content-Range of the first."""

    id = "cache-range-parts-glued"
    seen_by = ("cache/range-multiple",)
    areas = HERE

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        if len(spans) == 1:
            return super().range_response(file, spans, whole)
        reply = Reply(206, whole.headers.mutablecopy())
        reply.headers["content-range"] = self.content_range(file, *spans[0])
        reply.body = tuple(Piece(file.path, start, length) for start, length in spans)
        return reply


class SingleAsMultipart(Defect):
    """A single range comes as multipart/byteranges."""

    id, source = "cache-range-single-multipart", f"{RFC}#section-15.3.7.2"
    seen_by = ("cache/range-multiple", "cache/range-206")
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        if len(spans) > 1:
            return super().range_response(file, spans, whole)
        return super().range_response(file, [*spans, (0, 1)], whole)


class DeafToIfRange(Defect):
    """If-Range is overlooked."""

    id, source = "cache-if-range-overlooked", f"{RFC}#section-13.1.5"
    seen_by = ("cache/if-range",)
    areas = HERE

    def range_still_holds(self, request: Request, whole: Reply) -> bool:
        return True


class SignedForWhole(Defect):
    """Files redirect to signed URLs that refuse every range but the first."""

    id = "cache-range-signed-url"
    seen_by = ("cache/range-through-redirect", "cache/range-206")
    areas = (*HERE, "redirect", "retry")

    def answer_file(self, request: Request, route: Route) -> Reply:
        if "signature" in request.query_params:
            if "range" in request.headers:
                raise Refused(403, "SignatureDoesNotMatch")
            return super().answer_file(request, route)
        reply = text_reply(302, "", "text/plain; charset=utf-8", cache_control="no-store")
        reply.headers["location"] = "?signature=1"
        return reply
