"""Runs that are killed in the middle: the ledger remains, and what they wrote can be deleted later."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.cleanup import AT_ONCE, IN_VAIN, finish, login, read_ledger
from fixtures.exchange import Exchange
from fixtures.http import Http
from tests.reference import ADMIN, reference
from tests.running import ROOT, clean_environment
from tests.servers.started import Servers

DEADLINE = 120.0  # seconds
PUBLISHED = 5  # projects in the ledger after which the run is killed


@dataclass(frozen=True)
class Place:
    """A registry to write to."""

    url: str
    username: str
    password: str


@contextmanager
def place(name: str, servers: Servers) -> Iterator[Place]:
    """A registry by name."""
    if name == "reference":
        with reference() as started:
            yield Place(started.simple, *ADMIN)
        return
    known = servers.get(name)
    assert known.username is not None
    assert known.password is not None
    yield Place(known.url, known.username, known.password)


def killed_run(where: Place, directory: Path) -> Path:
    """Start a run and kill it when it has written something; gives its ledger."""
    report = directory / "report"
    words = [
        "--registry-url",
        where.url,
        "--registry-username",
        where.username,
        "--registry-report",
        str(report),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "conformance", *words],
        cwd=ROOT,
        env=clean_environment(directory, {"REGISTRY_PASSWORD": where.password}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ledger, until = report / "written.jsonl", time.monotonic() + DEADLINE
    try:
        while not ledger.is_file() or ledger.read_text("utf-8").count('"project"') < PUBLISHED:
            assert process.poll() is None, "the run ended before it was killed"
            assert time.monotonic() < until, "the run wrote nothing"
            time.sleep(0.05)
    finally:
        process.kill()  # SIGKILL: nothing of the run can tidy up
        process.wait(20)
    return ledger


def cleaned_up(ledger: Path, where: Place, home: Path) -> subprocess.CompletedProcess[str]:
    """Finish the job as a user does: `registry-conformance cleanup LEDGER`, with the password in the environment."""
    command = [sys.executable, "-m", "reports.cli", "cleanup", str(ledger)]
    env = clean_environment(home, {"REGISTRY_PASSWORD": where.password})
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=DEADLINE, check=False
    )


REAL = pytest.mark.real_registries


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("devpi", marks=REAL),
        pytest.param("devpi-stable", marks=REAL),
        pytest.param("pypiserver", marks=REAL),
        "reference",
    ],
)
def test_what_a_killed_run_left_is_deleted_later(name: str, servers: Servers, tmp_path: Path) -> None:
    """By the product's own call; and a second time there is nothing left to do."""
    with place(name, servers) as where:
        ledger = killed_run(where, tmp_path)
        assert where.password not in ledger.read_text("utf-8")
        who = login(ledger, None, where.password)
        assert who is not None
        assert who.username == where.username
        left = read_ledger(ledger, who)
        assert len(left.projects) >= PUBLISHED
        done = cleaned_up(ledger, where, tmp_path)
        assert (done.returncode, done.stdout) == (0, f"deleted: {len(left.projects)}\n"), done.stderr
        assert where.password not in done.stdout + done.stderr
        for project in left.projects:
            page = httpx.get(f"{where.url}{project}/", trust_env=False, timeout=20)
            assert page.status_code == 404, project
        assert finish(ledger, who) == (0, ())


def test_a_refused_deletion_is_told(tmp_path: Path) -> None:
    """With a wrong password everything stays, and the ledger goes on saying so."""
    with reference() as started:
        ledger = killed_run(Place(started.simple, *ADMIN), tmp_path)
        deleted, still = finish(ledger, login(ledger, None, "not-the-password"))
        assert deleted == 0
        assert len(still) >= PUBLISHED
        assert read_ledger(ledger, None).projects == still


def test_who_may_not_delete_is_refused_a_few_times_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry need not be asked hundreds of times what it said no to; all projects stay in the ledger."""
    asked: list[str] = []
    send = Http.send

    def counted(self: Http, method: str, url: str, **options: Any) -> Exchange:
        asked.append(url)
        return send(self, method, url, **options)

    with reference() as started:
        ledger = killed_run(Place(started.simple, *ADMIN), tmp_path)
        run_id = read_ledger(ledger, None).run_id
        with ledger.open("a", encoding="utf-8") as file:
            file.writelines(f'{{"project": "rct-{run_id}-{number}"}}\n' for number in range(200))
        monkeypatch.setattr(Http, "send", counted)
        deleted, still = finish(ledger, login(ledger, None, "not-the-password"))
    assert deleted == 0
    assert len(still) > 200
    assert IN_VAIN <= len(asked) <= AT_ONCE + IN_VAIN


def test_a_ledger_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    """Neither a traceback nor a deletion."""
    path = tmp_path / "written.jsonl"
    path.write_text("no ledger\n", "utf-8")
    with pytest.raises(ValueError, match="not a ledger of a run"):
        finish(path, None)
