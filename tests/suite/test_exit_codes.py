"""What a run means for CI: the table of exit codes, seen from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from reports.model import load
from tests.reference import Reference, reference
from tests.running import ROOT, clean_environment, run_suite

PART = "conformance/test_hashes.py conformance/test_names.py"


def test_a_conforming_registry_gives_0(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, checks=PART)
    assert ran.exit_code == 0, ran.text
    assert "exit code 0" in ran.out


def test_what_nobody_can_show_without_an_operator_counts_as_asked(tmp_path: Path) -> None:
    # One check of the requirement finds no HTML at all, the other one can't yank: neither is a failure of this run.
    with reference("--variation", "json-always") as started:
        ran = run_suite(tmp_path, *started.options, checks="conformance/test_simple_both.py")
    assert ran.verdict("simple-html/attribute-escaping") == "not offered", ran.text
    assert ran.exit_code == 0, ran.text


def test_a_broken_must_gives_1(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--registry-demo", "hashes-json-base64", checks=PART)
    assert ran.exit_code == 1, ran.text
    assert "MUST" in ran.broken.values()


def test_a_broken_client_need_is_told_and_does_not_fail(tmp_path: Path) -> None:
    words = ("--registry-demo", "hashes-repacks-uploads")
    ran = run_suite(tmp_path, *words, checks=PART)
    assert ran.exit_code == 0, ran.text
    assert ran.broken == {"hashes/upload-roundtrip": "CLIENT"}
    assert "1 xfailed" in ran.out
    assert "CLIENT 1 of" in ran.out


def test_unless_it_is_asked_to(tmp_path: Path) -> None:
    words = ("--registry-demo", "hashes-repacks-uploads", "--registry-fail-on", "client")
    assert run_suite(tmp_path, *words, checks=PART).exit_code == 1


def test_nothing_selected_gives_5(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-k", "no_check_is_called_so", checks=PART)
    assert ran.exit_code == 5, ran.text


def test_an_empty_registry_is_not_good(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--registry-read-only", checks=PART)
    assert ran.exit_code == 7, ran.text
    assert "no project to judge was found" in ran.out


def test_a_part_is_judged_as_a_part(tmp_path: Path) -> None:
    node = "conformance/test_names.py::test_project_page_at_normalized_name"
    ran = run_suite(tmp_path, checks=node)
    assert ran.exit_code == 0, ran.text
    assert ran.verdict("names/project-url-format") == "held"
    assert "1 passed" in ran.out


@pytest.mark.parametrize("words", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_registry_that_dies_is_told_in_one_sentence(tmp_path: Path, words: list[str]) -> None:
    with reference() as registry:
        report = tmp_path / "report"
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "conformance", *registry.options]
        command += [*words, "--registry-report", str(report)]
        env = clean_environment(tmp_path, {"PYTHONUNBUFFERED": "1"})
        code, out = _run_and_kill(command, env, registry, "collected" if not words else "workers [")
    assert code == 6, out
    assert "lost while the run went on" in out
    assert "stopped answering" in out
    assert "Traceback" not in out
    assert any(row.verdict == "not reached" for row in load(report / "report.json").requirements)


def _run_and_kill(command: list[str], env: dict[str, str], registry: Reference, word: str) -> tuple[int, str]:
    """Kill the registry when the run says this word: its checks begin then."""
    run = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=env
    )
    assert run.stdout is not None
    said: list[str] = []
    alarm = threading.Timer(200, run.kill)
    alarm.start()
    try:
        for line in run.stdout:
            said.append(line)
            if word in line:
                registry.process.kill()
        return run.wait(30), "".join(said)
    finally:
        alarm.cancel()
        run.stdout.close()


def test_a_registry_that_dies_during_the_uploads_gives_6(tmp_path: Path) -> None:
    with reference() as registry:
        threading.Thread(target=_kill_at_first_file, args=(registry,), daemon=True).start()
        ran = run_suite(tmp_path, *registry.options, checks=PART)
    assert ran.exit_code == 6, ran.text
    assert "stopped answering" in ran.err
    assert "Traceback" not in ran.text


def _kill_at_first_file(registry: Reference) -> None:
    until = time.monotonic() + 60
    with httpx.Client() as client:
        while time.monotonic() < until:
            if "<a " in client.get(registry.simple, headers={"Accept": "text/html"}).text:
                registry.process.kill()
                return
            time.sleep(0.02)


def test_a_read_only_run_judges_what_is_there(tmp_path: Path) -> None:
    with reference() as registry:
        first = run_suite(tmp_path / "first", *registry.options, checks=PART)
        words = ["--registry-url", registry.simple, "--registry-read-only", "--registry-seed", "7"]
        second = run_suite(tmp_path / "second", *words, "-n", "2", checks=PART)
        third = run_suite(tmp_path / "third", *words, checks=PART)
    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 0), second.text
    assert "writes:   nothing (read-only: --registry-read-only)" in second.out
    assert second.verdicts == third.verdicts
    assert not second.broken
    assert second.verdict("hashes/json-digest-correct") == "held"
    assert second.report is not None
    methods = {exchange.method for exchange in second.report.exchanges}
    assert methods <= {"GET", "HEAD", "OPTIONS"}
