"""Real registries, started by the tests."""

from tests.servers.fixtures import servers

__all__ = ["servers"]
