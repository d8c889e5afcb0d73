"""Faults that real clients stumble over, all of them met in real registries. They are looked at with --registry-clients on."""

from __future__ import annotations

import hashlib

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload


class PlainJson(Defect):
    """JSON pages are labelled application/json."""

    id, source = (
        "clients-application-json",
        "https://github.com/pypa/pip/blob/main/src/pip/_internal/index/collector.py",
    )
    seen_by = (
        *("clients/pip-download", "clients/pip-pre", "clients/pip-sdist", "clients/pip-require-hashes"),
        *("clients/pip-dependencies", "clients/pip-python-version", "clients/pip-yanked-pin"),
        *("clients/uv-install", "clients/uv-resolve", "negotiation/json-content-type"),
    )
    areas = ("clients", "negotiation", "simple-json", "version")

    def content_type(self, chosen: str) -> str:
        return "application/json" if chosen.endswith("+json") else super().content_type(chosen)


class Md5Demanded(Defect):
    """An upload without an MD5 digest is refused."""

    id, source = (
        "clients-md5-demanded",
        "https://github.com/go-gitea/gitea/blob/main/routers/api/packages/pypi/pypi.go",
    )
    seen_by = ("clients/twine-upload", "clients/uv-publish")
    areas = ("clients", "upload-legacy")

    def check_digest_fields(self, upload: Upload) -> None:
        if upload.form.one("md5_digest") is None:
            raise Refused(400, "hash mismatch")
        super().check_digest_fields(upload)


class SecondUploadCrashes(Defect):
    """A file that is there already ends in a server error when it comes again."""

    id, source = "clients-duplicate-500", "https://github.com/pulp/pulp_python/issues/590"
    seen_by = ("clients/twine-duplicate", "retry/repeated-upload-harmless")
    areas = ("clients", "retry", "upload-legacy", "upload-meta", "names", "versions", "security")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(500, "UNIQUE constraint failed")


class HashOfName(Defect):
    """Pages show the hash of something else than the file's bytes."""

    id, source = "clients-index-hash-wrong", "https://github.com/pytorch/pytorch/issues/145501"
    seen_by = (
        "clients/uv-publish-check-url",
        "clients/pip-download",
        "hashes/json-digest-correct",
    )
    areas = (
        "clients",
        "hashes",
        "consistency",
        "pypi-json",
        "retry",
        "range",
        "cache",
        "names",
        "versions",
        "upload-legacy",
    )

    def html_fragment(self, file: StoredFile) -> str:
        return f"sha256={self.other(file)}"

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"sha256": self.other(file)}

    def other(self, file: StoredFile) -> str:
        """A digest of the name."""
        return hashlib.sha256(file.filename.encode()).hexdigest()
