"""The matrix: who keeps what, and what changed."""

from __future__ import annotations

import dataclasses

import html5lib
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from reports.compare import LIMIT, compare, comparison
from reports.model import Report, RequirementResult
from tests.reports.fake import HOSTILE, finding, large, report, requirement


def broken(name: str, number: int = 1, text: str = "") -> RequirementResult:
    return requirement(name, verdict="broken", findings=[finding(name, number, text=text)])


def two(*, name: str = "example", version: str = "0.1.0") -> list[Report]:
    """An older and a newer report of one registry, given in the wrong order."""
    before = [requirement("names/a"), broken("names/b"), broken("names/c"), requirement("names/d")]
    after = [broken("names/a"), requirement("names/b"), broken("names/c", 2), requirement("names/d")]
    old = report(before, started="2026-01-01T00:00:00Z")
    return [report(after, started="2026-02-01T00:00:00Z", name=name, version=version), old]


def test_changes_go_from_older_to_newer() -> None:
    (step,) = comparison(two()).steps
    assert (step.before, step.after) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    assert [(c.id, c.before, c.after, c.direction) for c in step.changes] == [
        ("names/a", "held", "broken", "worse"),
        ("names/b", "broken", "held", "better"),
        ("names/c", "broken", "broken", "other"),
    ]


def test_other_registries_are_not_steps() -> None:
    assert comparison(two(name="another")).steps == ()


def test_different_suite_versions_are_warned_about() -> None:
    made = compare(two(version="0.2.0"))
    assert "different versions of the suite (0.1.0, 0.2.0)" in made.html
    assert "different versions of the suite" in made.markdown
    assert comparison(two()).warnings == ()


def test_the_page_is_valid_and_has_every_requirement_and_report() -> None:
    reports = [large(seed=n) for n in range(4)]
    made = compare(reports)
    html5lib.HTMLParser(strict=True).parse(made.html)
    soup = BeautifulSoup(made.html, "html5lib")
    lines = soup.select("tr.line")
    assert {str(line["id"]) for line in lines} == {
        r.id for one in reports for r in one.requirements if r.status == "tested"
    }
    assert all(len(line.find_all("td")) == 4 for line in lines)
    assert len(soup.find_all("script")) == 1


def test_the_markdown_is_bounded_and_its_tables_are_whole() -> None:
    reports = [large(seed=n) for n in range(12)]
    text = compare(reports).markdown
    assert len(text) < LIMIT
    overview, *others = BeautifulSoup(MarkdownIt("gfm-like").render(text), "html5lib").find_all("table")
    assert len(overview.select("tbody tr")) == 12
    for row in others[0].select("tr"):
        assert len(row.find_all(["th", "td"])) == 13


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_findings_stay_text(text: str) -> None:
    named = [report([broken("names/a", text=text)]), *two()]
    made = compare([dataclasses.replace(r, target=dataclasses.replace(r.target, name=text)) for r in named])
    html5lib.HTMLParser(strict=True).parse(made.html)
    assert len(BeautifulSoup(made.html, "html5lib").find_all("script")) == 1
    assert not BeautifulSoup(MarkdownIt("gfm-like").render(made.markdown), "html5lib").find_all(
        ["script", "img"]
    )


def test_a_requirement_that_one_ledger_lacks_is_shown_as_not_tested() -> None:
    first, second = report([requirement("names/a")]), report([requirement("names/b")], name="other")
    states = {line.id: [cell.state for cell in line.cells] for line in comparison([first, second]).lines}
    assert states == {"names/a": ["held", "not tested"], "names/b": ["not tested", "held"]}


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        comparison([])
