"""Faults in what is made of an upload's file and its name."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from reference_registry.archives import Inside
from reference_registry.errors import Refused
from reference_registry.model import Digests, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload

LEGACY = "upload-legacy/"
MISNAMED = (
    "upload-legacy",
    "upload-meta",
    "versions",
    "names",
    "dist",
    "security",
    "simple-html",
    "simple-json",
)


class AnyWheelName(Defect):
    """The name of a wheel is not compared with its form, nor read at all."""

    id, source = "upload-any-wheel-name", "https://github.com/artifact-keeper/artifact-keeper/pull/3239"
    seen_by = (f"{LEGACY}wheel-filename-valid", f"{LEGACY}filename-version-mismatch")
    areas = MISNAMED

    def wheel_agrees(self, upload: Upload) -> bool:
        return True


class FormDecides(Defect):
    """A file stands in the project and release that its form names, whatever the file says."""

    id, source = "upload-form-decides", "https://github.com/artifact-keeper/artifact-keeper/pull/3239"
    seen_by = (f"{LEGACY}filename-name-mismatch",)
    areas = (*MISNAMED, "metadata", "p700")

    def wheel_agrees(self, upload: Upload) -> bool:
        return True

    def open_archive(self, upload: Upload) -> Inside:
        if upload.filetype != "bdist_wheel":
            return super().open_archive(upload)
        try:
            with zipfile.ZipFile(upload.content.path) as archive:
                members = archive.namelist()
                path = next(m for m in members if m.endswith(".dist-info/METADATA"))
                return Inside(archive.read(path), frozenset(members), path.partition("/")[0])
        except (zipfile.BadZipFile, StopIteration, RuntimeError, ValueError):
            raise Refused(400, "The file is no wheel.") from None

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        return None


class PathsKept(Defect):
    """A file name with a path is kept and listed with its path."""

    id, source = "upload-paths-kept", "https://github.com/advisories/GHSA-wp53-j4wj-2cfg"
    seen_by = (f"{LEGACY}filename-path-separators",)
    areas = ("upload-legacy", "security")

    def check_filename(self, upload: Upload) -> None:
        return None

    def wheel_agrees(self, upload: Upload) -> bool:
        name = upload.content.filename.replace("%2f", "/").replace("\\", "/").rpartition("/")[2]
        try:
            return str(parse_wheel_filename(name)[0]) == upload.project
        except (InvalidWheelFilename, ValueError):
            raise Refused(400, "The filename is not a valid wheel filename.") from None


class ControlsKept(Defect):
    """A file name with control characters is kept and listed."""

    id, source = "upload-controls-kept", "https://github.com/pypiserver/pypiserver/issues/237"
    seen_by = (f"{LEGACY}filename-control-chars",)
    areas = ("upload-legacy", "security")

    def check_filename(self, upload: Upload) -> None:
        if "/" in upload.content.filename or "\\" in upload.content.filename:
            super().check_filename(upload)

    def wheel_agrees(self, upload: Upload) -> bool:
        return upload.content.filename.endswith(".whl")


class PyodideRefused(Defect):
    """Wheels for Pyodide are refused because their platform tag is not on the list."""

    id, source = "upload-pyodide-refused", "https://peps.python.org/pep-0783/"
    seen_by = (f"{LEGACY}platform-tag-pyemscripten",)
    areas = ("upload-legacy",)

    def check_filename(self, upload: Upload) -> None:
        if "pyemscripten" in upload.content.filename:
            raise Refused(400, "The platform tag is unknown.")
        super().check_filename(upload)


class EncryptedCrashes(Defect):
    """A wheel that can't be read ends in a server error."""

    id, source = (
        "upload-unreadable-wheel-500",
        "https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py",
    )
    seen_by = (f"{LEGACY}error-4xx-not-5xx",)
    areas = ("upload-legacy", "dist", "security")

    def open_archive(self, upload: Upload) -> Inside:
        try:
            return super().open_archive(upload)
        except Refused as refusal:
            raise Refused(500, refusal.sentence) from None


class UnreadableStays(Defect):
    """A file that can't be read is refused after it was put on the project page."""

    id = "upload-unreadable-left-behind"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = ("upload-legacy", "dist", "security", "metadata", "attest")

    def inspect(self, upload: Upload) -> None:
        try:
            super().inspect(upload)
        except Refused:
            upload.inside = Inside(b"", frozenset(), "")
            self.publish(upload)
            raise

    def is_reliable(self, inside: Inside) -> bool:
        return bool(inside.metadata) and super().is_reliable(inside)


class SidecarsTaken(Defect):
    """A file that is named like a wheel's sidecar is served in the sidecar's place."""

    id, source = "upload-sidecar-shadowed", "https://github.com/amd/gaia/issues/3541"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = ("upload-legacy", "metadata", "security")

    def check_filename(self, upload: Upload) -> None:
        if not upload.content.filename.endswith(".whl.metadata"):
            super().check_filename(upload)

    def wheel_agrees(self, upload: Upload) -> bool:
        return upload.content.filename.endswith(".metadata") or super().wheel_agrees(upload)

    def inspect(self, upload: Upload) -> None:
        if upload.content.filename.endswith(".metadata"):
            self.memory[upload.content.filename] = upload.content.path.read_bytes()
        else:
            super().inspect(upload)

    def publish(self, upload: Upload) -> Reply:
        if upload.content.filename.endswith(".metadata"):
            return self.accepted(upload)
        return super().publish(upload)

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        planted: bytes | None = self.memory.get(f"{file.filename}.metadata")
        return planted if planted is not None else super().metadata_bytes(file)


class MarksEncoded(Defect):
    """File names are stored with `!` and `+` percent-encoded, and are listed so."""

    id, source = "versions-names-encoded", "https://github.com/devpi/devpi/blob/main/server/CHANGELOG"
    seen_by = ("versions/epoch", f"{LEGACY}appears-in-simple")
    areas = (
        *MISNAMED,
        "consistency",
        "hashes",
        "pypi-json",
        "metadata",
        "p700",
        "attest",
        "cache",
        "clients",
    )

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        return replace(file, filename=file.filename.replace("!", "%21").replace("+", "%2B"))


class LineEndsCut(Defect):
    """Line ends at the end of an uploaded file are taken for those of the form, and cut off."""

    id = "upload-line-ends-cut"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = ("upload-legacy",)

    def inspect(self, upload: Upload) -> None:
        super().inspect(upload)
        content = upload.content
        data = content.path.read_bytes()
        kept = data.rstrip(b"\r\n")
        if kept == data:
            return
        content.path.write_bytes(kept)
        digests = Digests(
            hashlib.md5(kept, usedforsecurity=False).hexdigest(),
            hashlib.sha256(kept).hexdigest(),
            hashlib.blake2b(kept, digest_size=32).hexdigest(),
        )
        upload.form = replace(upload.form, content=replace(content, size=len(kept), digests=digests))
