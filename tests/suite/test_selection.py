"""Standard pytest stays standard: -k, -m, -x, -n, node ids, JUnit; and the suite keeps out of runs that are not its own."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from junitparser import Failure, JUnitXml, Skipped, TestCase

from tests.running import ROOT, clean_environment, run_suite
from tests.scripted import plain, scripted

NAMES = "conformance/test_names.py"
HASHES = "conformance/test_hashes.py conformance/test_hashes_json.py"
INDEX = b"<!DOCTYPE html><html><body><a href='x/'>x</a></body></html>"


def test_k_selects_by_name(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-k", "project_page_at_normalized_name", checks=NAMES)
    assert ran.exit_code == 0, ran.text
    assert ran.report is not None
    assert len(ran.report.checks) == 1


def test_m_selects_by_marker(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-m", "alone", "--collect-only", "-q", checks="conformance")
    assert ran.exit_code in (0, 5), ran.text
    whole = run_suite(tmp_path, "-m", "requirement", "--collect-only", "-q", checks=NAMES)
    assert "::test_project_page_at_normalized_name" in whole.out
    assert "Traceback" not in whole.text


def test_x_stops_at_the_first_failure(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-x", "--registry-demo", "hashes-json-base64", checks=HASHES)
    assert ran.exit_code == 1, ran.text
    assert ran.report is not None
    assert Counter(check.outcome for check in ran.report.checks)["failed"] == 1


def test_the_junit_file_says_what_happened(tmp_path: Path) -> None:
    """Skips are skips, failures are failures, and what is broken below the line is no pass: read by a foreign parser."""
    file = tmp_path / "junit.xml"
    words = ("--registry-demo", "hashes-repacks-uploads", "--registry-demo", "hashes-json-base64")
    ran = run_suite(tmp_path, *words, "--junitxml", str(file), checks=HASHES)
    assert ran.report is not None, ran.text
    cases = [case for suite in JUnitXml.fromfile(str(file)) for case in suite]
    of = {_node(case): case for case in cases}
    assert len(cases) == len(ran.report.checks)
    for check in ran.report.checks:
        results = of[check.nodeid.partition("::")[2]].result
        if check.outcome == "failed":
            assert any(isinstance(result, Failure) for result in results), check.nodeid
        elif check.outcome in ("skipped", "xfailed"):
            assert any(isinstance(result, Skipped) for result in results), check.nodeid
        else:
            assert check.outcome == "passed"
            assert not results, check.nodeid
    assert {"failed", "xfailed", "passed"} <= {check.outcome for check in ran.report.checks}


def _node(case: TestCase) -> str:
    return str(case.name)


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    with scripted(lambda _, c: c.sendall(plain(body=INDEX, content_type="text/html"))) as server:
        words = ["--registry-url", server.url + "simple/", "--registry-upload-url", server.url + "legacy/"]
        ran = run_suite(tmp_path, *words, "--registry-plan", checks=NAMES)
    assert ran.exit_code == 0, ran.text
    assert "Nothing was written." in ran.out
    assert "would be uploaded to" in ran.out
    assert server.heads
    assert {head.split(b" ")[0] for head in server.heads} <= {b"GET", b"HEAD"}
    assert ran.report is None


def test_other_tests_start_nothing(tmp_path: Path) -> None:
    """`pytest tests` is no run of the suite: no header, no registry, no verdicts."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "tests/suite/test_ledger.py",
        "-q",
        "--co",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=clean_environment(tmp_path),
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "registry:" not in done.stdout
    assert "MUST" not in done.stdout
