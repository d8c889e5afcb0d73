"""The suite's own tests. The kill matrix costs minutes: it runs when asked for (`pytest tests --kill-matrix -n 2`), and in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

MATRIX = Path(__file__).parent / "kill_matrix"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.addoption(
        "--kill-matrix", action="store_true", help="also run the suite against every defect and variation"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the kill matrix out unless it is asked for, or named."""
    named = any(MATRIX.name in arg for arg in config.args)
    if (
        MATRIX in (collection_path, *collection_path.parents)
        and not config.getoption("--kill-matrix")
        and not named
    ):
        return True
    return None
