"""One run of the suite in a process forked from one that has imported everything: a run costs its checks and nothing else."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

import bs4
import html5lib
import hypothesis
import pytest

import fixtures.plugin
import fixtures.replay
import reports.write
import sample_packages.builder
import sample_packages.catalogue
from reports.model import Report

WARM = (
    bs4,
    html5lib,
    hypothesis,
    fixtures.plugin,
    fixtures.replay,
    sample_packages.builder,
    sample_packages.catalogue,
)
"""Imported for the runs that are forked from here."""


def judge(words: Sequence[str], root: str, kept: str, output: str) -> None:
    """Run pytest with these words in `root`; the report goes to `kept` as a pickle, what is printed to `output`. Never returns."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(handle, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(root)
    for name in [name for name in os.environ if name.startswith(("REGISTRY_", "PYTEST_"))]:
        del os.environ[name]

    def keep(report: Report, directory: Path) -> tuple[Path, ...]:
        Path(kept).write_bytes(pickle.dumps(report))
        return ()

    reports.write.write_all = keep
    code = pytest.main(list(words))
    sys.stdout.flush()
    os._exit(int(code))
