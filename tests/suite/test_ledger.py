"""The ledger, the checks and the pages made of them agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.ledger_pages import ROOT, coverage_page, requirements_page
from fixtures.requirements import LedgerError, load_ledger

COLLECT = "import json; from fixtures.ledger_pages import judged_ids; print(json.dumps(dict(judged_ids())))"


@pytest.fixture(scope="module")
def judged() -> dict[str, tuple[str, ...]]:
    """Requirement id -> the checks that name it; collected in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", COLLECT], capture_output=True, text=True, cwd=ROOT, timeout=120, check=True
    )
    return {name: tuple(checks) for name, checks in json.loads(done.stdout).items()}


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


def test_every_tested_row_has_a_check(judged: dict[str, tuple[str, ...]]) -> None:
    missing = [row.id for row in load_ledger().values() if row.status == "tested" and row.id not in judged]
    assert not missing, f"{len(missing)} rows of status tested have no check: write one, or change the status"


def test_every_check_has_a_row(judged: dict[str, tuple[str, ...]]) -> None:
    ledger = load_ledger()
    strays = {
        name: checks
        for name, checks in judged.items()
        if name not in ledger or ledger[name].status != "tested"
    }
    assert not strays, "these checks judge what the ledger does not have as tested"


def test_the_pages_are_up_to_date(judged: dict[str, tuple[str, ...]]) -> None:
    ledger = load_ledger()
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
