"""What real clients are asked for, and what should come of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from fixtures.clients import Ran
from fixtures.pages import ListedFile, normalize, parse_filename
from fixtures.site import Site
from fixtures.verdicts import Findings, NotReached

FROM_OTHERS = 2  # projects that are downloaded in a read-only run
SMALL = 4 * 1024 * 1024  # bytes of such a file
ANYWHERE = "-py3-none-any.whl"


@dataclass(frozen=True)
class Wish:
    """A requirement as a user writes it, the version that fits it best, and the digests of the files that may come."""

    requirement: str
    project: str  # normalized
    version: str
    sha256: frozenset[str]

    @property
    def pin(self) -> str:
        """The requirement with hashes, as in a lock file."""
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted(self.sha256))
        return f"{self.project}=={self.version} {hashes}"


def wish(site: Site, key: str, specifier: str, version: str, *, kind: str = "wheel", extra: str = "") -> Wish:
    """A wish for a sample package. Ends the check as not reached when its files are not all there."""
    project = site.published[key]
    digests = {
        d.sha256 for d in project.distributions if d.kind == kind and Version(d.version) == Version(version)
    }
    return Wish(f"{project.normalized}{extra}{specifier}", project.normalized, version, frozenset(digests))


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


def downloaded(folder: Path) -> Mapping[str, tuple[str, str]]:
    """Normalized project -> (version, SHA-256) of the files that a client put there."""
    found = {}
    for path in folder.iterdir():
        if (parsed := parse_filename(path.name)) is not None:
            found[parsed[0]] = (str(parsed[1]), hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def installed(folder: Path) -> Mapping[str, str]:
    """Normalized project -> version of what a client installed there."""
    names = (path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))
    return {normalize(name.rpartition("-")[0]): name.rpartition("-")[2] for name in names}


def pinned(text: str) -> Mapping[str, str]:
    """Normalized project -> version of the pins that a client printed."""
    return {
        normalize(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def judge_files(
    findings: Findings, ran: Ran, wishes: Iterable[Wish], got: Mapping[str, tuple[str, str]]
) -> None:
    """Judge what a client downloaded: the version that fits best, with the right bytes."""
    for item in wishes:
        version, digest = got.get(item.project, ("", ""))
        right = bool(version) and Version(version) == Version(item.version) and digest in item.sha256
        if not version:
            said = ran.said
        elif digest not in item.sha256 and Version(version) == Version(item.version):
            said = f"{version} with other bytes (SHA-256 {digest})"
        else:
            said = f"version {version}"
        _expect(findings, right, item, said, ran)


def judge_versions(findings: Findings, ran: Ran, wishes: Iterable[Wish], got: Mapping[str, str]) -> None:
    """Judge which versions a client chose."""
    for item in wishes:
        version = got.get(item.project, "")
        right = ran.ok and bool(version) and Version(version) == Version(item.version)
        _expect(findings, right, item, f"version {version}" if version and ran.ok else ran.said, ran)


def _expect(findings: Findings, right: bool, item: Wish, said: str, ran: Ran) -> None:
    findings.expect(
        right,
        expected=f"{item.version} for {item.requirement}, byte for byte",
        got=said,
        at=ran.command,
        why=f"a user of {ran.client} gets no package, or a wrong one",
        advice="look at what the client says, and at the broken requirements of the pages and files behind it",
        reproduction=ran.command,
    )
