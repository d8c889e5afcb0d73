"""Requests for what a lock protects, in the shapes that a lock may overlook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.judging.security_probing import raw_get
from fixtures.exchange import Exchange, Headers
from fixtures.registry import Registry

CONDITIONS: Headers = (
    ("If-None-Match", "*"),
    ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"),
)
CLAIMS = ("Cookie", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL")


def other_shapes(stranger: Registry, url: str) -> Iterator[tuple[str, Exchange]]:
    """Requests for the same thing that a lock may overlook, and their answers."""
    parts = urlsplit(url)
    encoded = re.sub(r"(?<=/)[A-Za-z]", lambda letter: f"%{ord(letter[0]):02X}", parts.path)
    yield (
        "letters of the path percent-encoded",
        stranger.get(parts._replace(path=encoded).geturl(), accept="*/*"),
    )
    doubled = f"{parts.scheme}://{parts.netloc}/{parts.path}" + (f"?{parts.query}" if parts.query else "")
    yield "a double slash", stranger.get(doubled, accept="*/*")
    here = (("X-Forwarded-For", "127.0.0.1"),)
    yield "X-Forwarded-For: 127.0.0.1", stranger.get(url, accept="*/*", headers=here)


def rarer_shapes(stranger: Registry, url: str) -> Iterator[tuple[str, Exchange]]:
    """More of them, for one thing of each kind: what the path holds beside the names, and what a header claims."""
    parts = urlsplit(url)
    longer = f"{parts.query}&conformance=1" if parts.query else "conformance=1"
    yield "a query", stranger.get(parts._replace(query=longer).geturl(), accept="*/*")
    swapped = re.sub(r"[A-Za-z]", lambda letter: letter[0].swapcase(), parts.path, count=1)
    yield (
        "a letter of the path in another case",
        stranger.get(parts._replace(path=swapped).geturl(), accept="*/*"),
    )
    dotted = "/." + parts.path + (f"?{parts.query}" if parts.query else "")
    yield "a dot segment", raw_get(stranger, stranger.target, dotted.encode("ascii", "ignore"), "*/*")
    yield "Host: localhost", stranger.get(url, accept="*/*", headers=(("Host", "localhost"),))
    claims = ("session=conformance", "for=127.0.0.1", "127.0.0.1", parts.path, parts.path)
    yield (
        f"one of {', '.join(CLAIMS)}",
        stranger.get(url, accept="*/*", headers=tuple(zip(CLAIMS, claims, strict=True))),
    )
