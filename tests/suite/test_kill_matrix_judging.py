"""What becomes of switches that get in each other's way when they are on together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.kill_matrix import apart, judging
from tests.kill_matrix.groups import grouped
from tests.kill_matrix.runs import Outcome, Switch


def defect(name: str) -> Switch:
    return Switch(name, "defect", "", "", (f"{name}/rule",), (name,), "", False, frozenset())


A, B, C = (defect(name) for name in "abc")


def play(monkeypatch: pytest.MonkeyPatch, hides: dict[str, str], stray: Sequence[str] = ()) -> list[str]:
    """Let runs notice every defect but those that another one hides; gives the ids of each run, as they come."""
    ran: list[str] = []

    def run(group: Sequence[Switch]) -> Outcome:
        ids = tuple(one.id for one in group)
        ran.append("".join(ids))
        broken = {f"{name}/rule": "said" for name in ids if hides.get(name) not in ids}
        if ran[-1] in stray:
            broken["elsewhere/rule"] = "said"
        return Outcome(ids, broken=broken)

    monkeypatch.setattr(judging, "run", run)
    return ran


def test_one_run_is_enough_where_all_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = play(monkeypatch, {})
    runs, pairs = judging.judged((A, B, C))
    assert ran == ["abc"]
    assert [one.complaints for one in runs] == [()]
    assert not pairs


def test_who_is_hidden_runs_alone_and_the_others_together(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = play(monkeypatch, {"b": "a"})
    runs, pairs = judging.judged((A, B, C))
    assert ran == ["abc", "b", "ac"]
    assert sorted(switch.id for one in runs for switch in one.switches) == ["a", "b", "c"]
    assert not any(one.complaints for one in runs)
    assert pairs == {frozenset("ab"), frozenset("bc")}


def test_all_run_alone_where_nobody_declares_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = play(monkeypatch, {}, stray=("abc",))
    runs, pairs = judging.judged((A, B, C))
    assert ran == ["abc", "a", "b", "c"]
    assert not any(one.complaints for one in runs)
    assert len(pairs) == 3


def test_a_defect_that_nobody_notices_is_told_and_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, {"b": "b"})
    runs, pairs = judging.judged((A, B, C))
    assert [one.complaints for one in runs] == [("b/rule does not notice it",), ()]
    assert not pairs


def test_pairs_are_kept_for_the_switches_that_there_are(tmp_path: Path) -> None:
    pairs = {frozenset("ab"), frozenset("bc"), frozenset("cx")}
    apart.save(pairs, "abc", tmp_path / "apart")
    assert apart.load(tmp_path / "apart") == {frozenset("ab"), frozenset("bc")}
    assert apart.load(tmp_path / "none") == frozenset()


def test_who_went_well_together_stays_together_and_who_did_not_is_parted() -> None:
    kept = {name: frozenset("ac") for name in "ac"}
    assert [[one.id for one in group] for group in grouped((A, B, C))] == [["a", "b", "c"]]
    groups = grouped((A, B, C), {frozenset("ab")}, kept)
    assert [[one.id for one in group] for group in groups] == [["a", "c"], ["b"]]
    assert [[one.id for one in group] for group in grouped((A, B), (), kept)] == [["a", "b"]]
