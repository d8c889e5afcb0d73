"""A real simple-repository-server over a folder of files. It takes no uploads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.files import IndexFile, by_project
from tests.servers.model import RunningRegistry
from tests.servers.process import HOST, Service, running, tool


@contextmanager
def simple_repository_server(directory: Path, files: Iterable[IndexFile]) -> Iterator[RunningRegistry]:
    """Serve the files; the server wants one folder for each project, named in normalized form."""
    store = directory / "store"
    for name, listed in by_project(files).items():
        (store / name).mkdir(parents=True)
        for file in listed:
            (store / name / file.filename).write_bytes(file.content)
    service = Service(
        "simple-repository-server",
        lambda port: [tool("simple-repository-server"), "--host", HOST, "--port", str(port), str(store)],
        directory / "server.log",
        "/simple/",
        directory=directory,
    )
    with running(service) as root:
        yield RunningRegistry("simple-repository-server", f"{root}/simple/", None, None, None, service.log)
