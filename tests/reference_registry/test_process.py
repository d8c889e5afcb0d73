"""The registry as a process: how it starts, how it ends, what it says to strange connections."""

from __future__ import annotations

import gzip
import io
import json
import signal
import socket
import subprocess
import sys
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.reference_registry.running import Dist, Registry, running, wheel
from tests.running import ROOT


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, None])
def test_it_ends_when_told_and_leaves_nothing(tmp_path: Path, end: signal.Signals | None) -> None:
    command = [
        sys.executable,
        "-m",
        "reference_registry",
        "--data",
        str(tmp_path / "data"),
        "--exit-with-parent",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stderr is not None
        urls = json.loads(process.stdout.readline())
        assert urls["pid"] == process.pid
        with httpx.Client(trust_env=False) as client:
            assert client.get(urls["simple"]).status_code == 200
            assert list((tmp_path / "data").iterdir())
            if end is None:
                process.stdin.close()
            else:
                process.send_signal(end)
            process.wait(10)
        assert process.stderr.read() == ""
    assert not list((tmp_path / "data").iterdir())


def test_users_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFERENCE_REGISTRY_USERS", "eve:a:b boss:x:admin")
    monkeypatch.setenv("REFERENCE_REGISTRY_TOKENS", "secret:eve")
    with running() as registry:
        assert registry.upload(wheel("demo", "1.0"), auth=("eve", "a:b")).status_code == 200
        assert registry.upload(wheel("demo", "1.1"), auth=("__token__", "secret")).status_code == 200
        assert registry.upload(wheel("demo", "1.2"), auth=("alice", "alice-secret")).status_code == 401
        assert (
            registry.admin("yank", {"project": "demo", "version": "1.0"}, auth=("boss", "x")).status_code
            == 200
        )


def test_a_file_over_the_limit_is_too_large() -> None:
    with running("--max-file", "1000") as registry:
        big = wheel("demo", "1.0", extra={"x": bytes(range(256)) * 40})
        assert len(big.body) > 1000
        assert registry.upload(big).status_code == 413
        assert registry.get("demo/").status_code == 404


def test_an_archive_that_unpacks_to_too_much_is_refused(registry: Registry) -> None:
    buffer = io.BytesIO()
    with (
        gzip.open(buffer, "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        member = tarfile.TarInfo("bomb-1.0/zeros")
        member.size = 96 * 1024 * 1024
        archive.addfile(member, Zeros())
    refused = registry.upload(Dist("bomb", "1.0", "bomb-1.0.tar.gz", buffer.getvalue()))
    assert (refused.status_code, "too much" in refused.text) == (400, True)


class Zeros(io.RawIOBase):
    """A file of zeros."""

    def read(self, size: int = -1) -> bytes:
        return b"\0" * size


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("GET http://{host}/simple/ HTTP/1.1\r\nHost: {host}\r\n", b"200"),
        ("GET /simple/ HTTP/1.0\r\n", b"200"),
        ("GET //evil.example/ HTTP/1.1\r\nHost: {host}\r\n", b"404"),
        ("GET /simple//evil.example HTTP/1.1\r\nHost: {host}\r\n", b"404"),
        ("GET /simple/\x01 HTTP/1.1\r\nHost: {host}\r\n", b"400"),
        ("nonsense\r\n", b"400"),
        ("GET /simple/ HTTP/1.1\r\nHost: {host}\r\nAccept: " + "a/b," * 20_000 + "\r\n", b"406"),
        ("GET /simple/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic " + "A" * 100_000 + "\r\n", b"200"),
    ],
)
def test_strange_requests(registry: Registry, request_head: str, status: bytes) -> None:
    parts = urlsplit(registry.urls["simple"])
    with socket.create_connection((parts.hostname, parts.port), 5) as connection:
        connection.sendall((request_head.format(host=parts.netloc) + "\r\n").encode())
        assert connection.recv(1000).split(b" ")[1] == status


def test_https(tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    key, chain, trusted = tmp_path / "key", tmp_path / "chain", tmp_path / "ca"
    certificate.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    authority.cert_pem.write_to_path(str(trusted))
    with running("--tls-cert", str(chain), "--tls-key", str(key)) as registry:
        assert registry.urls["simple"].startswith("https://127.0.0.1:")
        import ssl

        with httpx.Client(verify=ssl.create_default_context(cafile=str(trusted)), trust_env=False) as client:
            assert client.get(registry.urls["simple"]).status_code == 200
