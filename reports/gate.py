"""What a run means for CI: one exit code and one sentence.

`SITUATIONS` is the table of docs/ci.md. Green must not lie: 0 only when everything that was asked for was judged and held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from reports.baseline import Applied
from reports.counts import FAIL_LEVELS, coverage, state
from reports.model import Gate, RequirementResult
from reports.text import plural

SHOWN = 3  # requirement ids that the sentence names

FailOn = Literal["must", "client", "should"]


@dataclass(frozen=True)
class Situation:
    """One row of the table: what happened, and the exit code that says so."""

    name: str
    code: int
    meaning: str


SITUATIONS = (
    Situation("good", 0, "everything that was asked for was judged, and nothing at the fail-on level broke"),
    Situation(
        "broken", 1, "a requirement at or above the fail-on level is broken and no baseline entry knows it"
    ),
    Situation("expired", 1, "an entry of the baseline has expired"),
    Situation("failed", 1, "a test failed that is none of the suite's checks"),
    Situation("interrupted", 2, "the run was interrupted before its end"),
    Situation("internal", 3, "pytest or the suite had an internal error"),
    Situation("usage", 4, "wrong usage: an unknown option, a file that can't be read"),
    Situation("nothing", 5, "no check matched what was asked for"),
    Situation(
        "unusable",
        6,
        "the target can't be judged: unreachable, TLS failure, login page, refused credentials, no index, lost while the run went on",
    ),
    Situation("incomplete", 7, "a MUST was left unreached without being asked to"),
    Situation("error", 7, "a check ended in an error of the suite, so its requirements were not judged"),
)
CODES = {situation.name: situation.code for situation in SITUATIONS}
PYTEST = {2: "interrupted", 3: "internal", 4: "usage", 5: "nothing"}


def decide(
    *,
    pytest_exit: int,
    requirements: Sequence[RequirementResult],
    fail_on: str = "must",
    read_only: bool = False,
    selected: bool = False,
    baseline: Applied | None = None,
    asked: Collection[str] = (),
    lost: str = "",
) -> Gate:
    """Judge the run as a whole.

    `requirements` carry their `known` mark already (`Applied.requirements`). `selected`: the user asked for a part of the checks
    (`-k`, `-m`, node ids, `-x`). `asked`: ids that may stay unreached because the user declared a limit, like `--registry-clients none`.
    `lost`: why the registry could not be reached any more, "" when it could.
    """
    applied = baseline or Applied(tuple(requirements))
    name, reason = _situation(
        pytest_exit,
        requirements,
        FAIL_LEVELS[fail_on],
        applied,
        lost,
        _unreached(requirements, read_only, selected, asked),
    )
    return Gate(
        fail_on=cast(FailOn, fail_on),
        exit_code=CODES[name],
        reason=reason,
        known=applied.known,
        stale=applied.stale,
        expired=applied.expired,
    )


def _situation(
    pytest_exit: int,
    rows: Sequence[RequirementResult],
    levels: Collection[str],
    applied: Applied,
    lost: str,
    unreached: Sequence[str],
) -> tuple[str, str]:
    """Give the first situation that fits, most urgent first, and the sentence about it."""
    if lost:
        return "unusable", f"the registry was lost while the run went on: {lost}"
    if pytest_exit in (3, 4):
        return PYTEST[pytest_exit], _meaning(PYTEST[pytest_exit])
    broken = [row.id for row in rows if state(row) == "broken" and row.level in levels]
    if pytest_exit == 2:
        return "interrupted", f"{_meaning('interrupted')}; until then {coverage(rows)}"
    if broken:
        return "broken", f"{plural(len(broken), 'requirement')} at the fail-on level broken: {_named(broken)}"
    if applied.expired:
        return (
            "expired",
            f"{plural(len(applied.expired), 'baseline entry', 'baseline entries')} expired: {_named(applied.expired)}",
        )
    if pytest_exit == 5 or not any(row.verdict for row in rows):
        return "nothing", _meaning("nothing")
    errors = [row.id for row in rows if row.verdict == "error"]
    if errors:
        return "error", f"the suite could not judge {plural(len(errors), 'requirement')}: {_named(errors)}"
    if pytest_exit != 0:
        return "failed", _meaning("failed")
    if unreached:
        return (
            "incomplete",
            f"{plural(len(unreached), 'MUST', 'MUSTs')} not reached without being asked to: {_named(unreached)}",
        )
    return "good", coverage(rows)


def _unreached(
    rows: Iterable[RequirementResult], read_only: bool, selected: bool, asked: Collection[str]
) -> list[str]:
    """MUSTs without a verdict that nobody asked to leave out; a documented limit of the vendor counts as declared."""
    found = []
    for row in rows:
        at = state(row)
        if row.level != "MUST" or at not in ("not reached", "not run") or read_only:
            continue
        if (selected and at == "not run") or row.id in asked or row.documented:
            continue
        found.append(row.id)
    return found


def _meaning(name: str) -> str:
    return next(situation.meaning for situation in SITUATIONS if situation.name == name)


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more
