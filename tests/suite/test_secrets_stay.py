"""Secrets that were planted wherever they can enter are in nothing that the suite prints or writes."""

from __future__ import annotations

import base64
import gzip
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.running import clean_environment, run_suite
from tests.scripted import Scripted, plain, scripted

PART = "conformance/test_names.py conformance/test_hashes.py conformance/test_auth_reads.py conformance/test_auth_locks.py conformance/test_simple_html_files.py"
USER = "mallory"
INDEX = (
    "<!DOCTYPE html><html><head><title>{echo}</title></head><body><a href='{name}/'>{name}</a></body></html>"
)
PAGE = "<!DOCTYPE html><html><body><!-- {echo} --><a href='/files/{name}-1.0.tar.gz?sig={echo}#sha256=00'>{name}-1.0.tar.gz {echo}</a></body></html>"


def forms(secret: str, user: str = USER) -> list[str]:
    """The spellings in which a registry could give a secret back."""
    pair = f"{user}:{secret}".encode()
    return [
        secret,
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(pair).decode(),
        base64.urlsafe_b64encode(pair).decode().rstrip("="),
        secret.encode().hex(),
    ]


def parrot(secrets: list[str]) -> Callable[[bytes, socket.socket], None]:
    """A registry that says every secret in every header and body, and fails now and then."""

    def answer(head: bytes, connection: socket.socket) -> None:
        echo = " ".join(form for secret in secrets for form in forms(secret))
        path = head.split(b" ")[1].decode("latin-1")
        known = b"uthorization:" in head
        headers = {
            "content_type": "text/html",
            "x_echo": echo,
            "set_cookie": f"session={secrets[0]}",
            "etag": f'"{secrets[0]}"',
            "www_authenticate": f'Basic realm="{secrets[0]}"',
        }
        if not known:
            connection.sendall(plain("401 Unauthorized", body=echo.encode(), **headers))
        elif path in ("/simple/", "/"):
            connection.sendall(plain(body=INDEX.format(echo=echo, name="parrot").encode(), **headers))
        elif path.startswith("/simple/parrot/"):
            connection.sendall(plain(body=PAGE.format(echo=echo, name="parrot").encode(), **headers))
        elif path.startswith("/simple/"):
            location = f"/elsewhere/?token={quote(secrets[0], safe='')}"
            connection.sendall(plain("302 Found", body=echo.encode(), location=location, **headers))
        else:
            connection.sendall(plain("500 " + secrets[0], body=echo.encode(), **headers))

    return answer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


PLACES = ("userinfo", "flags", "environment", "token", "token-environment", "netrc", "pypirc", "file")


@pytest.mark.parametrize("place", PLACES)
def test_nothing_tells_a_secret(tmp_path: Path, home: Path, place: str) -> None:
    secret = f"pl@nted-{place}-S3cret/+{len(place)}"
    user = "__token__" if place.startswith("token") else USER
    near = [] if user == "__token__" else [secret + "x", secret.swapcase(), secret[:-1], secret + ":x"]
    with scripted(parrot([secret, *near])) as server:
        words, env = plant(place, secret, server, home)
        tape, junit = tmp_path / "run.tape", tmp_path / "junit.xml"
        ran = run_suite(
            home,
            *words,
            *("--registry-record", str(tape), "--junitxml", str(junit), "-vv", "--tb=long", "-rA"),
            env=env,
            checks=PART,
        )
    assert ran.report is not None, ran.text
    assert ran.report.target.user == user
    assert any(b"uthorization: Basic" in head for head in server.heads)
    for wrong in near:  # they were tried, and the parrot took them
        assert any(base64.b64encode(f"{USER}:{wrong}".encode()) in head for head in server.heads)
    assert not near or "password without its last letter" in ran.text
    written = [path for path in (tmp_path / "home" / "report").rglob("*") if path.is_file()]
    assert len(written) >= 3
    texts = {"output": ran.text, "junit": junit.read_text()}
    texts |= {path.name: path.read_text("utf-8", "replace") for path in written}
    texts["recording"] = gzip.decompress(tape.read_bytes()).decode("utf-8", "replace")
    texts["recorded bodies"] = _bodies(texts["recording"])
    for name, text in texts.items():
        for form in (form for known in (secret, *near) for form in forms(known, user)):
            assert form not in text, f"{name} tells {form!r}"


def plant(place: str, secret: str, server: Scripted, home: Path) -> tuple[list[str], dict[str, str]]:
    """Put the secret in its place: the words and variables of the run."""
    url = server.url + "simple/"
    words, env = ["--registry-url", url, "--registry-read-only"], {}
    if place == "userinfo":
        parts = urlsplit(url)
        words[1] = parts._replace(netloc=f"{USER}:{quote(secret, safe='')}@{parts.netloc}").geturl()
    elif place == "flags":
        words += ["--registry-username", USER, "--registry-password", secret]
    elif place == "environment":
        env = {"REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": secret}
    elif place == "token":
        words += ["--registry-token", secret]
    elif place == "token-environment":
        env = {"REGISTRY_TOKEN": secret}
    elif place == "netrc":
        (home / ".netrc").write_text(f'machine 127.0.0.1 login {USER} password "{secret}"\n')
        (home / ".netrc").chmod(0o600)
    elif place == "pypirc":
        text = f"[mine]\nrepository = {server.url}legacy/\nusername = {USER}\npassword = {secret}\n"
        (home / ".pypirc").write_text(text)
        words += ["--registry-pypirc", "mine"]
    else:
        file = home / "registries.toml"
        file.write_text(
            f'[registry.mine]\nurl = "{url}"\nread-only = true\nusername = "{USER}"\npassword = "{secret}"\n'
        )
        words = ["--registry-config", str(file)]
    return words, env


def _bodies(recording: str) -> str:
    import json

    rows = [row for rows in json.loads(recording)["tape"]["rows"].values() for row in rows]
    return "\n".join(base64.b64decode(row["raw"]).decode("utf-8", "replace") for row in rows)


def test_a_clean_environment_has_no_secrets(tmp_path: Path) -> None:
    assert not [name for name in clean_environment(tmp_path) if name.startswith("REGISTRY_")]
