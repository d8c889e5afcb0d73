"""Each profile is run from its URL and credentials to a report: on the product, on its emulation, or on files such as it serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.profiles import load_profiles
from tests.emulations.cases import CASES
from tests.running import run_suite
from tests.servers.started import NAMES, Servers

ON_FILES = (
    "generic",
    "static",
    "bandersnatch",
    "pypi",
)  # nothing is written, so a tree of files stands for them
EMBEDDED = "reference"


def test_no_profile_goes_without_a_run() -> None:
    """`tests/emulations` and `tests/real` have the others."""
    run = {case.found for case in CASES} | set(NAMES) | {EMBEDDED, *ON_FILES}
    assert {profile.name for profile in load_profiles()} <= run


@pytest.mark.parametrize("profile", ON_FILES)
def test_files_are_judged_by_the_profiles_of_files(profile: str, servers: Servers, tmp_path: Path) -> None:
    """Nothing is written, and what is there is judged."""
    words = () if profile == "generic" else ("--registry-profile", profile)
    url = servers.get("static").url
    ran = run_suite(tmp_path, "--registry-url", url, *words, checks="conformance/test_names.py")
    report = ran.report
    assert report is not None, ran.text
    assert (report.target.profile, report.target.read_only) == (profile, True)
    assert "held" in ran.verdicts.values()
    assert "error" not in ran.verdicts.values(), ran.text
    assert ran.exit_code == 0, ran.text
