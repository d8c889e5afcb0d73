"""Every defect is noticed as declared, every check is killed by one, and no variation is blamed: all of them again, in groups."""

from __future__ import annotations

import pytest

from tests.kill_matrix.groups import planned
from tests.kill_matrix.judging import judged
from tests.kill_matrix.runs import Switch, run, switches

GROUPS = planned(switches())


def _names(group: tuple[Switch, ...]) -> str:
    return "+".join(one.id for one in group)


def test_the_conforming_registry_holds_everything() -> None:
    outcome = run(())
    assert outcome.exit_code == 0, outcome.output
    assert not outcome.broken


@pytest.mark.parametrize("group", GROUPS, ids=_names)
def test_switches(group: tuple[Switch, ...]) -> None:
    runs, _ = judged(group)
    said = [f"{_names(one.switches)}: {line}" for one in runs for line in one.complaints]
    assert not said, "\n".join(said)
