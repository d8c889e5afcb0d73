"""Which switches may be on together, so that the whole matrix fits into CI.

Defects share a run when what they break, as noticed when each was alone, has nothing in common: then each finding has one cause.
Variations share a run when they change different parts of the registry. A run that is not as declared is repeated one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.kill_matrix.runs import Switch

MOST = 6  # switches in one run


def grouped(switches: Sequence[Switch], noticed: Mapping[str, frozenset[str]]) -> list[tuple[Switch, ...]]:
    """Put switches into groups; `noticed` says what each one alone broke, and one that it does not know stays alone."""
    groups: list[list[Switch]] = []
    for switch in sorted(switches, key=lambda one: (-len(noticed.get(one.id, ())), one.id)):
        homes = (group for group in groups if len(group) < MOST and switch.id in noticed)
        home = next((group for group in homes if all(_fit(switch, one, noticed) for one in group)), None)
        if home is None:
            groups.append([switch])
        else:
            home.append(switch)
    return [tuple(group) for group in groups]


def _fit(one: Switch, other: Switch, noticed: Mapping[str, frozenset[str]]) -> bool:
    """Whether two switches can be told apart when both are on."""
    kind = (one.kind, one.access, one.needs_clients, one.only_octopus, one.https)
    if (
        kind != (other.kind, other.access, other.needs_clients, other.only_octopus, other.https)
        or other.id not in noticed
    ):
        return False
    if one.changes & other.changes:
        return False
    return one.kind == "variation" or not noticed[one.id] & noticed[other.id]
