"""The Markdown summary: fits a pull request comment or the step summary of a CI service."""

from __future__ import annotations

from collections.abc import Iterator

from reports.counts import FAIL_LEVELS, SYMBOLS, Tally, by_area, by_level, clients, coverage, state
from reports.markdown import escape, fenced, link, table
from reports.model import LEVELS, Report, RequirementResult
from reports.text import first_link, plural

LIMIT = 60_000  # GitHub takes 65,536 characters in a comment
REPRODUCTIONS = 24_000  # characters that all of them may take together
CELL = 160  # characters of a text from the registry in one cell


def summary(report: Report) -> str:
    """Give the summary of a run, shorter than `LIMIT` characters whatever the registry answered."""
    parts = [*_head(report), _areas(report), *_broken(report), *_clients(report), *_unjudged(report)]
    parts += _reproductions(report)
    kept: list[str] = []
    room = LIMIT - 200
    for part in filter(None, parts):
        if len(part) + 2 > room:
            kept.append("*Shortened: the whole report is in index.html and report.json.*")
            break
        kept.append(part)
        room -= len(part) + 2
    return "\n\n".join(kept) + "\n"


def headline(report: Report) -> str:
    """Give the one line that says how it went."""
    word = {0: "passes", 1: "fails", 7: "incomplete"}.get(
        report.gate.exit_code, f"exit code {report.gate.exit_code}"
    )
    return f"{word}: {coverage(report.requirements)}"


def _head(report: Report) -> Iterator[str]:
    run, target = report.run, report.target
    yield f"## Registry conformance of {escape(target.name, 120)}"
    yield f"**{escape(headline(report))}**"
    yield f"{escape(report.gate.reason, 600)} (exit code {report.gate.exit_code})"
    if target.emulation:
        yield f"> **Emulated:** this registry imitates the documented behaviour of {escape(target.emulation, 200)}; it is not the product."
    facts = [
        f"judged {escape(target.url, 200)}",
        f"profile {escape(target.profile, 60)}",
        f"on {escape(run.started, 40)}",
        f"suite {escape(run.suite_version, 40)}",
        f"{run.requests:,} requests in {run.duration_s:.1f} s",
    ]
    if target.read_only:
        facts.append(f"read\\-only ({escape(target.read_only_reason, 120)})")
    yield " · ".join(facts)


def _areas(report: Report) -> str:
    areas = by_area(report.requirements)
    columns = [level for level in LEVELS if any(level in levels for levels in areas.values())]
    totals = by_level(report.requirements)
    rows = [
        [escape(area), *(_cell(levels.get(level)) for level in columns)] for area, levels in areas.items()
    ]
    rows.append(["**all**", *(_cell(totals.get(level)) for level in columns)])
    return table(["Area", *columns], rows)


def _cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    if tally.held == tally.total:
        return f"{SYMBOLS['held']} {tally.held}"
    said = [f"{SYMBOLS['held']} {tally.held} of {tally.total}"]
    said += [
        f"**{SYMBOLS[name]} {count} {name}**" if name == "broken" else f"{count} {name}"
        for name, count in tally.parts()
        if count and name != "held"
    ]
    return ", ".join(said)


def _broken(report: Report) -> Iterator[str]:
    failing = FAIL_LEVELS[report.gate.fail_on]
    rows = [row for row in report.requirements if row.verdict == "broken"]
    for title, kept in (
        ("Broken", [r for r in rows if state(r) == "broken" and r.level in failing]),
        (
            "Broken below the line (does not fail the run)",
            [r for r in rows if state(r) == "broken" and r.level not in failing],
        ),
        (
            "Known faults (accepted: in the baseline, or documented by the vendor)",
            [r for r in rows if state(r) == "known"],
        ),
    ):
        if not kept:
            continue
        shown = kept[:40]
        text = f"### {title}: {len(kept)}\n\n" + table(
            ["Requirement", "Got", "Expected"], [_broken_row(row) for row in shown]
        )
        yield text + (f"\n\nand {len(kept) - len(shown)} more" if len(kept) > len(shown) else "")
    for word, labels in (
        ("Stale baseline entries, fixed since", report.gate.stale),
        ("Expired baseline entries", report.gate.expired),
    ):
        if labels:
            yield f"**{word}:** " + ", ".join(escape(label, 120) for label in labels[:20])


def _broken_row(row: RequirementResult) -> list[str]:
    about = f"{row.level} {link(row.id, row.url)}<br>{escape(row.text, CELL)}"
    about += f"<br>known: {escape(row.known, CELL)}" if row.known else ""
    about += f"<br>{link('documented by the vendor', first_link(row.documented))}" if row.documented else ""
    if not row.findings:
        return [about, escape(row.reason, CELL), ""]
    found = row.findings[0]
    more = f"<br>and {plural(len(row.findings) - 1, 'more finding')}" if len(row.findings) > 1 else ""
    where = f"<br>at {escape(found.where, CELL)}" if found.where else ""
    return [about, (escape(found.got, CELL) or "nothing") + where + more, escape(found.expected, CELL)]


def _reproductions(report: Report) -> Iterator[str]:
    """How to see each fault again, the first finding of it: what fails the run, as much as there is room for."""
    failing = FAIL_LEVELS[report.gate.fail_on]
    rows = [r for r in report.requirements if state(r) == "broken" and r.level in failing]
    told = [(r, text) for r in rows if (text := next((f.reproduction for f in r.findings), ""))]
    room, blocks = REPRODUCTIONS, []
    for row, text in told:
        if len(text) <= room:
            room -= len(text)
            blocks.append(f"{link(row.id, row.url)}:\n\n{fenced(text)}")
    if told:
        yield "### See it again"
    yield from blocks
    if left := len(told) - len(blocks):
        yield f"{plural(left, 'more reproduction')}: in index.html and report.json"


def _clients(report: Report) -> Iterator[str]:
    lines = []
    for view in clients(report.requirements):
        effects = "; ".join(
            escape(harm.effect, CELL)
            + (f" (×{len(harm.requirements)})" if len(harm.requirements) > 1 else "")
            for harm in view.harms[:5]
        )
        more = f"; and {len(view.harms) - 5} more" if len(view.harms) > 5 else ""
        lines.append(f"- **{escape(view.name, 40)}**: {effects + more if effects else escape(view.said)}")
    if lines:
        yield "### What this means for clients\n\n" + "\n".join(lines[:40])


def _unjudged(report: Report) -> Iterator[str]:
    for word in ("error", "not reached"):
        rows = [row for row in report.requirements if row.level == "MUST" and state(row) == word]
        if rows:
            shown = "\n".join(f"- {link(row.id, row.url)}: {escape(row.reason, CELL)}" for row in rows[:20])
            more = f"\n- and {len(rows) - 20} more" if len(rows) > 20 else ""
            yield f"### MUST {word}: {len(rows)}\n\n{shown}{more}"
