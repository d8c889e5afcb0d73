"""Runs an emulation, with somebody who keeps putting its clock forward."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.running import ROOT
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
    command = [sys.executable, "-m", "reference_registry", "--emulate", name, "--exit-with-parent", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=clean_environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        told: dict[str, Any] = json.loads(process.stdout.readline())
        yield Emulated(told["simple"], told.get("upload"), told["clock"])
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


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
