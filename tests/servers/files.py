"""Small distributions for indexes that are filled from a folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from packaging.utils import parse_sdist_filename, parse_wheel_filename

WHEEL = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
MTIME = 1_600_000_000  # any fixed time keeps the bytes the same
ZIP_TIME = (2020, 9, 13, 12, 26, 40)


@dataclass(frozen=True)
class IndexFile:
    """A distribution that an index can list."""

    filename: str
    content: bytes
    metadata: bytes = b""  # the METADATA file; empty when none is offered
    requires_python: str = ""
    yanked: str | None = None  # the reason

    @cached_property
    def sha256(self) -> str:
        """The hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def project(self) -> str:
        """The normalized name of the project, taken from the file name."""
        if self.filename.endswith(".whl"):
            return parse_wheel_filename(self.filename)[0]
        return parse_sdist_filename(self.filename)[0]


def metadata(name: str, version: str, requires_python: str = "") -> bytes:
    """A METADATA file (core metadata 2.1)."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", f"Summary: {name} for tests"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    return ("\n".join(lines) + "\n").encode()


def wheel(name: str, version: str, requires_python: str = "") -> IndexFile:
    """A pure wheel with one module (binary distribution format)."""
    stem = name.lower().replace("-", "_").replace(".", "_")
    about = metadata(name, version, requires_python)
    members = {
        f"{stem}.py": f"VERSION = {version!r}\n".encode(),
        f"{stem}-{version}.dist-info/METADATA": about,
        f"{stem}-{version}.dist-info/WHEEL": WHEEL.encode(),
    }
    record = "".join(f"{path},,\n" for path in members)
    record_path = f"{stem}-{version}.dist-info/RECORD"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**members, record_path: f"{record}{record_path},,\n".encode()}.items():
            archive.writestr(zipfile.ZipInfo(path, ZIP_TIME), content)
    return IndexFile(f"{stem}-{version}-py3-none-any.whl", buffer.getvalue(), about, requires_python)


def sdist(name: str, version: str) -> IndexFile:
    """A source distribution with PKG-INFO and a module (source distribution format)."""
    stem = name.lower().replace("-", "_").replace(".", "_")
    members = {
        f"{stem}-{version}/PKG-INFO": metadata(name, version),
        f"{stem}-{version}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\n'.encode(),
        f"{stem}-{version}/{stem}.py": f"VERSION = {version!r}\n".encode(),
    }
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=MTIME) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime = len(content), MTIME
            archive.addfile(entry, io.BytesIO(content))
    return IndexFile(f"{stem}-{version}.tar.gz", buffer.getvalue())


def usual_files() -> tuple[IndexFile, ...]:
    """Two projects: a wheel and an sdist of several versions, one of them yanked, and a wheel for new Pythons only."""
    return (
        wheel("served-one", "1.0"),
        sdist("served-one", "1.0"),
        wheel("served-one", "1.1", ">=3.8"),
        replace(wheel("served-one", "1.2"), yanked="does not start"),
        wheel("Served.Two", "0.1"),
        wheel("Served.Two", "0.2rc1"),
    )


def by_project(files: Iterable[IndexFile]) -> dict[str, list[IndexFile]]:
    """The files of each project, projects in order of name."""
    found: dict[str, list[IndexFile]] = {}
    for file in sorted(files, key=lambda f: (f.project, f.filename)):
        found.setdefault(file.project, []).append(file)
    return found
