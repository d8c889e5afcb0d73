"""Starts a server on a free port of 127.0.0.1, waits until it answers, and ends only what it started."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

HOST = "127.0.0.1"
READY_DEADLINE = 60.0  # seconds; generous, because test machines are shared
STOP_DEADLINE = 15.0
POLL = 0.05
PORT_ATTEMPTS = 3  # another process may take the port between our look and the server's bind
GUARD = Path(__file__).with_name("guard.py")


class DidNotStart(Exception):  # noqa: N818 - reads as the statement it makes
    """A registry did not come up; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Service:
    """How to start a server and how to see that it is ready."""

    name: str
    command: Callable[[int], Sequence[str]]  # given the port
    log: Path
    ready_path: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None


def tool(name: str) -> str:
    """The path of a console script of this Python environment."""
    here = shutil.which(
        name, path=os.pathsep.join((sysconfig.get_path("scripts"), str(Path(sys.executable).parent)))
    )
    if here is None:
        raise DidNotStart(f"{name} is not installed: pip install -e '.[tests]'")
    return here


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def clean_environment(
    extra: Mapping[str, str] | None = None, dropped: tuple[str, ...] = ()
) -> dict[str, str]:
    """The environment without proxies and without variables that begin with one of `dropped`."""
    prefixes = (*dropped, "PIP_", "TWINE_", "UV_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(prefixes)
    }
    return {**kept, "NO_PROXY": "*", **(extra or {})}


@contextmanager
def running(service: Service) -> Iterator[str]:
    """Run the server for the length of the block and give its root URL, without a slash at the end."""
    process, url = _start(service)
    try:
        yield url
    finally:
        _stop(process)


def _start(service: Service) -> tuple[subprocess.Popen[bytes], str]:
    for attempt in range(PORT_ATTEMPTS):
        port = free_port()
        url = f"http://{HOST}:{port}"
        process = _launch(service, port)
        try:
            _wait(service, process, url)
        except DidNotStart as problem:
            _stop(process)
            if attempt + 1 < PORT_ATTEMPTS and "already in use" in str(problem):
                continue
            raise
        except BaseException:
            _stop(process)
            raise
        return process, url
    raise AssertionError("unreachable: the last attempt returns or raises")


def _launch(service: Service, port: int) -> subprocess.Popen[bytes]:
    with service.log.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD), *service.command(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=clean_environment(service.environment),
            cwd=service.directory or service.log.parent,
        )


def _wait(service: Service, process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + READY_DEADLINE
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < until:
            if process.poll() is not None:
                raise DidNotStart(f"{service.name} ended with {process.returncode}: {_tail(service.log)}")
            with contextlib.suppress(httpx.TransportError):
                if client.get(url + service.ready_path).status_code < 500:
                    return
            time.sleep(POLL)
    raise DidNotStart(f"{service.name} did not answer within {READY_DEADLINE:g} s: {_tail(service.log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Close the guard's standard input; it ends the server and then itself."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(STOP_DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_DEADLINE)


def _tail(log: Path) -> str:
    return " | ".join(log.read_text("utf-8", "replace").strip().splitlines()[-5:]) or "its log is empty"
