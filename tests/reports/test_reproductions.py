"""What the suite prints to see a fault again shows it, without the suite: at a registry with the defect, and not at a conforming one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.kill_matrix.runs import switches
from tests.reports.reproducing import (
    ELSEWHERE,
    LOGINS,
    UNPROVEN,
    WRITES,
    Place,
    checks_of,
    compared,
    options_of,
    place,
    texts,
    unordered,
)
from tests.running import Ran, run_suite

ALL = {one.id: one for one in switches() if one.kind == "defect"}
GROUPS = {  # defects that do not hide one another, so that one run of the suite finds all of a group
    "ranges": ("cache-range-off-by-one", "cache-range-any-unit", "cache-head-500"),
    "validators": ("cache-no-304", "cache-404-sticks"),
    "pages": ("p700-size-text", "hashes-json-capital-name", "html-empty-anchors", "metadata-appended-line"),
    "paths": ("names-invalid-500", "negotiation-format-500", "pypi-json-missing-500"),
    "redirects": ("redirect-lost-query", "redirect-half-a-file"),
    "private reads": ("auth-no-challenge", "auth-wrong-is-500", "auth-metadata-locked", "auth-head-open"),
    "tokens": ("auth-any-token",),
    "uploads by strangers": ("auth-stored-then-refused",),
    "uploads": ("upload-silent-refusals", "upload-without-content-200", "retry-duplicate-500"),
    "answers to uploads": ("upload-success-302",),
    "methods": ("security-405-without-allow", "security-files-deletable"),
    "yanks": ("yank-html-false", "yank-json-empty-text"),
    "states": ("status-html-capital",),
    "versions": ("versions-pre-release-latest",),
    "attestations": ("attest-no-kind",),
}
MOST = 3  # texts of one requirement: as many findings as a failure prints

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None, reason="reproductions are made of curl and Python"
)


class Conforming:
    """Two conforming registries for each access mode and run: what differs between them is chance."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[tuple[Path, str], tuple[Place, Place]] = {}

    def pair(self, folder: Path, auth: str) -> tuple[Place, Place]:
        """The two for a run's report and a mode."""
        if (folder, auth) not in self._running:
            one, two = (self._stack.enter_context(place(folder, "--auth", auth)) for _ in range(2))
            self._running[folder, auth] = one, two
        return self._running[folder, auth]


@pytest.fixture
def conforming() -> Iterator[Conforming]:
    with ExitStack() as stack:
        yield Conforming(stack)


def complaints(name: str, ran: Ran, folder: Path, conforming: Conforming) -> list[str]:
    """Run what was printed for a defect; gives what does not show it."""
    assert ran.report is not None, ran.text
    found = texts(ran.report, ALL[name].seen_by, MOST)
    said = [] if found else [f"{name}: no finding has a reproduction"]
    with ExitStack() as stack:
        faulty = stack.enter_context(place(folder, "--defect", name))
        auth = faulty.registry.urls["auth"]
        one, two = conforming.pair(folder, auth)
        written: set[str] = set()
        for text, requirement in found.items():
            project = WRITES.search(text)
            if project is not None and project[0] in written:  # what is there already is not published twice
                faulty = stack.enter_context(place(folder, "--defect", name))
                one, two = (stack.enter_context(place(folder, "--auth", auth)) for _ in range(2))
                written.clear()
            written.update([project[0]] if project is not None else [])
            shown = [somewhere.show(text) for somewhere in (faulty, one, two)]
            if "'at once'" in text:
                shown = [unordered(answers) for answers in shown]
            bad, good, other = compared(shown[0], shown[1], shown[2])
            if good != other:
                said.append(f"{name}, {requirement}: two conforming registries differ\n{text}")
            elif bad == good:
                said.append(f"{name}, {requirement}: shows no difference\n{text}")
    return said


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_printed_shows_the_fault(group: str, tmp_path: Path, conforming: Conforming) -> None:
    words = [word for name in GROUPS[group] for word in ("--registry-demo", name)]
    checks = " ".join(dict.fromkeys(m for name in GROUPS[group] for m in checks_of(ALL[name]).split()))
    ran = run_suite(tmp_path, "-q", *words, "--registry-clients", "none", checks=checks)
    wrong = [c for name in GROUPS[group] for c in complaints(name, ran, tmp_path / "report", conforming)]
    assert not wrong, "\n\n".join(wrong)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All defects only when they are asked for: each is a run of the suite."""
    if "defect" in metafunc.fixturenames:
        metafunc.parametrize("defect", ALL if metafunc.config.getoption("--kill-matrix") else ())


def test_every_defect_can_be_shown_again(defect: str, tmp_path: Path, conforming: Conforming) -> None:
    if ALL[defect].https:
        pytest.skip("shows on https only, and texts are tried on http")
    ran = run_suite(tmp_path, "-q", *options_of(ALL[defect]), checks=checks_of(ALL[defect]))
    assert ran.report is not None, ran.text
    told = [
        f.reproduction for r in ran.report.requirements if r.id in ALL[defect].seen_by for f in r.findings
    ]
    assert all(told)
    if told and all(UNPROVEN.search(text) for text in told):
        pytest.skip("says itself that a script alone does not show it")
    if told and all(UNPROVEN.search(text) or ELSEWHERE.search(text) for text in told):
        pytest.skip("asks another host, which is gone with the run")
    wrong = complaints(defect, ran, tmp_path / "report", conforming)
    assert not wrong, "\n\n".join(wrong)


def test_report_page_summary_and_terminal_carry_the_same_text(tmp_path: Path) -> None:
    ran = run_suite(
        tmp_path, "-q", "--registry-demo", "cache-range-off-by-one", checks="conformance/test_cache_ranges.py"
    )
    assert ran.report is not None
    row = next(row for row in ran.report.requirements if row.id == "cache/range-206")
    text = row.findings[0].reproduction
    page = BeautifulSoup((tmp_path / "report" / "index.html").read_text("utf-8"), "html5lib")
    shown = [pre.get_text() for pre in page.select('pre[aria-label="Reproduction"]')]
    assert text in ran.out
    assert text in [one.removeprefix("\n") for one in shown]
    assert text in (tmp_path / "report" / "summary.md").read_text("utf-8")


def test_no_text_holds_a_secret(tmp_path: Path) -> None:
    ran = run_suite(
        tmp_path,
        "-q",
        "--registry-demo",
        "auth-wrong-is-500",
        "--registry-demo",
        "yank-unlists",
        "--registry-demo-auth",
        "read",
        "--registry-clients",
        "none",
        checks="conformance/test_auth_reads.py conformance/test_yank_operator.py conformance/test_auth_locks.py",
    )
    assert ran.report is not None
    told = [f.reproduction for row in ran.report.requirements for f in row.findings]
    kept = [path.read_text("utf-8") for path in (tmp_path / "report" / "evidence").glob("*.sh")]
    assert any("$REGISTRY_ADMIN_PASSWORD" in text for text in told)
    assert kept
    secrets = [value for name, value in LOGINS.items() if not name.endswith("USERNAME")]
    for secret in secrets:
        assert not [text for text in (*told, *kept) if secret in text]
