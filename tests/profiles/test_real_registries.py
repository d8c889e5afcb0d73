"""Profiles against the real products: detected, uploaded to, and cleaned up."""

from __future__ import annotations

import secrets
from pathlib import Path

import httpx
import pytest

from fixtures.profiles import Detection, Seen, detect, detect_url, file_values, fill, load_profiles, root_url
from tests.servers.clients import twine_upload
from tests.servers.files import wheel
from tests.servers.model import RunningRegistry
from tests.servers.started import PYPISERVERS, Servers

PROFILES = load_profiles()


def looked_at(registry: RunningRegistry) -> Detection:
    """What one GET of the index and one of the page above it tell, both without credentials."""

    def seen(url: str) -> Seen:
        answer = httpx.get(url, trust_env=False, timeout=20)
        return Seen.of(answer.status_code, answer.headers.multi_items(), answer.text)

    return detect(registry.url, seen(registry.url), seen(root_url(registry.url)), PROFILES)


@pytest.mark.parametrize("name", ["devpi", "devpi-stable", "devpi-child", *PYPISERVERS])
def test_the_product_and_its_upload_url_are_found(servers: Servers, name: str) -> None:
    """From the URL and two answers, also where reading needs credentials."""
    registry = servers.get(name)
    found = looked_at(registry)
    assert found.profile.name == name.partition("-")[0]
    assert found.upload_url == registry.upload_url
    assert found.settled
    assert found.certain


@pytest.mark.parametrize("name", ["static", "static-two-hosts", "simple-repository-server"])
def test_what_cannot_be_known_stays_generic(servers: Servers, name: str) -> None:
    """No false detection, and no upload URL."""
    found = looked_at(servers.get(name))
    assert found.profile.name == "generic"
    assert found.upload_url is None


def test_an_index_of_dumb_pypi_is_static(servers: Servers) -> None:
    """Its page tells when it was generated."""
    found = looked_at(servers.get("dumb-pypi"))
    assert found.profile.name == "static"
    assert found.read_only


def test_devpi_is_found_from_the_url_alone(servers: Servers) -> None:
    """`+simple` is no other product's."""
    registry = servers.get("devpi")
    assert detect_url(registry.url, PROFILES).upload_url == registry.upload_url


@pytest.mark.parametrize("name", ["devpi", "devpi-stable", "pypiserver", "pypiserver-open"])
def test_the_delete_call_of_the_profile_removes_what_was_uploaded(
    servers: Servers, name: str, tmp_path: Path
) -> None:
    """And can be repeated: what is not there is answered as absent. The name is free again."""
    registry, file = servers.get(name), wheel(f"cleaned-{secrets.token_hex(4)}", "1.0")
    assert twine_upload(registry, [file], tmp_path).returncode == 0
    found = looked_at(registry)
    call = found.profile.calls["delete"]
    request = fill(call, {**found.values, **file_values(file.filename)})

    def send() -> int:
        return httpx.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            data=dict(request.form) if request.form else None,
            auth=(registry.username or "anybody", registry.password or "anything"),
            trust_env=False,
            timeout=20,
        ).status_code

    page = f"{registry.url}{file.project}/"
    assert httpx.get(page, trust_env=False, timeout=20).status_code == 200
    assert send() in call.ok
    assert httpx.get(page, trust_env=False, timeout=20).status_code == 404
    assert send() in call.absent
    assert call.frees_name == "yes"
    assert twine_upload(registry, [file], tmp_path).returncode == 0


def test_answers_that_profiles_know_are_those_of_the_products(servers: Servers) -> None:
    """Uploads with no and with bad credentials, and a project that is not there."""
    form = {":action": "file_upload", "name": "x", "version": "1"}
    for name in ("devpi", "pypiserver"):
        registry = servers.get(name)
        known = looked_at(registry).profile
        for request, identity in (
            ("upload-without-credentials", None),
            ("upload-with-bad-credentials", ("user", "wrong")),
        ):
            told = known.answer_to(request)  # type: ignore[arg-type]
            assert told is not None
            assert registry.upload_url is not None
            files = {"content": ("x-1.tar.gz", b"x")}
            answer = httpx.post(
                registry.upload_url, data=form, files=files, auth=identity, trust_env=False, timeout=20
            )
            assert answer.status_code in told.status
        missing = known.answer_to("missing-project")
        assert missing is not None
        page = httpx.get(f"{registry.url}never-there/", trust_env=False, timeout=20)
        assert page.status_code in missing.status
