"""Several registries in one go: a run each, a line each, one matrix, the worst exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.matrix import worst
from tests.running import ROOT, clean_environment

FILE = """
[registry.good]
fail-on = "must"
[registry.bad]
demo = ["hashes-json-base64"]
[registry.gone]
url = "http://somebody:open-sesame-99@127.0.0.1:9/simple/"
"""


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((0, 0), 0), ((0, 1), 1), ((7, 1, 6), 1), ((6, 7), 7), ((4, 6), 6), ((0, 4), 4), ((5, 0, 4), 5)],
)
def test_the_worst_code_counts(codes: tuple[int, ...], expected: int) -> None:
    assert worst(codes) == expected


def test_all_registries_of_the_file(tmp_path: Path) -> None:
    file, report = tmp_path / "registries.toml", tmp_path / "reports"
    file.write_text(FILE)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "conformance/test_hashes_json.py"]
    command += ["--registry-config", str(file), "--registry-report", str(report), "-n", "2"]
    command += [f"--junitxml={tmp_path / 'junit.xml'}"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env=clean_environment(tmp_path),
        check=False,
    )
    out = done.stdout + done.stderr
    assert done.returncode == 1, out
    assert out.startswith("3 registries, 2 at the same time: good, bad, gone"), out
    for line in ("[good] exit code 0: MUST", "[bad] exit code 1: ", "[gone] exit code 6: "):
        assert line in out
    assert "exit code 1: the worst of good 0, bad 1, gone 6" in out
    names = [
        json.loads((report / name / "report.json").read_text())["gate"]["exit_code"]
        for name in ("good", "bad")
    ]
    assert names == [0, 1]
    assert (tmp_path / "junit-good.xml").is_file()
    table = (report / "matrix.md").read_text()
    assert "good" in table
    assert "bad" in table
    everything = out + "".join(
        path.read_text("utf-8", "replace") for path in report.rglob("*") if path.is_file()
    )
    assert "open-sesame-99" not in everything


def test_one_name_is_a_usual_run(tmp_path: Path) -> None:
    file = tmp_path / "registries.toml"
    file.write_text(FILE)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "conformance/test_hashes_json.py"]
    command += ["--registry-config", str(file), "--registry", "gone"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=clean_environment(tmp_path),
        check=False,
    )
    assert done.returncode == 6, done.stdout
    assert "nothing answers" in done.stderr
