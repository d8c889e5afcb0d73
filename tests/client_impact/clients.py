"""pip, uv and twine at work on the registry, each as its users run it, and what came of it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.client_impact.world import World, brought, is_served
from tests.reference import ALICE

DEADLINE = 60.0  # seconds for one command
APP = ("impact-app",)
PINNED = ("--pre", "impact-pre", "impact-yanked==1.2", "impact-local", "impact-source")
UV_PINNED = ("--prerelease", "allow", "impact-pre", "impact-yanked==1.2", "impact-local", "impact-source")
DROPPED = ("PIP_", "UV_", "TWINE_", "PYTHON")
PIP = ("--isolated", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--no-color")
PATIENCE = ("--retries", "1", "--timeout", "15", "--progress-bar", "off")


@dataclass(frozen=True)
class Step:
    """One command: how it ended, what it said, and what it left: name -> SHA-256 of each file, or "" of a folder."""

    code: int
    text: str
    got: Mapping[str, str]


def run_pip(there: World) -> tuple[Step, ...]:
    """Download an application with its dependency; then a pre-release, a yanked pin, a local version and an sdist."""
    return tuple(
        _in_folder(
            there,
            lambda folder, what=what: [
                *("pip", "download", *PIP, *PATIENCE, "--index-url", there.index, "--dest", folder),
                *what,
            ],
            hashed=True,
        )
        for what in (APP, ("--no-deps", *PINNED))
    )


def run_uv(there: World) -> tuple[Step, ...]:
    """Install the same."""
    always = ("--no-config", "--no-cache", "--no-progress", "--color", "never", "--python", sys.executable)
    return tuple(
        _in_folder(
            there,
            lambda folder, what=what: [
                *("uv", "pip", "install", *always, "--default-index", there.index, "--target", folder),
                *what,
            ],
            hashed=False,
        )
        for what in (APP, ("--no-deps", *UV_PINNED))
    )


def run_twine(there: World) -> tuple[Step, ...]:
    """Upload a wheel and an sdist, and again. What it left is what the project page lists."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for distribution in brought():
            paths.append(str(Path(folder) / distribution.filename))
            Path(paths[-1]).write_bytes(distribution.content)
        always = ["twine", "upload", "--repository-url", there.upload, "--non-interactive"]
        always += ["--disable-progress-bar", "-u", ALICE[0], "-p", ALICE[1]]
        steps = []
        for _ in range(2):
            code, text = _run([*always, *paths], folder)
            got = {one.filename: "" for one in brought() if is_served(there, one)}
            steps.append(Step(code, text, got))
        return tuple(steps)


RUNS = {"pip": run_pip, "uv": run_uv, "twine": run_twine}


def _in_folder(there: World, words: object, *, hashed: bool) -> Step:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "got"
        target.mkdir()
        code, text = _run(words(str(target)), folder)  # type: ignore[operator]
        return Step(code, text, _content(target, hashed=hashed))


def _content(folder: Path, *, hashed: bool) -> dict[str, str]:
    """The files by their hash; of an installation only what was uploaded, for installers add files of their own."""
    if hashed:
        return {
            p.name: hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.iterdir())
            if p.is_file()
        }
    own = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in own and path.suffix != ".pyc" and path.name != ".lock"
    }


def _run(words: list[str], home: str) -> tuple[int, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(DROPPED) and not k.lower().endswith("_proxy")
    }
    environment = {**kept, "HOME": home, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "400", "NO_PROXY": "*"}
    environment |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "UV_HTTP_RETRIES": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end within {DEADLINE:.0f} s"
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + "\n" + done.stderr)
