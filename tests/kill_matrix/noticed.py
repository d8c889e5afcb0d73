"""What each switch made the suite say: kept beside this file, so that the page can be made from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.kill_matrix.runs import Outcome, Switch

FILE = Path(__file__).with_name("noticed.jsonl")
CONFORMING = ""  # the id under which the run without any switch is kept


@dataclass(frozen=True)
class Noticed:
    """What a run said of one switch."""

    id: str
    broken: tuple[str, ...]  # requirements
    first: str  # what the first requirement said that the switch declares
    killers: tuple[str, ...]  # checks that found something; of the conforming registry: all that could
    beside: tuple[str, ...] = ()  # ids of the switches that were on in the same run


def of_conforming(outcome: Outcome) -> Noticed:
    """Keep what matters of the run without any switch."""
    return Noticed(CONFORMING, tuple(sorted(outcome.broken or {})), "", outcome.checks)


def from_outcome(outcome: Outcome, switch: Switch, others: Collection[Switch] = ()) -> Noticed:
    """Keep what matters of a run with one switch, and perhaps others: then, what is said of its own requirements and areas."""
    taken = {name for other in others for name in other.seen_by}
    broken = {
        name: said
        for name, said in (outcome.broken or {}).items()
        if name in switch.seen_by
        or not taken
        or (name not in taken and name.partition("/")[0] in switch.areas)
    }
    named = next((name for name in switch.seen_by if name in broken), next(iter(sorted(broken)), ""))
    killers = tuple(check for check, names in outcome.killers.items() if broken.keys() & set(names))
    beside = tuple(sorted(other.id for other in others))
    return Noticed(switch.id, tuple(sorted(broken)), broken.get(named, ""), killers, beside)


def load(path: Path = FILE) -> dict[str, Noticed]:
    """Read the file; {} when there is none."""
    if not path.is_file():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    found = [
        Noticed(row["id"], tuple(row["broken"]), row["first"], tuple(row["killers"]), tuple(row["beside"]))
        for row in rows
    ]
    return {one.id: one for one in found}


def save(found: Mapping[str, Noticed], ids: Iterable[str], path: Path = FILE) -> None:
    """Write the file, sorted; what is not among `ids` (switches that are gone) is left out."""
    wanted = {*ids, CONFORMING}
    rows = [json.dumps(asdict(found[name])) for name in sorted(found) if name in wanted]
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
