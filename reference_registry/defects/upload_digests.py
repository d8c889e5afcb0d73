"""Faults in what is made of the digests of an upload."""

from __future__ import annotations

import re
from dataclasses import replace

from reference_registry.defects.upload_forms import EVERYWHERE, FORMS, LEGACY
from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import DIGEST_FIELDS, Upload


class DigestsUnchecked(Defect):
    """Digests of the form are not compared with the file."""

    id = "upload-digest-unchecked"
    seen_by = (f"{LEGACY}digest-verified",)
    areas = ("upload-legacy", "hashes")

    def check_digests(self, upload: Upload) -> None:
        return None


class OneDigestChecked(Defect):
    """Only one of several digests is compared with the file."""

    id = "upload-one-digest-checked"
    seen_by = (f"{LEGACY}digest-all-verified",)
    areas = ("upload-legacy",)

    def check_digests(self, upload: Upload) -> None:
        if upload.form.one("sha256_digest") is None:
            super().check_digests(upload)
        elif upload.form.one("sha256_digest") != upload.content.digests.sha256:
            raise Refused(400, "sha256_digest is not the digest of the file.")


class OddDigestsIgnored(Defect):
    """A digest of a wrong length or with other characters counts as not given."""

    id = "upload-odd-digests-ignored"
    seen_by = (f"{LEGACY}sha256-format", f"{LEGACY}blake2-format")
    areas = ("upload-legacy",)

    def take(self, upload: Upload) -> Reply:
        def is_odd(name: str, value: str) -> bool:
            length = DIGEST_FIELDS[name][1] if name in DIGEST_FIELDS else 0
            return length > 0 and re.fullmatch(rf"[0-9a-fA-F]{{{length}}}", value) is None

        kept = tuple((name, value) for name, value in upload.form.fields if not is_odd(name, value))
        upload.form = replace(upload.form, fields=kept)
        return super().take(upload)

    def check_digest_fields(self, upload: Upload) -> None:
        return None


class HexMd5Refused(Defect):
    """An md5_digest has to be base64, as PyPI's documentation has it."""

    id, source = "upload-md5-base64", "https://docs.pypi.org/api/upload/"
    seen_by = (f"{LEGACY}md5-encoding",)
    areas = EVERYWHERE

    def check_digest_fields(self, upload: Upload) -> None:
        if re.fullmatch(r"[0-9a-f]{32}", upload.form.one("md5_digest") or ""):
            raise Refused(400, "md5_digest is not base64.")
        super().check_digest_fields(upload)


class Md5Demanded(Defect):
    """An upload without md5_digest is refused."""

    id, source = "upload-md5-demanded", "https://github.com/astral-sh/uv/issues/10202"
    seen_by = (f"{LEGACY}endpoint-post",)
    areas = FORMS

    def check_digest_fields(self, upload: Upload) -> None:
        if upload.form.one("md5_digest") is None:
            raise Refused(400, "The client did not publish a checksum value.")
        super().check_digest_fields(upload)


class SdistsUnchecked(Defect):
    """Digests of wheels are compared with the file, those of source distributions are not."""

    id = "upload-sdist-digest-unchecked"
    seen_by = (f"{LEGACY}digest-verified",)
    areas = ("upload-legacy", "hashes")

    def check_digests(self, upload: Upload) -> None:
        if upload.filetype != "sdist":
            super().check_digests(upload)
