"""One run of the suite in a process forked from one that has imported everything: a run costs its checks and nothing else."""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bs4
import html5lib
import hypothesis
import pytest
from _pytest.config import default_plugins

import fixtures.plugin
import fixtures.replay
import fixtures.session
import reports.write
import sample_packages.builder
import sample_packages.catalogue
from fixtures.drawing import Drawing
from fixtures.exchange import Exchange
from fixtures.items import CHECKS
from fixtures.profiles import find
from reports.model import RecordedExchange, Report

WARM = (
    bs4,
    html5lib,
    hypothesis,
    fixtures.plugin,
    fixtures.replay,
    sample_packages.builder,
    sample_packages.catalogue,
)
"""Imported for the runs that are forked from here."""
for name in default_plugins:
    importlib.import_module(f"_pytest.{name}")
for path in sorted(CHECKS.glob("test_*.py")):
    importlib.import_module(f"{CHECKS.name}.{path.stem}")
Drawing().prepare()
find("reference")  # reads all profiles, once
RUN = "matrix00"
"""The id of every run: each has a registry of its own, so that all can publish the same files."""
with tempfile.TemporaryDirectory(prefix="kill-matrix-") as made:
    SAMPLES = tuple(sample_packages.builder.build_each(RUN, Path(made)))
gc.freeze()


def judge(words: Sequence[str], root: str, kept: str, output: str) -> None:
    """Run pytest with these words in `root`; what it found goes to `kept`, what is printed to `output`. Never returns."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(handle, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(root)
    for name in [name for name in os.environ if name.startswith(("REGISTRY_", "PYTEST_"))]:
        del os.environ[name]

    def keep(report: Report, directory: Path) -> tuple[Path, ...]:
        Path(kept).write_text(json.dumps(found(report)), "utf-8")
        return ()

    reports.write.write_all = keep
    fixtures.session.new_run_id = lambda: RUN
    sample_packages.builder.build_each = lambda run_id, directory: iter(SAMPLES)
    fixtures.plugin.record = lambda exchange, secrets: bare(exchange)  # type: ignore[attr-defined]
    code = pytest.main(list(words))
    sys.stdout.flush()
    os._exit(int(code))


def bare(exchange: Exchange) -> RecordedExchange:
    """An exchange without the evidence, which nobody reads here."""
    return RecordedExchange(
        exchange.id,
        exchange.method,
        exchange.url,
        request_headers=(),
        request_body="",
        request_body_size=0,
        status=exchange.status,
        reason="",
        http_version="",
        response_headers=(),
        response_body="",
        response_body_size=0,
        response_sha256="",
        error=exchange.error,
        started=exchange.started,
        duration_s=0.0,
        curl="",
    )


def found(report: Report) -> dict[str, Any]:
    """The fields of an `Outcome` that a report gives."""
    rows = [row for row in report.requirements if row.verdict == "broken"]
    may = {row.id for row in report.requirements if row.level == "MAY"}
    return {
        "broken": {row.id: _message(report, row.findings[0]) if row.findings else "" for row in rows},
        "advised": sorted(row.id for row in rows if row.level == "SHOULD"),
        "errors": sorted(row.id for row in report.requirements if row.verdict == "error"),
        "killers": _killers(report),
        # a check that judges nothing but MAYs tells a capability: a registry can't break what it need not have
        "checks": sorted(
            {check.nodeid.partition("[")[0] for check in report.checks if not set(check.requirements) <= may}
        ),
    }


def _killers(report: Report) -> dict[str, list[str]]:
    """Check, without parameters -> requirements of which it found something."""
    killers: dict[str, set[str]] = {}
    for check in report.checks:
        for finding in check.findings:
            killers.setdefault(check.nodeid.partition("[")[0], set()).add(finding.requirement)
    return {check: sorted(names) for check, names in sorted(killers.items())}


def _message(report: Report, finding: Any) -> str:
    """The finding in one line, without what differs from run to run."""
    base = report.target.url.split("/simple/")[0]
    text = f"expected {finding.expected}; got {finding.got}"
    text = " ".join(text.replace(base, "http://HOST").replace(report.run.id, "RUN").split())
    return text if len(text) <= 240 else text[:240] + " …"
