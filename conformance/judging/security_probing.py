"""Requests that a browser or a library would tidy up before sending them, and what must not come back."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fixtures.exchange import Exchange, Headers
from fixtures.http import PIP_ACCEPT
from fixtures.registry import Registry
from fixtures.target import Target

PASSWD = re.compile(rb"^root:[^:\n]*:0:0:", re.MULTILINE)
TRACES = re.compile(
    rb"Traceback \(most recent call last\)|^\s+File \"[^\"\n]+\", line \d+|^\s*at [\w$.<>]+\([\w$]+\.(?:java|kt|scala):\d+\)"
    rb"|goroutine \d+ \[running\]|panicked at |^\s*at \S+ in \S+:line \d+|\.rb:\d+:in [`']|^#\d+ /\S+\.php\(\d+\)"
    rb"|Werkzeug Debugger|DEBUG = True",
    re.MULTILINE,
)
HTML_LIKE = frozenset({"text/html", "application/xhtml+xml", ""})


def raw_get(
    registry: Registry, target: Target, path: bytes, accept: str = PIP_ACCEPT, headers: Headers = ()
) -> Exchange:
    """GET a path byte for byte, on the host of the index."""
    return registry.http.send(
        "GET",
        target.base_url,
        headers=(("Accept", accept), ("Accept-Encoding", "identity"), *headers),
        credentials=registry.reader,
        raw_path=path,
    )


def below_base(target: Target, rest: bytes) -> bytes:
    """The path of the base URL with something behind it."""
    return urlsplit(target.base_url).path.encode("ascii", "ignore") + rest


def trace_in(answer: Exchange) -> str:
    """The first line of a traceback in an answer; "" when there is none."""
    found = TRACES.search(answer.raw)
    return found[0].decode("latin-1").strip() if found else ""


def passwords_in(answer: Exchange) -> bool:
    """Whether an answer shows the system's list of users."""
    return PASSWD.search(answer.raw) is not None
