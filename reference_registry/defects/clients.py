"""Faults that real clients stumble over, all of them met in real registries. They are looked at with --registry-clients on."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import ClassVar

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import Access
from reference_registry.switches import Defect
from reference_registry.uploads import Upload


class PlainJson(Defect):
    """JSON pages are labelled application/json."""

    id, source = (
        "clients-application-json",
        "https://github.com/pypa/pip/blob/main/src/pip/_internal/index/collector.py",
    )
    seen_by: ClassVar[tuple[str, ...]] = (
        *("clients/pip-download", "clients/pip-pre", "clients/pip-sdist", "clients/pip-require-hashes"),
        *("clients/pip-dependencies", "clients/pip-python-version", "clients/pip-yanked-pin"),
        *("clients/uv-install", "clients/uv-resolve", "negotiation/json-content-type"),
        *("clients/pip-install", "clients/uv-pre", "clients/uv-dependencies", "clients/uv-sdist"),
        *("clients/pip-older-python", "clients/uv-older-python", "clients/uv-yanked-pin"),
        *("clients/pip-yanked-range", "clients/uv-yanked-range"),
        *("clients/pip-credentials", "clients/uv-credentials"),
    )
    areas: ClassVar[tuple[str, ...]] = ("clients", "negotiation", "simple-json", "version")

    def content_type(self, chosen: str) -> str:
        return "application/json" if chosen.endswith("+json") else super().content_type(chosen)


class PrivatePlainJson(PlainJson):
    """JSON pages that only known users may read are labelled application/json."""

    id, access = "clients-application-json-private", Access.READ
    seen_by = (
        "clients/pip-keyring",
        "clients/uv-keyring",
        "clients/pip-credentials",
        "clients/uv-credentials",
    )
    areas = (*PlainJson.areas, "auth")


class Md5Demanded(Defect):
    """An upload without an MD5 digest is refused."""

    id, source = (
        "clients-md5-demanded",
        "https://github.com/go-gitea/gitea/blob/main/routers/api/packages/pypi/pypi.go",
    )
    seen_by = (
        *("clients/twine-upload", "clients/uv-publish"),
        *("clients/twine-upload-credentials", "clients/uv-upload-credentials"),
    )
    areas = ("clients", "upload-legacy")

    def check_digest_fields(self, upload: Upload) -> None:
        if upload.form.one("md5_digest") is None:
            raise Refused(400, "hash mismatch")
        super().check_digest_fields(upload)


class SecondUploadCrashes(Defect):
    """A file that is there already ends in a server error when it comes again."""

    id, source = "clients-duplicate-500", "https://github.com/pulp/pulp_python/issues/590"
    seen_by = ("clients/twine-duplicate", "clients/uv-duplicate", "retry/repeated-upload-harmless")
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
        "yank",
    )

    def html_fragment(self, file: StoredFile) -> str:
        return f"sha256={self.other(file)}"

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"sha256": self.other(file)}

    def other(self, file: StoredFile) -> str:
        """A digest of the name."""
        return hashlib.sha256(file.filename.encode()).hexdigest()


class TimeOfTheArchive(Defect):
    """The upload time of a file is that of the members of its archive, which builders fix."""

    id = "clients-time-of-archive"
    seen_by = ("clients/pip-exclude-newer", "clients/uv-exclude-newer", "p700/upload-time-plausible")
    areas = ("clients", "p700", "json-api", "consistency", "pypi-json")

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(datetime(2020, 1, 1, tzinfo=UTC))
