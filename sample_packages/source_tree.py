"""The source tree of a release: what a maintainer would have in a checkout, ready for `build`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

from sample_packages import backend
from sample_packages.model import SampleRelease
from sample_packages.naming import file_component

PYPROJECT = """\
[build-system]
requires = []
build-backend = "sample_backend"
backend-path = ["_backend"]
"""


def file_version(version: str) -> str:
    """Give the form a version has in file names: normalized (PEP 625, wheel spec). What is no version stays as it is."""
    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def source_tree(name: str, purpose: str, release: SampleRelease) -> dict[str, bytes]:
    """Give path -> bytes of all files of the tree."""
    module = file_component(name)
    texts = {
        "pyproject.toml": PYPROJECT,
        backend.DESCRIPTION_FILE: _description(name, release),
        f"src/{module}/__init__.py": _init(purpose, release.version),
        **{f"src/{module}/{path}": text for path, text in release.files},
        **dict(release.license_files),
    }
    tree = {path: text.encode() for path, text in texts.items()}
    if release.payload:
        tree[f"src/{module}/payload.bin"] = incompressible(f"{name} {release.version}", release.payload)
    return {**tree, backend.TREE_COPY: _backend_source()}


def write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a directory."""
    for folder in {(directory / path).parent for path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (directory / path).write_bytes(data)


def incompressible(seed: str, size: int) -> bytes:
    """Give bytes that look random and are the same everywhere: SHAKE-256 of the seed (FIPS 202)."""
    return hashlib.shake_256(seed.encode()).digest(size)


def _description(name: str, release: SampleRelease) -> str:
    def headers(kind: str, requires_python: str | None = None) -> list[list[str]]:
        wanted = requires_python or release.metadata.requires_python
        return release.metadata.headers(
            name, release.version, "sdist" if kind == "sdist" else "wheel", wanted
        )

    sample = {
        "distribution": file_component(name),
        "version": file_version(release.version),
        "description": release.metadata.description,
        "sdist_headers": headers("sdist"),
        "wheel_headers": headers("wheel"),
        "wheels": [
            {"tag": wheel.tag, "build": wheel.build, "headers": headers("wheel", wheel.requires_python)}
            for wheel in release.wheels
        ],
        "entry_points": release.entry_points,
        "license_files": [path for path, _ in release.license_files],
    }
    return json.dumps(sample, indent=1) + "\n"


def _init(purpose: str, version: str) -> str:
    """Write the import package: it can be imported, and says what it is."""
    return (
        f"PURPOSE = {purpose!r}\n__version__ = {version!r}\n\n\n"
        "def main() -> None:\n    print(__name__, __version__)\n"
    )


@cache
def _backend_source() -> bytes:
    # Line ends as in the repository, also when a checkout on Windows made them CRLF: the bytes go into every sdist.
    return Path(backend.__file__).read_bytes().replace(b"\r\n", b"\n")
