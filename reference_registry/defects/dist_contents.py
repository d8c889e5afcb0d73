"""Registries that unpack what is uploaded and pack it again, each in its own wrong way."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace

from reference_registry.form import Content
from reference_registry.model import Digests
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload

Members = dict[str, bytes]
WHEEL_SPEC = "https://packaging.python.org/en/latest/specifications/binary-distribution-format/"
SDIST_SPEC = "https://packaging.python.org/en/latest/specifications/source-distribution-format/"
# Other bytes than those uploaded disturb whatever compares bytes, digests or metadata.
TOUCHED = (
    *(
        "dist",
        "hashes",
        "metadata",
        "upload-legacy",
        "retry",
        "cache",
        "clients",
        "consistency",
        "simple-html",
        "simple-json",
    ),
    *("names", "versions", "pypi-json", "security", "p700", "attest", "status", "redirect", "yank"),
)


class Repacked(Defect):
    """Base: changes the file before it is kept; its digests are then those of the changed file."""

    areas = TOUCHED
    suffix = ".whl"

    def publish(self, upload: Upload) -> Reply:
        content = upload.content
        if content.filename.endswith(self.suffix):
            changed = self.repack(content.path.read_bytes(), content.filename)
            content.path.write_bytes(changed)
            upload.form = replace(upload.form, content=self.described(content, changed))
        return super().publish(upload)

    def repack(self, data: bytes, filename: str) -> bytes:
        """The other bytes."""
        return data

    def described(self, content: Content, data: bytes) -> Content:
        """What is known of the changed file."""
        digests = Digests(
            hashlib.md5(data, usedforsecurity=False).hexdigest(),
            hashlib.sha256(data).hexdigest(),
            hashlib.blake2b(data, digest_size=32).hexdigest(),
        )
        return replace(content, size=len(data), digests=digests)


class RepackedWheel(Repacked):
    """Base: changes the members of a wheel."""

    keeps_record = True

    def repack(self, data: bytes, filename: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        folder = next(
            path.partition("/")[0] for path in members if path.partition("/")[0].endswith(".dist-info")
        )
        changed = self.change(dict(members), folder)
        if self.keeps_record:
            changed = recorded(changed)
        return self.pack(changed)

    def change(self, members: Members, folder: str) -> Members:
        """The other members."""
        return members

    def pack(self, members: Members) -> bytes:
        """A zip file of these."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path, data in members.items():
                archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
        return buffer.getvalue()


def recorded(members: Members) -> Members:
    """The members with a RECORD that fits them."""
    place = next((path for path in members if path.endswith(".dist-info/RECORD")), None)
    if place is None:
        return members
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for path, data in members.items()
        if path != place
    ]
    return {**members, place: "\n".join([*rows, f"{place},,", ""]).encode()}


def edited(members: Members, path: str, old: str, new: str) -> Members:
    """The members with something replaced in one of them."""
    return {**members, path: members[path].replace(old.encode(), new.encode())}


class NoRecord(RepackedWheel):
    """RECORD is missing from wheels."""

    id, source = "dist-wheel-no-record", f"{WHEEL_SPEC}#the-dist-info-directory"
    seen_by = ("dist/wheel-dist-info-minimum",)
    keeps_record = False

    def change(self, members: Members, folder: str) -> Members:
        return {path: data for path, data in members.items() if path != f"{folder}/RECORD"}


class RawFolder(RepackedWheel):
    """The .dist-info directory is called after the name in capitals."""

    id, source = "dist-wheel-capital-folder", f"{WHEEL_SPEC}#file-contents"
    seen_by = ("dist/wheel-dist-info-name",)

    def change(self, members: Members, folder: str) -> Members:
        return {path.replace(folder, folder[0].upper() + folder[1:]): data for path, data in members.items()}


class AncientMetadata(RepackedWheel):
    """METADATA is written again as version 1.0."""

    id, source = "dist-wheel-metadata-1-0", f"{WHEEL_SPEC}#file-contents"
    seen_by = ("dist/wheel-metadata-version",)

    def change(self, members: Members, folder: str) -> Members:
        return edited(
            members, f"{folder}/METADATA", "Metadata-Version: 2.", "Metadata-Version: 1.0\nX-Was: 2."
        )


class OtherVersionInside(RepackedWheel):
    """METADATA names another version than the file."""

    id, source = "dist-wheel-other-version-inside", "https://github.com/pypa/pip/issues/13991"
    seen_by = ("dist/wheel-name-version-match",)

    def change(self, members: Members, folder: str) -> Members:
        return edited(members, f"{folder}/METADATA", "\nVersion: ", "\nVersion: 99!")


class WheelFileTwo(RepackedWheel):
    """WHEEL tells a wheel version of 2.0."""

    id, source = "dist-wheel-version-2", f"{WHEEL_SPEC}#file-contents"
    seen_by = ("dist/wheel-wheel-version",)

    def change(self, members: Members, folder: str) -> Members:
        return edited(members, f"{folder}/WHEEL", "Wheel-Version: 1.0", "Wheel-Version: 2.0")


class OtherTagsInside(RepackedWheel):
    """WHEEL has the tag of another platform."""

    id, source = "dist-wheel-other-tags-inside", f"{WHEEL_SPEC}#file-contents"
    seen_by = ("dist/wheel-tags-expand",)

    def change(self, members: Members, folder: str) -> Members:
        return edited(members, f"{folder}/WHEEL", "Tag: py3-none-any", "Tag: py2-none-any")


class ExtraMember(RepackedWheel):
    """A notice is put into wheels without an entry in RECORD."""

    id, source = "dist-wheel-unrecorded-member", f"{WHEEL_SPEC}#the-dist-info-directory"
    seen_by = ("dist/wheel-record-complete",)
    keeps_record = False

    def change(self, members: Members, folder: str) -> Members:
        return {"SCANNED.txt": b"This wheel was scanned.\n", **members}


class SignedRecord(RepackedWheel):
    """A RECORD.jws is put into wheels."""

    id, source = "dist-wheel-record-jws", f"{WHEEL_SPEC}#the-dist-info-directory"
    seen_by = ("dist/wheel-no-record-sig",)

    def change(self, members: Members, folder: str) -> Members:
        return {f"{folder}/RECORD.jws": b"{}", **members}


class InstallerInside(RepackedWheel):
    """An INSTALLER is put into wheels."""

    id, source = "dist-wheel-installer", f"{WHEEL_SPEC}#the-dist-info-directory"
    seen_by = ("dist/wheel-no-installer",)

    def change(self, members: Members, folder: str) -> Members:
        return {f"{folder}/INSTALLER": b"registry\n", **members}


class NoLicenses(RepackedWheel):
    """Licence files are taken out of wheels."""

    id, source = "dist-wheel-no-licenses", "https://peps.python.org/pep-0639/"
    seen_by = ("dist/wheel-licenses-dir",)

    def change(self, members: Members, folder: str) -> Members:
        return {path: data for path, data in members.items() if not path.startswith(f"{folder}/licenses/")}


class BrokenSboms(RepackedWheel):
    """Bills of materials are replaced by a line of text."""

    id, source = "dist-wheel-sbom-replaced", "https://peps.python.org/pep-0770/"
    seen_by = ("dist/wheel-sboms",)

    def change(self, members: Members, folder: str) -> Members:
        return {path: b"removed\n" if "/sboms/" in path else data for path, data in members.items()}


class Latin1Names(RepackedWheel):
    """A member with a name in Latin-1 is put into wheels."""

    id, source = "dist-wheel-latin-1-name", f"{WHEEL_SPEC}#escaping-and-unicode"
    seen_by = ("dist/wheel-utf8-names",)
    keeps_record = False

    def change(self, members: Members, folder: str) -> Members:
        return {"caf_.txt": b"", **members}

    def pack(self, members: Members) -> bytes:
        return super().pack(members).replace(b"caf_.txt", b"caf\xe9.txt")


class RepackedSdist(Repacked):
    """Base: changes the members of an sdist."""

    suffix = ".tar.gz"

    def repack(self, data: bytes, filename: str) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            files = {m.name: archive.extractfile(m) for m in archive if m.isfile()}
            members = {name: stream.read() if stream else b"" for name, stream in files.items()}
        top = next(iter(members)).partition("/")[0]
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, body in self.change(members, top).items():
                info = tarfile.TarInfo(name)
                info.size = len(body)
                archive.addfile(info, io.BytesIO(body))
            for info in self.specials(top):
                archive.addfile(info)
        return gzip.compress(buffer.getvalue(), mtime=0)

    def change(self, members: Members, top: str) -> Members:
        """The other members."""
        return members

    def specials(self, top: str) -> tuple[tarfile.TarInfo, ...]:
        """Members that are no files."""
        return ()


class BareTar(RepackedSdist):
    """Sdists are kept unpacked and served as a bare tar file."""

    id, source = "dist-sdist-gunzipped", "https://github.com/python-poetry/poetry/issues/5901"
    seen_by = ("dist/sdist-pax",)

    def repack(self, data: bytes, filename: str) -> bytes:
        return gzip.decompress(super().repack(data, filename))


class OtherTop(RepackedSdist):
    """The top directory of sdists is called after the repository, as in archives of a git host."""

    id, source = "dist-sdist-other-top", f"{SDIST_SPEC}#source-distribution-file-format"
    seen_by = ("dist/sdist-top-dir",)

    def change(self, members: Members, top: str) -> Members:
        return {name.replace(top, "sources-main", 1): data for name, data in members.items()}


class OtherSdistVersion(RepackedSdist):
    """PKG-INFO names another version than the file."""

    id, source = "dist-sdist-other-version-inside", f"{SDIST_SPEC}#source-distribution-file-name"
    seen_by = ("dist/sdist-metadata-match",)

    def change(self, members: Members, top: str) -> Members:
        return edited(members, f"{top}/PKG-INFO", "\nVersion: ", "\nVersion: 99!")


class NoPyproject(RepackedSdist):
    """pyproject.toml is taken out of sdists."""

    id, source = "dist-sdist-no-pyproject", f"{SDIST_SPEC}#source-distribution-file-format"
    seen_by = ("dist/sdist-pyproject",)

    def change(self, members: Members, top: str) -> Members:
        return {name: data for name, data in members.items() if name != f"{top}/pyproject.toml"}


class OldSdistMetadata(RepackedSdist):
    """PKG-INFO is written again as version 1.2."""

    id, source = "dist-sdist-metadata-1-2", f"{SDIST_SPEC}#source-distribution-file-format"
    seen_by = ("dist/sdist-metadata-2.2",)

    def change(self, members: Members, top: str) -> Members:
        return edited(members, f"{top}/PKG-INFO", "Metadata-Version: 2.", "Metadata-Version: 1.2\nX-Was: 2.")


class NoSdistLicenses(RepackedSdist):
    """Licence files are taken out of sdists."""

    id, source = "dist-sdist-no-licenses", "https://peps.python.org/pep-0639/"
    seen_by = ("dist/sdist-license-files",)

    def change(self, members: Members, top: str) -> Members:
        return {name: data for name, data in members.items() if not name.endswith("/LICENSE.txt")}


class LinkOutside(RepackedSdist):
    """A link that leads out of the directory is put into sdists."""

    id, source = "dist-sdist-link-outside", "https://peps.python.org/pep-0721/"
    seen_by = ("dist/sdist-safe-members",)

    def specials(self, top: str) -> tuple[tarfile.TarInfo, ...]:
        link = tarfile.TarInfo(f"{top}/settings")
        link.type, link.linkname = tarfile.SYMTYPE, "../../etc/settings"
        return (link,)
