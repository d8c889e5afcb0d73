"""Faults that users met in real registries: which switch shows each, or why one registry alone can't; written down for people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kill_matrix.runs import ROOT, Switch

FILE = Path(__file__).with_name("met_by_users.toml")
PAGE = ROOT / "docs" / "real-defects.md"
HEAD = """# Faults that users met

Where the defects of the reference registry come from: public reports of faults in real registries. A fault is shown by a defect, or by a
variation where the specifications allow what users stumbled over; see [the kill matrix](kill-matrix.md) for what notices it. What only
shows with an upstream, a group or tens of thousands of files is listed at the end: a run of this suite knows one registry.

Made by `python -m tests.kill_matrix --page`.
"""


@dataclass(frozen=True)
class Fault:
    """One fault: whose it was, who told it, and the switches that show it; or why there are none."""

    registry: str
    source: str
    defects: tuple[str, ...] = ()
    variations: tuple[str, ...] = ()
    elsewhere: str = ""


def faults() -> tuple[Fault, ...]:
    """All of them, in the order of the file."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["fault"]
    return tuple(
        Fault(
            row["registry"],
            row["source"],
            tuple(row.get("defects", ())),
            tuple(row.get("variations", ())),
            row.get("elsewhere", ""),
        )
        for row in rows
    )


def render(switches: Sequence[Switch]) -> str:
    """Give the page."""
    sentences = {switch.id: switch.sentence for switch in switches}
    every = faults()
    shown = [fault for fault in every if not fault.elsewhere]
    legal = [fault for fault in shown if not fault.defects]
    lines = [
        HEAD,
        f"- shown by a defect: {len(shown) - len(legal)}",
        f"- legal, and shown by a variation: {len(legal)}",
        f"- not to be seen with one registry: {len(every) - len(shown)}",
        "",
        "| registry | what it does | switches |",
        "|---|---|---|",
        *(_shown(fault, sentences) for fault in shown),
        "",
        "## Not to be seen with one registry",
        "",
        "| registry | why |",
        "|---|---|",
        *(f"| {_linked(fault)} | {fault.elsewhere} |" for fault in every if fault.elsewhere),
        "",
    ]
    return "\n".join(lines)


def _shown(fault: Fault, sentences: Mapping[str, str]) -> str:
    ids = (*fault.defects, *fault.variations)
    names = ", ".join([f"`{name}`" for name in fault.defects] + [f"`{n}` (legal)" for n in fault.variations])
    return f"| {_linked(fault)} | {sentences[ids[0]].replace('|', '&#124;').replace('<', '&lt;')} | {names} |"


def _linked(fault: Fault) -> str:
    return f"[{fault.registry}]({fault.source})"
