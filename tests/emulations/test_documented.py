"""Broken, documented by the vendor: shown with the vendor's link wherever people look, and accepted by the gate when that is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from reports.cli import main
from tests.emulations.cases import CASES, Case
from tests.running import Ran, run_suite

LINK = "https://docs.gitlab.com/api/packages/pypi/"  # shows the list and the pages without a slash at the end
MUST = "simple-html/url-ends-with-slash"
CHECKS = "conformance/test_simple_html_urls.py"


def of(name: str) -> Case:
    """The case of an emulation."""
    return next(case for case in CASES if case.emulation == name)


def judged(name: str, directory: Path, *more: str) -> Ran:
    """Run the checks of slashes against an emulation."""
    with of(name).running() as (_, words):
        return run_suite(directory, *words, *more, checks=CHECKS)


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """A run that fails for what GitLab's own documents show, and where its report is."""
    directory = tmp_path_factory.mktemp("documented")
    return judged("gitlab", directory), directory / "report"


def test_it_stays_broken_and_fails_the_run(documented: tuple[Ran, Path]) -> None:
    """A document of the vendor does not soften a MUST."""
    ran, _ = documented
    assert ran.verdict(MUST) == "broken"
    assert ran.exit_code == 1


def test_the_link_is_shown_everywhere(documented: tuple[Ran, Path]) -> None:
    """In the terminal, report.json, the page and the summary."""
    ran, report = documented
    told = re.search(r"^  documented by the vendor: (.*)$", ran.out, re.MULTILINE)
    assert told, ran.out[-4000:]
    assert LINK in told[1]
    rows = json.loads((report / "report.json").read_text("utf-8"))["requirements"]
    assert LINK in next(row["documented"] for row in rows if row["id"] == MUST)
    page = BeautifulSoup((report / "index.html").read_text("utf-8"), "html.parser")
    assert page.find("a", href=LINK), "the page does not link to the vendor's document"
    assert f"[documented by the vendor]({LINK})" in (report / "summary.md").read_text("utf-8")


def test_the_gate_accepts_what_is_documented(tmp_path: Path) -> None:
    """With `--registry-accept-documented` the run does not fail, and says what was accepted and who documents it."""
    ran = judged("gitlab", tmp_path, "--registry-accept-documented")
    assert ran.exit_code == 0, ran.text[-4000:]
    assert ran.verdict(MUST) == "broken"
    assert re.search(rf"^accepted, MUST {MUST}: documented by the vendor: .*{LINK}", ran.out, re.MULTILINE)
    assert ran.report is not None
    assert f"{MUST} documented" in ran.report.gate.known
    assert LINK in (tmp_path / "report" / "index.html").read_text("utf-8")
    assert "1 known to be broken" in ran.out


def test_what_others_tell_is_not_accepted(tmp_path: Path) -> None:
    """Source code and reports of users are no document of the vendor: Nexus' slashes go on failing the run."""
    ran = judged("nexus", tmp_path, "--registry-accept-documented")
    assert ran.exit_code == 1, ran.text[-4000:]
    assert ran.verdict(MUST) == "broken"
    assert "documented by the vendor" not in ran.out


def test_a_baseline_gets_the_link(
    documented: tuple[Ran, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other way to accept it: an entry that names the vendor's document, and ends one day."""
    _, report = documented
    known = tmp_path / "known.toml"
    assert main(["baseline", str(report / "report.json"), "--output", str(known)]) == 0
    assert f'link = "{LINK}"' in known.read_text("utf-8")
    ran = judged("gitlab", tmp_path, "--registry-baseline", str(known))
    assert ran.exit_code == 0, ran.text[-4000:]
