"""The data: sample projects as they are described, and distributions as they are made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from sample_packages.naming import file_component, normalize

Kind = Literal["wheel", "sdist"]


@dataclass(frozen=True)
class WheelSpec:
    """One wheel of a release."""

    tag: str = "py3-none-any"
    build: str = ""
    requires_python: str | None = None  # when this wheel asks for another Python than its release


@dataclass(frozen=True)
class CoreMetadata:
    """The core metadata of a release, but for its name and version."""

    metadata_version: str = "2.1"
    summary: str = ""
    requires_python: str | None = ">=3.8"
    requires_dist: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    other: tuple[tuple[str, str], ...] = ()  # further headers, in order
    dynamic: tuple[tuple[str, str], ...] = ()  # headers known only once the wheel is built (PEP 643)
    description: str = ""
    description_content_type: str = "text/plain; charset=UTF-8"

    def about(self, purpose: str) -> CoreMetadata:
        """Give the same metadata with the purpose as summary and description where it has none of its own."""
        return replace(self, summary=self.summary or purpose, description=self.description or f"{purpose}\n")

    def headers(self, name: str, version: str, kind: Kind, requires_python: str | None) -> list[list[str]]:
        """Give the headers in order; an sdist says `Dynamic` where the wheel says the value (PEP 643)."""
        rows = [["Metadata-Version", self.metadata_version], ["Name", name], ["Version", version]]
        if kind == "sdist":
            rows += [["Dynamic", header] for header in dict(self.dynamic)]
        rows += [["Summary", self.summary]] if self.summary else []
        rows += [[header, value] for header, value in self.other]
        rows += [["Requires-Python", requires_python]] if requires_python else []
        rows += [["Requires-Dist", requirement] for requirement in self.requires_dist]
        if kind == "wheel":
            rows += [[header, value] for header, value in self.dynamic]
        rows += [["Provides-Extra", extra] for extra in self.extras]
        if self.description:
            rows.append(["Description-Content-Type", self.description_content_type])
        return rows


@dataclass(frozen=True)
class SampleRelease:
    """One release: its version as the metadata spells it, and which files it has."""

    version: str
    wheels: tuple[WheelSpec, ...] = (WheelSpec(),)
    sdist: bool = False
    metadata: CoreMetadata = CoreMetadata()
    files: tuple[tuple[str, str], ...] = ()  # further text files of the import package
    license_files: tuple[tuple[str, str], ...] = ()  # beside pyproject.toml (PEP 639)
    entry_points: str = ""
    payload: int = 0  # bytes of incompressible data in the import package

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Which kinds of distribution the release has."""
        return (*(("wheel",) if self.wheels else ()), *(("sdist",) if self.sdist else ()))


@dataclass(frozen=True)
class SampleProject:
    """A small project that exists to show one thing to a registry."""

    key: str
    name: str
    purpose: str
    releases: tuple[SampleRelease, ...]

    @property
    def normalized(self) -> str:
        """The normalized name (PEP 503)."""
        return normalize(self.name)

    @property
    def module(self) -> str:
        """The import package that every file of the project installs."""
        return file_component(self.name)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions as the metadata spells them."""
        return tuple(release.version for release in self.releases)


@dataclass(frozen=True)
class Distribution:
    """One file, with all that its upload needs."""

    project_key: str
    name: str  # as the metadata spells it
    normalized: str
    version: str  # as the metadata spells it
    filename: str
    kind: Kind
    content: bytes = field(repr=False)
    metadata: bytes = field(repr=False)  # METADATA or PKG-INFO
    metadata_version: str
    requires_python: str | None
    form: tuple[tuple[str, str], ...] = field(repr=False)  # what twine sends, but the digests and the content

    @property
    def module(self) -> str:
        """The import package that the file installs."""
        return file_component(self.name)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def md5(self) -> str:
        """MD5 of the file, in hexadecimal; the legacy upload form still has a field for it."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @cached_property
    def blake2_256(self) -> str:
        """BLAKE2b of 256 bits of the file, in hexadecimal, as in the legacy upload form."""
        return hashlib.blake2b(self.content, digest_size=32).hexdigest()
