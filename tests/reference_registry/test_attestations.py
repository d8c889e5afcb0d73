"""Attestations: what is taken, what is refused, what is served."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from reference_registry.dsse import certificate_key, pre_authentication_encoding
from tests.reference_registry.running import Dist, Registry, wheel

Fresh = Callable[[], str]
KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    begins, ends = datetime(2025, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 1, begins, ends).sign(KEY, SHA256())
    return made.public_bytes(Encoding.DER)


def sign(payload: bytes) -> bytes:
    return KEY.sign(pre_authentication_encoding(payload), ec.ECDSA(SHA256()))


def attestation(dist: Dist, **changes: Any) -> dict[str, Any]:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": dist.filename, "digest": {"sha256": dist.sha256}}],
        "predicateType": "https://docs.pypi.org/attestations/publish/v1",
        "predicate": None,
        **changes.get("statement", {}),
    }
    payload = json.dumps(statement).encode()
    material = {"certificate": base64.b64encode(certificate()).decode(), "transparency_entries": [{}]}
    envelope = {
        "statement": base64.b64encode(payload).decode(),
        "signature": base64.b64encode(sign(changes.get("signed", payload))).decode(),
        **changes.get("envelope", {}),
    }
    return {"version": changes.get("version", 1), "verification_material": material, "envelope": envelope}


def test_a_key_is_found() -> None:
    assert certificate_key(certificate()) == KEY.public_key()
    assert certificate_key(certificate()[:-1]) is None
    assert certificate_key(b"") is None


def test_good_attestations_are_served(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    given = [
        attestation(dist),
        attestation(dist, statement={"predicateType": "https://slsa.dev/provenance/v1"}),
    ]
    assert registry.upload(dist, {"attestations": json.dumps(given)}).status_code == 200
    url = registry.files(dist.name)[dist.filename]["provenance"]
    assert str(url).startswith("http://127.0.0.1:")
    assert f'data-provenance="{url}"' in registry.get(f"{dist.name}/").text
    served = registry.http.get(str(url)).json()
    assert served["version"] == 1
    assert served["attestation_bundles"][0]["attestations"] == given
    assert isinstance(served["attestation_bundles"][0]["publisher"]["kind"], str)


WRONG: dict[str, dict[str, Any]] = {
    "version": {"version": 2},
    "boolean-version": {"version": True},
    "signature": {"signed": b"other"},
    "garbage": {"envelope": {"signature": base64.b64encode(b"garbage").decode()}},
    "not-base64": {"envelope": {"signature": "***"}},
    "no-statement": {"envelope": {"statement": None}},
    "type": {"statement": {"_type": "x"}},
    "predicate": {"statement": {"predicateType": "x"}},
    "no-subject": {"statement": {"subject": []}},
    "other-name": {
        "statement": {"subject": [{"name": "other-1.0-py3-none-any.whl", "digest": {"sha256": "0" * 64}}]}
    },
    "no-digest": {"statement": {"subject": [{"name": "x"}]}},
}


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_one_wrong_attestation_refuses_the_upload(registry: Registry, fresh: Fresh, kind: str) -> None:
    dist = wheel(fresh(), "1.0")
    given = [attestation(dist), attestation(dist, **WRONG[kind])]
    assert registry.upload(dist, {"attestations": json.dumps(given)}).status_code == 400
    assert registry.get(f"{dist.name}/").status_code == 404


def test_an_attestation_of_other_bytes_is_refused(registry: Registry, fresh: Fresh) -> None:
    dist, other = wheel(fresh(), "1.0"), wheel("other", "1.0")
    stolen = attestation(
        dist, statement={"subject": [{"name": dist.filename, "digest": {"sha256": other.sha256}}]}
    )
    assert registry.upload(dist, {"attestations": json.dumps([stolen])}).status_code == 400
