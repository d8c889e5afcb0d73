"""Writes the kill matrix down for people."""

from __future__ import annotations

from collections.abc import Sequence

from tests.kill_matrix.runs import Outcome

HEAD = """# Kill matrix

Proof that every check bites: each defect of the reference registry, and the checks that noticed it. Made by
`python -m tests.kill_matrix`; CI runs the same. `pytest --registry-demo ID` shows any of them at work.
"""


def render(calm: Outcome, outcomes: Sequence[Outcome]) -> tuple[str, tuple[str, ...]]:
    """Give the page, and the checks that no defect kills."""
    defects = [o for o in outcomes if o.switch.kind == "defect" and o.report]
    variations = [o for o in outcomes if o.switch.kind == "variation" and o.report]
    checks = {c.nodeid.partition("[")[0] for c in calm.report.checks} if calm.report else set()
    killed = set().union(*(o.killers for o in defects)) if defects else set()
    unkilled = tuple(sorted(checks - killed - told_only(calm)))
    blamed = [o for o in variations if o.broken]
    lines = [
        HEAD,
        f"- defects: {len(defects)}, unnoticed: {sum(not o.broken for o in defects)}",
        f"- checks: {len(checks)}, killed by no defect: {len(unkilled)}",
        f"- variations: {len(variations)}, blamed: {len(blamed)}",
        "",
        "## Defects",
        "",
        "| defect | what it does | noticed by | first message |",
        "|---|---|---|---|",
        *(_row(outcome) for outcome in sorted(defects, key=lambda o: o.switch.id)),
        "",
        "## Variations",
        "",
        "Legal, however odd: none of them may break a requirement.",
        "",
        "| variation | what it does | verdicts |",
        "|---|---|---|",
        *(
            f"| `{o.switch.id}` | {_cell(o.switch.sentence)} | {'blamed: ' + ', '.join(sorted(o.broken)) if o.broken else 'untouched'} |"
            for o in sorted(variations, key=lambda o: o.switch.id)
        ),
        "",
    ]
    if unkilled:
        lines += ["## Checks that no defect kills", "", *(f"- `{name}`" for name in unkilled), ""]
    return "\n".join(lines), unkilled


def told_only(calm: Outcome) -> set[str]:
    """The checks that judge nothing but MAYs: they tell a capability, and a registry can't break what it need not have."""
    if calm.report is None:
        return set()
    may = {row.id for row in calm.report.requirements if row.level == "MAY"}
    return {c.nodeid.partition("[")[0] for c in calm.report.checks if set(c.requirements) <= may}


def _row(outcome: Outcome) -> str:
    assert outcome.report is not None
    switch = outcome.switch
    broken = sorted(outcome.broken)
    shown = ", ".join(f"`{name}`" for name in broken[:6]) + (
        f" and {len(broken) - 6} more" if len(broken) > 6 else ""
    )
    by_id = {row.id: row for row in outcome.report.requirements}
    named = next((name for name in switch.seen_by if name in outcome.broken), broken[0] if broken else "")
    first = by_id[named].findings[0] if named else None
    message = f"expected {first.expected}; got {first.got}" if first else "nobody noticed"
    source = f" ([source]({switch.source}))" if switch.source.startswith("http") else ""
    return (
        f"| `{switch.id}` | {_cell(switch.sentence)}{source} | {shown} | {_cell(_plain(message, outcome))} |"
    )


def _plain(message: str, outcome: Outcome) -> str:
    """Take out what differs from run to run."""
    assert outcome.report is not None
    base = outcome.report.target.url.split("/simple/")[0]
    message = message.replace(base, "http://HOST").replace(outcome.report.run.id, "RUN")
    return message if len(message) <= 240 else message[:240] + " …"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
