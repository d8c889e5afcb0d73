"""What real clients took, compared by hash with what was published."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.version import Version

from conformance.judging.clients_wishes import Wish
from fixtures.clients import Ran, Taken
from fixtures.pages import normalize, parse_filename
from fixtures.verdicts import Findings
from sample_packages.model import Distribution

ADVICE = "look at what the client says, and at the broken requirements of the pages and files behind it"


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
        right = _is(version, item) and digest in item.sha256
        if not version:
            said = ran.said
        elif digest not in item.sha256 and _is(version, item):
            said = f"{version} with other bytes (SHA-256 {digest})"
        else:
            said = f"version {version}"
        _expect(findings, right, item, said, ran)


def judge_versions(findings: Findings, ran: Ran, wishes: Iterable[Wish], got: Mapping[str, str]) -> None:
    """Judge which versions a client chose."""
    for item in wishes:
        version = got.get(item.project, "")
        right = ran.ok and _is(version, item)
        _expect(findings, right, item, f"version {version}" if version and ran.ok else ran.said, ran)


def judge_taken(
    findings: Findings,
    taken: Taken,
    wishes: Iterable[Wish],
    *,
    kind: str = "wheel",
    place: str = "",
    requirement: str = "",
) -> None:
    """Judge what a client installed: the version that fits best, each file as published, and the same in its lock file.

    `kind` is the kind of file that had to come; `place` says where the credentials were, when that is what is judged.
    """
    versions = installed(taken.tree)
    for item in wishes:
        version = versions.get(item.project, "")
        said = f"version {version}" if version and taken.ran.ok else taken.ran.said
        right = taken.ran.ok and _is(version, item)
        if right:
            wrong = [*_changed(taken.tree, item, kind), *_wrongly_locked(taken, item)]
            right, said = not wrong, f"version {version}, but {'; '.join(wrong[:5])}"
        said = f"with the credentials from the place {place}: {said}" if place else said
        _expect(findings, right, item, said, taken.ran, requirement)


def judge_refused(findings: Findings, taken: Taken, item: Wish, rule: str) -> None:
    """Judge that a client found nothing that it may take, because of a rule of the user's."""
    version = installed(taken.tree).get(item.project, "")
    findings.expect(
        not version and not taken.ran.ok,
        expected=f"nothing for {item.requirement}: {rule}",
        got=f"version {version}" if version else taken.ran.said,
        at=taken.ran.command,
        why=f"a user of {taken.ran.client} gets what the user's own rule forbids",
        advice=ADVICE,
        reproduction=taken.ran.command,
    )


def contents(file: Distribution) -> Iterator[tuple[str, bytes]]:
    """Path below site-packages -> bytes, of what installing a file brings there, but for what installers write themselves."""
    if file.kind == "wheel":
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            for name in archive.namelist():
                if not name.endswith(("/", ".dist-info/RECORD")):
                    yield name, archive.read(name)
        return
    with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
        for member in archive.getmembers():
            _, _, below = member.name.partition("/src/")
            if below and member.isfile() and (inside := archive.extractfile(member)):
                yield below, inside.read()


def _changed(tree: Path, item: Wish, kind: str) -> Iterator[str]:
    """What is not there, or not as it was published. Of several wheels of a release any may have come."""
    wrong: list[list[str]] = []
    for file in (file for file in item.release if file.kind == kind):
        wrong.append([])
        for name, content in contents(file):
            path = tree / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no such file"
            if digest != hashlib.sha256(content).hexdigest():
                wrong[-1].append(f"{name} of {file.filename} is not as published ({digest})")
    yield from min(wrong, key=len, default=[])


def _wrongly_locked(taken: Taken, item: Wish) -> Iterator[str]:
    """What the lock file says otherwise; pip and uv have none here."""
    if not taken.locked:
        return
    locked = taken.locked.get(item.project)
    if locked is None:
        yield "its lock file does not have it"
    elif not locked.sha256 <= item.every_sha256 or not locked.sha256 & item.every_sha256:
        yield f"its lock file has the hashes {', '.join(sorted(locked.sha256)) or 'none'}"


def _is(version: str, item: Wish) -> bool:
    return bool(version) and Version(version) == Version(item.version)


def _expect(findings: Findings, right: bool, item: Wish, said: str, ran: Ran, requirement: str = "") -> None:
    findings.expect(
        right,
        expected=f"{item.version} for {item.requirement}, byte for byte",
        got=said,
        at=ran.command,
        why=f"a user of {ran.client} gets no package, or a wrong one",
        advice=ADVICE,
        requirement=requirement or (),
        reproduction=ran.command,
    )
