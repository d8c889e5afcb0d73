"""Signatures of attestations: DSSE with ECDSA over P-256 and SHA-256, checked with the key of an X.509 certificate (PEP 740)."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PAYLOAD_TYPE = b"application/vnd.in-toto+json"


def certificate_key(certificate: bytes) -> ec.EllipticCurvePublicKey | None:
    """The P-256 key in a DER certificate, or None."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception:  # the parser raises of many kinds for what is no certificate
        return None
    right = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    return key if right else None  # type: ignore[return-value]


def pre_authentication_encoding(payload: bytes) -> bytes:
    """What DSSE signs."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload)


def signature_is_valid(key: ec.EllipticCurvePublicKey, payload: bytes, signature: bytes) -> bool:
    """Whether a DER signature over the payload was made with the key."""
    try:
        key.verify(signature, pre_authentication_encoding(payload), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
