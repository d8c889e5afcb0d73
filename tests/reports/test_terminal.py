"""What the terminal says at the end of a run."""

from __future__ import annotations

import pytest

from reports.counts import clients, coverage, tally
from reports.model import Gate
from reports.terminal import summary_lines
from tests.reports.fake import HOSTILE, finding, large, report, requirement


@pytest.mark.parametrize("width", [40, 80, 140])
def test_lines_are_bounded_and_hold_no_terminal_codes(width: int) -> None:
    lines = list(summary_lines(large(), width))
    assert all(c.isprintable() for line in lines for c in line)
    table = [line for line in lines if not line.startswith(("exit code", "MUST", "BROKEN", "  got"))]
    assert max(len(line) for line in table) <= max(width, 90)
    assert max(len(line) for line in lines) <= 244


def test_broken_musts_say_what_got_expected_and_where() -> None:
    rows = [requirement("names/a", verdict="broken", findings=[finding("names/a")]), requirement("names/b")]
    lines = list(summary_lines(report(rows, gate=Gate("must", 1, "1 requirement broken: names/a")), 400))
    at = next(n for n, line in enumerate(lines) if line.startswith("BROKEN MUST names/a: Each project"))
    assert lines[at + 1] == (
        "  got a link that ends in /download; expected a link that ends in the file's name; at GET https://registry.example/simple/project-1/"
    )
    assert "MUST 1 of 2 held, 1 broken" in lines
    assert lines[-1] == "exit code 1: 1 requirement broken: names/a"


def test_green_does_not_lie() -> None:
    rows = [
        requirement("names/a"),
        requirement("names/b", verdict="not reached", reason="no upload URL"),
        requirement("names/c", verdict=None),
        requirement("names/d", "SHOULD", "broken", findings=[finding("names/d")]),
    ]
    text = "\n".join(summary_lines(report(rows), 120))
    assert "MUST 1 of 3 held, 0 broken, 1 not reached, 1 not run" in text
    assert "MUST not reached, 1: no upload URL" in text
    assert "below the line (--registry-fail-on must): SHOULD 1 of 1 broken" in text
    assert "passed" not in text


def test_areas_that_were_not_selected_take_one_line() -> None:
    rows = [
        requirement("names/a"),
        requirement("yank/a", verdict=None),
        requirement("hashes/a", verdict=None),
    ]
    lines = list(summary_lines(report(rows), 120))
    assert "not run at all: yank, hashes" in lines
    assert not [line for line in lines if line.startswith("yank")]


def test_the_tally_adds_up() -> None:
    found = large()
    counted = tally(found.requirements)
    assert counted.total == sum(r.status == "tested" for r in found.requirements)
    assert coverage(found.requirements).startswith("MUST ")


def test_clients_are_told_harm_and_never_more_than_was_judged() -> None:
    rows = [
        requirement(
            "names/a",
            verdict="broken",
            findings=[finding("names/a")],
            clients={"uv": "stops", "pip": "skips"},
        ),
        requirement("names/b", verdict="broken", findings=[finding("names/b")], clients={"uv": "stops"}),
        requirement("names/c", clients={"poetry": "x"}),
        requirement("names/d", verdict=None, clients={"poetry": "x", "pdm": "y"}),
    ]
    views = {view.name: view for view in clients(rows)}
    assert next(iter(views)) == "uv"
    assert [(h.effect, h.requirements) for h in views["uv"].harms] == [("stops", ("names/a", "names/b"))]
    assert views["poetry"].said == "no harm found: 1 of 2 that it relies on held, 1 not judged"
    assert views["pdm"].said == "nothing that it relies on was judged"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_on_its_line(text: str) -> None:
    rows = [requirement("names/a", verdict="broken", findings=[finding("names/a", text=text)], reason=text)]
    for line in summary_lines(report(rows, name=text, gate=Gate("must", 1, text)), 100):
        assert line.isprintable()
