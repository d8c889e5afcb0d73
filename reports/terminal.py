"""The end of a run in the terminal: verdicts per area and level, what is broken, and what it means for the gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reports.counts import FAIL_LEVELS, Tally, by_area, by_level, coverage, state
from reports.model import LEVELS, Report, RequirementResult
from reports.text import one_line, plural

CELL = "held/broken/not offered/not reached"
SHOWN = 40  # broken requirements told in full; the page has them all
TOLD = 240  # characters of a line about one fault: it may wrap, but must not lose what was got
REASONS = 5
DOCUMENTED = "documented"  # in place of a fingerprint: accepted because the vendor says so


def summary_lines(report: Report, width: int = 100) -> Iterator[str]:
    """Give the lines that end a run. Nothing in them is left to colour."""
    width = max(40, width)
    yield from _table(report, width)
    yield from _broken(report, width)
    yield from _unreached(report, width)
    yield from _below(report, width)
    yield from _baseline(report, width)
    yield ""
    yield coverage(report.requirements)
    yield one_line(f"exit code {report.gate.exit_code}: {report.gate.reason}", max(width, TOLD))


def _table(report: Report, width: int) -> Iterator[str]:
    areas = by_area(report.requirements)
    if not areas:
        return
    idle = [area for area, levels in areas.items() if all(t.not_run == t.total for t in levels.values())]
    areas = {area: levels for area, levels in areas.items() if area not in idle} or areas
    idle = [area for area in idle if area not in areas]
    first = max(5, *(len(area) for area in areas))
    columns = [level for level in LEVELS if any(level in levels for levels in areas.values())]
    totals = by_level(report.requirements)
    rows = {**areas, "all": totals}
    cells = {area: [_cell(levels.get(level)) for level in columns] for area, levels in rows.items()}
    wide = [max(len(level), *(len(row[i]) for row in cells.values())) for i, level in enumerate(columns)]
    yield one_line(f"{CELL}, !error, (not run)", width)
    yield _row("area".ljust(first), columns, wide)
    for area, row in cells.items():
        if area == "all":
            yield "-" * (first + sum(wide) + 3 * len(wide))
        yield _row(area.ljust(first), row, wide)
    if idle:
        yield one_line(f"not run at all: {', '.join(idle)}", width)


def _row(first: str, cells: Sequence[str], wide: Sequence[int]) -> str:
    return f"{first}   " + "   ".join(c.ljust(w) for c, w in zip(cells, wide, strict=True)).rstrip()


def _cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    said = f"{tally.held}/{tally.broken + tally.known}/{tally.not_offered}/{tally.not_reached}"
    said += f" !{tally.error}" if tally.error else ""
    return said + (f" ({tally.not_run})" if tally.not_run else "")


def _broken(report: Report, width: int) -> Iterator[str]:
    levels = FAIL_LEVELS[report.gate.fail_on]
    rows = [row for row in report.requirements if state(row) == "broken" and row.level in levels]
    if rows:
        yield ""
    for row in rows[:SHOWN]:
        yield one_line(f"BROKEN {row.level} {row.id}: {row.text}", max(width, TOLD))
        yield "  " + one_line(_what(row), max(width, TOLD))
        if row.documented:
            yield "  " + one_line(f"documented by the vendor: {row.documented}", max(width, TOLD))
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more broken; the report has them all"


def _what(row: RequirementResult) -> str:
    if not row.findings:
        return row.reason or "no finding was written down"
    found = row.findings[0]
    more = f" (and {plural(len(row.findings) - 1, 'more finding')})" if len(row.findings) > 1 else ""
    got, expected = one_line(found.got, 90) or "nothing", one_line(found.expected, 90)
    return (
        f"got {got}; expected {expected}"
        + (f"; at {one_line(found.where, 90)}" if found.where else "")
        + more
    )


def _unreached(report: Report, width: int) -> Iterator[str]:
    """Why MUSTs stayed without a verdict, the commonest reasons first."""
    for word in ("error", "not reached"):
        why = Counter(
            row.reason or "no reason was given"
            for row in report.requirements
            if row.level == "MUST" and state(row) == word
        )
        if why:
            yield ""
        for reason, count in why.most_common(REASONS):
            yield one_line(f"MUST {word}, {count}: {reason}", width)
        if len(why) > REASONS:
            yield f"and {plural(len(why) - REASONS, 'more reason')}; the report has them all"


def _below(report: Report, width: int) -> Iterator[str]:
    """What is broken below the line, in counts: it does not fail the run, and it is no pass either."""
    levels = FAIL_LEVELS[report.gate.fail_on]
    below = [
        f"{level} {tally.broken + tally.known} of {tally.total} broken"
        for level, tally in by_level(report.requirements).items()
        if level not in levels and tally.broken + tally.known
    ]
    if below:
        yield ""
        yield one_line(
            f"below the line (--registry-fail-on {report.gate.fail_on}): {', '.join(below)}", width
        )


def _baseline(report: Report, width: int) -> Iterator[str]:
    gate = report.gate
    for row in report.requirements:
        if f"{row.id} {DOCUMENTED}" in gate.known:
            yield one_line(f"accepted, {row.level} {row.id}: {row.known}", max(width, TOLD))
    for word, labels in (
        ("known faults", tuple(label for label in gate.known if not label.endswith(f" {DOCUMENTED}"))),
        ("stale entries", gate.stale),
        ("expired", gate.expired),
    ):
        if labels:
            named = ", ".join(label.partition(" ")[0] for label in labels)
            yield one_line(f"baseline: {len(labels)} {word}: {named}", width)
