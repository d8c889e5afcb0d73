"""The registries of one test process: each is started when first asked for and ends with the session."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tests.servers.devpi import Devpi, devpi, make_template
from tests.servers.dumb_pypi import dumb_pypi
from tests.servers.files import usual_files
from tests.servers.model import RunningRegistry
from tests.servers.pypiserver import Setup, pypiserver
from tests.servers.simple_repository_server import simple_repository_server
from tests.servers.static_index import static_index, static_index_two_hosts

Running = TypeVar("Running")
ALL_ACTIONS = "update,list,download"
PYPISERVERS = {
    "pypiserver": Setup(),
    "pypiserver-open": Setup(authenticate="."),
    "pypiserver-private": Setup(authenticate=ALL_ACTIONS),
    "pypiserver-overwrite": Setup(overwrite=True),
    "pypiserver-wsgiref": Setup(server="wsgiref"),
}
FROM_FILES: dict[str, Callable[..., AbstractContextManager[RunningRegistry]]] = {
    "simple-repository-server": simple_repository_server,
    "static": static_index,
    "static-two-hosts": static_index_two_hosts,
    "dumb-pypi": dumb_pypi,
}
DEVPI_INDEXES = ("devpi", "devpi-stable", "devpi-child", "devpi-mirror")
NAMES = (*DEVPI_INDEXES, *PYPISERVERS, "pypiserver-fallback", *FROM_FILES)


class Servers:
    """Starts registries on demand below one folder. `shared` may be common to several processes."""

    def __init__(self, directory: Path, shared: Path) -> None:
        self._directory = directory
        self._shared = shared
        self._stack = ExitStack()
        self._running: dict[str, Any] = {}

    def get(self, name: str) -> RunningRegistry:
        """The registry of this name (one of `NAMES`), started when it does not run yet."""
        if name in DEVPI_INDEXES:
            return self._devpi_index(name)
        if name in PYPISERVERS:
            return self._once(name, partial(pypiserver, setup=PYPISERVERS[name]))
        if name == "pypiserver-fallback":
            setup = Setup(fallback_url=self.get("static").url)
            return self._once(name, partial(pypiserver, setup=setup))
        if name in FROM_FILES:
            return self._once(name, partial(FROM_FILES[name], files=usual_files()))
        raise KeyError(f"no registry is called {name!r}; there are {', '.join(NAMES)}")

    def devpi(self) -> Devpi:
        """The devpi-server of this process, for tests that make indexes of their own."""
        template = partial(make_template, self._shared / "devpi-init")
        return self._once("devpi-server", lambda directory: devpi(directory, template()))

    def close(self) -> None:
        """End everything that was started, the last first."""
        self._running.clear()
        self._stack.close()

    def _devpi_index(self, name: str) -> RunningRegistry:
        server = self.devpi()
        if name == "devpi-mirror":
            return server.mirror("mirror", self.get("static").url)
        if name == "devpi-stable":
            return server.index("stable", volatile=False)
        base = server.index("dev")
        return server.index("child", bases=["user/dev"]) if name == "devpi-child" else base

    def _once(self, name: str, start: Callable[[Path], AbstractContextManager[Running]]) -> Running:
        if name not in self._running:
            self._directory.mkdir(parents=True, exist_ok=True)
            directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._directory))
            self._running[name] = self._stack.enter_context(start(directory))
        running: Running = self._running[name]
        return running
