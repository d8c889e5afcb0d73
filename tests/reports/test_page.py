"""The page, read back by parsers that are not ours."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections import Counter

import html5lib
import pytest
from bs4 import BeautifulSoup

from reports.counts import coverage, state
from reports.model import Gate, Report
from reports.page import page
from tests.reports.fake import HOSTILE, exchange, finding, large, report, requirement

ALLOWED_SCHEMES = ("https://", "http://", "#")


@pytest.fixture(scope="module")
def written() -> Report:
    return large()


@pytest.fixture(scope="module")
def html(written: Report) -> str:
    return page(written)


@pytest.fixture(scope="module")
def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html5lib")


def test_it_is_valid_for_a_strict_parser(html: str) -> None:
    html5lib.HTMLParser(strict=True).parse(html)


def test_it_shows_every_requirement_once_with_its_verdict(soup: BeautifulSoup, written: Report) -> None:
    rows = soup.select("details.req")
    assert {str(row["id"]): row["data-state"] for row in rows} == {
        r.id: state(r) for r in written.requirements
    }
    assert len(rows) == len(written.requirements)
    told = Counter(state(r) for r in written.requirements)
    groups = {
        str(g["id"]).removeprefix("group-").replace("-", " "): len(g.select("details.req"))
        for g in soup.select(".group")
    }
    assert groups == told


def test_the_top_says_what_when_and_how_it_went(soup: BeautifulSoup, written: Report) -> None:
    header = soup.header
    assert header is not None
    text = header.get_text(" ", strip=True)
    for said in (
        written.run.suite_version,
        "2026-01-31 12:00:00 UTC",
        coverage(written.requirements),
        "Emulated",
    ):
        assert said in text


def test_the_grid_counts_what_the_report_counts(soup: BeautifulSoup, written: Report) -> None:
    shown = {
        (row.th.get_text(strip=True), level): cell.a["title"] if cell.a else None
        for row in soup.select(".grid tbody tr")
        if row.th is not None
        for level, cell in zip(("MUST", "CLIENT", "SHOULD", "MAY"), row.find_all("td"), strict=True)
    }
    for (area, level), title in shown.items():
        rows = [
            r for r in written.requirements if (r.area, r.level) == (area, level) and state(r) != "not tested"
        ]
        held = sum(state(r) == "held" for r in rows)
        assert (title is None) == (not rows)
        if title is not None:
            assert str(title).startswith(f"{held} of {len(rows)} held"), (area, level)


def test_broken_requirements_carry_their_exchange_without_javascript(
    soup: BeautifulSoup, written: Report
) -> None:
    exchanges = {e.id: e for e in written.exchanges}
    for row in written.requirements:
        if row.verdict != "broken":
            continue
        shown = soup.find(id=row.id)
        assert shown is not None
        text = shown.get_text()
        assert row.findings[0].advice[:10] in text
        assert exchanges[row.findings[0].exchanges[0]].curl.split("/simple/")[1] in text


def test_nothing_hostile_became_markup(soup: BeautifulSoup) -> None:
    assert len(soup.find_all("script")) == 2
    assert not soup.find_all(["img", "iframe", "object", "embed", "link", "base"])
    assert not [n for tag in soup.find_all(True) for n in tag.attrs if n.startswith("on") or n == "style"]
    for link in soup.find_all("a"):
        assert str(link["href"]).startswith(ALLOWED_SCHEMES), link
    assert not re.search("[\u2028\u2029\u202e\u2066\ufeff\x00\x07\x1b]", soup.get_text())


def test_the_embedded_data_is_the_evidence(soup: BeautifulSoup, written: Report) -> None:
    node = soup.find(id="data")
    assert node is not None
    text = str(node.string)
    assert not set("<>&") & set(text)
    assert text.isascii()
    data = json.loads(text)["exchanges"]
    assert set(data) == {e.id for e in written.exchanges}
    named = {e for place in soup.select("[data-exchanges]") for e in str(place["data-exchanges"]).split()}
    assert named <= set(data)


def test_the_policy_allows_only_this_style_and_script(soup: BeautifulSoup) -> None:
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    said = str(policy["content"])
    assert said.startswith("default-src 'none';")
    assert "unsafe" not in said
    assert soup.style is not None
    for text in (soup.style.string, soup.find_all("script")[-1].string):
        digest = base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode()
        assert f"'sha256-{digest}'" in said


def test_it_stays_light(html: str) -> None:
    assert len(html.encode()) < 6_000_000
    assert "http-equiv" in html[:600]


def test_it_names_emulation_known_faults_and_documented_limits() -> None:
    broken = requirement(
        "names/a",
        verdict="broken",
        findings=[finding("names/a", exchanges=["e1"])],
        known="ticket 7, accepted until 2027-01-01",
        documented="The vendor says so (https://vendor.example/limits, 2026)",
        clients={"uv": "stops"},
    )
    gate = Gate("must", 0, "all known", ("names/a 01",), ("names/b 02",), ())
    text = page(report([broken], exchanges=[exchange(1)], emulation="Vendor docs", gate=gate))
    soup = BeautifulSoup(text, "html5lib")
    words = soup.get_text(" ", strip=True)
    for said in (
        "Emulated registry",
        "Vendor docs",
        "ticket 7",
        "The vendor says so",
        "names/b 02",
        "known faults",
    ):
        assert said in words
    assert "https://vendor.example/limits" in [a["href"] for a in soup.find_all("a")]
    assert "uv" in [dt.get_text() for dt in soup.select(".clients dt")]


@pytest.mark.parametrize(("left", "unfolded"), [(2, True), (200, False)])
def test_what_is_left_at_the_registry_does_not_push_the_verdicts_away(left: int, unfolded: bool) -> None:
    names = tuple(f"rct-x-{number}" for number in range(left))
    made = report([requirement("names/a")])
    text = page(dataclasses.replace(made, run=dataclasses.replace(made.run, written=names)))
    (notice,) = BeautifulSoup(text, "html5lib").select("details.notice")
    assert notice.has_attr("open") is unfolded
    assert str(left) in notice.get_text()
    assert [row.get_text() for row in notice.select("li")] == list(names)


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_stays_text_everywhere(text: str) -> None:
    row = requirement(
        "names/a",
        verdict="broken",
        findings=[finding("names/a", text=text, exchanges=["e0"])],
        reason=text,
        known="",
        documented=text,
        clients={text: text},
        text=text,
    )
    hostile = report([row], exchanges=[exchange(0, text=text)], name=text, emulation=text)
    html = page(hostile)
    html5lib.HTMLParser(strict=True).parse(html)
    assert len(BeautifulSoup(html, "html5lib").find_all("script")) == 2
