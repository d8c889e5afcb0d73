"""Faults in what is sent of a file when a part of it is asked for."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.defects.cache_files import BYTES, HERE, POETRY, RFC
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Piece, Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

BLOCK = 64 * 1024


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


class MiddleShifted(Defect):
    """A part from the middle of a file comes from one byte later."""

    id = "cache-range-middle-shifted"
    seen_by = ("cache/range-206",)
    areas = BYTES

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        begin, length = spans[0]
        if len(spans) == 1 and begin > 0 and begin + length < file.size:
            reply.body = (Piece(file.path, begin + 1, length),)
        return reply


class FirstByteIsAll(Defect):
    """Whoever asks for the first byte only, as to see whether parts can be had, gets the whole file as that part."""

    id = "cache-range-first-byte-is-all"
    seen_by = ("cache/range-206",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        reply = super().ranged(request, file, whole)
        if request.headers.get("range") == "bytes=0-0" and reply.status == 206:
            reply.body = (Piece(file.path, 0, file.size),)
        return reply


class WholeBlocks(Defect):
    """Storage that reads in blocks of 64 KiB begins a part far into a file at the beginning of its block."""

    id = "cache-range-in-blocks"
    seen_by = ("cache/range-206",)
    areas = BYTES

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        begin, length = spans[0]
        if len(spans) == 1 and begin > BLOCK:
            reply.body = (Piece(file.path, begin // BLOCK * BLOCK, length),)
        return reply


class PartsHaveEtags(Defect):
    """A part of a file has an ETag of its own."""

    id, source = "cache-range-other-etag", f"{RFC}#section-15.3.7"
    seen_by = ("cache/range-206",)
    areas = HERE

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        reply.headers["etag"] = f'"{file.digests.md5}-{spans[0][0]}"'
        return reply


class LongSuffixWraps(Defect):
    """Whoever asks for more last bytes than a file has gets its second half as all of it."""

    id = "cache-range-long-suffix"
    seen_by = ("cache/range-suffix",)
    areas = HERE

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        wanted = request.headers.get("range", "").removeprefix("bytes=-")
        if wanted.isdigit() and int(wanted) > file.size:
            half = file.size // 2
            return self.range_response(file, [(half, file.size - half)], whole)
        return super().ranged(request, file, whole)


class PartsWithoutETag(Defect):
    """A whole file bears an ETag, a part of it bears none."""

    id, source = "cache-206-without-etag", f"{RFC}#section-15.3.7"
    seen_by = ("cache/range-206",)
    areas = (*HERE, "retry")

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        reply = super().range_response(file, spans, whole)
        if "etag" in reply.headers:
            del reply.headers["etag"]
        return reply
