"""Many reports side by side: who keeps what, and what changed between versions of one registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from reports.counts import SYMBOLS, State, Tally, by_area, by_level, coverage, state
from reports.markdown import escape, link, table
from reports.model import LEVELS, Level, Report, RequirementResult
from reports.text import plural

LIMIT = 60_000
Direction = Literal["worse", "better", "other"]
RANK: dict[State, int] = {"held": 3, "not offered": 2, "known": 1, "broken": 0}  # others say nothing certain
ABSENT: State = "not tested"


@dataclass(frozen=True)
class Column:
    """One report."""

    key: str  # "c0"
    name: str
    detail: str  # what tells reports of one registry apart
    suite_version: str
    coverage: str
    levels: tuple[tuple[Level, Tally], ...]
    exit_code: int
    emulation: str
    url: str


@dataclass(frozen=True)
class Cell:
    """What one report says of one requirement."""

    state: State
    said: str  # the first finding or the reason, in one line
    documented: str = ""


@dataclass(frozen=True)
class Line:
    """One requirement in all reports."""

    id: str
    area: str
    level: Level
    text: str
    source: str
    url: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the reports disagree."""
        return len({cell.state for cell in self.cells}) > 1


@dataclass(frozen=True)
class Change:
    """One requirement that ended differently in a newer report of the same registry."""

    id: str
    level: Level
    text: str
    before: State
    after: State
    direction: Direction
    said: str


@dataclass(frozen=True)
class Step:
    """From one report of a registry to the next."""

    name: str
    before: str
    after: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """All reports together."""

    columns: tuple[Column, ...]
    areas: tuple[tuple[str, tuple[Line, ...], tuple[dict[Level, Tally], ...]], ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    shown_levels: tuple[Level, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All requirements."""
        return tuple(line for _, lines, _ in self.areas for line in lines)


@dataclass(frozen=True)
class Compared:
    """The matrix as people read it."""

    html: str
    markdown: str


def compare(reports: Sequence[Report]) -> Compared:
    """Give one page and one Markdown table over the reports, in the order given."""
    from reports.page import render

    found = comparison(reports)
    return Compared(render("matrix.html.j2", "matrix.js", view=found, data={}), markdown(found))


def write_comparison(reports: Sequence[Report], directory: Path) -> tuple[Path, ...]:
    """Write matrix.html and matrix.md."""
    from reports.write import write_text

    directory.mkdir(parents=True, exist_ok=True)
    made = compare(reports)
    return (
        write_text(directory / "matrix.html", made.html),
        write_text(directory / "matrix.md", made.markdown),
    )


def comparison(reports: Sequence[Report]) -> Comparison:
    """Put the reports side by side. Raises `ValueError` when there is none."""
    if not reports:
        raise ValueError("nothing to compare: name at least one report.json")
    tables = [{row.id: row for row in report.requirements} for report in reports]
    ids = dict.fromkeys(name for rows in tables for name, row in rows.items() if _counts(row))
    lines = [_line(name, tables) for name in ids]
    names = dict.fromkeys(line.area for line in lines)
    tallies = [by_area(report.requirements) for report in reports]
    return Comparison(
        columns=tuple(_column(number, report) for number, report in enumerate(reports)),
        areas=tuple(
            (
                area,
                tuple(line for line in lines if line.area == area),
                tuple(found.get(area, {}) for found in tallies),
            )
            for area in names
        ),
        steps=tuple(_steps(reports)),
        warnings=tuple(_warnings(reports)),
        shown_levels=tuple(level for level in LEVELS if any(line.level == level for line in lines)),
    )


def markdown(found: Comparison) -> str:
    """Give the matrix as Markdown, shorter than `LIMIT` characters."""
    parts = ["## Registry conformance compared"]
    parts += [f"> **Warning:** {escape(warning)}" for warning in found.warnings]
    parts.append(_overview(found))
    parts += [_step_text(step) for step in found.steps]
    differing = [line for line in found.lines if line.differs]
    head = ["Requirement", *(escape(column.name, 40) for column in found.columns)]
    rows = [
        [
            f"{line.level} {link(line.id, line.url)}",
            *(f"{SYMBOLS[cell.state]} {cell.state}" for cell in line.cells),
        ]
        for line in differing
    ]
    parts.append(f"### Where they differ: {plural(len(differing), 'requirement')} of {len(found.lines)}")
    room = LIMIT - 500 - sum(len(part) + 2 for part in parts) - len(table(head, []))
    kept: list[list[str]] = []
    for row in rows:
        room -= sum(len(cell) + 3 for cell in row) + 3
        if room < 0:
            break
        kept.append(row)
    if kept:
        parts.append(table(head, kept))
    if len(kept) < len(rows):
        parts.append(f"and {len(rows) - len(kept)} more; the page has them all")
    return "\n\n".join(parts) + "\n"


def _overview(found: Comparison) -> str:
    head = ["Registry", *found.shown_levels, "Suite", "Exit code"]
    rows = []
    for column in found.columns[:100]:
        levels = dict(column.levels)
        name = escape(column.name, 60) + (" (emulated)" if column.emulation else "")
        said = [levels[level].said() if level in levels else "" for level in found.shown_levels]
        rows.append(
            [
                f"{name}<br>{escape(column.detail, 60)}",
                *said,
                escape(column.suite_version, 30),
                str(column.exit_code),
            ]
        )
    return table(head, rows)


def _step_text(step: Step) -> str:
    title = f"### {escape(step.name, 60)}: what changed from {escape(step.before, 60)} to {escape(step.after, 60)}"
    if not step.changes:
        return f"{title}\n\nNothing."
    lines = [
        f"- {change.direction}: {change.level} {escape(change.id)}, {change.before} → **{change.after}**"
        + (f": {escape(change.said, 160)}" if change.said else "")
        for change in step.changes[:50]
    ]
    more = [f"- and {len(step.changes) - 50} more"] if len(step.changes) > 50 else []
    return "\n".join([title, "", *lines, *more])


def _column(number: int, report: Report) -> Column:
    return Column(
        key=f"c{number}",
        name=report.target.name,
        detail=report.run.started,
        suite_version=report.run.suite_version,
        coverage=coverage(report.requirements),
        levels=tuple(by_level(report.requirements).items()),
        exit_code=report.gate.exit_code,
        emulation=report.target.emulation,
        url=report.target.url,
    )


def _counts(row: RequirementResult) -> bool:
    return row.status == "tested" or row.verdict is not None


def _line(name: str, tables: Sequence[dict[str, RequirementResult]]) -> Line:
    first = next(rows[name] for rows in reversed(tables) if name in rows)  # the newest text of the ledger
    cells = tuple(_cell(rows.get(name)) for rows in tables)
    return Line(name, first.area, first.level, first.text, first.source, first.url, cells)


def _cell(row: RequirementResult | None) -> Cell:
    if row is None:
        return Cell(ABSENT, "this report's ledger does not have it")
    return Cell(state(row), _said(row), row.documented)


def _said(row: RequirementResult) -> str:
    if row.findings:
        return f"got {row.findings[0].got}; expected {row.findings[0].expected}"
    return row.reason


def _steps(reports: Sequence[Report]) -> Iterable[Step]:
    """For each registry with several reports: from each report to the next newer one."""
    for name in dict.fromkeys(report.target.name for report in reports):
        of = sorted((r for r in reports if r.target.name == name), key=lambda report: report.run.started)
        for before, after in pairwise(of):
            yield Step(name, before.run.started, after.run.started, tuple(_changes(before, after)))


def _changes(before: Report, after: Report) -> list[Change]:
    old = {row.id: row for row in before.requirements}
    found = []
    for row in after.requirements:
        if row.id not in old or not (_counts(row) or _counts(old[row.id])):
            continue
        was, now = state(old[row.id]), state(row)
        same_fault = {f.fingerprint for f in old[row.id].findings} == {f.fingerprint for f in row.findings}
        if was != now or (now == "broken" and not same_fault):
            direction: Direction = "other" if was == now else _direction(was, now)
            said = _said(row) or ("another fault than before" if was == now else "")
            found.append(Change(row.id, row.level, row.text, was, now, direction, said))
    order = {"worse": 0, "better": 1, "other": 2}
    levels = {level: number for number, level in enumerate(LEVELS)}
    return sorted(found, key=lambda change: (order[change.direction], levels[change.level]))


def _direction(was: State, now: State) -> Direction:
    if was in RANK and now in RANK:
        return "better" if RANK[now] > RANK[was] else "worse"
    return "other"


def _warnings(reports: Sequence[Report]) -> Iterable[str]:
    versions = sorted({report.run.suite_version for report in reports})
    if len(versions) > 1:
        yield (
            f"these reports come from different versions of the suite ({', '.join(versions)}): a difference may come from the suite"
            " and not from the registry; judge all of them with one version"
        )
    emulated = [report.target.name for report in reports if report.target.emulation]
    if emulated:
        yield f"emulated from documentation, not the product itself: {', '.join(dict.fromkeys(emulated))}"
    incomplete = [r.target.name for r in reports if r.gate.exit_code not in (0, 1)]
    if incomplete:
        yield f"not judged completely: {', '.join(dict.fromkeys(incomplete))}"
