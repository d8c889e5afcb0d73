"""Runs an emulation, with somebody who keeps putting its clock forward."""

from __future__ import annotations

import base64
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.reference import reference
from tests.servers.process import clean_environment

STEP = 120  # seconds at a time: longer than any product waits
ADMIN = "Basic " + base64.b64encode(b"admin:admin-secret").decode()


@dataclass(frozen=True)
class Emulated:
    """A running emulation."""

    simple: str
    upload: str | None
    clock: str

    def forward(self, seconds: float) -> None:
        """Put the clock forward."""
        body = json.dumps({"advance": str(seconds)}).encode()
        request = urllib.request.Request(self.clock, body, {"Authorization": ADMIN}, method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            assert answer.status == 200


@contextmanager
def emulated(name: str, *options: str) -> Iterator[Emulated]:
    """Run an emulation for the length of the block."""
    with reference("--emulate", name, *options, env=clean_environment(), quiet=False) as running:
        yield Emulated(running.simple, running.upload, running.urls["clock"])


@contextmanager
def hurried(running: Emulated, pause: float = 0.25) -> Iterator[None]:
    """Put the clock forward again and again, so that nobody waits for what a product does after a minute."""
    done = threading.Event()

    def push() -> None:
        while not done.wait(pause):
            running.forward(STEP)

    thread = threading.Thread(target=push, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(5)
