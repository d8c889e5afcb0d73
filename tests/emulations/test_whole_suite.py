"""The whole suite against each emulated product: what is broken is a trait that public documents, source code or reports tell of.

This proves how the suite handles such products: no false alarm for what they may do, and a fault where a clause is not kept.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fixtures.profiles import find
from tests.emulations.cases import CASES, Case
from tests.expected import Expected, headings
from tests.running import run_suite

EXPECTED = Expected(tomllib.loads((Path(__file__).parent / "expected.toml").read_text("utf-8")))


@pytest.mark.real_registries
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.emulation)
def test_only_known_traits_are_broken(case: Case, tmp_path: Path) -> None:
    """Neither more nor less than what was read and explained."""
    with case.running() as (_, words):
        ran = run_suite(tmp_path, *words, deadline=900)
    assert ran.broken.keys() == EXPECTED.broken(case.emulation).keys(), ran.out[-6000:]
    assert "error" not in ran.verdicts.values(), ran.out[-6000:]
    assert ran.exit_code == EXPECTED.exit_code(case.emulation), ran.out[-3000:]


def test_each_expected_fault_is_explained() -> None:
    """By a limitation of the profile, or by a paragraph of docs/judgements.md about what no document tells."""
    known = headings()
    for case in CASES:
        for requirement, why in EXPECTED.broken(case.emulation).items():
            if why == "profile":
                assert find(case.found).limitation_of(requirement), f"{case.emulation}: {requirement}"
            else:
                assert why in known, f"{case.emulation}: {requirement} points to #{why}"


def test_each_case_is_expected() -> None:
    """And nothing else is."""
    assert EXPECTED.names == {case.emulation for case in CASES}
