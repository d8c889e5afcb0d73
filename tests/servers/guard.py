"""Runs a command and ends it with everything it started when standard input is closed.

The pipe closes however its owner ends, also by SIGKILL, so no registry outlives the tests that started it.
Standard library only, and started with `-I -S`: it costs milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

GRACE = 5.0  # seconds between SIGTERM and SIGKILL


def main(command: list[str]) -> int:
    """Run `command` in a process group of its own until it ends or standard input does."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _end(child.pid, signal.SIGTERM))
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    code = child.wait()
    _end(child.pid, signal.SIGKILL)  # what the command left behind in its group
    return code if code >= 0 else 128 - code


def _watch(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        pass
    _end(child.pid, signal.SIGTERM)
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        _end(child.pid, signal.SIGKILL)


def _end(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
