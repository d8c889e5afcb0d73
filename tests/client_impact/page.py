"""Writes docs/client-impact.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reports.impact import Impact, Learnt, Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "client-impact.md"
HEAD = """# What clients make of each fault

Learnt, not guessed: the default clients were run against each defect of the reference registry and compared with what they do without
it. pip downloads and uv installs an application with a dependency, then a pre-release, a yanked release by its pin, a local version and an
sdist; twine uploads a wheel and an sdist, and then once more. A fault that this work does not touch shows as "works".
Reports name, for each broken requirement, what the clients were seen to do. `python -m tests.client_impact` makes this page and its data.
"""
CLIENTS = ("pip", "uv", "twine")


def render(impact: Impact, defects: int) -> str:
    """Give the page; `defects` is how many the reference registry has."""
    versions = ", ".join(f"{name} {impact.versions.get(name, '')}".strip() for name in CLIENTS)
    silent = [one for one in impact.defects if all(s.outcome is Outcome.WORKS for s in one.clients.values())]
    lines = [
        HEAD,
        f"Clients: {versions}. Defects run so far: {len(impact.defects)} of {defects}.",
        "",
        *_counts(impact),
        "",
    ]
    lines += ["## By defect", "", "| defect | breaks | pip | uv | twine |", "|---|---|---|---|---|"]
    lines += [_row(one) for one in impact.defects if one not in silent]
    lines += ["", "## Breaks the requirement, and none of these commands minds", ""]
    lines += [
        "| defect | breaks |",
        "|---|---|",
        *(f"| `{o.defect}` | {_names(o.requirements)} |" for o in silent),
        "",
    ]
    return "\n".join(lines)


def _counts(impact: Impact) -> list[str]:
    rows = ["| | pip | uv | twine |", "|---|---|---|---|"]
    counted = {
        client: Counter(one.clients[client].outcome for one in impact.defects if client in one.clients)
        for client in CLIENTS
    }
    return rows + [
        f"| {o.value} | " + " | ".join(str(counted[c][o]) for c in CLIENTS) + " |" for o in Outcome
    ]


def _row(learnt: Learnt) -> str:
    cells = []
    for client in CLIENTS:
        seen = learnt.clients.get(client)
        if seen is None:
            cells.append("– (the registry refuses uploads)")
            continue
        said = f": {_cell(seen.said)}" if seen.said else ""
        cells.append("works" if seen.outcome is Outcome.WORKS else f"**{seen.outcome.value}**{said}")
    return f"| `{learnt.defect}` | {_names(learnt.requirements)} | {' | '.join(cells)} |"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
