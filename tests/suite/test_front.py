"""Words of the command line that exist as files or folders elsewhere must not lead pytest away from its root."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fixtures.front import join
from tests.reference import reference
from tests.running import ROOT, clean_environment


def run_pytest(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with just these words: no path of checks among them shows it the way to its root."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=clean_environment(home),
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("option", ["--registry-report", "--registry-baseline"])
def test_what_exists_elsewhere_can_be_named(tmp_path: Path, option: str) -> None:
    there = tmp_path / "there"
    there.mkdir()
    if option == "--registry-baseline":
        there = there / "known.toml"
        there.write_text("version = 1\n")
    ran = run_pytest(tmp_path, "--registry-plan", option, str(there))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "registry: " in ran.stdout
    assert f"rootdir: {ROOT}" in ran.stdout


def test_workers_find_their_root_beside_a_report_that_was_just_begun(tmp_path: Path) -> None:
    """What was written is noted in the report's folder before the workers start; they take its name for a path of tests."""
    there = tmp_path / "not-there-yet"
    words = [
        "-n",
        "2",
        "-k",
        "test_names_urls",
        "--registry-clients",
        "none",
        "--registry-report",
        str(there),
    ]
    with reference() as running:
        ran = run_pytest(tmp_path, *running.options, *words)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "node down" not in ran.stdout
    assert (there / "report.json").is_file()


def test_installing_makes_pytest_load_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"registry-conformance": "fixtures.front"}


def test_only_our_options_are_joined_and_only_with_their_value() -> None:
    words = [
        "-k",
        "x",
        "--registry-url",
        "http://x/",
        "--registry-plan",
        "conformance",
        "--registry-seed=7",
        "--registry",
    ]
    assert list(join(words)) == [
        *("-k", "x", "--registry-url=http://x/", "--registry-plan", "conformance"),
        *("--registry-seed=7", "--registry"),
    ]
