"""The other side of `hook_worker`: a runner for `build.ProjectBuilder` that keeps one interpreter for all hooks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

DEADLINE = 60.0  # seconds that one hook may take; far above the few milliseconds it needs


class HookRunner:
    """Runs hooks in one long-lived process, apart from this one: a hook changes directory and environment."""

    def __init__(self) -> None:
        worker = Path(__file__).with_name("hook_worker.py")
        # -I and -S: the hooks need only the standard library, and without site the worker starts in half the time
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> HookRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Run one hook (the runner protocol of pyproject_hooks)."""
        job = {"command": list(cmd), "cwd": cwd or ".", "environ": dict(extra_environ or {})}
        alarm = threading.Timer(DEADLINE, self._process.kill)
        alarm.start()
        try:
            answer = self._ask(json.dumps(job))
        finally:
            alarm.cancel()
        error = json.loads(answer)["error"] if answer else "the build worker ended before it answered"
        if error:
            raise RuntimeError(f"hook {cmd[2]} failed in {cwd}: {error}")

    def _ask(self, line: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return ""
        stdin.write(line + "\n")
        stdin.flush()
        return stdout.readline()
