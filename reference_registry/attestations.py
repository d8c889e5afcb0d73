"""Attestations that come with an upload (PEP 740; Index hosted digital attestations).

Everything is checked that can be checked without a list of trusted publishers: the form, the statement about this very file, and
the signature against the certificate that comes along.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from reference_registry.dsse import certificate_key, signature_is_valid
from reference_registry.errors import Refused
from reference_registry.form import Content

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATES = ("https://docs.pypi.org/attestations/publish/v1", "https://slsa.dev/provenance/v1")


def invalid(why: str) -> Refused:
    """The refusal of an upload for its attestations."""
    return Refused(400, f"The attestations are not valid: {why}.")


def parse_attestations(text: str, content: Content) -> tuple[dict[str, Any], ...]:
    """The attestations in a form's field; one that is not right refuses them all."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("they are not JSON") from None
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise invalid("they are not an array of one or more objects")
    for attestation in listed:
        check_attestation(attestation, content)
    return tuple(listed)


def check_attestation(attestation: dict[str, Any], content: Content) -> None:
    """One attestation object."""
    if attestation.get("version") != 1 or isinstance(attestation["version"], bool):
        raise invalid("the version is not 1")
    material, envelope = attestation.get("verification_material"), attestation.get("envelope")
    if not isinstance(material, dict) or not isinstance(envelope, dict):
        raise invalid("verification_material or envelope is missing")
    if not isinstance(material.get("transparency_entries"), list):
        raise invalid("transparency_entries is not an array")
    certificate = decoded(material.get("certificate"), "certificate")
    statement = decoded(envelope.get("statement"), "statement")
    signature = decoded(envelope.get("signature"), "signature")
    check_statement(statement, content)
    key = certificate_key(certificate)
    if key is None or not signature_is_valid(key, statement, signature):
        raise invalid("the signature does not fit the statement and the certificate")


def decoded(value: object, name: str) -> bytes:
    """The bytes of a base64 member."""
    if not isinstance(value, str) or not value:
        raise invalid(f"{name} is missing")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{name} is not base64") from None


def check_statement(statement: bytes, content: Content) -> None:
    """An in-toto statement about exactly this file."""
    try:
        document = json.loads(statement)
    except (ValueError, RecursionError):
        raise invalid("the statement is not JSON") from None
    if not isinstance(document, dict) or document.get("_type") != STATEMENT:
        raise invalid("the statement is not an in-toto statement")
    if document.get("predicateType") not in PREDICATES:
        raise invalid("the predicate type is unknown")
    subjects = document.get("subject")
    if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise invalid("there is not exactly one subject")
    name, digest = subjects[0].get("name"), subjects[0].get("digest")
    if not isinstance(name, str) or not same_distribution(name, content.filename):
        raise invalid("the subject is another file")
    sha256 = digest.get("sha256") if isinstance(digest, dict) else None
    if not isinstance(sha256, str) or sha256.lower() != content.digests.sha256:
        raise invalid("the subject's digest is not that of the file")


def same_distribution(left: str, right: str) -> bool:
    """Whether two filenames mean one distribution, however they are spelled."""
    try:
        if left.endswith(".whl") and right.endswith(".whl"):
            return parse_wheel_filename(left) == parse_wheel_filename(right)
        return parse_sdist_filename(left) == parse_sdist_filename(right)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
