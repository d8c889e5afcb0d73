"""Wrong input ends in one clear sentence with the next step, and the documented exit code; never in a traceback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.running import Ran, run_suite
from tests.scripted import plain, scripted

USAGE, UNUSABLE = 4, 6
ONE = "conformance/test_names.py"
LOGIN = b"<!DOCTYPE html><html><body><form><input type='password' name='p'></form></body></html>"
PROJECT = b"""<!DOCTYPE html><html><body><a href="../../f/x-1.0-py3-none-any.whl#sha256=00">x-1.0-py3-none-any.whl</a></body></html>"""
INDEX = b"<!DOCTYPE html><html><body><a href='x/'>x</a></body></html>"


def assert_one_sentence(ran: Ran, code: int, *words: str) -> None:
    assert ran.exit_code == code, ran.text
    assert "Traceback" not in ran.text
    lines = [line for line in ran.err.splitlines() if line.startswith("ERROR: ")]
    assert len(lines) == 1, ran.text
    for word in words:
        assert word in lines[0]
    assert len(ran.text.splitlines()) < 12, ran.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--registry-url", "nonsense"], "not a URL"),
        (["--registry-url", "ftp://host/simple/"], "not a URL"),
        (["--registry-url", "http://[::1"], "not a URL"),
        (["--registry-url", "http://127.0.0.1/simple/?x=1"], "query"),
        (["--registry-demo", "no-such-defect"], "no-such-defect"),
        (["--registry-demo", "x", "--registry-url", "http://127.0.0.1/"], "--registry-demo"),
        (["--registry-fail-on", "never"], "must, client, should"),
        (["--registry-concurrency", "many"], "whole number"),
        (
            [
                "--registry-read-only",
                "--registry-url",
                "http://127.0.0.1/",
                "--registry-upload-url",
                "http://127.0.0.1/",
            ],
            "read-only",
        ),
        (
            ["--registry-url", "http://127.0.0.1/", "--registry-token", "t", "--registry-password", "p"],
            "not both",
        ),
        (["--registry-url", "http://127.0.0.1/", "--registry-password", "p"], "--registry-username"),
        (["--registry-upload-url", "http://127.0.0.1/"], "--registry-url"),
        (["--registry", "nexus"], "--registry-config"),
        (["--registry-config", "no-such.toml"], "no-such.toml"),
        (["--registry-baseline", "no-such.toml"], "no-such.toml"),
        (["--registry-replay", "no-such.tape"], "no-such.tape"),
        (["--registry-url", "http://127.0.0.1/", "--registry-pypirc", "nowhere"], "[nowhere]"),
        (["--registry-url", "http://127.0.0.1/", "--registry-profile", "no-such-product"], "no-such-product"),
        (["--registry-url", "http://127.0.0.1/", "--registry-clients", "pip,npm"], "npm"),
    ],
)
def test_wrong_options(tmp_path: Path, words: list[str], said: str) -> None:
    assert_one_sentence(run_suite(tmp_path, *words, checks=ONE), USAGE, said)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, checks=ONE, env={"REGISTRY_READ_ONLY": "perhaps"})
    assert_one_sentence(ran, USAGE, "REGISTRY_READ_ONLY", "perhaps")


def test_a_wrong_key_of_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "registries.toml"
    file.write_text('[registry.mine]\nurl = "http://127.0.0.1/"\ncolour = "red"\n')
    assert_one_sentence(
        run_suite(tmp_path, "--registry-config", str(file), checks=ONE), USAGE, "mine", "colour"
    )


def test_nobody_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ran = run_suite(tmp_path, "--registry-url", f"http://u:sesame99@127.0.0.1:{port}/simple/", checks=ONE)
    assert_one_sentence(ran, UNUSABLE, "nothing answers", str(port))
    assert "sesame99" not in ran.text


@contextmanager
def tls_server() -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    with context.wrap_socket(connection, server_side=True):
                        pass
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_tls_failure(tmp_path: Path) -> None:
    with tls_server() as port:
        ran = run_suite(tmp_path, "--registry-url", f"https://127.0.0.1:{port}/simple/", checks=ONE)
    assert_one_sentence(ran, UNUSABLE, "--registry-ca-bundle")


@pytest.mark.parametrize(
    ("answer", "words", "said"),
    [
        (plain(body=LOGIN, content_type="text/html"), [], "login page"),
        (plain(body=PROJECT, content_type="text/html"), [], "page of one project"),
        (plain("401 Unauthorized", www_authenticate="Basic"), [], "wants credentials"),
        (
            plain("401 Unauthorized", www_authenticate="Basic"),
            ["--registry-username", "u", "--registry-password", "open-sesame"],
            "refuses the credentials",
        ),
        (
            plain("403 Forbidden"),
            ["--registry-username", "u", "--registry-password", "open-sesame"],
            "refuses the credentials",
        ),
        (plain("403 Forbidden"), [], "wants credentials"),
        (plain("501 Not Implemented"), [], "501"),
        (plain("404 Not Found"), [], "404"),
        (plain("500 Oops"), [], "500"),
        (plain(body=b"hello", content_type="text/plain"), [], "no index"),
    ],
    ids=[
        "login",
        "project",
        "private",
        "wrong-password",
        "403",
        "private-403",
        "501",
        "404",
        "500",
        "not-an-index",
    ],
)
def test_something_else_is_there(tmp_path: Path, answer: bytes, words: list[str], said: str) -> None:
    with scripted(lambda _, connection: connection.sendall(answer)) as server:
        ran = run_suite(tmp_path, "--registry-url", server.url + "simple/", *words, checks=ONE)
    assert_one_sentence(ran, UNUSABLE, said)
    assert "open-sesame" not in ran.text


def test_an_upload_decides_where_the_root_is_forbidden(tmp_path: Path) -> None:
    words = ["--registry-username", "u", "--registry-password", "open-sesame"]
    with scripted(lambda _, connection: connection.sendall(plain("403 Forbidden"))) as server:
        where = ["--registry-url", server.url + "simple/", "--registry-upload-url", server.url + "upload/"]
        ran = run_suite(tmp_path, *where, *words, checks=ONE)
        uploads = [head for head in server.heads if head.startswith(b"POST ")]
    assert_one_sentence(ran, UNUSABLE, "refuses the credentials", "'u'", "403")
    assert len(uploads) == 1
