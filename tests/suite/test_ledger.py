"""The ledger, the checks and the pages made of them agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.ledger_pages import ROOT, coverage_page, judged_ids, requirements_page
from fixtures.requirements import LedgerError, load_ledger

ROW = """
[[requirement]]
id = "names/x"
level = "MUST"
text = "t"
source = "s"
url = ""
api = ""
binds = "server"
mode = "read"
status = "tested"
"""
HEAD = 'area = "names"\ntitle = "Names"\n'


def test_every_tested_row_has_a_check() -> None:
    judged = judged_ids()
    missing = [row.id for row in load_ledger().values() if row.status == "tested" and row.id not in judged]
    assert not missing, f"{len(missing)} rows of status tested have no check: write one, or change the status"


def test_every_check_has_a_row() -> None:
    ledger = load_ledger()
    strays = {
        name: checks
        for name, checks in judged_ids().items()
        if name not in ledger or ledger[name].status != "tested"
    }
    assert not strays, "these checks judge what the ledger does not have as tested"


def test_the_pages_are_up_to_date() -> None:
    ledger, judged = load_ledger(), judged_ids()
    for name, text in (
        ("requirements.md", requirements_page(ledger, judged)),
        ("coverage.md", coverage_page(ledger, judged)),
    ):
        said = f"docs/{name} is stale: run python -m fixtures.ledger_pages"
        assert (ROOT / "docs" / name).read_text("utf-8") == text, said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + ROW + 'colour = "red"\n', "unknown field 'colour'"),
        (HEAD + ROW + ROW, "twice"),
        (HEAD + ROW.replace('level = "MUST"', 'level = "OUGHT"'), "OUGHT"),
        (HEAD + ROW.replace('level = "MUST"\n', ""), "'level' is missing"),
        (HEAD + ROW.replace('status = "tested"', 'status = "policy"'), "wants a reason"),
        (HEAD + ROW.replace("names/x", "hashes/x"), "hashes.toml"),
        (HEAD + "x = [", "names.toml"),
        ('area = "hashes"\ntitle = "t"\n', "area"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "names.toml").write_text(text)
    with pytest.raises(LedgerError, match=r"^names\.toml") as raised:
        load_ledger(tmp_path)
    assert said in str(raised.value)


def test_a_right_row_is_read(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text(HEAD + ROW)
    assert load_ledger(tmp_path)["names/x"].area == "names"
