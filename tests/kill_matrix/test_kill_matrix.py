"""Every defect is noticed by the checks that its declaration names, every check is killed, and no variation is blamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kill_matrix.page import told_only
from tests.kill_matrix.runs import CALM, Outcome, Switch, run, switches

SWITCHES = switches()


@pytest.fixture(scope="session")
def calm() -> Outcome:
    """The conforming registry."""
    return run(CALM)


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "kill-matrix"
    folder.mkdir(exist_ok=True)
    return folder


def test_the_conforming_registry_holds_everything(calm: Outcome) -> None:
    assert calm.report is not None, calm.output[-3000:]
    assert calm.exit_code == 0, calm.output[-3000:]
    assert not calm.broken


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.id)
def test_switch(switch: Switch, calm: Outcome, together: Path) -> None:
    outcome = run(switch)
    complaints = outcome.complaints(calm)
    assert not complaints, "\n".join(complaints)
    killers = sorted(outcome.killers) if switch.kind == "defect" else []
    names = {check.nodeid.partition("[")[0] for check in calm.report.checks} if calm.report else set()
    checks = sorted(names - told_only(calm))
    (together / f"{switch.id}.json").write_text(json.dumps({"killers": killers, "checks": checks}), "utf-8")
    told = [json.loads(path.read_text("utf-8")) for path in together.glob("*.json")]
    if len(told) == len(SWITCHES):  # the last one knows whether any check survived all defects
        killed = {name for one in told for name in one["killers"]}
        unkilled = sorted(set(checks) - killed)
        assert not unkilled, f"no defect kills {', '.join(unkilled)}"
