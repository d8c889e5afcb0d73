"""The file of known faults: written, read back, and every way in which it can be wrong."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import pytest

from reports.baseline import Baseline, BaselineError, apply, load, write
from tests.reports.fake import HOSTILE, finding, large, report, requirement

TODAY = datetime.date(2026, 6, 1)
GOOD = {
    "requirement": '"names/a"',
    "fingerprint": '"01"',
    "reason": '"ticket 7"',
    "link": '"https://t.example/7"',
    "expires": "2027-01-01",
}


def file(folder: Path, *entries: dict[str, str], head: str = "version = 1\n") -> Path:
    """Write a baseline by hand."""
    path = folder / "known.toml"
    tables = ["[[fault]]\n" + "".join(f"{k} = {v}\n" for k, v in entry.items()) for entry in entries]
    path.write_text(head + "\n".join(tables), "utf-8")
    return path


def test_what_is_written_accepts_the_run_it_was_written_for(tmp_path: Path) -> None:
    found = large()
    path = tmp_path / "known.toml"
    path.write_text(write(found, TODAY), "utf-8", errors="strict")
    applied = apply(found.requirements, load(path), TODAY)
    broken = [r for r in applied.requirements if r.verdict == "broken" and r.level != "MAY"]
    assert broken
    assert all(row.known for row in broken)
    assert not applied.stale
    assert not applied.expired
    assert all(
        label.partition(" ")[0] in {r.id for r in found.requirements if r.level == "MAY"}
        for label in applied.new
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_observations_stay_valid_toml(text: str) -> None:
    row = requirement("names/a", verdict="broken", findings=[finding("names/a", text=text)])
    data = tomllib.loads(write(report([row], name=text), TODAY))
    assert [f["requirement"] for f in data["fault"]] == ["names/a"]


def test_an_update_keeps_what_people_wrote(tmp_path: Path) -> None:
    row = requirement("names/a", verdict="broken", findings=[finding("names/a", 1), finding("names/a", 2)])
    old = load(file(tmp_path, {**GOOD, "fingerprint": f'"{1:016x}"'}))
    data = tomllib.loads(write(report([row]), TODAY, expires=datetime.date(2026, 7, 1), old=old))
    assert [(f["reason"], f["expires"].year, f["link"]) for f in data["fault"]] == [
        ("ticket 7", 2027, "https://t.example/7"),
        ("not explained yet", 2026, ""),
    ]


def test_a_run_without_faults_writes_an_empty_baseline(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(write(report([requirement("names/a")]), TODAY), "utf-8")
    assert load(path) == Baseline()


def test_a_requirement_with_one_known_and_one_new_fault_is_not_known(tmp_path: Path) -> None:
    row = requirement("names/a", verdict="broken", findings=[finding("names/a", 1), finding("names/a", 2)])
    applied = apply([row], load(file(tmp_path, {**GOOD, "fingerprint": f'"{1:016x}"'})), TODAY)
    assert applied.requirements[0].known == ""
    assert applied.known == (f"names/a {1:016x}",)
    assert applied.new == (f"names/a {2:016x}",)


def test_a_fault_that_was_not_judged_again_is_not_stale(tmp_path: Path) -> None:
    known = load(file(tmp_path, GOOD))
    for verdict in ("not reached", None, "error"):
        assert apply([requirement("names/a", verdict=verdict)], known, TODAY).stale == ()
    assert apply([requirement("names/a")], known, TODAY).stale == ("names/a 01",)


def test_accepts_looks_at_requirement_fingerprint_and_day(tmp_path: Path) -> None:
    known = load(file(tmp_path, GOOD))
    assert known.accepts("names/a", "01", datetime.date(2027, 1, 1))
    assert not known.accepts("names/a", "01", datetime.date(2027, 1, 2))
    assert not known.accepts("names/a", "02", TODAY)
    assert not known.accepts("names/b", "01", TODAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"requirement": None}, "requirement is missing"),
        ({"fingerprint": None}, "fingerprint is missing"),
        ({"reason": '"  "'}, "reason wants a text"),
        ({"expires": None}, "expires is missing"),
        ({"expires": '"2027-01-01"'}, "expires wants a date"),
        ({"expires": "2027-01-01T00:00:00Z"}, "expires wants a date"),
        ({"link": '"javascript:x"'}, "link wants an http(s) URL"),
        ({"fingerprint": "1"}, "fingerprint wants a text"),
        ({"reson": '"typo"'}, "unknown key 'reson'"),
    ],
)
def test_errors_name_file_and_entry(tmp_path: Path, change: dict[str, str | None], said: str) -> None:
    entry = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    path = file(tmp_path, {**GOOD, "fingerprint": '"00"'}, entry)
    with pytest.raises(BaselineError) as caught:
        load(path)
    assert said in str(caught.value)
    assert f"{path}: fault 2" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "version = 1"),
        ("version = 2", "version = 1"),
        ("version = 1\nx = 1", "unknown key 'x'"),
        ("= =", "known.toml"),
        ("version = 1\nfault = 3", "[[fault]]"),
    ],
)
def test_errors_of_the_whole_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BaselineError) as caught:
        load(file(tmp_path, head=text))
    assert said in str(caught.value)


def test_the_same_fault_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="twice"):
        load(file(tmp_path, GOOD, GOOD))
