"""Which switches may be on together, so that the whole matrix takes minutes.

Defects share a run when the requirements that they declare have nothing in common: then each finding has one cause. Those that show
in many areas share it with few, or one would hide the other. Variations share a run when they change different parts of the
registry. A run that is not as declared is repeated one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.kill_matrix.runs import Switch

MOST = 6  # switches in one run
AREAS = 40  # that those of one run may touch, counted for each


def grouped(switches: Sequence[Switch]) -> list[tuple[Switch, ...]]:
    """Put switches into groups."""
    groups: list[list[Switch]] = []
    for switch in sorted(switches, key=lambda one: (-len(one.areas), one.id)):
        home = next((group for group in groups if _fits(switch, group)), None)
        if home is None:
            groups.append([switch])
        else:
            home.append(switch)
    return [tuple(group) for group in groups]


def _fits(switch: Switch, group: Sequence[Switch]) -> bool:
    """Whether it can be told apart from each of the group, and does not crowd it."""
    touched = sum(len(one.areas) for one in (*group, switch))
    return len(group) < MOST and touched <= AREAS and all(_apart(switch, one) for one in group)


def _apart(one: Switch, other: Switch) -> bool:
    alike = _run_of(one) == _run_of(other)
    return alike and not one.changes & other.changes and not set(one.seen_by) & set(other.seen_by)


def _run_of(one: Switch) -> tuple[object, ...]:
    """What decides over how the suite is run."""
    return one.kind, one.access, one.needs_clients, one.only_octopus, one.https, one.only_random
