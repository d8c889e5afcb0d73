"""download.pytorch.org: static pages without a folder for the index (source code that writes them; uv's documentation)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from starlette.requests import Request

from reference_registry.emulations.base import Emulation
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import Access


class PyTorch(Emulation):
    """A variant: HTML only, 403 for what is not there, local versions, files on another host."""

    id, evidence = "pytorch", "2026-08-21"
    source = "https://github.com/pytorch/test-infra"
    access = Access.OPEN
    base, index, upload = "/whl/cpu", "", None
    files_at = "/whl/cpu/{filename}"
    seeded = (("seed-torch", "2.9.0+cpu"), ("seed-vision", "0.24.0+cpu"))
    marks: ClassVar[Mapping[str, str]] = MappingProxyType({"Server": "AmazonS3"})

    def file_link(self, request: Request, file: StoredFile) -> str:
        """On another host."""
        return f"http://localhost:{self.settings.port}{self.file_path(file)}"

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """Metadata, and a time that no specification has; never the Python versions."""
        value = f"sha256={file.metadata_sha256}"
        return {
            "data-dist-info-metadata": value,
            "data-core-metadata": value,
            "data-upload-time": self.upload_time(file.uploaded),
        }

    def has_metadata(self, file: StoredFile) -> bool:
        """They lie beside the files."""
        return True

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        """A bucket that may not be listed does not say what is not there."""
        denied = Refused(403, "Access Denied") if refusal.status == 404 else refusal
        return super().refuse(request, denied)


class PyTorchNightly(PyTorch):
    """A nightly variant: links carry no hash."""

    id = "pytorch-nightly"
    base, files_at = "/whl/nightly/cpu", "/whl/nightly/cpu/{filename}"

    def html_href(self, request: Request, file: StoredFile) -> str:
        """Without a fragment."""
        return self.file_link(request, file)
