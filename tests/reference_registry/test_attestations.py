"""Attestations: what is taken, what is refused, what is served."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from reference_registry.dsse import KEY_PREFIX, G, N, certificate_key, multiply, pre_authentication_encoding
from tests.reference_registry.running import Dist, Registry, wheel

Fresh = Callable[[], str]
SECRET, NONCE = 0x1234567890ABCDEF, 0xFEDCBA0987654321


def der(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])
    return bytes([tag]) + length + content


def number(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1))


def point(factor: int) -> tuple[int, int]:
    found = multiply(factor, G)
    assert found is not None
    return found


def certificate() -> bytes:
    x, y = point(SECRET)
    return der(0x30, b"\x02\x01\x01" + KEY_PREFIX + b"\x04" + x.to_bytes(32) + y.to_bytes(32))


def sign(payload: bytes) -> bytes:
    digest = int.from_bytes(hashlib.sha256(pre_authentication_encoding(payload)).digest())
    r = point(NONCE)[0] % N
    return der(0x30, number(r) + number(pow(NONCE, -1, N) * (digest + r * SECRET) % N))


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
    assert certificate_key(certificate()) == point(SECRET)
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
