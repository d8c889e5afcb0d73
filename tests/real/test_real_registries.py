"""The suite against real registries: the same verdicts each time, and no broken requirement that docs/judgements.md does not explain."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.running import ROOT, Ran, run_suite
from tests.servers.model import RunningRegistry
from tests.servers.started import Servers

EXPECTED = tomllib.loads((Path(__file__).parent / "expected.toml").read_text("utf-8"))
JUDGEMENTS = ROOT / "docs" / "judgements.md"
WRITABLE = ("devpi", "pypiserver")


def judge(registry: RunningRegistry, directory: Path, *words: str) -> Ran:
    """Run the whole suite against a real registry, knowing nothing but its URL and credentials."""
    env = {}
    if registry.username:
        env = {"REGISTRY_USERNAME": registry.username, "REGISTRY_PASSWORD": registry.password or ""}
    return run_suite(directory, "--registry-url", registry.url, *words, env=env, deadline=900)


def expected_faults(name: str) -> dict[str, str]:
    """Requirement -> anchor in docs/judgements.md, for a registry."""
    faults: dict[str, str] = EXPECTED[name]["broken"]
    return faults


@pytest.mark.parametrize("name", WRITABLE)
def test_same_verdicts_serially_and_spread(servers: Servers, tmp_path: Path, name: str) -> None:
    registry = servers.get(name)
    runs = [
        judge(registry, tmp_path / str(i), *words)
        for i, words in enumerate([(), ("-n", "4"), (), ("-n", "4")])
    ]
    first = runs[0]
    assert first.broken.keys() == expected_faults(name).keys(), first.out[-6000:]
    for run in runs[1:]:
        changed = {k: (first.verdicts[k], v) for k, v in run.verdicts.items() if v != first.verdicts[k]}
        assert not changed, f"{name}: verdicts changed between runs: {changed}"
    assert all("error" not in run.verdicts.values() for run in runs)
    assert {run.exit_code for run in runs} == {EXPECTED[name]["exit_code"]}, first.out[-3000:]


def test_every_expected_fault_is_judged() -> None:
    text = JUDGEMENTS.read_text("utf-8")
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for name in WRITABLE:
        for requirement, anchor in expected_faults(name).items():
            assert anchor in anchors, (
                f"{name}: {requirement} points to #{anchor}, which docs/judgements.md does not have"
            )
