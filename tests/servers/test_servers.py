"""Each registry takes an upload of twine, where it takes uploads, and gives the same file to pip."""

from __future__ import annotations

import secrets
from pathlib import Path

import httpx
import pytest

from tests.servers.clients import pip_download, twine_upload
from tests.servers.devpi import Devpi
from tests.servers.files import IndexFile, usual_files, wheel
from tests.servers.model import RunningRegistry
from tests.servers.started import FROM_FILES, PYPISERVERS, Servers

WRITABLE = ("devpi", "devpi-stable", "devpi-child", *PYPISERVERS, "pypiserver-fallback")
READABLE = (*FROM_FILES, "devpi-mirror", "pypiserver-fallback")
SERVED = {file.filename: file for file in usual_files()}


def fresh_wheel(version: str = "1.0") -> IndexFile:
    """A wheel of a project that no other test uses."""
    return wheel(f"fresh-{secrets.token_hex(4)}", version)


def answer_of(
    registry: RunningRegistry, url: str, credentials: tuple[str, str] | None = None
) -> httpx.Response:
    """The answer to a GET, redirects not followed."""
    return httpx.get(url, auth=credentials, trust_env=False, timeout=20)


@pytest.mark.parametrize("name", WRITABLE)
def test_twine_uploads_and_pip_downloads_the_same_bytes(servers: Servers, name: str, tmp_path: Path) -> None:
    """The round trip through the real clients."""
    registry, file = servers.get(name), fresh_wheel()
    sent = twine_upload(registry, [file], tmp_path / "sent")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    got = pip_download(registry, f"{file.project}==1.0", tmp_path / "got")
    assert got.returncode == 0, got.stdout + got.stderr
    assert (tmp_path / "got" / file.filename).read_bytes() == file.content


@pytest.mark.parametrize("name", READABLE)
def test_pip_downloads_from_an_index_of_files(servers: Servers, name: str, tmp_path: Path) -> None:
    """The yanked 1.2 is passed over where the index tells that it is yanked; the bytes are those that were put there."""
    registry = servers.get(name)
    got = pip_download(registry, "served-one==1.1", tmp_path)
    assert got.returncode == 0, got.stdout + got.stderr
    file = SERVED["served_one-1.1-py3-none-any.whl"]
    assert (tmp_path / file.filename).read_bytes() == file.content


@pytest.mark.parametrize("name", ["static", "static-two-hosts", "dumb-pypi"])
def test_a_static_index_lists_its_files_with_their_hashes(servers: Servers, name: str) -> None:
    """Names, digests and Requires-Python stand on the page."""
    page = answer_of(servers.get(name), f"{servers.get(name).url}served-one/").text
    for file in SERVED.values():
        if file.project == "served-one":
            assert f"{file.filename}#sha256={file.sha256}" in page
    assert 'data-requires-python="&gt;=3.8"' in page
    assert "does not start" in page


def test_files_of_the_static_index_can_live_on_a_second_host(servers: Servers) -> None:
    """Every link of a page leads to another host than the page."""
    registry = servers.get("static-two-hosts")
    page = answer_of(registry, f"{registry.url}served-two/").text
    assert page.count('href="http://localhost:') == 2
    assert httpx.URL(registry.url).netloc.decode() not in page


def test_a_wrong_password_is_refused(servers: Servers, tmp_path: Path) -> None:
    """devpi answers 401, pypiserver 403, and twine gives up."""
    for name, status in (("devpi", 401), ("pypiserver", 403)):
        registry = servers.get(name)
        wrong = RunningRegistry(name, registry.url, registry.upload_url, "user", "wrong", registry.log)
        sent = twine_upload(wrong, [fresh_wheel()], tmp_path / name)
        assert sent.returncode == 1
        assert str(status) in sent.stdout + sent.stderr


def test_a_private_pypiserver_wants_credentials_for_reading(pypiserver_private: RunningRegistry) -> None:
    """The list and the root answer 401 without and 200 with credentials."""
    assert answer_of(pypiserver_private, pypiserver_private.url).status_code == 401
    assert answer_of(pypiserver_private, pypiserver_private.url, ("user", "user-secret")).status_code == 200


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("devpi", 0),
        ("devpi-stable", 1),
        ("pypiserver", 1),
        ("pypiserver-overwrite", 0),
    ],
)
def test_uploading_other_bytes_under_the_same_name(
    servers: Servers, name: str, again: int, tmp_path: Path
) -> None:
    """A volatile index and --overwrite take it, the others refuse it."""
    registry, first = servers.get(name), fresh_wheel()
    other = wheel(first.project, "1.0", ">=3.9")
    assert other.filename == first.filename
    assert other.content != first.content
    assert twine_upload(registry, [first], tmp_path).returncode == 0
    assert twine_upload(registry, [other], tmp_path).returncode == again


def test_a_child_index_of_devpi_shows_what_its_base_has(
    devpi_volatile: RunningRegistry, devpi_child: RunningRegistry, tmp_path: Path
) -> None:
    """Inheritance through `bases`."""
    file = fresh_wheel()
    assert twine_upload(devpi_volatile, [file], tmp_path).returncode == 0
    assert file.filename in answer_of(devpi_child, f"{devpi_child.url}{file.project}/").text


def test_the_fallback_of_pypiserver_leads_to_the_static_index(servers: Servers) -> None:
    """A project that pypiserver lacks is redirected; without fallback it is a 404."""
    fallback, static = servers.get("pypiserver-fallback"), servers.get("static")
    answer = answer_of(fallback, f"{fallback.url}served-one/")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{static.url}served-one/"
    assert answer_of(fallback, f"{servers.get('pypiserver').url}served-one/").status_code == 404


def test_devpi_makes_fresh_indexes(devpi_server: Devpi, tmp_path: Path) -> None:
    """Tests that must not see each other take an index each."""
    one, two = devpi_server.index("fresh-one"), devpi_server.index("fresh-two", volatile=False)
    file = fresh_wheel()
    assert twine_upload(one, [file], tmp_path).returncode == 0
    assert answer_of(two, f"{two.url}{file.project}/").status_code == 404
