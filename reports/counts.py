"""Counts verdicts; the words and numbers here are the same on the page, in Markdown, on the badge and in the terminal.

Only requirements with status *tested* count. One that no check judged in this run is *not run*, which is never a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from reports.model import LEVELS, Level, RequirementResult

State = Literal["broken", "known", "error", "not reached", "not run", "held", "not offered", "not tested"]
STATES: tuple[State, ...] = (
    "broken",
    "known",
    "error",
    "not reached",
    "not run",
    "held",
    "not offered",
    "not tested",
)
SYMBOLS: Mapping[State, str] = {
    "held": "✓",
    "broken": "✕",
    "known": "◆",
    "error": "!",
    "not reached": "○",
    "not run": "·",
    "not offered": "–",
    "not tested": "□",
}
FAIL_LEVELS: Mapping[str, tuple[Level, ...]] = {
    "must": ("MUST",),
    "client": ("MUST", "CLIENT"),
    "should": ("MUST", "CLIENT", "SHOULD"),
}


def state(row: RequirementResult) -> State:
    """Give what a reader should see: the verdict, a known fault, or why there is no verdict."""
    if row.verdict is None:
        return "not run" if row.status == "tested" else "not tested"
    if row.verdict == "broken" and row.known:
        return "known"
    return row.verdict


@dataclass(frozen=True)
class Tally:
    """How many requirements ended in which state."""

    held: int = 0
    broken: int = 0
    known: int = 0
    error: int = 0
    not_reached: int = 0
    not_run: int = 0
    not_offered: int = 0

    @property
    def total(self) -> int:
        """All that count: every requirement with status tested."""
        return sum(count for _, count in self.parts())

    @property
    def worst(self) -> State:
        """The one state that a glance should show."""
        present = {name for name, count in self.parts() if count}
        return next((name for name in STATES if name in present), "not tested")

    def count(self, name: State) -> int:
        """How many ended in this state."""
        return dict(self.parts()).get(name, 0)

    def parts(self) -> tuple[tuple[State, int], ...]:
        """State and count, worst first, also the zeros."""
        return (
            ("broken", self.broken),
            ("known", self.known),
            ("error", self.error),
            ("not reached", self.not_reached),
            ("not run", self.not_run),
            ("held", self.held),
            ("not offered", self.not_offered),
        )

    def said(self) -> str:
        """Give `161 of 165 held, 2 broken, 2 not reached`; held comes first, zeros of the others are left out."""
        words = {"known": "known to be broken", "error": "in error"}
        others = [
            f"{count} {words.get(name, name)}" for name, count in self.parts() if count and name != "held"
        ]
        if not self.broken and not self.known:
            others.insert(0, "0 broken")
        return ", ".join([f"{self.held} of {self.total} held", *others])


def tally(rows: Iterable[RequirementResult]) -> Tally:
    """Count rows of the ledger."""
    counts = Counter(state(row) for row in rows)
    return Tally(
        held=counts["held"],
        broken=counts["broken"],
        known=counts["known"],
        error=counts["error"],
        not_reached=counts["not reached"],
        not_run=counts["not run"],
        not_offered=counts["not offered"],
    )


def by_level(rows: Iterable[RequirementResult]) -> dict[Level, Tally]:
    """Count per level, levels without a row left out."""
    kept = tuple(rows)
    found = {level: tally(row for row in kept if row.level == level) for level in LEVELS}
    return {level: counted for level, counted in found.items() if counted.total}


def by_area(rows: Iterable[RequirementResult]) -> dict[str, dict[Level, Tally]]:
    """Count per area and level, areas in ledger order."""
    areas: dict[str, list[RequirementResult]] = {}
    for row in rows:
        areas.setdefault(row.area, []).append(row)
    return {area: levels for area, of in areas.items() if (levels := by_level(of))}


def coverage(rows: Iterable[RequirementResult]) -> str:
    """Give the one sentence that must not lie: `MUST 161 of 165 held, 2 broken, 2 not reached`."""
    levels = by_level(rows)
    return f"MUST {levels['MUST'].said()}" if "MUST" in levels else "no MUST in the ledger"


@dataclass(frozen=True)
class Harm:
    """One way in which a client is hurt, and the broken requirements that say so."""

    effect: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class ClientView:
    """What a run means for one client."""

    name: str
    harms: tuple[Harm, ...]
    held: int
    unjudged: int

    @property
    def said(self) -> str:
        """What to say when nothing was found that hurts it; never more than was judged."""
        if not self.held:
            return "nothing that it relies on was judged"
        rest = f", {self.unjudged} not judged" if self.unjudged else ""
        return f"no harm found: {self.held} of {self.held + self.unjudged} that it relies on held{rest}"


def clients(rows: Iterable[RequirementResult]) -> tuple[ClientView, ...]:
    """Give, for each client that the ledger names, how the broken requirements hurt it; the worst hurt first."""
    harms: dict[str, dict[str, list[str]]] = {}
    held: Counter[str] = Counter()
    unjudged: Counter[str] = Counter()
    for row in rows:
        for client, effect in row.clients.items():
            found = harms.setdefault(client, {})
            if row.verdict == "broken":
                found.setdefault(effect, []).append(row.id)
            elif row.verdict == "held":
                held[client] += 1
            elif state(row) in ("error", "not reached", "not run"):
                unjudged[client] += 1
    views = [
        ClientView(
            client, tuple(Harm(e, tuple(ids)) for e, ids in found.items()), held[client], unjudged[client]
        )
        for client, found in harms.items()
        if found or held[client] or unjudged[client]
    ]
    return tuple(
        sorted(views, key=lambda view: (-sum(len(h.requirements) for h in view.harms), view.name.lower()))
    )
