"""Wheels and sdists, opened: what checks of the area dist read out of them. Nothing is judged here."""

from __future__ import annotations

import csv
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from conformance.judging.reading import content, fetched, headers
from fixtures.exchange import Exchange
from fixtures.pages import ListedFile
from fixtures.registry import Registry
from fixtures.subjects import Subject

PARTS_WITH_BUILD = 6


@dataclass(frozen=True)
class WheelName:
    """The parts of a wheel's file name, split at its hyphens from the right, so that an odd name part stays in one piece."""

    distribution: str
    version: str
    build: str
    python: str
    abi: str
    platform: str

    @property
    def tags(self) -> frozenset[str]:
        """The tags, written out one by one (Platform compatibility tags, Compressed Tag Sets)."""
        return frozenset(
            f"{python}-{abi}-{platform}"
            for python in self.python.split(".")
            for abi in self.abi.split(".")
            for platform in self.platform.split(".")
        )


def wheel_name(filename: str) -> WheelName | None:
    """The parts of a wheel's file name; None when it has not five or six of them."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in (5, PARTS_WITH_BUILD):
        return None
    build = parts[2] if len(parts) == PARTS_WITH_BUILD else ""
    return WheelName(parts[0], parts[1], build, *parts[-3:])


@dataclass(frozen=True)
class Archive:
    """An opened distribution. `problem` says why it could not be opened; the rest is empty then."""

    filename: str
    members: Mapping[
        str, bytes
    ]  # files by path; of an sdist those in its top directory in full, of others the bytes too
    problem: str = ""
    odd: tuple[
        str, ...
    ] = ()  # wheels: members whose names are not UTF-8; sdists: members that lead out, or are devices

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The .dist-info directories at the root of a wheel."""
        return tuple(sorted({top for top in self.tops if top.endswith(".dist-info")}))

    @cached_property
    def tops(self) -> frozenset[str]:
        """The first parts of all paths."""
        return frozenset(path.removeprefix("./").partition("/")[0] for path in self.members)

    @property
    def folder(self) -> str:
        """The .dist-info directory of a wheel; "" when there is not exactly one."""
        return self.folders[0] if len(self.folders) == 1 else ""

    @property
    def top(self) -> str:
        """The one top directory of an sdist; "" when there is not exactly one."""
        return next(iter(self.tops)) if len(self.tops) == 1 else ""

    def inside(self, name: str) -> bytes | None:
        """A file of the .dist-info directory of a wheel, or of the top directory of an sdist."""
        where = self.folder if self.filename.endswith(".whl") else self.top
        return self.members.get(f"{where}/{name}") if where else None

    @cached_property
    def metadata(self) -> Mapping[str, list[str]] | None:
        """The headers of METADATA or PKG-INFO; None when the file is not there."""
        data = self.inside("METADATA" if self.filename.endswith(".whl") else "PKG-INFO")
        return None if data is None else headers(data)

    @cached_property
    def wheel(self) -> Mapping[str, list[str]] | None:
        """The headers of WHEEL; None when the file is not there."""
        data = self.inside("WHEEL")
        return None if data is None else headers(data)

    @cached_property
    def record(self) -> Mapping[str, tuple[str, str]] | None:
        """RECORD: path -> (hash, size) as written; None when the file is not there."""
        data = self.inside("RECORD")
        if data is None:
            return None
        rows = csv.reader(io.StringIO(data.decode("utf-8", "replace")))
        return {row[0]: (row[1], row[2]) for row in rows if len(row) >= 3}

    def value(self, name: str) -> str:
        """The first value of a metadata header; "" when it is not there."""
        return next(iter((self.metadata or {}).get(name, ())), "")

    @property
    def metadata_version(self) -> tuple[int, int]:
        """Metadata-Version as numbers; (0, 0) when it is not readable."""
        found = re.fullmatch(r"(\d+)\.(\d+)", self.value("metadata-version"))
        return (int(found[1]), int(found[2])) if found else (0, 0)


@dataclass(frozen=True)
class Opened:
    """A listed file with the answer to its download and what was found inside."""

    subject: Subject
    file: ListedFile
    answer: Exchange
    archive: Archive

    @property
    def spoiled(self) -> bool:
        """Whether the registry gives other bytes than those we uploaded: only then is a flaw of the file the registry's."""
        ours = self.subject.distribution(self.file.filename)
        return ours is not None and content(self.answer) != ours.content

    @cached_property
    def original(self) -> Archive | None:
        """What we uploaded under this name, opened; None for a file of somebody else."""
        ours = self.subject.distribution(self.file.filename)
        if ours is None:
            return None
        found = open_wheel(ours.content) if ours.filename.endswith(".whl") else open_sdist(ours.content)
        return replace(found, filename=ours.filename)


def opened(registry: Registry, subjects: Iterable[Subject], suffix: str) -> Iterator[Opened]:
    """Every listed file with this suffix that can be had."""
    for subject in subjects:
        wanted = [file for file in subject.files if file.filename.endswith(suffix)]
        for file, answer in fetched(registry, subject, wanted):
            if content(answer) is not None:
                reader = read_wheel if suffix == ".whl" else read_sdist
                found = registry.http.read(answer, reader)
                yield Opened(subject, file, answer, replace(found, filename=file.filename))


def read_wheel(answer: Exchange) -> Archive:
    """Open a wheel that was downloaded."""
    return open_wheel(answer.body)


def read_sdist(answer: Exchange) -> Archive:
    """Open an sdist that was downloaded."""
    return open_sdist(answer.body)


def open_wheel(data: bytes) -> Archive:
    """Open a wheel."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            members = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
            odd = tuple(entry.filename for entry in entries if not _is_utf8(entry))
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as error:
        return Archive(".whl", {}, f"not a zip archive that can be read: {error}")
    return Archive(".whl", members, odd=odd)


def _is_utf8(entry: zipfile.ZipInfo) -> bool:
    """Whether a member's name is UTF-8: flagged so, plain ASCII, or such bytes under the old code page (APPNOTE 4.4.4, bit 11)."""
    if entry.flag_bits & 0x800 or entry.orig_filename.isascii():
        return True
    try:
        entry.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return False
    return True


def open_sdist(data: bytes) -> Archive:
    """Open an sdist as the spec says: tarfile, mode r:gz."""
    members: dict[str, bytes] = {}
    odd: list[str] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for member in archive:
                if why := _unsafe(member):
                    odd.append(f"{member.name} {why}")
                elif member.isfile():
                    stream = archive.extractfile(member)
                    members[member.name] = stream.read() if stream else b""
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        return Archive(".tar.gz", {}, f"tarfile can't open it with mode r:gz: {error}")
    return Archive(".tar.gz", members, odd=tuple(odd))


def _unsafe(member: tarfile.TarInfo) -> str:
    """Why a member must not be unpacked, by the rules of tarfile's data filter (PEP 706, PEP 721); "" when it may be."""
    try:
        tarfile.data_filter(member, "/nowhere")
    except tarfile.AbsoluteLinkError:
        return "links to an absolute path"
    except tarfile.LinkOutsideDestinationError:
        return "links outside"
    except tarfile.SpecialFileError:
        return "is a device"
    except tarfile.FilterError:
        return "lies outside"
    return ""


def as_version(text: str) -> Version | None:
    """A version, or None."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def same_release(archive: Archive, name: str, version: str) -> bool:
    """Whether the metadata inside name this project and version, in any spelling."""
    inner = as_version(archive.value("version"))
    return (
        canonicalize_name(archive.value("name")) == canonicalize_name(name)
        and inner is not None
        and inner == as_version(version)
    )
