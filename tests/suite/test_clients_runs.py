"""The suite with real clients beyond the usual ones: what they say of the embedded registry, and which faults they notice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixtures.clients.environments import cache_directory
from fixtures.clients.wanted import VERSIONS
from fixtures.requirements import load_ledger
from tests.running import Ran, run_suite

OTHERS = ("poetry", "pdm", "hatch", "flit")
INSTALLERS, UPLOADERS = ("poetry", "pdm"), OTHERS
NEVER_HERE = {
    f"clients/{client}-keyring" for client in INSTALLERS
}  # the embedded registry is open to readers


def rows(clients: tuple[str, ...], *behaviours: str) -> set[str]:
    return {f"clients/{client}-{behaviour}" for client in clients for behaviour in behaviours}


# Which fault of the reference registry each client notices. Faults that pip, uv and twine notice have that in their `seen_by`.
LABELS = rows(
    INSTALLERS,
    *("install", "pre", "dependencies", "sdist", "older-python", "yanked-pin", "yanked-range", "credentials"),
)
NOTICED = {
    "clients-application-json": LABELS,
    "clients-application-json-private": rows(INSTALLERS, "keyring"),
    "clients-time-of-archive": {"clients/pdm-exclude-newer", "clients/poetry-min-release-age"},
    "upload-redirects": rows(UPLOADERS, "publish", "upload-credentials"),
    "clients-duplicate-500": rows(UPLOADERS, "duplicate"),
    "upload-duplicate-unnamed": rows(INSTALLERS, "skip-existing"),
}


def of_others() -> set[str]:
    """The rows of the ledger that only these clients can judge."""
    starts = tuple(f"clients/{client}-" for client in OTHERS)
    return {row.id for row in load_ledger().values() if row.id.startswith(starts) and row.status == "tested"}


def run(directory: Path, clients: str, *words: str, **env: str) -> Ran:
    """Run the clients' checks; environments stay in the user's cache, and pip's settings are the user's."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    kept["XDG_CACHE_HOME"] = str(cache_directory().parents[1])
    checks = (
        "conformance/test_clients.py conformance/test_clients_installs.py conformance/test_clients_uploads.py"
    )
    return run_suite(
        directory, "--registry-clients", clients, *words, env={**kept, **env}, checks=checks, deadline=900
    )


def test_every_row_has_a_fault_that_its_client_notices() -> None:
    assert set().union(*NOTICED.values()) == of_others()


def test_a_client_that_cannot_be_installed_is_told_in_plain_words(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        "poetry==0.0.0.dev0",
        "-k",
        "test_installs and poetry",
        PIP_NO_INDEX="1",
        XDG_CACHE_HOME=str(tmp_path),
    )
    assert ran.exit_code == 0, ran.text
    assert ran.report is not None
    assert {v for name, v in ran.verdicts.items() if name.startswith("clients/poetry") and v} == {
        "not reached"
    }
    reasons = {row.reason for row in ran.report.requirements if row.verdict == "not reached"}
    assert all(reason.startswith("poetry 0.0.0.dev0 can't be installed: ERROR: ") for reason in reasons)
    assert ran.report.run.clients == {"poetry": "not installed"}
    assert "Traceback" not in ran.text


def test_header_and_report_tell_which_clients_looked(tmp_path: Path) -> None:
    ran = run(tmp_path, "pip,flit", "-k", "test_pip_takes_pre_releases", XDG_CACHE_HOME=str(tmp_path))
    assert f"flit {VERSIONS['flit']} (installed when first used)" in ran.out
    assert ran.report is not None
    assert list(ran.report.run.clients) == ["pip", "flit"]
    assert ran.report.run.clients["pip"][0].isdigit()
    assert not (tmp_path / "registry-conformance").exists(), "nothing is installed before it is needed"


@pytest.mark.real_registries
def test_the_others_hold_at_the_embedded_registry(tmp_path: Path) -> None:
    ran = run(tmp_path, ",".join(OTHERS))
    assert ran.exit_code == 0, ran.text
    assert not ran.broken, ran.text
    held = {name for name, verdict in ran.verdicts.items() if verdict == "held"}
    assert of_others() - held == NEVER_HERE, ran.text


@pytest.mark.real_registries
def test_the_others_hold_at_a_private_registry(tmp_path: Path) -> None:
    ran = run(tmp_path, ",".join(OTHERS), "--registry-demo-auth", "read", "-k", "credentials or keyring")
    held = {name for name, verdict in ran.verdicts.items() if verdict == "held"}
    assert held == rows(INSTALLERS, "credentials", "keyring") | rows(UPLOADERS, "upload-credentials"), (
        ran.text
    )


@pytest.mark.real_registries
@pytest.mark.parametrize("fault", NOTICED)
def test_the_others_notice_faults(tmp_path: Path, fault: str) -> None:
    ran = run(tmp_path, ",".join(OTHERS), "--registry-demo", fault)
    assert set(ran.broken) >= NOTICED[fault], ran.text
