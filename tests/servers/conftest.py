"""The real registries, for the tests that prove them."""

from tests.servers.fixtures import (
    devpi_child,
    devpi_mirror,
    devpi_server,
    devpi_stable,
    devpi_volatile,
    pypiserver_open,
    pypiserver_private,
    pypiserver_registry,
    servers,
    static_registry,
)

__all__ = [
    "devpi_child",
    "devpi_mirror",
    "devpi_server",
    "devpi_stable",
    "devpi_volatile",
    "pypiserver_open",
    "pypiserver_private",
    "pypiserver_registry",
    "servers",
    "static_registry",
]
