"""The suite against real registries: the same verdicts each time, and no broken requirement that docs/judgements.md does not explain."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.expected import Expected, headings
from tests.servers.judged import TOLD, judge
from tests.servers.started import NAMES, Servers

HERE = Path(__file__).parent
EXPECTED = Expected(tomllib.loads((HERE / "expected.toml").read_text("utf-8")))
OCTOPUS = Expected(tomllib.loads((HERE / "octopus.toml").read_text("utf-8")))
REPEATED = ("devpi", "pypiserver")  # judged several times


@pytest.mark.parametrize("name", REPEATED)
def test_same_verdicts_serially_and_spread(
    servers: Servers, tmp_path: Path, name: str, pytestconfig: pytest.Config
) -> None:
    """In one process and in four; all of it a second time with --real-registries."""
    registry = servers.get(name)
    times = 2 if pytestconfig.getoption("--real-registries") else 1
    runs = [judge(registry, tmp_path / str(i), *words) for i, words in enumerate([(), ("-n", "4")] * times)]
    first = runs[0]
    assert first.broken.keys() == EXPECTED.broken(name).keys(), first.out[-6000:]
    for run in runs[1:]:
        changed = {k: (first.verdicts[k], v) for k, v in run.verdicts.items() if v != first.verdicts[k]}
        assert not changed, f"{name}: verdicts changed between runs: {changed}"
    assert all("error" not in run.verdicts.values() for run in runs)
    assert {run.exit_code for run in runs} == {EXPECTED.exit_code(name)}, first.out[-3000:]


@pytest.mark.real_registries
@pytest.mark.parametrize("name", sorted(set(NAMES) - set(REPEATED)))
def test_only_explained_faults_are_found(servers: Servers, tmp_path: Path, name: str) -> None:
    """Once for each of the others: other settings of the same products, and registries for reading."""
    ran = judge(servers.get(name), tmp_path, *TOLD.get(name, ()))
    assert ran.broken.keys() == EXPECTED.broken(name).keys(), ran.out[-6000:]
    assert "error" not in ran.verdicts.values(), ran.out[-6000:]
    assert ran.exit_code == EXPECTED.exit_code(name), ran.out[-3000:]


@pytest.mark.real_registries
@pytest.mark.parametrize("name", REPEATED)
def test_what_octopus_will_do_with_it(servers: Servers, tmp_path: Path, name: str) -> None:
    """The checks of a Python feed in Octopus alone (`-m octopus`) end as they were read."""
    ran = judge(servers.get(name), tmp_path, "-m", "octopus")
    assert ran.broken.keys() == OCTOPUS.broken(name).keys(), ran.out[-6000:]
    assert ran.exit_code == OCTOPUS.exit_code(name), ran.out[-3000:]


@pytest.mark.parametrize("expected", [EXPECTED, OCTOPUS], ids=["all", "octopus"])
def test_every_expected_fault_is_judged(expected: Expected) -> None:
    """Each has a heading in docs/judgements.md."""
    known = headings()
    for name in expected.names:
        for requirement, anchor in expected.broken(name).items():
            assert anchor in known, f"{name}: {requirement} points to #{anchor}, which is not there"


def test_every_registry_is_expected() -> None:
    """All that the tests can start are judged."""
    assert EXPECTED.names == set(NAMES)
