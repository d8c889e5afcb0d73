"""What happens in the process beside a check is not held against the registry: warnings of libraries, records of logs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import ROOT, run_suite

CHECKS = "conformance/test_names_urls.py conformance/test_hashes.py"
NOISY = """
import logging, warnings
from fixtures.case import Case

original = Case.run

def run(self, *words):
    warnings.warn("a library will change one day", FutureWarning, stacklevel=1)
    logging.getLogger("a.library").warning("a library has something to say")
    return original(self, *words)

Case.run = run
"""


@pytest.mark.parametrize(
    "words", [(), ("-n", "2"), ("-W", "error"), ("-p", "no:warnings"), ("-p", "no:logging")], ids=" ".join
)
def test_warnings_and_logs_of_libraries_change_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, "utf-8")
    env = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "PYTHONWARNINGS": "error::FutureWarning"}
    ran = run_suite(tmp_path, "-p", "noisy", *words, env=env, checks=CHECKS)
    assert ran.exit_code == 0, ran.text
    assert "a library" not in ran.text


def test_logs_are_shown_to_who_asks_for_them(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, "utf-8")
    env = {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    ran = run_suite(tmp_path, "-p", "noisy", "--log-cli-level=WARNING", env=env, checks=CHECKS)
    assert ran.exit_code == 0, ran.text
    assert "a library has something to say" in ran.text
