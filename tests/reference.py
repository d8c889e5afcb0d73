"""Starts the reference registry for a test, as a process of its own on a free port, and ends it with the test."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.running import ROOT

ALICE = ("alice", "alice-secret")
BOB = ("bob", "bob-secret")
READER = ("reader", "reader-secret")
ADMIN = ("admin", "admin-secret")
PATIENCE = 10.0  # seconds for it to end


@dataclass(frozen=True)
class Reference:
    """A reference registry that runs, and the URLs that it told: simple, upload, admin, clock and so on."""

    process: subprocess.Popen[str]
    urls: Mapping[str, str]

    @property
    def simple(self) -> str:
        """The URL of the simple index."""
        return self.urls["simple"]

    @property
    def upload(self) -> str | None:
        """The URL of the upload endpoint; None where an emulation has none."""
        return self.urls.get("upload")

    @property
    def options(self) -> list[str]:
        """The options with which the suite judges it as alice."""
        upload = ["--registry-upload-url", self.upload] if self.upload else []
        name, password = ALICE
        return [
            "--registry-url", self.simple, *upload, "--registry-username", name, "--registry-password", password
        ]  # fmt: skip


@contextmanager
def reference(*words: str, env: Mapping[str, str] | None = None, quiet: bool = True) -> Iterator[Reference]:
    """Run `python -m reference_registry` with these words for the length of the block. `quiet`: without its stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reference_registry", "--port", "0", "--exit-with-parent", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
        cwd=ROOT,
        env=env,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Reference(process, json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()  # it ends with its parent
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
