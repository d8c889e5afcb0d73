"""Downloads: distributions with ranges, and the core metadata and signatures beside them (PEP 503, 658; RFC 9110 section 14)."""

from __future__ import annotations

from email.utils import format_datetime

from starlette.requests import Request

from reference_registry.caching import Caching
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.ranges import Unsatisfiable, parse_ranges
from reference_registry.reply import Piece, Reply
from reference_registry.urls import Route, Urls

BOUNDARY = "reference-registry-part"


class Files(Urls, Caching):
    """Serves bytes exactly as they were uploaded."""

    # -- answers

    def answer_file(self, request: Request, route: Route) -> Reply:
        """A distribution. Never negotiated, never with a content coding."""
        file = self.find_file(*route.names)
        reply = self.whole_file(request, file)
        fresh = self.revalidate(request, reply)
        return fresh if fresh.status == 304 else self.ranged(request, file, reply)

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        """The core metadata of a distribution, byte for byte."""
        file = self.find_file(*route.names)
        body = self.metadata_bytes(file)
        if body is None:
            raise self.not_found()
        return self.finish(request, body, self.metadata_type(file))

    def answer_signature(self, request: Request, route: Route) -> Reply:
        """The signature of a distribution."""
        file = self.find_file(*route.names)
        if file.signature is None:
            raise self.not_found()
        return self.finish(request, file.signature, "application/pgp-signature")

    # -- parts

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        """The file at a URL, or 404. A quarantined project offers nothing (PEP 792)."""
        found = self.store.project(project)
        file = found.files.get(filename) if found is not None else None
        if (
            found is None
            or file is None
            or file.digests.sha256[:16] != digest
            or found.status == "quarantined"
        ):
            raise self.not_found()
        return file

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        """What the `.metadata` URL of a file serves."""
        return file.metadata

    def metadata_type(self, file: StoredFile) -> str:
        """The media type of a metadata file."""
        return "text/plain; charset=utf-8"

    def file_type(self, file: StoredFile) -> str:
        """The media type of a distribution: nothing that a browser would open."""
        return "application/octet-stream"

    def file_body(self, file: StoredFile) -> tuple[bytes | Piece, ...]:
        """The bytes of a distribution."""
        return (Piece(file.path, 0, file.size),)

    def file_etag(self, file: StoredFile) -> str:
        """A strong validator."""
        return f'"{file.digests.sha256}"'

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        """The answer to a plain GET."""
        reply = Reply(200, body=self.file_body(file))
        reply.headers["content-type"] = self.file_type(file)
        reply.headers["accept-ranges"] = "bytes"
        reply.headers["etag"] = self.file_etag(file)
        reply.headers["last-modified"] = format_datetime(file.uploaded.replace(microsecond=0), usegmt=True)
        reply.headers["cache-control"] = self.cache_control(request, "file")
        vary = self.vary(request)
        if vary:
            reply.headers["vary"] = vary
        return reply

    # -- ranges

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        """The parts that were asked for; the whole file when ranges are not wanted or not understood."""
        header = request.headers.get("range")
        if header is None or request.method != "GET" or not self.range_still_holds(request, whole):
            return whole
        try:
            spans = parse_ranges(header, file.size)
        except Unsatisfiable:
            raise self.unsatisfiable(file) from None
        return self.range_response(file, spans, whole) if spans else whole

    def unsatisfiable(self, file: StoredFile) -> Refused:
        """416, with the size that the client did not know."""
        return Refused(416, "The file is shorter than that.", {"content-range": f"bytes */{file.size}"})

    def range_still_holds(self, request: Request, whole: Reply) -> bool:
        """If-Range: parts only of the file that the client began with (RFC 9110 section 13.1.5)."""
        condition = request.headers.get("if-range")
        return condition is None or condition.strip() in (
            whole.headers["etag"],
            whole.headers["last-modified"],
        )

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        """206 with one part, or with several as multipart/byteranges."""
        reply = Reply(206, whole.headers.mutablecopy())
        if len(spans) == 1:
            (start, length), *_ = spans
            reply.headers["content-range"] = self.content_range(file, start, length)
            reply.body = (Piece(file.path, start, length),)
            return reply
        parts: list[bytes | Piece] = []
        for start, length in spans:
            head = f"Content-Type: {self.file_type(file)}\r\nContent-Range: {self.content_range(file, start, length)}"
            parts += [f"\r\n--{BOUNDARY}\r\n{head}\r\n\r\n".encode(), Piece(file.path, start, length)]
        reply.headers["content-type"] = f"multipart/byteranges; boundary={BOUNDARY}"
        reply.body = (*parts, f"\r\n--{BOUNDARY}--\r\n".encode())
        return reply

    def content_range(self, file: StoredFile, start: int, length: int) -> str:
        """The Content-Range of one part."""
        return f"bytes {start}-{start + length - 1}/{file.size}"
