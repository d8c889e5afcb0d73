"""From a documented URL shape and credentials to a report: one run for each product that can't run here.

This proves how the suite handles what documents describe. It proves nothing about the products.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from reference_registry.emulations import find_emulations
from tests.emulations.cases import CASES, Case
from tests.emulations.emulated import emulated
from tests.running import run_suite

CHECKS = "conformance/test_names.py conformance/test_hashes.py"


def test_every_emulation_is_a_case() -> None:
    """None goes without a run."""
    assert {case.emulation for case in CASES} == set(find_emulations())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.emulation)
def test_each_product_is_found_judged_and_left_clean(case: Case, tmp_path: Path) -> None:
    """The product is found, uploads are waited for, the report says that it was an emulation, what was written is deleted."""
    with case.running() as (_, words):
        ran = run_suite(tmp_path, *words, checks=CHECKS)
    report = ran.report
    assert report is not None, ran.text
    assert report.target.profile == case.found
    assert report.target.emulation.startswith(f"{case.emulation}; evidence=")
    assert report.target.read_only is not case.writes
    if case.user:
        assert report.target.user == case.user
    assert "error" not in ran.verdicts.values(), ran.text
    assert any(verdict == "held" for verdict in ran.verdicts.values())
    assert "alice-token-secret" not in ran.text
    if case.writes:
        ledger = tmp_path / "report" / "written.jsonl"
        assert ledger.exists() is not case.cleans, ran.text


def test_every_answer_says_that_it_is_an_emulation() -> None:
    """Also refusals; and none says that it comes from the reference registry."""
    with emulated("nexus") as running:
        for path in ("", "no-such-project/", "../nowhere"):
            answer = httpx.get(running.simple + path, trust_env=False, timeout=20)
            assert answer.headers["x-emulated-profile"] == "nexus; evidence=2025-02-04"
            assert "x-reference-registry" not in answer.headers


def test_only_an_admin_puts_the_clock_forward() -> None:
    """Nobody else waits less."""
    with emulated("artifactory") as running:
        answer = httpx.post(running.clock, json={"advance": "60"}, trust_env=False, timeout=20)
        assert answer.status_code == 403
        running.forward(60)
