"""A pytest plugin that puts the checks into a random order: `-p tests.flake_hunt.shuffle --shuffle-seed N`."""

from __future__ import annotations

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.addoption(
        "--shuffle-seed", type=int, default=0, help="the order of the checks follows from this number"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    """Shuffle; each process of a run that is spread gets the same order."""
    random.Random(config.getoption("--shuffle-seed")).shuffle(items)
