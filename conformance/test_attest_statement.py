"""Statements of attestations: they speak of the file that carries them, and the signature holds (Index hosted attestations)."""

from __future__ import annotations

import re

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from conformance.judging.provenance import WHY, Attestation, Provenance, attestations, decoded, provenances
from conformance.judging.reading import content, digest
from fixtures import dsse
from fixtures.attestation import PUBLISH, SLSA, STATEMENT
from fixtures.exchange import Exchange
from fixtures.registry import Registry
from fixtures.staged import Staged
from fixtures.verdicts import Findings, requirement

TYPES = (PUBLISH, SLSA)


def say(
    findings: Findings,
    ok: bool,
    found: Provenance,
    expected: str,
    got: object,
    advice: str,
    also: list[Exchange] | None = None,
) -> None:
    """Judge one thing about an attestation."""
    findings.expect(
        ok,
        expected=f"{expected} (attestation of {found.pointer.file.filename})",
        got=got if isinstance(got, str) else repr(got),
        at=found.answer,
        also=also or [],
        why=WHY,
        advice=advice,
    )


@requirement("attest/statement-in-toto")
def test_statements_are_in_toto(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The statement is JSON: an in-toto statement, version 1."""
    for found, attestation in attestations(staged, registry, findings):
        kind = (attestation.statement or {}).get("_type")
        say(
            findings,
            kind == STATEMENT,
            found,
            f"_type {STATEMENT}",
            kind,
            "serve the statement that was signed",
        )


@requirement("attest/single-subject")
def test_statements_have_one_subject(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The statement speaks of one subject."""
    for found, attestation in readable(staged, registry, findings):
        count = len(attestation.subjects)
        say(
            findings,
            count == 1,
            found,
            "one subject",
            f"{count} subjects",
            "refuse other attestations at upload",
        )


@requirement("attest/subject-name-valid")
def test_subject_names_are_file_names(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The subject's name is the name of a wheel or an sdist."""
    for found, attestation in readable(staged, registry, findings):
        name = (attestation.subject or {}).get("name")
        right = isinstance(name, str) and parsed(name) is not None
        say(
            findings,
            right,
            found,
            "the name of a wheel or sdist",
            name,
            "refuse other attestations at upload",
        )


@requirement("attest/subject-name-matches")
def test_subjects_are_the_file(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The subject's name, once parsed, is that of the file that carries the attestation."""
    for found, attestation in readable(staged, registry, findings):
        name, own = (attestation.subject or {}).get("name"), parsed(found.pointer.file.filename)
        if own is not None:
            right = isinstance(name, str) and parsed(name) == own
            say(
                findings,
                right,
                found,
                f"{found.pointer.file.filename} as subject",
                name,
                "keep each file's own",
            )


@requirement("attest/subject-sha256")
def test_subjects_have_a_sha256(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The subject has a sha256 digest, in hex."""
    for found, attestation in readable(staged, registry, findings):
        value = subject_sha256(attestation)
        right = re.fullmatch(r"[0-9a-fA-F]{64}", value) is not None
        say(
            findings,
            right,
            found,
            "64 hex digits as digest.sha256 of the subject",
            value,
            "refuse it at upload",
        )


@requirement("attest/subject-digest-matches")
def test_subject_digest_is_that_of_the_file(staged: Staged, registry: Registry, findings: Findings) -> None:
    """That digest is the digest of the file served."""
    for found, attestation in readable(staged, registry, findings):
        file = registry.file(found.pointer.file)
        data = content(file)
        if data is not None:
            right, told = digest("sha256", data), subject_sha256(attestation)
            advice = "keep attestations with the bytes that they were made for"
            say(findings, told.lower() == right, found, f"the file's sha256 {right}", told, advice, [file])


@requirement("attest/predicate-types")
def test_predicates_are_of_known_types(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The statement is of a type that the spec names: SLSA provenance or PyPI publish."""
    for found, attestation in readable(staged, registry, findings):
        kind = (attestation.statement or {}).get("predicateType")
        say(
            findings,
            kind in TYPES,
            found,
            f"predicateType {' or '.join(TYPES)}",
            kind,
            "clients know no other type",
        )


@requirement("attest/dsse-signature")
def test_signatures_fit(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The signature fits the statement under the certificate's key, as DSSE packs it."""
    for found, attestation in attestations(staged, registry, findings):
        certificate = decoded(attestation.material.get("certificate"))
        statement, signature = (decoded(attestation.envelope.get(key)) for key in ("statement", "signature"))
        if certificate is None or statement is None or signature is None:
            continue  # judged by the checks on certificate and envelope
        try:
            key = dsse.certificate_key(certificate)
        except dsse.NotReadable:
            continue
        try:
            right = dsse.holds(key, statement, signature)
        except dsse.NotReadable as error:
            right, signature = False, str(error).encode()
        say(
            findings,
            right,
            found,
            "a signature of this statement",
            signature.hex(),
            "serve both as they came, byte for byte",
        )


@requirement("attest/superset-of-upload")
def test_provenance_has_all_that_was_uploaded(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The provenance has all attestations that came with the upload."""
    scene = staged.attested()
    if not scene.taken:
        findings.not_offered(scene.proof)
        return
    for found in provenances(staged, registry, findings):
        if found.pointer.file.filename == scene.distribution.filename:
            served = [attestation.envelope for attestation in found.attestations]
            missing = [sent for sent in scene.attestations if sent["envelope"] not in served]
            advice = "keep every attestation of an accepted upload"
            wanted = f"the {len(scene.attestations)} attestations of the upload"
            say(
                findings,
                not missing,
                found,
                wanted,
                f"without {len(missing)} of them",
                advice,
                [scene.answer],
            )


def readable(staged: Staged, registry: Registry, findings: Findings) -> list[tuple[Provenance, Attestation]]:
    """The attestations whose statement can be read; that it can is judged by its own check."""
    found = attestations(staged, registry, findings)
    return [(owner, attestation) for owner, attestation in found if attestation.statement is not None]


def subject_sha256(attestation: Attestation) -> str:
    """The sha256 of the first subject, or ""."""
    told = (attestation.subject or {}).get("digest")
    value = told.get("sha256") if isinstance(told, dict) else None
    return value if isinstance(value, str) else ""


def parsed(filename: str) -> object:
    """A wheel's or sdist's name in its parts, however it is spelled; None for other names."""
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)
        return parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
