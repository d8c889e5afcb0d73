"""Writes the report of a run: report.json, index.html, summary.md and badge.json."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from reports.badge import badge
from reports.model import Report, to_text
from reports.page import page
from reports.summary import summary


def write_all(report: Report, directory: Path) -> tuple[Path, ...]:
    """Write all four files into the directory, each at once or not at all; give their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "report.json": to_text(report) + "\n",
        "index.html": page(report),
        "summary.md": summary(report),
        "badge.json": json.dumps(badge(report)) + "\n",
    }
    return tuple(write_text(directory / name, text) for name, text in files.items())


def write_text(path: Path, text: str) -> Path:
    """Write a file so that a reader never sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.write(text)
        Path(temporary).chmod(0o644)  # mkstemp gives 0600, which a web server of CI artifacts can't read
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
