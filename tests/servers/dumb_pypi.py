"""A static index made by dumb-pypi, behind a plain web server."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.files import IndexFile
from tests.servers.model import RunningRegistry
from tests.servers.process import DidNotStart, clean_environment, tool
from tests.servers.static_index import web_server, write_files

DEADLINE = 60.0


@contextmanager
def dumb_pypi(directory: Path, files: Iterable[IndexFile]) -> Iterator[RunningRegistry]:
    """Let dumb-pypi write its pages for the files, and serve them."""
    files, tree = tuple(files), directory / "tree"
    write_files(tree / "files", files)
    listing = directory / "packages.json"
    listing.write_text("".join(json.dumps(_row(file)) + "\n" for file in files), "utf-8")
    command = [tool("dumb-pypi"), "--package-list-json", str(listing), "--packages-url", "../../files/"]
    result = subprocess.run(
        [*command, "--output-dir", str(tree)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=clean_environment(),
        check=False,
    )
    if result.returncode:
        raise DidNotStart(f"dumb-pypi ended with {result.returncode}: {result.stderr[-500:]}")
    with web_server(tree, directory / "web.log") as root:
        yield RunningRegistry("dumb-pypi", f"{root}/simple/", None, None, None, directory / "web.log")


def _row(file: IndexFile) -> dict[str, object]:
    """A line of --package-list-json (dumb-pypi README, "Package list")."""
    row: dict[str, object] = {"filename": file.filename, "hash": f"sha256={file.sha256}"}
    if file.requires_python:
        row["requires_python"] = file.requires_python
    if file.metadata:
        row["core_metadata"] = f"sha256={hashlib.sha256(file.metadata).hexdigest()}"
    if file.yanked is not None:
        row["yanked_reason"] = file.yanked
    return row
