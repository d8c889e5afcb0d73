"""The real registries that detection and cleaning up are tried on."""

from tests.servers.fixtures import servers

__all__ = ["servers"]
