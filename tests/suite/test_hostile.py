"""A hostile registry: whatever it answers, the whole run ends in bounded time, with verdicts or one sentence, and without a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.hostile import BEHAVIOURS, Behaviour, hostile
from tests.running import run_suite

WITHOUT_END = ("endless", "drip", "drip_head")
BOUND = 240.0  # seconds, on a machine that does other things as well


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
def test_the_run_ends_with_verdicts(tmp_path: Path, behaviour: Behaviour) -> None:
    begun = time.monotonic()
    with hostile(behaviour) as server:
        words = ["--registry-url", server.url + "simple/", "--registry-read-only", "--registry-timeout", "2"]
        ran = run_suite(tmp_path, *words, "--registry-clients", "none", deadline=BOUND)
    assert time.monotonic() - begun < BOUND
    assert "Traceback" not in ran.text
    if behaviour.__name__ in WITHOUT_END:
        assert ran.exit_code == 6, ran.text
        assert "in a row that passed a limit" in ran.err
        return
    assert ran.report is not None, ran.text
    crashed = [check.nodeid for check in ran.report.checks if check.outcome == "error"]
    assert not crashed, ran.text[-5000:]
    assert any(row.verdict for row in ran.report.requirements)
    assert ran.exit_code != 0 or not ran.broken
