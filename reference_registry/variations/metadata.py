"""Legal oddities of the core metadata beside files."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

SPEC = "https://packaging.python.org/specifications/simple-repository-api/"
ATTRIBUTES = ("data-core-metadata", "data-dist-info-metadata")


class TrueOnly(Variation):
    """Metadata is promised with true, no hash of it is known."""

    id, source = "metadata-true", SPEC

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        return self.has_metadata(file)

    def html_core_metadata(self, file: StoredFile) -> str:
        return "true"


class NewAttributeOnly(Variation):
    """HTML has the new attribute alone."""

    id, source = "metadata-new-attribute-only", "https://peps.python.org/pep-0714/"

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        return {name: value for name, value in told.items() if name != ATTRIBUTES[1]}


class KeyLeftOut(Variation):
    """Files in JSON have the key core-metadata only when there is metadata."""

    id, source = "metadata-key-left-out", SPEC

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {k: v for k, v in entry.items() if k != "core-metadata" or v}


class JsonOnly(Variation):
    """Only JSON promises metadata."""

    id, source = "metadata-promised-in-json-only", SPEC

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        return {name: value for name, value in told.items() if name not in ATTRIBUTES}


class WheelsOnly(Variation):
    """Metadata of sdists is neither promised nor served."""

    id, source = "metadata-wheels-only", SPEC

    def has_metadata(self, file: StoredFile) -> bool:
        return super().has_metadata(file) and file.filetype == "bdist_wheel"

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        return super().metadata_bytes(file) if self.has_metadata(file) else None


class OtherHash(Variation):
    """The hash of the metadata is SHA-512 in HTML, several in JSON."""

    id, source = "metadata-sha512", SPEC

    def sha512(self, file: StoredFile) -> str:
        """The digest of the metadata."""
        return hashlib.sha512(file.metadata or b"").hexdigest()

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        told = super().json_core_metadata(file)
        return told if isinstance(told, bool) else {"sha512": self.sha512(file), **told}

    def html_core_metadata(self, file: StoredFile) -> str:
        return f"sha512={self.sha512(file)}"


class BinaryType(Variation):
    """Metadata come as application/octet-stream."""

    id, source = "metadata-octet-stream", SPEC

    def metadata_type(self, file: StoredFile) -> str:
        return "application/octet-stream"
