"""The sample packages of one run, built once for these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_packages.builder import build_all
from sample_packages.model import Distribution

RUN_ID = "t3st0000"


@pytest.fixture(scope="session")
def run_id() -> str:
    """The run id that these tests build for."""
    return RUN_ID


@pytest.fixture(scope="session")
def samples_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the samples were built."""
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="session")
def built(samples_directory: Path) -> tuple[Distribution, ...]:
    """Every distribution of the run."""
    return build_all(RUN_ID, samples_directory)


@pytest.fixture(scope="session")
def built_files(samples_directory: Path, built: tuple[Distribution, ...]) -> Path:
    """The directory that holds the files themselves."""
    (home,) = (path for path in samples_directory.iterdir() if path.is_dir())
    return home
