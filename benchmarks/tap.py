"""A pytest plugin for benchmarks: writes every request that the suite sends into the file that TAP_FILE names."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fixtures.exchange import Exchange
from fixtures.transfer import Transfer

Sent = tuple[str, str, tuple[tuple[str, str], ...], bytes, bytes | None]
"""Method, URL, headers, body, raw path."""


def pytest_configure(config: pytest.Config) -> None:
    """Listen at the lowest place of the HTTP layer."""
    sent: list[Sent] = []
    lock = threading.Lock()
    original = Transfer.run

    def run(self: Transfer, blank: Exchange, body: bytes | Iterable[bytes]) -> Exchange:
        whole = body if isinstance(body, bytes) else b""
        with lock:
            sent.append((blank.method, blank.url, blank.request_headers, whole, blank.raw_path))
        return original(self, blank, body)

    Transfer.run = run  # type: ignore[method-assign]
    config.stash[KEY] = sent


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write down what was sent."""
    Path(os.environ["TAP_FILE"]).write_bytes(pickle.dumps(config.stash[KEY]))


KEY = pytest.StashKey[list[Any]]()
