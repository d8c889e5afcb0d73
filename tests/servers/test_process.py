"""Starting and stopping: deadlines, failures, and no process left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.process import DidNotStart, Service, clean_environment, free_port, running

WEB = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1")


def refuses(port: int, deadline: float = 15.0) -> bool:
    """Whether nobody listens on the port, at the latest after the deadline."""
    until = time.monotonic() + deadline
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.05)
    return False


def web(log: Path) -> Service:
    """A plain web server."""
    return Service("web", lambda port: [*WEB, str(port)], log)


def test_a_server_ends_with_the_block(tmp_path: Path) -> None:
    """Also when the block fails."""
    with pytest.raises(KeyError, match="the test failed"), running(web(tmp_path / "log")) as url:  # noqa: PT012
        port = int(url.rpartition(":")[2])
        raise KeyError("the test failed")
    assert refuses(port, 0.5)


def test_a_command_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    """No waiting for the deadline."""
    command = [sys.executable, "-c", "raise SystemExit('no such folder')"]
    with (
        pytest.raises(DidNotStart, match="broken ended with 1: no such folder"),
        running(Service("broken", lambda port: command, tmp_path / "log")),
    ):
        pass


def test_a_taken_port_is_tried_again(tmp_path: Path) -> None:
    """The first attempt meets a port in use, the second does not."""
    tried: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:

        def command(port: int) -> list[str]:
            tried.append(port)
            return [*WEB, str(taken.getsockname()[1] if len(tried) == 1 else port)]

        with running(Service("web", command, tmp_path / "log")) as url:
            assert url.endswith(f":{tried[1]}")
    assert len(tried) == 2


def test_no_server_outlives_a_killed_test_run(tmp_path: Path) -> None:
    """SIGKILL to the process that started the server: the guard ends the server."""
    port = free_port()
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.servers.process import Service, running\n"
        f"service = Service('web', lambda _: [*{WEB!r}, '{port}'], Path({str(tmp_path / 'log')!r}))\n"
        "from tests.servers import process; process.free_port = lambda: " + str(port) + "\n"
        "with running(service) as url: print(url, flush=True); time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env=clean_environment({"PYTHONPATH": str(Path(__file__).parents[2])}),
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().strip().endswith(str(port).encode())
        os.kill(owner.pid, signal.SIGKILL)
    assert refuses(port)
