"""The table of situations and exit codes, and that the documentation tells the same."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from reports import baseline
from reports.gate import SITUATIONS, decide
from reports.model import Level, RequirementResult, VerdictName
from tests.reports.fake import finding, requirement

DOCS = Path(__file__).resolve().parents[2] / "docs" / "ci.md"
TODAY = datetime.date(2026, 6, 1)


def rows(*verdicts: VerdictName | None, level: Level = "MUST") -> list[RequirementResult]:
    """Requirements with these verdicts."""
    return [
        requirement(
            f"names/r{n}",
            level,
            v,
            findings=[finding(f"names/r{n}", n)] if v == "broken" else [],
            mode="write",
        )
        for n, v in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("situation", "code", "given"),
    [
        ("all held", 0, {"requirements": rows("held", "not offered")}),
        ("a MUST broken", 1, {"requirements": rows("held", "broken"), "pytest_exit": 1}),
        (
            "broken beats unreached and error",
            1,
            {"requirements": rows("broken", "error", "not reached"), "pytest_exit": 1},
        ),
        ("a SHOULD broken", 0, {"requirements": rows("held") + rows("held", "broken", level="SHOULD")[1:]}),
        (
            "a SHOULD broken, fail-on should",
            1,
            {"requirements": rows("broken", level="SHOULD"), "fail_on": "should", "pytest_exit": 1},
        ),
        (
            "a CLIENT broken, fail-on client",
            1,
            {"requirements": rows("broken", level="CLIENT"), "fail_on": "client"},
        ),
        (
            "a SHOULD broken, fail-on client",
            0,
            {"requirements": rows("broken", level="SHOULD"), "fail_on": "client"},
        ),
        (
            "a MAY broken, fail-on should",
            0,
            {"requirements": rows("broken", level="MAY"), "fail_on": "should"},
        ),
        ("interrupted", 2, {"requirements": rows("held", None), "pytest_exit": 2}),
        ("interrupted after a fault", 2, {"requirements": rows("broken", None), "pytest_exit": 2}),
        ("internal error", 3, {"requirements": rows("broken"), "pytest_exit": 3}),
        ("wrong usage", 4, {"requirements": rows(None), "pytest_exit": 4}),
        ("no check matched", 5, {"requirements": rows(None), "pytest_exit": 5, "selected": True}),
        ("pytest is content but nothing was judged", 5, {"requirements": rows(None, None)}),
        (
            "the registry died",
            6,
            {"requirements": rows("held", None), "pytest_exit": 2, "lost": "no connection"},
        ),
        ("a MUST not reached", 7, {"requirements": rows("held", "not reached")}),
        ("a MUST not run", 7, {"requirements": rows("held", None)}),
        (
            "a SHOULD not reached",
            0,
            {"requirements": rows("held") + rows("held", "not reached", level="SHOULD")[1:]},
        ),
        ("a check in error", 7, {"requirements": rows("held", "error"), "pytest_exit": 1}),
        (
            "a SHOULD in error",
            7,
            {"requirements": rows("held") + rows("held", "error", level="SHOULD")[1:], "pytest_exit": 1},
        ),
        ("some other test failed", 1, {"requirements": rows("held"), "pytest_exit": 1}),
        ("not reached, read-only", 0, {"requirements": rows("held", "not reached"), "read_only": True}),
        ("not run, selected", 0, {"requirements": rows("held", None), "selected": True}),
        ("not reached, selected", 7, {"requirements": rows("held", "not reached"), "selected": True}),
        (
            "not reached, a declared limit",
            0,
            {"requirements": rows("held", "not reached"), "asked": ["names/r1"]},
        ),
        (
            "a row that binds clients is none of the run's business",
            0,
            {"requirements": [*rows("held"), requirement("names/x", verdict=None, status="binds-clients")]},
        ),
        (
            "not reached, the vendor documents it",
            0,
            {
                "requirements": [
                    *rows("held"),
                    requirement("names/x", verdict="not reached", documented="https://v.example/"),
                ]
            },
        ),
    ],
)
def test_situation_gives_exit_code(situation: str, code: int, given: dict[str, object]) -> None:
    gate = decide(**{"pytest_exit": 0, **given})  # type: ignore[arg-type]
    assert gate.exit_code == code, situation
    assert gate.reason
    assert "passed" not in gate.reason


def known(row: RequirementResult, *, until: int = 2027, fingerprint: str = "") -> baseline.Baseline:
    """A baseline with one fault."""
    print_ = fingerprint or row.findings[0].fingerprint
    return baseline.Baseline((baseline.Known(row.id, print_, "ticket", datetime.date(until, 1, 1)),))


@pytest.mark.parametrize(
    ("situation", "code", "entry"),
    [
        ("known", 0, {}),
        ("expired", 1, {"until": 2025}),
        ("another failure", 1, {"fingerprint": "ffff"}),
    ],
)
def test_the_baseline_in_the_gate(situation: str, code: int, entry: dict[str, object]) -> None:
    found = rows("held", "broken")
    applied = baseline.apply(found, known(found[1], **entry), TODAY)  # type: ignore[arg-type]
    gate = decide(pytest_exit=0, requirements=applied.requirements, baseline=applied)
    assert gate.exit_code == code, situation


def test_an_expired_entry_below_the_line_fails_too() -> None:
    found = [*rows("held"), *rows("held", "broken", level="SHOULD")[1:]]
    applied = baseline.apply(found, known(found[1], until=2025), TODAY)
    gate = decide(pytest_exit=0, requirements=applied.requirements, baseline=applied)
    assert (gate.exit_code, len(gate.expired)) == (1, 1)


def test_a_fixed_fault_is_stale_and_does_not_fail() -> None:
    applied = baseline.apply(rows("held", "held"), known(rows("held", "broken")[1], until=2025), TODAY)
    gate = decide(pytest_exit=0, requirements=applied.requirements, baseline=applied)
    assert gate.exit_code == 0
    assert gate.stale == (f"names/r1 {1:016x}",)
    assert gate.expired == ()


def test_the_documentation_has_the_same_table() -> None:
    found = re.findall(r"^\| (\d) \| (.+?) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert [(int(code), text) for code, text in found] == [(s.code, s.meaning) for s in SITUATIONS]
