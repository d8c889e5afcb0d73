"""Credentials come from every place that pip and twine know, and are shown by their source, never by themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.running import run_suite
from tests.scripted import plain, scripted

INDEX = b"<!DOCTYPE html><html><body><a href='x/'>x</a></body></html>"
PAGE = b"<!DOCTYPE html><html><body><a href='/f/x-1.0.tar.gz'>x-1.0.tar.gz</a></body></html>"
SECRET = "correct-horse-battery-7"
KEYRING = """
    from keyring.backend import KeyringBackend
    from keyring.credentials import SimpleCredential

    class Keyring(KeyringBackend):
        priority = 9
        def get_password(self, service, username):
            return "SECRET" if username in (None, "ann") else None
        def get_credential(self, service, username):
            return SimpleCredential("ann", "SECRET")
        def set_password(self, service, username, password):
            raise NotImplementedError
"""


@dataclass(frozen=True)
class Source:
    """One place: the words, variables and files that put the secret there, and what the header says of it."""

    said: str
    words: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    userinfo: str = ""
    user: str = "ann"


SOURCES = {
    "flags": Source("--registry-username", ("--registry-username", "ann", "--registry-password", SECRET)),
    "environment": Source(
        "--registry-username", env={"REGISTRY_USERNAME": "ann", "REGISTRY_PASSWORD": SECRET}
    ),
    "token": Source("--registry-token", ("--registry-token", SECRET), user="__token__"),
    "token-variable": Source("--registry-token", env={"REGISTRY_TOKEN": SECRET}, user="__token__"),
    "url": Source("the URL", userinfo=f"ann:{SECRET}@"),
    "netrc": Source(".netrc", files={".netrc": f"machine 127.0.0.1 login ann password {SECRET}\n"}),
    "pypirc": Source(
        ".pypirc section mine",
        ("--registry-pypirc", "mine"),
        files={".pypirc": f"[mine]\nrepository = UPLOAD\nusername = ann\npassword = {SECRET}\n"},
    ),
    "keyring": Source(
        "the keyring",
        env={"PYTHON_KEYRING_BACKEND": "fake_keyring.Keyring"},
        files={"fake_keyring.py": textwrap.dedent(KEYRING).replace("SECRET", SECRET)},
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_credentials_are_used_and_not_shown(tmp_path: Path, name: str) -> None:
    source = SOURCES[name]
    if name == "keyring":
        pytest.importorskip("keyring")

    def answer(head: bytes, connection: object) -> None:
        private = b"uthorization: Basic" in head
        page = INDEX if head.split(b" ")[1] == b"/simple/" else PAGE
        refused = plain("401 Unauthorized", www_authenticate='Basic realm="x"')
        connection.sendall(plain(body=page, content_type="text/html") if private else refused)  # type: ignore[attr-defined]

    with scripted(answer) as server:
        for file, text in source.files.items():
            (tmp_path / file).write_text(text.replace("UPLOAD", server.url + "legacy/"))
            (tmp_path / file).chmod(0o600)
        parts = urlsplit(server.url + "simple/")
        url = parts._replace(netloc=source.userinfo + parts.netloc).geturl()
        env = {"PYTHONPATH": str(tmp_path), **source.env}
        words = ["--registry-url", url, "--registry-read-only", *source.words]
        ran = run_suite(tmp_path, *words, checks="conformance/test_names.py", env=env)
    assert f"user:     {source.user} (from {source.said}" in ran.out, ran.text
    assert "needed for reading" in ran.out
    assert SECRET not in ran.text
