"""The suite's own tests. Some cost minutes and run when they are asked for: `pytest tests --kill-matrix --real-registries -n 2`."""

from __future__ import annotations

from pathlib import Path

import pytest

KILL_MATRIX = Path(__file__).parent / "kill_matrix"
REAL = "real_registries"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.addoption(
        "--kill-matrix", action="store_true", help="run the suite against every defect and variation too"
    )
    parser.addoption(
        "--real-registries",
        action="store_true",
        help="run the whole suite against more settings of devpi and pypiserver, and against other registries too",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the kill matrix out unless its option is given, or it is named."""
    inside = KILL_MATRIX in (collection_path, *collection_path.parents)
    named = any(f"/{KILL_MATRIX.name}" in arg for arg in config.args)
    return True if inside and not named and not config.getoption("--kill-matrix") else None


def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    """Skip single tests that run the whole suite against a real registry, unless they are asked for."""
    if config.getoption("--real-registries"):
        return
    for item in items:
        if item.get_closest_marker(REAL):
            item.add_marker(
                pytest.mark.skip(reason="runs the whole suite against a real registry: --real-registries")
            )
