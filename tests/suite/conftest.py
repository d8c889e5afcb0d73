"""The real registries, for the tests that judge them."""

from tests.servers.fixtures import servers

__all__ = ["servers"]
