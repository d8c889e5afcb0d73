"""A first handful of legal oddities."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.negotiation import HTML, HTML_V1
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.uploads import Upload


class HtmlOnly(Variation):
    """There are no JSON pages, as in a static index."""

    id = "html-only"
    source = "https://packaging.python.org/specifications/simple-repository-api/"

    def offers(self) -> tuple[str, ...]:
        return (HTML_V1, HTML)


class NoCoreMetadata(Variation):
    """No file has its core metadata served beside it."""

    id = "no-core-metadata"
    source = "https://packaging.python.org/specifications/simple-repository-api/"

    def has_metadata(self, file: StoredFile) -> bool:
        return False

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        return None


class AbsoluteLinks(Variation):
    """File URLs are absolute."""

    id = "absolute-file-urls"
    source = "https://packaging.python.org/specifications/simple-repository-api/"

    def file_link(self, request: Request, file: StoredFile) -> str:
        return self.origin(request) + self.file_path(file)


class Created(Variation):
    """A successful upload is answered with 201."""

    id = "upload-201"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.2"

    def accepted(self, upload: Upload) -> Reply:
        reply = super().accepted(upload)
        reply.status = 201
        return reply
