"""Runs the suite as a user does: in a process of its own, with a clean environment and a deadline."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.model import Report, load

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ran:
    """What a run of the suite ended with."""

    exit_code: int
    out: str
    err: str
    report: Report | None

    @property
    def text(self) -> str:
        """Everything it printed."""
        return self.out + self.err

    def verdict(self, requirement: str) -> str | None:
        """The verdict on one requirement."""
        assert self.report is not None, self.text
        return next(row.verdict for row in self.report.requirements if row.id == requirement)

    @property
    def broken(self) -> dict[str, str]:
        """Broken requirement -> its level."""
        assert self.report is not None, self.text
        return {row.id: row.level for row in self.report.requirements if row.verdict == "broken"}

    @property
    def verdicts(self) -> dict[str, str | None]:
        """Requirement -> verdict."""
        assert self.report is not None, self.text
        return {row.id: row.verdict for row in self.report.requirements}


def clean_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without anything that could tell the suite about a registry."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("REGISTRY_", "PYTEST_", "PIP_", "UV_", "TWINE_"))
    }
    return {
        **kept,
        "HOME": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **(extra or {}),
    }


def run_suite(
    directory: Path,
    *words: str,
    env: Mapping[str, str] | None = None,
    checks: str = "conformance",
    deadline: float = 300.0,
) -> Ran:
    """Run `pytest CHECKS WORDS`; the report goes to `directory`. Raises `subprocess.TimeoutExpired` when it hangs."""
    report = directory / "report"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *checks.split(), *words]
    done = subprocess.run(
        [*command, "--registry-report", str(report)],
        capture_output=True,
        text=True,
        timeout=deadline,
        cwd=ROOT,
        env=clean_environment(directory, env),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    path = report / "report.json"
    return Ran(done.returncode, done.stdout, done.stderr, load(path) if path.is_file() else None)
