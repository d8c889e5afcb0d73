"""Every kind of credentials at every kind of URL, product by product: what the documents say opens, and nothing else does.

The rows are the conventions of the profiles. Real clients confirm those that they can send.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fixtures.http import Credentials, Http
from fixtures.pages import read_page
from fixtures.profiles import find
from tests.emulations.cases import CASES
from tests.emulations.emulated import Emulated, emulated, hurried
from tests.servers.clients import pip_download, twine_upload, uv_install, uv_publish
from tests.servers.files import IndexFile, wheel
from tests.servers.model import RunningRegistry

TOKEN, PASSWORD = "alice-token-secret", "alice-secret"
DEADLINE = 60.0
Pair = tuple[str, str]
KINDS: Mapping[str, Pair | None] = {
    "none": None,
    "name and password": ("alice", PASSWORD),
    "name and token": ("alice", TOKEN),
    "name and wrong password": ("alice", "wrong-secret"),
    "unknown name": ("nobody-here", PASSWORD),
    "name alone": ("alice", ""),
    "wrong token": ("__token__", "wrong-secret"),
    "__token__": ("__token__", TOKEN),
    "any name and token": ("whoever", TOKEN),
    "no name and token": ("", TOKEN),
    "token as name": (TOKEN, "NOPASS"),
    "aws": ("aws", TOKEN),
    "api": ("api", TOKEN),
    "oauth2accesstoken": ("oauth2accesstoken", TOKEN),
    "_json_key_base64": ("_json_key_base64", TOKEN),
    "gitlab-ci-token": ("gitlab-ci-token", TOKEN),
    "VssSessionToken": ("VssSessionToken", TOKEN),
    "token": ("token", TOKEN),
}
WITH_TOKEN = frozenset(kind for kind, pair in KINDS.items() if pair and pair[1] == TOKEN)


@dataclass(frozen=True)
class Lock:
    """What opens a product, what it answers to everybody else, and whether reading is locked, too."""

    opened: frozenset[str]
    best: str  # what its users are told to send
    reading: bool = True
    refused: tuple[int, ...] = (401,)
    challenge: bool = True
    root: int = 200  # the answer to a list of projects that may be read
    twine: bool = True  # whether twine can send what is best


def keys(*kinds: str) -> frozenset[str]:
    """The kinds that open."""
    return frozenset(kinds)


LOCKS = {
    "artifactory": Lock(
        keys("name and password", "name and token", "no name and token"), "no name and token", twine=False
    ),
    "nexus": Lock(keys("name and password"), "name and password"),
    "proget": Lock(keys("name and password", "api"), "api", reading=False),
    "azure": Lock(WITH_TOKEN, "VssSessionToken"),
    "codeartifact": Lock(keys("aws"), "aws", root=404),
    "google": Lock(keys("oauth2accesstoken", "_json_key_base64"), "oauth2accesstoken"),
    "gitlab": Lock(keys("__token__", "gitlab-ci-token", "name and token"), "gitlab-ci-token"),
    "gitea": Lock(keys("name and password", "name and token"), "name and token", reading=False, root=404),
    "forgejo": Lock(keys("name and password", "name and token"), "name and token", reading=False, root=404),
    "pulp": Lock(keys("name and password"), "name and password", reading=False),
    "cloudsmith": Lock(keys("token", "__token__"), "__token__", reading=False),
    "gemfury": Lock(keys("token as name"), "token as name"),
    "testpypi": Lock(keys("__token__"), "__token__", reading=False, refused=(403,), challenge=False),
}


@dataclass(frozen=True)
class Place:
    """A running product with one file in it, and the URLs that are tried."""

    running: Emulated
    file: IndexFile
    urls: Mapping[str, str]  # root, page, file and perhaps metadata

    def get(self, what: str, pair: Pair | None) -> httpx.Response:
        """GET, redirects to other places not followed."""
        return httpx.get(self.urls[what], auth=pair, trust_env=False, timeout=20)


def post(running: Emulated, file: IndexFile, pair: Pair | None) -> httpx.Response:
    """Upload as twine does."""
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": file.project,
        "version": file.filename.split("-")[1],
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": file.sha256,
    }
    content = {"content": (file.filename, file.content, "application/octet-stream")}
    assert running.upload is not None
    return httpx.post(running.upload, data=form, files=content, auth=pair, trust_env=False, timeout=20)


def fresh() -> IndexFile:
    """A wheel of a project that nobody knows."""
    return wheel(f"matrix-{secrets.token_hex(4)}", "1.0")


@contextmanager
def place(product: str) -> Iterator[Place]:
    """Run a product and publish a file in the way its users are told to."""
    lock, file = LOCKS[product], fresh()
    right = KINDS[lock.best]
    with emulated(product) as running, hurried(running) if product == "artifactory" else nullcontext():
        assert post(running, file, right).is_success
        page_url, until = f"{running.simple}{file.project}/", time.monotonic() + DEADLINE
        http = Http(trusted=[running.simple])
        try:
            reader = Credentials(*right) if right else None
            while (
                not (page := read_page(http.get(page_url, credentials=reader, fresh=True))) or not page.files
            ):
                assert time.monotonic() < until, "the file was never listed"
                time.sleep(0.2)
        finally:
            http.close()
        listed = page.files[0]
        urls = {"root": running.simple, "page": page_url, "file": listed.url}
        if listed.core_metadata:
            urls["metadata"] = listed.metadata_url
        yield Place(running, file, urls)


@pytest.mark.parametrize("product", LOCKS)
def test_each_kind_of_credentials_at_each_url(product: str) -> None:
    """Opened by what the documents say; everything else is refused with a challenge, stores nothing, and repeats no secret."""
    lock = LOCKS[product]
    with place(product) as there:
        for kind, pair in KINDS.items():
            opens = kind in lock.opened
            for what in there.urls:
                answer = there.get(what, pair)
                said = f"{product}: {what} with {kind}: {answer.status_code}"
                if opens or not lock.reading:
                    good = (lock.root,) if what == "root" else (200, 302, 303)
                    assert answer.status_code in good, said
                else:
                    expect_refused(lock, answer, pair, said)
            file = fresh()
            answer = post(there.running, file, pair)
            said = f"{product}: upload with {kind}: {answer.status_code}"
            if opens:
                assert answer.is_success, said
            else:
                expect_refused(lock, answer, pair, said)
                assert file.project not in there.get("root", KINDS[lock.best]).text


def expect_refused(lock: Lock, answer: httpx.Response, pair: Pair | None, said: str) -> None:
    """The product's status, a challenge for pip and keyring, and no echo of what was sent."""
    assert answer.status_code in lock.refused, said
    if lock.challenge:
        assert answer.headers.get("www-authenticate", "").lower().startswith("basic"), said
    for secret in pair or ():
        told = f"{answer.text} {answer.headers}"
        assert len(secret) < 8 or secret not in told, f"{said}: it repeats what was sent"


@pytest.mark.parametrize("product", LOCKS)
def test_pip_uv_and_twine_agree(product: str, tmp_path: Path) -> None:
    """What opens in the matrix opens for the real clients, too: pip and uv read with userinfo in the URL, twine and uv upload."""
    lock = LOCKS[product]
    with place(product) as there:
        pair = KINDS[lock.best]
        assert pair is not None
        running = there.running
        registry = RunningRegistry(product, running.simple, running.upload, *pair, tmp_path / "log")
        got = pip_download(registry, f"{there.file.project}==1.0", tmp_path / "got")
        assert got.returncode == 0, got.stdout + got.stderr
        installed = uv_install(registry, f"{there.file.project}==1.0", tmp_path / "installed")
        assert installed.returncode == 0, installed.stdout + installed.stderr
        wrong = RunningRegistry(product, running.simple, running.upload, pair[0] or "x", "wrong", tmp_path)
        if lock.reading and lock.best != "token as name":
            assert pip_download(wrong, f"{there.file.project}==1.0", tmp_path / "no").returncode != 0
            assert uv_install(wrong, f"{there.file.project}==1.0", tmp_path / "none").returncode != 0
        if not lock.twine:  # it takes an empty user name for none
            return
        sent = twine_upload(registry, [fresh()], tmp_path / "sent")
        assert sent.returncode == 0, sent.stdout + sent.stderr
        published = uv_publish(registry, [fresh()], tmp_path / "published")
        assert published.returncode == 0, published.stdout + published.stderr
        if lock.best != "token as name":
            assert twine_upload(wrong, [fresh()], tmp_path / "bad").returncode != 0
            assert uv_publish(wrong, [fresh()], tmp_path / "worse").returncode != 0


def test_the_rows_are_those_of_the_profiles() -> None:
    """Each product with uploads has a row, and the names that its profile gives a meaning are among those that open."""
    writing = {case.found for case in CASES if case.writes}
    assert writing == set(LOCKS)
    for product, lock in LOCKS.items():
        habits = find(product).credentials
        opening = {pair[0] for kind in lock.opened if (pair := KINDS[kind])}
        assert set(habits.users) <= opening, product
        if habits.token_as == "user":
            assert lock.best == "token as name"
        elif habits.token_user is not None:
            assert habits.token_user in opening, product
        assert habits.any_user is (lock.opened == WITH_TOKEN), product
