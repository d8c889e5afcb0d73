"""What is inside a distribution (Binary distribution format; Source distribution format; PEP 625, 721)."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import IO

from reference_registry.errors import Refused
from reference_registry.names import normalize, parse_version
from reference_registry.settings import Limits

END_OF_ZIP = b"PK\x05\x06"
# What unpacks to more than this was made to exhaust whoever unpacks it.
UNPACKED_FLOOR = 64 * 1024 * 1024
HIGHEST_RATIO = 100


@dataclass(frozen=True)
class Inside:
    """What was found in a distribution."""

    metadata: bytes  # METADATA of a wheel, PKG-INFO of an sdist
    members: frozenset[str]
    top: str  # the .dist-info directory of a wheel, the one directory of an sdist

    @property
    def headers(self) -> Message:
        """The metadata's headers."""
        return HeaderParser().parsestr(self.metadata.decode("utf-8"))

    def value(self, name: str) -> str | None:
        """One header, or None."""
        value = self.headers.get(name)
        return None if value is None else str(value).strip()


def invalid(why: str) -> Refused:
    """The refusal of a file that is not the distribution that its name promises."""
    return Refused(400, f"The file is not a valid distribution: {why}.")


def is_name_and_version(stem: str, name: str, version: str) -> bool:
    """Whether `stem` is `{name}-{version}`, each in any spelling."""
    left, dash, right = stem.rpartition("-")
    found = parse_version(right)
    return bool(dash) and normalize(left) == name and found is not None and found == parse_version(version)


# -- wheels


def inspect_wheel(path: Path, name: str, version: str, limits: Limits) -> Inside:
    """Open a wheel and read its metadata."""
    if not is_one_zip(path):
        raise invalid("it is not one whole zip archive")
    with _zip_errors(), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        members = [entry.filename for entry in entries]
        if len(set(members)) != len(members):
            raise invalid("two members have the same name")
        if any(is_unsafe(member) for member in members):
            raise invalid("a member's name leads out of the archive")
        if any(entry.flag_bits & 1 for entry in entries):
            raise invalid("a member is encrypted")
        if entries and min(entry.header_offset for entry in entries) != 0:
            raise invalid("there is something in front of the archive")
        tops = {member.split("/")[0] for member in members if "/" in member}
        found = [top for top in tops if _is_dist_info(top, name, version)]
        if len(found) != 1:
            raise invalid("it has no .dist-info directory of this name and version")
        for required in ("METADATA", "WHEEL", "RECORD"):
            if f"{found[0]}/{required}" not in members:
                raise invalid(f"{required} is missing")
        for required in ("WHEEL", "RECORD"):
            _read_member(archive, f"{found[0]}/{required}", limits)
        metadata = _read_member(archive, f"{found[0]}/METADATA", limits)
    return Inside(metadata, frozenset(members), found[0])


def is_one_zip(path: Path) -> bool:
    """Whether a file ends where its one end-of-archive record says (a truncated or extended archive does not)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        tail_length = min(size, 22 + 0xFFFF)
        file.seek(size - tail_length)
        tail = file.read()
    at = tail.rfind(END_OF_ZIP)
    return (
        at >= 0
        and len(tail) - at >= 22
        and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)
    )


def is_unsafe(member: str) -> bool:
    """Whether a member's name could be written outside the place where an archive is unpacked."""
    drive = len(member) > 1 and member[1] == ":"
    control = any(ord(char) < 32 or ord(char) == 127 for char in member)
    return (
        not member
        or member.startswith("/")
        or "\\" in member
        or drive
        or control
        or ".." in member.split("/")
    )


def _is_dist_info(top: str, name: str, version: str) -> bool:
    return top.endswith(".dist-info") and is_name_and_version(top.removesuffix(".dist-info"), name, version)


def _read_member(archive: zipfile.ZipFile, member: str, limits: Limits) -> bytes:
    with archive.open(member) as file:
        return _bounded(file, limits.metadata)


@contextmanager
def _zip_errors() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise invalid("it is not a readable zip archive") from None


def _bounded(file: IO[bytes], limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise invalid("its metadata are too large")
    return data


# -- sdists


class _Unpacked:
    """A gzip stream that ends in a refusal when it unpacks to too much."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self.stream, self.left = stream, limit

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size if size >= 0 else 1024 * 1024)
        self.left -= len(data)
        if self.left < 0:
            raise invalid("it unpacks to too much")
        return data


def inspect_sdist(path: Path, name: str, version: str, limits: Limits) -> Inside:
    """Read through an sdist and find its metadata."""
    metadata: dict[str, bytes] = {}
    members: set[str] = set()
    try:
        with gzip.open(path) as packed:
            bound = min(limits.unpacked, UNPACKED_FLOOR + HIGHEST_RATIO * path.stat().st_size)
            stream = _Unpacked(packed, bound)  # type: ignore[arg-type]
            with tarfile.open(fileobj=stream, mode="r|", ignore_zeros=False) as archive:  # type: ignore[call-overload]
                for member in archive:
                    check_member(member)
                    members.add(member.name.rstrip("/"))
                    if member.name.count("/") == 1 and member.name.endswith("/PKG-INFO"):
                        metadata[member.name] = _read_tar_member(archive, member, limits)
            while stream.read():  # to the end: only there a truncated stream shows
                pass
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, OSError, ValueError):
        raise invalid("it is not a readable gzipped tar archive") from None
    tops = {member.split("/")[0] for member in members}
    if len(tops) != 1 or not is_name_and_version(next(iter(tops)), name, version):
        raise invalid("it does not have one top directory of this name and version")
    top = tops.pop()
    if f"{top}/PKG-INFO" not in metadata:
        raise invalid("PKG-INFO is missing")
    return Inside(metadata[f"{top}/PKG-INFO"], frozenset(members), top)


def check_member(member: tarfile.TarInfo) -> None:
    """Files, directories and links that stay inside (PEP 721)."""
    if is_unsafe(member.name):
        raise invalid("a member's name leads out of the archive")
    if member.isdev() or member.issparse():
        raise invalid("a member is a device or a sparse file")
    if member.islnk() and is_unsafe(member.linkname):
        raise invalid("a link leads out of the archive")
    if member.issym() and _climbs_out(member):
        raise invalid("a link leads out of the archive")


def _climbs_out(member: tarfile.TarInfo) -> bool:
    if member.linkname.startswith("/") or "\\" in member.linkname:
        return True
    depth = member.name.count("/")
    for part in member.linkname.split("/"):
        depth += -1 if part == ".." else 1 if part not in ("", ".") else 0
        if depth < 1:  # above the one top directory
            return True
    return False


def _read_tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, limits: Limits) -> bytes:
    if not member.isreg():
        raise invalid("PKG-INFO is not a plain file")
    file = archive.extractfile(member)
    return b"" if file is None else _bounded(file, limits.metadata)
