"""Runs build hooks one after another in one process, because a new interpreter for each hook costs more than the hook.

Started as a script by `hook_runner`. Each line on stdin is a job, ``{"command", "cwd", "environ"}`` as `build` gives them
to a runner; each is answered by one line, ``{"error"}``. The hook itself still runs in pyproject_hooks' own script.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from types import CodeType
from typing import Any


def main() -> None:
    """Do jobs until stdin ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a hook prints must not look like an answer
    scripts: dict[str, CodeType] = {}
    for line in sys.stdin:
        error = _do(json.loads(line), scripts)
        answers.write(json.dumps({"error": error}) + "\n")
        answers.flush()


def _do(job: dict[str, Any], scripts: dict[str, CodeType]) -> str:
    _, script, *arguments = job["command"]
    before = list(sys.meta_path), list(sys.path), dict(os.environ)
    try:
        if script not in scripts:
            with open(script, "rb") as file:  # noqa: PTH123  (pathlib would double the start-up time)
                scripts[script] = compile(file.read(), script, "exec")
        os.chdir(job["cwd"])
        os.environ.update(job["environ"])
        sys.argv = [script, *arguments]
        # The backend stays imported from the first source tree: the copies in all the trees are the same file.
        exec(scripts[script], {"__name__": "__main__", "__file__": script})  # noqa: S102  (our own dependency)
    except SystemExit as leaving:
        return str(leaving.code or "")
    except Exception:
        return traceback.format_exc()
    finally:
        sys.meta_path[:], sys.path[:] = before[0], before[1]
        os.environ.clear()
        os.environ.update(before[2])
    return ""


if __name__ == "__main__":
    main()
