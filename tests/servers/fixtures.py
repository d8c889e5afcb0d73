"""pytest fixtures for the real registries. Import the ones a folder needs into its conftest.py.

Each is for the whole session of one process (xdist: of one worker); nothing starts before a test asks for it.
"""

from __future__ import annotations

import os

import pytest

from tests.servers.devpi import Devpi
from tests.servers.model import RunningRegistry
from tests.servers.started import Servers

SERVERS = pytest.StashKey[Servers]()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Servers:
    """All real registries by name: `servers.get("devpi")`."""
    config = request.config
    if (
        SERVERS not in config.stash
    ):  # the fixture may be known in several folders; the registries are the same
        directory = tmp_path_factory.mktemp("servers")
        base = tmp_path_factory.getbasetemp()
        # xdist gives each worker a folder below the one that the whole run shares.
        shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
        config.stash[SERVERS] = Servers(directory, shared)
        config.add_cleanup(config.stash[SERVERS].close)
    return config.stash[SERVERS]


@pytest.fixture(scope="session")
def devpi_server(servers: Servers) -> Devpi:
    """The running devpi-server, to make indexes: `devpi_server.index("fresh", volatile=False)`."""
    return servers.devpi()


@pytest.fixture(scope="session")
def devpi_volatile(servers: Servers) -> RunningRegistry:
    """devpi, an index whose files may be overwritten."""
    return servers.get("devpi")


@pytest.fixture(scope="session")
def devpi_stable(servers: Servers) -> RunningRegistry:
    """devpi, an index whose files may not be overwritten."""
    return servers.get("devpi-stable")


@pytest.fixture(scope="session")
def devpi_child(servers: Servers) -> RunningRegistry:
    """devpi, an index that inherits from the volatile one."""
    return servers.get("devpi-child")


@pytest.fixture(scope="session")
def devpi_mirror(servers: Servers) -> RunningRegistry:
    """devpi, a mirror of the static index."""
    return servers.get("devpi-mirror")


@pytest.fixture(scope="session")
def pypiserver_registry(servers: Servers) -> RunningRegistry:
    """pypiserver with a password file; reading is open."""
    return servers.get("pypiserver")


@pytest.fixture(scope="session")
def pypiserver_open(servers: Servers) -> RunningRegistry:
    """pypiserver that asks nobody for credentials."""
    return servers.get("pypiserver-open")


@pytest.fixture(scope="session")
def pypiserver_private(servers: Servers) -> RunningRegistry:
    """pypiserver that wants credentials for everything."""
    return servers.get("pypiserver-private")


@pytest.fixture(scope="session")
def static_registry(servers: Servers) -> RunningRegistry:
    """A static tree behind a plain web server."""
    return servers.get("static")
