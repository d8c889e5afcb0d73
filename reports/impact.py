"""What clients were seen to make of faults: learnt by running them against each defect of the reference registry.

`client-impact.json` beside this module is made by `python -m tests.client_impact`; docs/client-impact.md shows it to people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("client-impact.json")


class Outcome(StrEnum):
    """What a client did, the mildest first."""

    WORKS = "works"
    WARNS = "works with a warning"
    REFUSES = "refuses clearly"
    MISLEADS = "refuses with a misleading message"
    WRONG = "wrong result"


@dataclass(frozen=True)
class Seen:
    """One client with one defect."""

    outcome: Outcome
    said: str  # the line that tells it


@dataclass(frozen=True)
class Learnt:
    """All clients with one defect."""

    defect: str
    requirements: tuple[str, ...]  # that the defect breaks by its declaration
    clients: Mapping[str, Seen]


@dataclass(frozen=True)
class Impact:
    """Everything that was learnt."""

    versions: Mapping[str, str]  # client -> version
    defects: tuple[Learnt, ...]

    def of(self, requirement: str) -> dict[str, Seen]:
        """The worst that each client was seen to do with a registry that breaks this requirement; {} when none did."""
        worst: dict[str, Seen] = {}
        for learnt in self.defects:
            if requirement in learnt.requirements:
                for client, seen in learnt.clients.items():
                    if client not in worst or _rank(seen) > _rank(worst[client]):
                        worst[client] = seen
        return worst


@dataclass(frozen=True)
class Told:
    """What a report says of a broken requirement."""

    hurt: dict[str, str]  # client -> what it was seen to do
    nobody: str  # the sentence that no client minded; "" when one did, or none was tried


def told(requirement: str) -> Told:
    """Give what was learnt of a requirement, in words."""
    seen = load_impact().of(requirement)
    hurt = {
        c: f"{s.outcome}, seen with such a fault" for c, s in seen.items() if s.outcome is not Outcome.WORKS
    }
    names = ", ".join(sorted(seen))
    minded = hurt or not seen
    return Told(
        hurt,
        "" if minded else f"a promise is broken, yet {names} did not mind such a fault when they were tried",
    )


def _rank(seen: Seen) -> int:
    return list(Outcome).index(seen.outcome)


@cache
def load_impact(path: Path = FILE) -> Impact:
    """Read what was learnt; nothing when there is no file."""
    if not path.is_file():
        return Impact({}, ())
    document = json.loads(path.read_text("utf-8"))
    return Impact(
        document["clients"],
        tuple(
            Learnt(
                row["defect"],
                tuple(row["requirements"]),
                {name: Seen(Outcome(outcome), said) for name, (outcome, said) in row["clients"].items()},
            )
            for row in document["defects"]
        ),
    )


def save_impact(versions: Mapping[str, str], defects: Sequence[Learnt], path: Path = FILE) -> None:
    """Write what was learnt, one defect in a line."""
    rows = [
        json.dumps(
            {
                "defect": one.defect,
                "requirements": list(one.requirements),
                "clients": {
                    name: [seen.outcome.value, seen.said] for name, seen in sorted(one.clients.items())
                },
            },
            ensure_ascii=False,
        )
        for one in sorted(defects, key=lambda one: one.defect)
    ]
    text = (
        f'{{"clients": {json.dumps(dict(sorted(versions.items())))}, "defects": [\n'
        + ",\n".join(rows)
        + "\n]}\n"
    )
    path.write_text(text, "utf-8")
    load_impact.cache_clear()
