"""From a documented URL shape and credentials to a report: one run for each product that can't run here.

This proves how the suite handles what documents describe. It proves nothing about the products.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.emulations.emulated import emulated, hurried
from tests.running import run_suite

TOKEN = ("--registry-token", "alice-token-secret")
ALICE = ("--registry-username", "alice", "--registry-password", "alice-secret")
ADMIN = ("--registry-username", "admin", "--registry-password", "admin-secret")
UPLOAD = "UPLOAD"  # stands for the upload URL of the emulation
CHECKS = "conformance/test_names.py conformance/test_hashes.py"


@dataclass(frozen=True)
class Case:
    """A product: its emulation, what the user types, and what is to come of it."""

    emulation: str
    words: tuple[str, ...]
    profile: str = ""  # when it is not named as the emulation
    user: str = ""
    writes: bool = True
    cleans: bool = True
    waits: bool = False  # whether its clock is put forward

    @property
    def found(self) -> str:
        """The profile that is to be found."""
        return self.profile or self.emulation


def named(profile: str, *words: str) -> tuple[str, ...]:
    """For hosts that only the vendor has, and for what URL and answers can't tell."""
    return ("--registry-profile", profile, *words)


CASES = (
    Case("artifactory", ADMIN, user="admin", waits=True),
    Case("artifactory-json", ADMIN, "artifactory", "admin", waits=True),
    Case("artifactory-remote", named("artifactory-remote", *TOKEN), writes=False),
    Case("artifactory-virtual", named("artifactory-virtual", *TOKEN), writes=False),
    Case("nexus", ALICE, user="alice"),
    Case("nexus-group", named("nexus-group", *ALICE), user="alice", writes=False),
    Case("nexus-proxy", named("nexus-proxy", *ALICE), user="alice", writes=False),
    Case("proget", TOKEN, user="api"),
    Case("azure", TOKEN, user="__token__"),
    Case(
        "codeartifact",
        named("codeartifact", "--registry-upload-url", UPLOAD, *TOKEN),
        user="aws",
        cleans=False,
    ),
    Case(
        "google",
        named("google", "--registry-upload-url", UPLOAD, *TOKEN),
        user="oauth2accesstoken",
        cleans=False,
    ),
    Case("gitlab", TOKEN, user="__token__"),
    Case("gitlab-group", TOKEN, user="__token__", writes=False),
    Case("gitea", named("gitea", *ALICE), user="alice"),
    Case("forgejo", named("forgejo", *ALICE), user="alice"),
    Case("pulp", ALICE, user="alice", cleans=False),
    Case(
        "cloudsmith",
        named("cloudsmith", "--registry-upload-url", UPLOAD, *TOKEN),
        user="__token__",
        cleans=False,
    ),
    Case("gemfury", named("gemfury", "--registry-upload-url", UPLOAD, *TOKEN), cleans=False),
    Case(
        "testpypi",
        named("testpypi", "--registry-upload-url", UPLOAD, "--registry-allow-public-writes", *TOKEN),
        user="__token__",
        cleans=False,
    ),
    Case("anaconda", named("anaconda"), writes=False),
    Case("pytorch", named("pytorch"), writes=False),
    Case("pytorch-nightly", named("pytorch"), "pytorch", writes=False),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.emulation)
def test_each_product_is_found_judged_and_left_clean(case: Case, tmp_path: Path) -> None:
    """The product is found, uploads are waited for, the report says that it was an emulation, what was written is deleted."""
    with emulated(case.emulation) as running:
        words = [running.upload or "" if word == UPLOAD else word for word in case.words]
        words = ["--registry-url", running.simple, "--registry-clients", "none", *words]
        if case.waits:
            with hurried(running):
                ran = run_suite(tmp_path, *words, checks=CHECKS)
        else:
            ran = run_suite(tmp_path, *words, checks=CHECKS)
    report = ran.report
    assert report is not None, ran.text
    assert report.target.profile == case.found
    assert report.target.emulation.startswith(f"{case.emulation}; evidence=")
    assert report.target.read_only is not case.writes
    if case.user:
        assert report.target.user == case.user
    assert "error" not in ran.verdicts.values(), ran.text
    assert any(verdict == "held" for verdict in ran.verdicts.values())
    assert "alice-token-secret" not in ran.text
    if case.writes:
        ledger = tmp_path / "report" / "written.jsonl"
        assert ledger.exists() is not case.cleans, ran.text


def test_every_answer_says_that_it_is_an_emulation() -> None:
    """Also refusals; and none says that it comes from the reference registry."""
    with emulated("nexus") as running:
        for path in ("", "no-such-project/", "../nowhere"):
            answer = httpx.get(running.simple + path, trust_env=False, timeout=20)
            assert answer.headers["x-emulated-profile"] == "nexus; evidence=2025-02-04"
            assert "x-reference-registry" not in answer.headers


def test_only_an_admin_puts_the_clock_forward() -> None:
    """Nobody else waits less."""
    with emulated("artifactory") as running:
        answer = httpx.post(running.clock, json={"advance": "60"}, trust_env=False, timeout=20)
        assert answer.status_code == 403
        running.forward(60)
