"""What a run means for CI: the table of exit codes, seen from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.running import ROOT, run_suite

PART = "conformance/test_hashes.py conformance/test_names.py"
MUST_DEFECT = "hashes-fragment-missing"


@dataclass(frozen=True)
class Started:
    """A reference registry that was started by hand."""

    process: subprocess.Popen[str]
    simple: str
    upload: str

    @property
    def words(self) -> list[str]:
        return [
            *("--registry-url", self.simple, "--registry-upload-url", self.upload),
            *("--registry-username", "alice", "--registry-password", "alice-secret"),
        ]


@contextmanager
def reference() -> Iterator[Started]:
    command = [sys.executable, "-m", "reference_registry", "--port", "0", "--exit-with-parent"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield Started(process, told["simple"], told["upload"])
    finally:
        process.kill()
        process.wait(10)
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def test_a_conforming_registry_gives_0(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, checks=PART)
    assert ran.exit_code == 0, ran.text
    assert "exit code 0" in ran.out
