"""The command line, as a user runs it: in a process of its own, from some other directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.cli import main
from reports.write import write_all
from tests.reports.fake import finding, large, report, requirement
from tests.running import ROOT, clean_environment


def run(folder: Path, *words: str, deadline: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Run `registry-conformance WORDS` from another directory."""
    return subprocess.run(
        [sys.executable, "-m", "reports.cli", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=deadline,
        env=clean_environment(folder, {"PYTHONPATH": str(ROOT)}),
        stdin=subprocess.DEVNULL,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> bool:
    return done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "arguments are required"),
        (["nonsense"], "invalid choice"),
        (["compare"], "arguments are required"),
        (["compare", "missing.json"], "missing.json"),
        (["compare", "{bad}"], "not a readable report"),
        (["compare", "{list}"], "not a conformance report"),
        (["compare", "{good}", "--name", "a", "--name", "b"], "2 names for 1 reports"),
        (["baseline", "missing.json"], "missing.json"),
        (["baseline", "{good}", "--expires", "soon"], "no date"),
        (["baseline", "{good}", "--keep", "{bad}"], "bad.json"),
        (["report", "{good}", "--output", "{bad}/x"], "bad.json"),
        (["explain", "names/nothing-of-the-kind"], "no requirement"),
        (["detect", "registry.example"], "no URL"),
        (["detect", "https://x.example/", "--offlin"], "unrecognized"),
        (["cleanup", "missing.jsonl"], "missing.jsonl"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (tmp_path / "bad.json").write_text("{", "utf-8")
    (tmp_path / "list.json").write_text("[]", "utf-8")
    write_all(report([requirement("names/a")]), tmp_path / "good")
    names = {name: str(tmp_path / f"{name}.json") for name in ("bad", "list")} | {
        "good": str(tmp_path / "good")
    }
    try:
        code = main([word.format(**names) for word in words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    told = capsys.readouterr().err
    assert code == 4
    assert said in told
    assert told.count("\n") == 1
    assert told.startswith("registry-conformance: error: ")


def test_in_a_process_too(tmp_path: Path) -> None:
    done = run(tmp_path, "compare", "missing.json")
    assert done.returncode == 4
    assert one_line(done)


def test_compare_writes_page_and_table_and_warns(tmp_path: Path) -> None:
    write_all(report([requirement("names/a")]), tmp_path / "a")
    write_all(report([requirement("names/a")], version="9.9"), tmp_path / "b")
    done = run(tmp_path, "compare", "a/report.json", "b", "--output", "out", "--name", "one", "--name", "two")
    assert done.returncode == 0, done.stderr
    assert "different versions of the suite" in done.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["matrix.html", "matrix.md"]
    text = (tmp_path / "out" / "matrix.md").read_text("utf-8")
    assert "one" in text
    assert "two" in text


def test_baseline_prints_or_writes(tmp_path: Path) -> None:
    broken = requirement("names/a", verdict="broken", findings=[finding("names/a")])
    write_all(report([broken]), tmp_path / "a")
    printed = run(tmp_path, "baseline", "a", "--expires", "2027-01-31")
    written = run(tmp_path, "baseline", "a", "--expires", "2027-01-31", "--output", "known.toml")
    assert (printed.returncode, written.returncode) == (0, 0)
    assert printed.stdout == (tmp_path / "known.toml").read_text("utf-8")
    assert "expires = 2027-01-31" in printed.stdout


def test_report_makes_the_page_again(tmp_path: Path) -> None:
    write_all(large(requirements=20, exchanges=20), tmp_path / "a")
    before = (tmp_path / "a" / "index.html").read_bytes()
    (tmp_path / "a" / "index.html").unlink()
    assert run(tmp_path, "report", "a/report.json").returncode == 0
    assert (tmp_path / "a" / "index.html").read_bytes() == before
    line = run(tmp_path, "report", "a", "--line")
    assert line.stdout.startswith("fails: MUST ")
    assert line.stdout.count("\n") == 1


def test_explain_shows_the_row(tmp_path: Path) -> None:
    done = run(tmp_path, "explain", "names/project-url-format")
    assert done.returncode == 0, done.stderr
    assert "names/project-url-format  MUST" in done.stdout
    assert "PEP 503" in done.stdout


def test_explain_names_near_ids(tmp_path: Path) -> None:
    done = run(tmp_path, "explain", "names/project-url-formt")
    assert done.returncode == 4
    assert "names/project-url-format" in done.stderr
    assert one_line(done)


def test_profiles_and_detect(tmp_path: Path) -> None:
    listed = run(tmp_path, "profiles")
    assert listed.returncode == 0, listed.stderr
    assert "nexus" in listed.stdout
    found = run(tmp_path, "detect", "https://u:hunter2secret@pypi.org/simple/", "--offline")
    assert found.returncode == 0, found.stderr
    assert "pypi" in found.stdout
    assert "hunter2secret" not in found.stdout + found.stderr


def test_detect_says_when_nothing_answers(tmp_path: Path) -> None:
    done = run(tmp_path, "detect", "http://127.0.0.1:1/simple/")
    assert done.returncode == 6
    assert one_line(done)


def test_serve_and_detect_the_reference_registry(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reports.cli", "serve", "--port", "0"]
    env = clean_environment(tmp_path, {"PYTHONPATH": str(ROOT)})
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            url = next(v for v in told.values() if isinstance(v, str) and v.endswith("/simple/"))
            done = run(tmp_path, "detect", url)
            assert done.returncode == 0, done.stderr
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=20)


def test_serve_refuses_unknown_options_with_4(tmp_path: Path) -> None:
    assert run(tmp_path, "serve", "--no-such-option").returncode == 4


def test_run_hands_over_to_pytest(tmp_path: Path) -> None:
    dead = run(tmp_path, "run", "http://127.0.0.1:1/simple/", "-q")
    assert dead.returncode == 6, dead.stdout + dead.stderr
    wrong = run(tmp_path, "run", "--no-such-option")
    assert wrong.returncode == 4


def test_run_judges_the_embedded_registry_from_any_directory(tmp_path: Path) -> None:
    words = (
        "-q",
        "conformance/test_hashes.py",
        "--registry-clients",
        "none",
        "--registry-report",
        str(tmp_path / "r"),
    )
    done = run(tmp_path, "run", *words, deadline=300)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    assert data["gate"]["exit_code"] == 0
    assert data["run"]["command"].startswith("pytest -q conformance/test_hashes.py")
