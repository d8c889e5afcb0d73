"""Words of the command line that exist as files or folders elsewhere must not lead pytest away from its root."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fixtures.front import join
from tests.running import ROOT, clean_environment


@pytest.mark.parametrize("option", ["--registry-report", "--registry-baseline"])
def test_what_exists_elsewhere_can_be_named(tmp_path: Path, option: str) -> None:
    there = tmp_path / "there"
    there.mkdir()
    if option == "--registry-baseline":
        there = there / "known.toml"
        there.write_text("version = 1\n")
    words = ["--registry-plan", option, str(there)]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "registry: " in ran.stdout
    assert f"rootdir: {ROOT}" in ran.stdout


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
