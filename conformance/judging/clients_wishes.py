"""What real clients are asked for, and which files may come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.version import Version

from fixtures.pages import ListedFile
from fixtures.site import Site
from fixtures.verdicts import NotReached
from sample_packages.model import Distribution

FROM_OTHERS = 2  # projects that are downloaded in a read-only run
SMALL = 4 * 1024 * 1024  # bytes of such a file
ANYWHERE = "-py3-none-any.whl"

# sample package, what a user writes, what has to come
FINAL = (
    ("normalized", "==1.0", "1.0"),
    ("numeric-order", ">1.2,<2", "1.10"),
    ("pre-and-final", "", "1.0"),
    ("only-pre", "", "1.0rc2"),
    ("post-latest", ">=1.0", "1.0.post2"),
    ("epoch", "", "1!0.5"),
    ("requires-python", "", "1.0"),  # uv looks at lower bounds alone and would take 3.0, of ==2.7.*
)
SDISTS = (("sdist-only", "==1.0", "1.0"), ("calendar", "<2024.10", "2024.1.5"))


@dataclass(frozen=True)
class Wish:
    """A requirement as a user writes it, the version that fits it best, and the digests of the files that may come."""

    requirement: str
    project: str  # normalized
    version: str
    sha256: frozenset[str]
    release: tuple[Distribution, ...] = ()  # all files of that version, where we published them

    @property
    def every_sha256(self) -> frozenset[str]:
        """The digests of all files of the release: a lock file may name those too that were not taken."""
        return self.sha256 | {file.sha256 for file in self.release}

    @property
    def pin(self) -> str:
        """The requirement with hashes, as in a lock file."""
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted(self.sha256))
        return f"{self.project}=={self.version} {hashes}"


def wish(site: Site, key: str, specifier: str, version: str, *, kind: str = "wheel", extra: str = "") -> Wish:
    """A wish for a sample package. Ends the check as not reached when its files are not all there."""
    project = site.published[key]
    return wish_for(project.distributions, specifier, version, kind=kind, extra=extra)


def wish_for(
    files: Iterable[Distribution], specifier: str, version: str, *, kind: str = "wheel", extra: str = ""
) -> Wish:
    """A wish for one of these files of one project; `version` is the one that should come."""
    release = tuple(file for file in files if Version(file.version) == Version(version))
    name = release[0].normalized
    digests = frozenset(file.sha256 for file in release if file.kind == kind)
    return Wish(f"{name}{extra}{specifier}", name, version, digests, release)


def available(site: Site, rows: Iterable[tuple[str, str, str]], kind: str = "wheel") -> list[Wish]:
    """The wishes whose sample packages are all there (key, specifier, version)."""
    found, reason = [], ""
    for key, specifier, version in rows:
        try:
            found.append(wish(site, key, specifier, version, kind=kind))
        except NotReached as missing:
            reason = str(missing)
    if not found:
        raise NotReached(reason or "no sample package is there")
    return found


def from_others(site: Site) -> list[Wish]:
    """Wishes for files that others published, with the digests of the page; for read-only runs."""
    found = []
    for subject in site.subjects:
        file = next((f for f in subject.files if _is_plain(f)), None)
        if file is not None and file.parsed is not None:
            version = str(file.parsed[1])
            found.append(
                Wish(
                    f"{subject.normalized}=={version}",
                    subject.normalized,
                    version,
                    _digests(subject.files, version),
                )
            )
    if not found:
        raise NotReached(
            "no project has a small wheel for every Python, with a SHA-256 and without a Requires-Python"
        )
    return found[:FROM_OTHERS]


def _is_plain(file: ListedFile) -> bool:
    """A wheel that any Python takes, with a hash that can be compared."""
    small = file.size is None or file.size <= SMALL
    return (
        file.filename.endswith(ANYWHERE)
        and len(file.hashes.get("sha256", "")) == 64
        and not file.requires_python
        and not file.yanked
        and small
        and file.parsed is not None
        and file.parsed[1].local is None
    )


def _digests(files: Iterable[ListedFile], version: str) -> frozenset[str]:
    return frozenset(
        f.hashes["sha256"].lower()
        for f in files
        if "sha256" in f.hashes and f.parsed and str(f.parsed[1]) == version
    )
