"""Every defect is noticed as declared, every check is killed by one, and no variation is blamed: all of them again, in groups."""

from __future__ import annotations

import pytest

from tests.kill_matrix.groups import grouped
from tests.kill_matrix.runs import Switch, complaints, run, switches


def test_the_conforming_registry_holds_everything() -> None:
    outcome = run(())
    assert outcome.exit_code == 0, outcome.output
    assert not outcome.broken


@pytest.mark.parametrize("group", grouped(switches()), ids=lambda group: "+".join(one.id for one in group))
def test_switches(group: tuple[Switch, ...]) -> None:
    said = complaints(run(group), group)
    if said and len(group) > 1:  # they may have got in each other's way
        said = [f"{one.id}: {line}" for one in group for line in complaints(run((one,)), (one,))]
    assert not said, "\n".join(said)
