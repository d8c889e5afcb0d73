"""Which switches may be on together, so that the whole matrix takes minutes.

Defects share a run when the requirements that they declare have nothing in common: then each finding has one cause. Those that show
in many areas share it with few, or one would hide the other. Variations share a run when they change different parts of the
registry. Who was found to hide another is kept (apart.py), and put elsewhere; who went well together (noticed.py) stays together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tests.kill_matrix import apart, noticed
from tests.kill_matrix.apart import Pair
from tests.kill_matrix.runs import Switch

MOST = 8  # switches in one run
AREAS = 60  # that those of one run may touch, counted for each


def planned(switches: Iterable[Switch]) -> list[tuple[Switch, ...]]:
    """Put switches into groups by what earlier runs have shown."""
    together = {name: frozenset((name, *one.beside)) for name, one in noticed.load().items() if one.beside}
    return grouped(switches, apart.load(), together)


def grouped(
    switches: Iterable[Switch],
    pairs: Collection[Pair] = (),
    together: Mapping[str, frozenset[str]] | None = None,
) -> list[tuple[Switch, ...]]:
    """Put switches into groups: those of one set in `together`, by their ids, into one; the `pairs` of ids into different ones."""
    groups: list[list[Switch]] = []
    of_set: dict[frozenset[str], list[Switch]] = {}
    alone: list[Switch] = []
    for switch in sorted(switches, key=lambda one: (-len(one.areas), one.id)):
        key = (together or {}).get(switch.id)
        home = of_set.setdefault(key, []) if key else None
        if home is None or not _fits(switch, home, pairs):
            alone.append(switch)
        else:
            home.append(switch)
    groups += of_set.values()
    for switch in alone:
        home = next((group for group in groups if _fits(switch, group, pairs)), None)
        if home is None:
            groups.append([switch])
        else:
            home.append(switch)
    return [tuple(group) for group in groups if group]


def _fits(switch: Switch, group: Sequence[Switch], pairs: Collection[Pair]) -> bool:
    """Whether it can be told apart from each of the group, and does not crowd it."""
    touched = sum(len(one.areas) for one in (*group, switch))
    if len(group) >= MOST or touched > AREAS or any(frozenset((switch.id, one.id)) in pairs for one in group):
        return False
    return all(_told_apart(switch, one) for one in group)


def _told_apart(one: Switch, other: Switch) -> bool:
    alike = _run_of(one) == _run_of(other)
    return alike and not one.changes & other.changes and not set(one.seen_by) & set(other.seen_by)


def _run_of(one: Switch) -> tuple[object, ...]:
    """What decides over how the suite is run."""
    return one.kind, one.access, one.needs_clients, one.only_octopus, one.https, one.only_random
