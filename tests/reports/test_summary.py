"""The Markdown, rendered by a renderer that is not ours."""

from __future__ import annotations

import dataclasses

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from reports.badge import badge
from reports.counts import by_area, coverage
from reports.markdown import code, escape, link
from reports.model import Gate
from reports.summary import LIMIT, summary
from tests.reports.fake import HOSTILE, finding, large, report, requirement


def rendered(text: str) -> BeautifulSoup:
    """Render as GitHub does: tables, strikethrough, and links made of bare URLs."""
    return BeautifulSoup(MarkdownIt("gfm-like").render(text), "html5lib")


def test_the_tables_count_what_the_report_counts() -> None:
    written = large(hostile=False)
    soup = rendered(summary(written))
    areas, *others = soup.find_all("table")
    assert len(areas.select("tbody tr")) == len(by_area(written.requirements)) + 1
    broken = [r for r in written.requirements if r.verdict == "broken"]
    assert sum(len(t.select("tbody tr")) for t in others) == len(broken)
    assert coverage(written.requirements) in soup.get_text()


def test_it_is_bounded_and_says_that_it_was_cut() -> None:
    found = large()
    rows = [
        dataclasses.replace(
            r,
            verdict="broken",
            findings=(finding(r.id, text="|*_<" * 2000),),
            clients={"c" * 900: "e" * 9000},
        )
        for r in found.requirements
    ]
    text = summary(dataclasses.replace(found, requirements=tuple(rows)))
    assert len(text) < LIMIT


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_markup(text: str) -> None:
    for part in (escape(text), f"| a | b |\n|---|---|\n| {escape(text)} | x |"):
        soup = rendered(part)
        allowed = {"html", "head", "body", "p", "table", "thead", "tbody", "tr", "th", "td"}
        assert {tag.name for tag in soup.find_all(True)} <= allowed, part
        assert len(soup.select("tbody td")) in (0, 2)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_reports_make_no_links_but_ours(text: str) -> None:
    row = requirement(
        "names/a", verdict="broken", findings=[finding("names/a", text=text)], documented=text, text=text
    )
    soup = rendered(summary(report([row], name=text, emulation=text, gate=Gate("must", 1, text))))
    assert {str(a["href"]) for a in soup.find_all("a")} <= {
        row.url,
        "http://evil.example/x.png",
        "http://evil.example/",
    }
    assert not soup.find_all(["script", "img", "details", "input", "code"])


def test_links_are_only_made_of_web_addresses() -> None:
    assert link("x", "javascript:alert(1)") == "x"
    assert link("a]b", "https://h.example/a(b)|c") == "[a\\]b](https://h.example/a%28b%29%7Cc)"


def test_code_holds_backticks_and_pipes() -> None:
    soup = rendered(f"| a |\n|---|\n| {code('a `b` | c')} |")
    assert soup.find("code") is not None
    assert [td.get_text() for td in soup.find_all("td")] == ["a `b` | c"]


@pytest.mark.parametrize(
    ("verdicts", "code_", "message", "color"),
    [
        (["held", "held"], 0, "MUST 2/2", "brightgreen"),
        (["held", "broken"], 1, "MUST 1/2, 1 broken", "red"),
        (["held", "not reached"], 7, "MUST 1/2, 1 not reached", "lightgrey"),
        (["held", "not reached"], 0, "MUST 1/2, 1 not reached", "yellowgreen"),
        (["held", "held"], 1, "MUST 2/2", "red"),
        ([None, None], 5, "not judged", "lightgrey"),
    ],
)
def test_the_badge_is_green_only_when_all_held(
    verdicts: list[None], code_: int, message: str, color: str
) -> None:
    rows = [requirement(f"names/r{n}", verdict=v) for n, v in enumerate(verdicts)]
    said = badge(report(rows, gate=Gate("must", code_, "")))
    assert said == {"schemaVersion": 1, "label": "registry conformance", "message": message, "color": color}


def test_the_badge_never_hides_known_faults() -> None:
    rows = [requirement("names/a"), requirement("names/b", verdict="broken", known="ticket")]
    said = badge(report(rows, gate=Gate("must", 0, "")))
    assert (said["message"], said["color"]) == ("MUST 1/2, 1 broken", "orange")
