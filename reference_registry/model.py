"""What a registry holds: projects, their releases, and the files of a release. All values are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

STATUSES = ("active", "archived", "quarantined", "deprecated")


@dataclass(frozen=True)
class Digests:
    """The digests of some bytes, in lower-case hex."""

    md5: str
    sha256: str
    blake2b_256: str


@dataclass(frozen=True)
class StoredFile:
    """One distribution as it was uploaded."""

    filename: str
    project: str  # normalized
    version: str  # normalized, one of the project's releases
    filetype: str  # "sdist" or "bdist_wheel"
    pyversion: str
    size: int
    digests: Digests
    path: Path
    uploaded: datetime
    uploader: str
    requires_python: str | None = None  # of this very file
    metadata: bytes | None = None  # served as sidecar, when it can be relied on
    metadata_sha256: str = ""
    comment: str = ""
    signature: bytes | None = None
    attestations: tuple[Mapping[str, Any], ...] = ()
    yanked: bool = False
    yanked_reason: str = ""


@dataclass(frozen=True)
class Release:
    """One version of a project; its metadata are those of the form of its first upload."""

    version: str
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """Everything published under one normalized name."""

    name: str  # normalized
    display_name: str
    owner: str
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)
    status: str = "active"
    status_reason: str = ""
    serial: int = 0
