"""Writes the kill matrix down for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kill_matrix.noticed import CONFORMING, Noticed
from tests.kill_matrix.runs import ROOT, Switch

PAGE = ROOT / "docs" / "kill-matrix.md"
ELSEWHERE = {
    "conformance/test_security_pages.py::test_index_is_on_https": (
        "needs another machine's name",
        "tests/suite/test_far_host.py",
    ),
    "conformance/test_clients_installs.py::test_poetry_waits_for_releases_to_age": (
        "needs poetry, which the matrix does without",
        "tests/suite/test_clients_runs.py",
    ),
}
"""Checks that are not killed here: why, and the test that does."""
SHOWN = 6  # requirements in one row
HEAD = """# Kill matrix

Proof that every check bites. Each defect of the reference registry was switched on, the whole suite was run, and this is what noticed it.
Defects whose requirements have nothing in common share a run, and get one of their own when it does not end as declared.
`python -m tests.kill_matrix` makes this page (`--alone`: a run for each); CI runs all of it again (`.ci/matrix`).
`pytest --registry-demo ID` shows any of them at work.
"""


def unkilled(noticed: Mapping[str, Noticed], switches: Sequence[Switch]) -> tuple[str, ...]:
    """The checks that no defect kills."""
    checks = set(noticed[CONFORMING].killers) if CONFORMING in noticed else set()
    for switch in switches:
        if switch.kind == "defect" and switch.id in noticed:
            checks -= set(noticed[switch.id].killers)
    checks -= ELSEWHERE.keys()
    return tuple(sorted(checks))


def render(noticed: Mapping[str, Noticed], switches: Sequence[Switch]) -> str:
    """Give the page."""
    defects = [one for one in switches if one.kind == "defect" and one.id in noticed]
    variations = [one for one in switches if one.kind == "variation" and one.id in noticed]
    left = unkilled(noticed, switches)
    checks = len(noticed[CONFORMING].killers) if CONFORMING in noticed else 0
    blamed = [one for one in variations if set(noticed[one.id].broken) - set(one.seen_by)]
    lines = [
        HEAD,
        f"- defects: {len(defects)}, unnoticed: {sum(not noticed[one.id].broken for one in defects)}",
        f"- checks: {checks}, killed by no defect: {len(left)}",
        f"- variations: {len(variations)}, blamed: {len(blamed)}",
        "",
        "Checks that judge nothing but MAYs tell a capability; they are not counted, for a registry can't break what it need not have.",
        *(f"`{check}` {why}: `{test}` kills it." for check, (why, test) in ELSEWHERE.items()),
        "",
        "## Defects",
        "",
        "| defect | what it does | noticed by | what the suite says |",
        "|---|---|---|---|",
        *(_defect(one, noticed[one.id]) for one in defects),
        "",
        "## Variations",
        "",
        "Legal, however odd: none of them may break a requirement. Advice (SHOULD) that one leaves out is named.",
        "",
        "| variation | what it does | verdicts |",
        "|---|---|---|",
        *(_variation(one, noticed[one.id]) for one in variations),
        "",
    ]
    if left:
        lines += ["## Checks that no defect kills", "", *(f"- `{name}`" for name in left), ""]
    return "\n".join(lines)


def write(text: str, path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(text, "utf-8")


def _defect(switch: Switch, seen: Noticed) -> str:
    more = len(seen.broken) - SHOWN
    first = [name for name in switch.seen_by if name in seen.broken]
    names = first + [name for name in seen.broken if name not in first]
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    source = f" ([source]({switch.source}))" if switch.source.startswith("http") else ""
    said = _cell(seen.first) if seen.broken else "nobody noticed"
    return f"| `{switch.id}` | {_cell(switch.sentence)}{source} | {shown} | {said} |"


def _variation(switch: Switch, seen: Noticed) -> str:
    blamed = sorted(set(seen.broken) - set(switch.seen_by))
    verdict = f"blamed: {', '.join(blamed)}" if blamed else "untouched"
    advice = sorted(set(seen.broken) & set(switch.seen_by))
    left_out = f"; leaves out advice: {', '.join(f'`{name}`' for name in advice)}" if advice else ""
    return f"| `{switch.id}` | {_cell(switch.sentence)} | {verdict}{left_out} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
