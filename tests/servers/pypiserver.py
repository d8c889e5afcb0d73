"""A real pypiserver, in its variants of authentication, overwriting and fallback."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.model import RunningRegistry
from tests.servers.process import HOST, Service, running, tool

USER, PASSWORD = "user", "user-secret"


@dataclass(frozen=True)
class Setup:
    """How a pypiserver is started; its own defaults apart from the fallback, which would send clients to pypi.org."""

    authenticate: str = "update"  # a comma-separated part of update,list,download; "." for none
    overwrite: bool = False
    fallback_url: str | None = None  # None: --disable-fallback
    server: str = "auto"  # "wsgiref" is what is there when nothing but pypiserver is installed: one thread

    @property
    def open(self) -> bool:
        """Whether nobody needs credentials."""
        return self.authenticate == "."


@contextmanager
def pypiserver(directory: Path, setup: Setup | None = None) -> Iterator[RunningRegistry]:
    """Run a pypiserver whose packages lie below `directory`."""
    setup = setup or Setup()
    packages = directory / "packages"
    packages.mkdir(parents=True)
    passwords = "." if setup.open else str(_password_file(directory / "htpasswd"))
    fallback = ["--fallback-url", setup.fallback_url] if setup.fallback_url else ["--disable-fallback"]
    service = Service(
        "pypiserver",
        lambda port: [
            *(tool("pypi-server"), "run", "--interface", HOST, "--port", str(port), "--log-stream", "stderr"),
            *("--authenticate", setup.authenticate, "--passwords", passwords, *fallback),
            *("--server", setup.server),
            *(["--overwrite"] if setup.overwrite else []),
            str(packages),
        ],
        directory / "pypiserver.log",
        directory=directory,
    )
    with running(service) as root:
        user, password = (None, None) if setup.open else (USER, PASSWORD)
        yield RunningRegistry("pypiserver", f"{root}/simple/", f"{root}/", user, password, service.log)


def _password_file(path: Path) -> Path:
    """An htpasswd file with the cheapest scheme it has ("{SHA}", Apache's password formats): each request pays for it."""
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    path.write_text(f"{USER}:{{SHA}}{digest}\n", "utf-8")
    return path
