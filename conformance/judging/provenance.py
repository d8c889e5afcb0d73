"""Provenance objects as pages point to them (Index hosted attestations, living spec; PEP 740)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from conformance.judging.reading import forms
from fixtures.environment import is_loopback
from fixtures.exchange import Exchange, NoAnswer
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry
from fixtures.staged import Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotReached

ACCEPT = "application/vnd.pypi.integrity.v1+json, application/json; q=0.9, */*; q=0.1"
FOLLOWED = 24  # pointers that are followed
WHY = "a verifier refuses the file, or takes it for one that nobody attested"


@dataclass(frozen=True)
class Pointer:
    """One file whose page points to its provenance."""

    subject: Subject
    page: HtmlPage | JsonPage
    file: ListedFile
    url: str


@dataclass(frozen=True)
class Attestation:
    """One attestation object, read as far as it can be; what can't be read is None."""

    data: dict[str, Any]

    @property
    def material(self) -> dict[str, Any]:
        """The verification material; {} when it is no object."""
        value = self.data.get("verification_material")
        return value if isinstance(value, dict) else {}

    @property
    def envelope(self) -> dict[str, Any]:
        """The envelope; {} when it is no object."""
        value = self.data.get("envelope")
        return value if isinstance(value, dict) else {}

    @cached_property
    def statement(self) -> dict[str, Any] | None:
        """The in-toto statement."""
        try:
            value = json.loads(decoded(self.envelope.get("statement")) or b"")
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def subjects(self) -> list[Any]:
        """The subjects of the statement; [] when there is no array of them."""
        value = (self.statement or {}).get("subject")
        return value if isinstance(value, list) else []

    @property
    def subject(self) -> dict[str, Any] | None:
        """The first subject."""
        return next((item for item in self.subjects if isinstance(item, dict)), None)


@dataclass(frozen=True)
class Provenance:
    """What a pointer leads to. `data` is None when it is no JSON object."""

    pointer: Pointer
    answer: Exchange
    data: dict[str, Any] | None

    @property
    def bundles(self) -> list[dict[str, Any]]:
        """The bundles that are objects."""
        value = (self.data or {}).get("attestation_bundles")
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    @property
    def attestations(self) -> list[Attestation]:
        """The attestations that are objects, of all bundles."""
        found = (bundle.get("attestations") for bundle in self.bundles)
        return [
            Attestation(a) for items in found if isinstance(items, list) for a in items if isinstance(a, dict)
        ]


def decoded(value: object) -> bytes | None:
    """The bytes of a base64 text (RFC 4648 section 4); None when it is none."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def pointers(staged: Staged) -> Iterator[Pointer]:
    """Every pointer of every form of the pages that can be looked at."""
    for subject in staged.with_attested():
        for page in forms(subject):
            for file in page.files:
                if file.provenance:
                    yield Pointer(subject, page, file, file.provenance)


def provenances(staged: Staged, registry: Registry, findings: Findings) -> Iterator[Provenance]:
    """What the pointers lead to, each once. Whether something is there is judged by its own check."""
    seen: set[str] = set()
    for pointer in pointers(staged):
        if pointer.url in seen or len(seen) >= FOLLOWED or not is_whole(pointer.url):
            continue
        seen.add(pointer.url)
        answer = registry.get(pointer.url, accept=ACCEPT)
        if answer.ok:
            try:
                data = answer.json()
            except (ValueError, RecursionError, NoAnswer):
                data = None
            yield Provenance(pointer, answer, data if isinstance(data, dict) else None)
    none_found(staged, findings)


def attestations(
    staged: Staged, registry: Registry, findings: Findings
) -> Iterator[tuple[Provenance, Attestation]]:
    """Every attestation of every provenance object."""
    for found in provenances(staged, registry, findings):
        for attestation in found.attestations:
            yield found, attestation


def none_found(staged: Staged, findings: Findings) -> None:
    """Say why no provenance was there to judge."""
    said = "no page points to the provenance of a file, which is optional"
    try:
        scene = staged.attested()
    except NotReached:
        findings.not_offered(said)
        return
    findings.not_offered(said if scene.taken else f"{said}; {scene.proof}")


def is_whole(url: str) -> bool:
    """Whether a URL has its scheme and host."""
    try:
        parts = urlsplit(url)
        return bool(parts.scheme and parts.hostname)
    except ValueError:
        return False


def is_secure(url: str) -> bool:
    """Whether a URL leads to a secure origin: https, or this machine itself (A-20)."""
    parts = urlsplit(url)
    if parts.scheme.lower() == "https":
        return True
    return parts.scheme.lower() == "http" and is_loopback(parts.hostname or "")
