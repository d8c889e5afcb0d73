"""Provenance objects: their form (Index hosted attestations, living spec)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.judging.provenance import WHY, Provenance, attestations, decoded, provenances
from fixtures import dsse
from fixtures.registry import Registry
from fixtures.staged import Staged
from fixtures.verdicts import Findings, requirement


def bundles(
    staged: Staged, registry: Registry, findings: Findings
) -> Iterator[tuple[Provenance, dict[str, Any]]]:
    """Every bundle of every provenance object."""
    for found in provenances(staged, registry, findings):
        for bundle in found.bundles:
            yield found, bundle


def say(findings: Findings, ok: bool, found: Provenance, expected: str, got: object, advice: str) -> None:
    """Judge one thing about a provenance object."""
    findings.expect(
        ok,
        expected=f"{expected} in the provenance of {found.pointer.file.filename}",
        got=got if isinstance(got, str) else repr(got),
        at=found.answer,
        why=WHY,
        advice=advice,
    )


@requirement("attest/provenance-json", "attest/mutable")
def test_provenance_is_a_json_object(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The provenance is a JSON object."""
    for found in provenances(staged, registry, findings):
        said = found.answer.said
        say(
            findings,
            found.data is not None,
            found,
            "a JSON object",
            said,
            "serve the object itself, as UTF-8",
        )
        findings.note("a provenance object may change later", "attest/mutable")


@requirement("attest/provenance-version")
def test_provenance_has_version_1(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Its version is the number 1."""
    for found in provenances(staged, registry, findings):
        if found.data is not None:
            version = found.data.get("version")
            right = version == 1 and not isinstance(version, bool)
            say(findings, right, found, "version 1, as a number", version, "write 1, not a text")


@requirement("attest/bundles-required")
def test_provenance_has_bundles(staged: Staged, registry: Registry, findings: Findings) -> None:
    """It has an array of at least one bundle of attestations."""
    for found in provenances(staged, registry, findings):
        if found.data is not None:
            value = found.data.get("attestation_bundles")
            right = isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
            say(
                findings,
                right,
                found,
                "an array of one or more objects under attestation_bundles",
                value,
                "leave the pointer away when there is no bundle",
            )


@requirement("attest/bundle-publisher")
def test_bundles_have_a_publisher(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Each bundle has an object for its publisher."""
    for found, bundle in bundles(staged, registry, findings):
        value = bundle.get("publisher")
        right = isinstance(value, dict)
        say(
            findings,
            right,
            found,
            "an object under publisher",
            value,
            "say who published with these attestations",
        )


@requirement("attest/publisher-kind", "attest/publisher-extra")
def test_publishers_have_a_kind(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Each publisher has its kind as a string."""
    for found, bundle in bundles(staged, registry, findings):
        publisher = bundle.get("publisher")
        if isinstance(publisher, dict):
            kind = publisher.get("kind")
            right = isinstance(kind, str) and kind != ""
            say(findings, right, found, "a text under publisher.kind", kind, "name the kind of publisher")
            findings.note(f"keys of the publisher: {', '.join(sorted(publisher))}", "attest/publisher-extra")


@requirement("attest/publisher-claims")
def test_publishers_have_claims(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Each publisher has claims, an object or null."""
    for found, bundle in bundles(staged, registry, findings):
        publisher = bundle.get("publisher")
        if isinstance(publisher, dict):
            claims = publisher.get("claims", "no such key")
            right = claims is None or isinstance(claims, dict)
            say(
                findings,
                right,
                found,
                "an object or null under publisher.claims",
                claims,
                "always send the key",
            )


@requirement("attest/bundle-attestations")
def test_bundles_have_attestations(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Each bundle has an array of at least one attestation object."""
    for found, bundle in bundles(staged, registry, findings):
        value = bundle.get("attestations")
        right = isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
        say(findings, right, found, "an array of one or more attestations", value, "leave empty bundles out")


@requirement("attest/attestation-version")
def test_attestations_have_version_1(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The version of each attestation is 1."""
    for found, attestation in attestations(staged, registry, findings):
        version = attestation.data.get("version")
        right = version == 1 and not isinstance(version, bool)
        say(findings, right, found, "attestations of version 1", version, "serve attestations as they came")


@requirement("attest/attestation-keys")
def test_attestations_have_their_keys(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Each attestation has its version, its verification material and its envelope."""
    for found, attestation in attestations(staged, registry, findings):
        data = attestation.data
        right = "version" in data and bool(attestation.material) and bool(attestation.envelope)
        wanted = "version, verification_material and envelope"
        say(findings, right, found, wanted, sorted(data), "serve attestations as they came, keys included")


@requirement("attest/certificate")
def test_attestations_have_a_certificate(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The verification material has an X.509 certificate with a P-256 key, DER in base64."""
    for found, attestation in attestations(staged, registry, findings):
        data = decoded(attestation.material.get("certificate"))
        problem = "no base64" if data is None else ""
        try:
            dsse.certificate_key(data or b"")
        except dsse.NotReadable as error:
            problem = problem or str(error)
        wanted = "a DER certificate in base64, with a P-256 key"
        say(
            findings,
            not problem,
            found,
            wanted,
            problem,
            "DER in plain base64: no PEM lines, no URL-safe letters",
        )


@requirement("attest/transparency-model")
def test_log_entries_are_objects(staged: Staged, registry: Registry, findings: Findings) -> None:
    """Entries of the transparency log are objects."""
    for found, attestation in attestations(staged, registry, findings):
        entries = attestation.material.get("transparency_entries")
        if entries is not None:
            right = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
            say(
                findings,
                right,
                found,
                "an array of objects under transparency_entries",
                entries,
                "keep them as they came",
            )


@requirement("attest/envelope")
def test_envelopes_have_statement_and_signature(
    staged: Staged, registry: Registry, findings: Findings
) -> None:
    """The envelope has a statement and a signature, both in base64."""
    for found, attestation in attestations(staged, registry, findings):
        for key in ("statement", "signature"):
            value = attestation.envelope.get(key)
            right = decoded(value) is not None
            say(
                findings,
                right,
                found,
                f"envelope.{key} in base64",
                value,
                "plain base64 with its padding, no lines",
            )
