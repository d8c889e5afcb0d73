"""The published proof is about the switches and checks that there are, and is made from what is kept beside the matrix."""

from __future__ import annotations

from tests.kill_matrix import apart, met_by_users, page
from tests.kill_matrix.groups import AREAS, MOST, planned
from tests.kill_matrix.noticed import CONFORMING, load
from tests.kill_matrix.runs import switches

AGAIN = "run `python -m tests.kill_matrix --missing`"


def test_every_switch_has_been_run() -> None:
    kept = set(load()) - {CONFORMING}
    assert sorted({switch.id for switch in switches()} - kept) == [], AGAIN


def test_every_defect_is_noticed_as_declared() -> None:
    kept = load()
    unnoticed = {
        switch.id: sorted(set(switch.seen_by) - set(kept[switch.id].broken))
        for switch in switches()
        if switch.kind == "defect"
    }
    assert {name: left for name, left in unnoticed.items() if left or not kept[name].broken} == {}, AGAIN


def test_no_variation_is_blamed() -> None:
    kept = load()
    blamed = {
        one.id: set(kept[one.id].broken) - set(one.seen_by) for one in switches() if one.kind == "variation"
    }
    assert {name: left for name, left in blamed.items() if left} == {}, AGAIN


def test_every_check_is_killed_by_a_defect() -> None:
    assert page.unkilled(load(), switches()) == ()


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text("utf-8") == page.render(load(), switches()), (
        "run `python -m tests.kill_matrix --page`"
    )


def test_groups_hold_every_switch_once_and_keep_findings_apart() -> None:
    pairs = apart.load()
    groups = planned(switches())
    assert sorted(switch.id for group in groups for switch in group) == sorted(
        switch.id for switch in switches()
    )
    for group in groups:
        assert len(group) <= MOST
        assert len(group) == 1 or sum(len(switch.areas) for switch in group) <= AREAS
        named = [name for switch in group for name in switch.seen_by]
        assert len(named) == len(set(named))
        assert not [pair for pair in pairs if pair <= {switch.id for switch in group}]


def test_every_fault_that_users_met_is_accounted_for() -> None:
    """By switches that there are, or by the reason why one registry can't show it."""
    kinds = {switch.id: switch.kind for switch in switches()}
    for fault in met_by_users.faults():
        assert {kinds.get(name) for name in fault.defects} <= {"defect"}, fault
        assert {kinds.get(name) for name in fault.variations} <= {"variation"}, fault
        assert bool(fault.elsewhere) != bool(fault.defects or fault.variations), fault
        assert fault.source.startswith("https://"), fault


def test_the_page_of_faults_that_users_met_is_current() -> None:
    assert met_by_users.PAGE.read_text("utf-8") == met_by_users.render(switches()), (
        "run `python -m tests.kill_matrix --page`"
    )
