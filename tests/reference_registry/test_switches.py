"""Switches: they are found, they are documented, they can be combined, and they change what they say."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from reference_registry.registry import Registry
from reference_registry.settings import DEFAULT_USERS, Access, Settings
from reference_registry.store import Store
from reference_registry.switches import Defect, Switch, Variation, compose, find_switches
from tests.reference import ALICE
from tests.reference_registry.running import JSON_V1, Dist, basic, running, wheel
from tests.reference_registry.running import Registry as Client
from tests.running import ROOT

ALL = {**find_switches("defect"), **find_switches("variation")}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_switch_says_what_it_does(name: str) -> None:
    switch = ALL[name]
    assert switch.id == name
    assert switch.sentence().endswith(".")
    assert switch.source == "derived" or switch.source.startswith("https://")
    if issubclass(switch, Defect):
        assert switch.seen_by
        assert switch.areas
    theirs = {key for base in (Switch, *Switch.__mro__) for key in vars(base)}
    kinds = {*Switch.__mro__, Defect, Variation}
    own = {key for base in switch.__mro__ if base not in kinds for key in vars(base)}
    changed = own & theirs - {"id", "source", "seen_by", "areas", "kind", "__doc__", "__module__"}
    assert changed or switch.access is not None, "a switch that overrides nothing does nothing"


class Connection:
    """Takes an answer as a server would, without a network."""

    def __init__(self) -> None:
        self.status = 0
        self.transport = self

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)

    def write(self, data: bytes) -> None:
        self.status = self.status or 200

    def close(self) -> None:
        """A transport can be closed."""


async def ask(
    registry: Registry, method: str, url: str, accept: str, body: bytes = b"", kind: str = ""
) -> int:
    """The status of one answer."""
    parts = urlsplit(url)
    headers = {"accept": accept, "content-type": kind, "authorization": basic(*ALICE), "host": "127.0.0.1"}
    scope = {
        "type": "http",
        "method": method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    connection = Connection()
    await registry(scope, receive, connection.send)
    return connection.status


async def walk(registry: Registry) -> list[int]:
    """Upload something and look at it from all sides."""
    dist = wheel("demo", "1.0", "Requires-Python: >=3.8")
    form = httpx.Request("POST", "http://x", data=dist.form(), files={"content": (dist.filename, dist.body)})
    kind = form.headers["content-type"]
    await ask(registry, "POST", "/legacy/", "*/*", form.read(), kind)
    statuses = [await ask(registry, "POST", "/legacy/", "*/*", form.read(), kind)]
    project = registry.store.project("demo")
    file = None if project is None else project.files.get(dist.filename)
    path = "/files/demo/0/x" if file is None else registry.file_path(file)
    for url in (
        "/simple/",
        "/simple/demo/",
        "/simple/Demo",
        "/simple/no/",
        "/pypi/demo/json",
        path,
        path + ".metadata",
    ):
        for accept in (JSON_V1, "text/html", "x/y"):
            statuses += [await ask(registry, method, url, accept) for method in ("GET", "HEAD")]
    return statuses


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_switch_makes_no_mistake_of_its_own(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(users=DEFAULT_USERS, access=ALL[name].access or Access.UPLOAD)
    store = Store(tmp_path)
    asyncio.run(walk(compose([ALL[name]])(settings, store)))
    store.close()
    assert "Traceback" not in capsys.readouterr().err


def test_all_switches_can_be_combined() -> None:
    assert issubclass(compose(list(ALL.values())), Switch)


def test_unknown_switches_and_wrong_users_are_told() -> None:
    for arguments in (["--defect", "no-such"], ["--user", "x"], ["--token", "x:nobody"], ["--tls-cert", "x"]):
        command = [sys.executable, "-m", "reference_registry", *arguments]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
        assert ended.returncode == 2
        assert ended.stderr.startswith("reference_registry: ")
        assert ended.stderr.count("\n") == 1


def test_two_switches_at_once() -> None:
    with running("--defect", "hashes-truncated-digest", "--variation", "absolute-file-urls") as registry:
        registry.upload(wheel("demo", "1.0"))
        text = registry.get("demo/").text
        assert f'href="{registry.urls["simple"].removesuffix("simple/")}files/' in text
        assert text.partition("#sha256=")[2].index('"') == 32


@pytest.mark.parametrize("defect", ["upload-overwrites"])
def test_overwriting(defect: str) -> None:
    with running("--defect", defect) as registry:
        registry.upload(wheel("demo", "1.0"))
        other = wheel("demo", "1.0", "Summary: other")
        assert registry.upload(other).status_code == 200
        assert _hash(registry, other) == other.sha256


def _hash(registry: Client, dist: Dist) -> object:
    hashes = registry.files(dist.name)[dist.filename]["hashes"]
    assert isinstance(hashes, dict)
    return hashes["sha256"]


def test_a_body_that_breaks_off() -> None:
    with running("--defect", "retry-first-download-cut") as registry:
        dist = wheel("demo", "1.0")
        registry.upload(dist)
        url = str(registry.files("demo")[dist.filename]["url"])
        with pytest.raises(httpx.RemoteProtocolError):
            registry.http.get(url)
        assert registry.http.get(url).content == dist.body


def test_a_defect_can_ask_for_an_access_mode() -> None:
    with running("--defect", "auth-no-challenge") as registry:
        assert registry.urls["auth"] == "read"
        refused = registry.get(headers={"accept": JSON_V1})
        assert refused.status_code == 401
        assert "www-authenticate" not in refused.headers
