"""What the page of a run shows, worked out from the report, so that the templates hold no logic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.counts import (
    FAIL_LEVELS,
    STATES,
    ClientView,
    State,
    Tally,
    by_area,
    by_level,
    clients,
    coverage,
    state,
)
from reports.model import LEVELS, Finding, Level, RecordedExchange, Report, RequirementResult

STATIC_FINDINGS = 3  # findings of a requirement whose exchange stands in the HTML itself
LEVEL_MEANING: Mapping[Level, str] = {
    "MUST": "a specification demands it",
    "CLIENT": "no specification says so, but named clients break",
    "SHOULD": "a specification advises it",
    "MAY": "a specification allows it; told, never blamed",
}
GROUP_TITLES: Mapping[State, str] = {
    "broken": "Broken",
    "known": "Known faults",
    "error": "Not judged: the suite had an error",
    "not reached": "Not reached",
    "not run": "Not run",
    "held": "Held",
    "not offered": "Not offered",
    "not tested": "In the ledger, not judged from outside",
}
HEADLINES: Mapping[int, tuple[str, str]] = {
    0: ("good", "Conforms"),
    1: ("bad", "Fails"),
    2: ("odd", "Interrupted"),
    3: ("odd", "Internal error"),
    4: ("odd", "Wrong usage"),
    5: ("odd", "Nothing judged"),
    6: ("odd", "Target not usable"),
    7: ("odd", "Incomplete"),
}


@dataclass(frozen=True)
class Slice:
    """One coloured part of a bar, in hundredths of its width."""

    state: State
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Shown:
    """A tally as a bar with words."""

    tally: Tally
    slices: tuple[Slice, ...]
    others: tuple[tuple[State, int], ...]  # what is neither held nor zero, worst first


@dataclass(frozen=True)
class FindingView:
    """A finding, and the one exchange that stands in the HTML itself."""

    finding: Finding
    exchange: RecordedExchange | None


@dataclass(frozen=True)
class Row:
    """One requirement as the list shows it."""

    result: RequirementResult
    state: State
    findings: tuple[FindingView, ...]
    evidence: tuple[str, ...]  # ids of exchanges that the page's script shows when asked to
    titles: tuple[tuple[str, str], ...]  # node id and title of its checks
    failing: bool


@dataclass(frozen=True)
class Group:
    """Requirements with the same state."""

    state: State
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class PageView:
    """Everything on the page that is not taken from the report as it is."""

    tone: str  # good, bad, odd
    headline: str
    coverage: str
    levels: tuple[tuple[Level, str, Shown], ...]
    columns: tuple[Level, ...]
    grid: tuple[tuple[str, tuple[Shown | None, ...]], ...]
    clients: tuple[ClientView, ...]
    groups: tuple[Group, ...]
    areas: tuple[str, ...]
    states: tuple[tuple[State, int], ...]
    total: int


def page_view(report: Report) -> PageView:
    """Work out what the page of a run shows."""
    rows = _rows(report)
    areas = by_area(report.requirements)
    tone, headline = HEADLINES.get(report.gate.exit_code, ("odd", f"Exit code {report.gate.exit_code}"))
    if tone == "good" and any(row.state == "known" and row.result.level == "MUST" for row in rows):
        headline = "Conforms, but for known faults"
    columns = tuple(level for level in LEVELS if any(level in levels for levels in areas.values()))
    return PageView(
        tone=tone,
        headline=headline,
        coverage=coverage(report.requirements),
        levels=tuple(
            (level, LEVEL_MEANING[level], shown(tally))
            for level, tally in by_level(report.requirements).items()
        ),
        columns=columns,
        grid=tuple(
            (area, tuple(_cell(levels.get(level)) for level in columns)) for area, levels in areas.items()
        ),
        clients=clients(report.requirements),
        groups=_groups(rows),
        areas=tuple(dict.fromkeys(row.area for row in report.requirements)),
        states=tuple((name, count) for name in STATES if (count := sum(row.state == name for row in rows))),
        total=len(rows),
    )


def shown(tally: Tally) -> Shown:
    """Give a tally as a bar: held first, then what is missing, so that bars can be compared at a glance."""
    parts = sorted(tally.parts(), key=lambda part: part[0] != "held")
    slices, start = [], 0.0
    for name, count in parts:
        width = 100 * count / tally.total if tally.total else 0.0
        if count:
            slices.append(Slice(name, count, round(start, 3), round(width, 3)))
        start += width
    others = tuple((name, count) for name, count in tally.parts() if count and name != "held")
    return Shown(tally, tuple(slices), others)


def _cell(tally: Tally | None) -> Shown | None:
    return shown(tally) if tally else None


def _rows(report: Report) -> tuple[Row, ...]:
    exchanges = {exchange.id: exchange for exchange in report.exchanges}
    checks = {check.nodeid: check for check in report.checks}
    failing = FAIL_LEVELS[report.gate.fail_on]
    made = []
    for result in report.requirements:
        own = [checks[name] for name in result.checks if name in checks]
        findings = tuple(
            _finding(f, exchanges if n < STATIC_FINDINGS else {}) for n, f in enumerate(result.findings)
        )
        static = {view.exchange.id for view in findings if view.exchange}
        ids = dict.fromkeys(
            [e for f in result.findings for e in f.exchanges] + [e for check in own for e in check.exchanges]
        )
        made.append(
            Row(
                result=result,
                state=state(result),
                findings=findings,
                evidence=tuple(e for e in ids if e in exchanges and e not in static),
                titles=tuple((check.nodeid, check.title) for check in own),
                failing=result.level in failing,
            )
        )
    return tuple(made)


def _finding(finding: Finding, exchanges: Mapping[str, RecordedExchange]) -> FindingView:
    return FindingView(finding, next((exchanges[e] for e in finding.exchanges if e in exchanges), None))


def _groups(rows: Sequence[Row]) -> tuple[Group, ...]:
    order = {level: number for number, level in enumerate(LEVELS)}
    groups = []
    for name in STATES:
        kept = sorted((row for row in rows if row.state == name), key=lambda row: order[row.result.level])
        if kept:
            groups.append(Group(name, GROUP_TITLES[name], tuple(kept)))
    return tuple(groups)
