"""Signatures of attestations: DSSE with ECDSA over P-256 and SHA-256, checked with the key of an X.509 certificate (PEP 740; FIPS 186-4).

Only what a check of one signature needs, so that the registry has no dependency on a cryptographic library. Nothing here is secret,
so nothing has to take constant time.
"""

from __future__ import annotations

import hashlib

PAYLOAD_TYPE = b"application/vnd.in-toto+json"
# Domain parameters of P-256 (SEC 2, section 2.4.2).
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
A = P - 3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# SubjectPublicKeyInfo of an uncompressed P-256 key, up to its point (RFC 5480): this prefix is always the same.
KEY_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
SEQUENCE, INTEGER = 0x30, 0x02

Point = tuple[int, int]


def certificate_key(certificate: bytes) -> Point | None:
    """The P-256 key in a DER certificate, or None."""
    body = read_der(certificate, SEQUENCE)
    at = certificate.find(KEY_PREFIX)
    if body is None or at < 0:
        return None
    point = certificate[at + len(KEY_PREFIX) :][:65]
    if len(point) != 65 or point[0] != 4:
        return None
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    on_curve = x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0
    return (x, y) if on_curve else None


def pre_authentication_encoding(payload: bytes) -> bytes:
    """What DSSE signs."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload)


def signature_is_valid(key: Point, payload: bytes, signature: bytes) -> bool:
    """Whether a DER signature over the payload was made with the key."""
    numbers = signature_numbers(signature)
    if numbers is None:
        return False
    r, s = numbers
    if not (0 < r < N and 0 < s < N):
        return False
    digest = int.from_bytes(hashlib.sha256(pre_authentication_encoding(payload)).digest())
    inverse = pow(s, -1, N)
    point = add(multiply(digest * inverse % N, G), multiply(r * inverse % N, key))
    return point is not None and point[0] % N == r


def signature_numbers(signature: bytes) -> tuple[int, int] | None:
    """The two integers of a DER signature."""
    body = read_der(signature, SEQUENCE)
    first = None if body is None else read_der(body, INTEGER, whole=False)
    if body is None or first is None:
        return None
    second = read_der(body[2 + len(first) :], INTEGER)
    return None if second is None else (int.from_bytes(first), int.from_bytes(second))


def read_der(data: bytes, tag: int, *, whole: bool = True) -> bytes | None:
    """The content of a DER value at the beginning of some bytes; with `whole`, of exactly these bytes."""
    if len(data) < 2 or data[0] != tag:
        return None
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[2 : 2 + count]), 2 + count
    if len(data) < start + length or (whole and len(data) != start + length):
        return None
    return data[start : start + length]


def add(left: Point | None, right: Point | None) -> Point | None:
    """The sum of two points; None is the neutral one."""
    if left is None or right is None:
        return right if left is None else left
    if left[0] == right[0] and (left[1] + right[1]) % P == 0:
        return None
    if left == right:
        slope = (3 * left[0] * left[0] + A) * pow(2 * left[1], -1, P) % P
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, P) % P
    x = (slope * slope - left[0] - right[0]) % P
    return x, (slope * (left[0] - x) - left[1]) % P


def multiply(factor: int, point: Point) -> Point | None:
    """A point added to itself so many times."""
    result: Point | None = None
    addend: Point | None = point
    while factor:
        if factor & 1:
            result = add(result, addend)
        addend = add(addend, addend)
        factor >>= 1
    return result
