"""What all tests of the reference registry are handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.reference_registry.running import Registry, running


@pytest.fixture(scope="session")
def registry() -> Iterator[Registry]:
    """The default: reads are open, uploads need credentials."""
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def fresh() -> Callable[[], str]:
    """Project names that no other test uses."""
    numbers = count(1)
    return lambda: f"demo-{next(numbers)}"
