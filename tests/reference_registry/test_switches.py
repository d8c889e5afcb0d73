"""Switches: they are found, they are documented, they can be combined, and they change what they say."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from reference_registry.switches import Defect, Switch, compose, find_switches
from tests.reference_registry.running import JSON_V1, ROOT, Dist, Registry, running, wheel

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
    own = {key for key in vars(switch) if callable(getattr(switch, key)) and not key.startswith("__")}
    assert own, "a switch that overrides nothing does nothing"


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


def _hash(registry: Registry, dist: Dist) -> object:
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
