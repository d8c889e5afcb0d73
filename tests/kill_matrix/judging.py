"""Judges a group of switches: together where that goes, and again those that got in each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.kill_matrix.apart import Pair
from tests.kill_matrix.runs import Outcome, Switch, complaints, run, strays, unnoticed


@dataclass(frozen=True)
class Judged:
    """What one run said of the switches that were on."""

    switches: tuple[Switch, ...]
    outcome: Outcome
    complaints: tuple[str, ...]  # what is not as declared


def judged(group: Sequence[Switch]) -> tuple[list[Judged], frozenset[Pair]]:
    """Run switches together, and where that is not as declared again in parts, until each is in a run that is.

    Gives the runs, each switch in one of them, and the pairs of ids that are not to be put together again.
    """
    outcome = run(group)
    said = tuple(complaints(outcome, group))
    if not said or len(group) < 2:
        return [Judged(tuple(group), outcome, said)], frozenset()
    hidden = [one for one in group if unnoticed(outcome, one)]
    others = [one for one in group if one not in hidden]
    if not hidden or strays(outcome, group):  # whose work that is can't be seen
        hidden, others = list(group), []
    pairs = combinations([*hidden, *others], 2)
    apart = frozenset(frozenset((one.id, other.id)) for one, other in pairs if one in hidden)
    found: list[Judged] = []
    for part in [*((one,) for one in hidden), *((tuple(others),) if others else ())]:
        runs, more = judged(part)
        found, apart = found + runs, apart | more
    return found, frozenset() if any(part.complaints for part in found) else apart
