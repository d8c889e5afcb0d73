"""A real devpi-server: an index that may be overwritten, one that may not, one that inherits, and mirrors.

devpi-init takes a second, so it is done once into a template folder that every started server copies.
The argon2 costs are lowered because the usual ones spend seven seconds on a key that no test needs, and most of each upload on
the user's password (devpi_quick.py).
"""

from __future__ import annotations

import base64
import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers.model import RunningRegistry
from tests.servers.process import HOST, DidNotStart, Service, clean_environment, running, tool

USER, PASSWORD = "user", "user-secret"
ROOT_PASSWORD = "root-secret"
QUICK = Path(__file__).with_name("devpi_quick.py")
INIT_DEADLINE = 60.0
CHEAP_KEYS = ("--argon2-memory-cost", "1024", "--argon2-parallelism", "1", "--argon2-time-cost", "1")


@dataclass(frozen=True)
class Devpi:
    """A running devpi-server with one user; indexes are made on demand."""

    root: str  # without a slash at the end
    log: Path
    username: str = USER
    password: str = PASSWORD

    def index(
        self,
        name: str,
        *,
        volatile: bool = True,
        bases: Sequence[str] = (),
        more: dict[str, object] | None = None,
    ) -> RunningRegistry:
        """The index `user/NAME`, made when it is not there yet. `bases` are indexes like `user/dev`."""
        self._put(name, {"type": "stage", "volatile": volatile, "bases": list(bases), **(more or {})})
        return self._registry(name, writable=True)

    def mirror(self, name: str, simple_url: str) -> RunningRegistry:
        """The mirror index `user/NAME` of another index."""
        self._put(name, {"type": "mirror", "mirror_url": simple_url, "mirror_cache_expiry": 1})
        return self._registry(name, writable=False)

    def _put(self, name: str, config: dict[str, object]) -> None:
        identity = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        answer = httpx.put(
            f"{self.root}/{self.username}/{name}",
            json=config,
            headers={"X-Devpi-Auth": identity, "Accept": "application/json"},
            trust_env=False,
            timeout=30,
        )
        if answer.status_code not in (200, 201, 409):  # 409: it exists
            raise DidNotStart(f"devpi made no index {name}: {answer.status_code} {answer.text}")

    def _registry(self, name: str, writable: bool) -> RunningRegistry:
        base = f"{self.root}/{self.username}/{name}/"
        return RunningRegistry(
            f"devpi {self.username}/{name}",
            f"{base}+simple/",
            base if writable else None,
            self.username,
            self.password,
            self.log,
        )


def make_template(directory: Path) -> Path:
    """An initialized server folder, made once even when several processes ask for it at the same time."""
    directory.mkdir(parents=True, exist_ok=True)
    template, done = directory / "template", directory / "done"
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(template, ignore_errors=True)
            _init(template)
            done.touch()
    return template


def _init(serverdir: Path) -> None:
    command = [
        tool("devpi-init"),
        "--serverdir",
        str(serverdir),
        "--no-root-pypi",
        "--root-passwd",
        ROOT_PASSWORD,
    ]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=INIT_DEADLINE,
        env=clean_environment(dropped=("DEVPI",)),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if result.returncode:
        raise DidNotStart(f"devpi-init ended with {result.returncode}: {result.stderr[-500:]}")


@contextmanager
def devpi(directory: Path, template: Path | None = None, options: Sequence[str] = ()) -> Iterator[Devpi]:
    """Run a devpi-server with its data below `directory`; `options` go to its command line."""
    serverdir = directory / "server"
    shutil.copytree(template or make_template(directory / "init"), serverdir)
    service = Service(
        "devpi-server",
        lambda port: [
            *(sys.executable, str(QUICK), "--serverdir", str(serverdir), "--host", HOST, "--port", str(port)),
            *("--threads", "16", *CHEAP_KEYS, *options),
        ],
        directory / "devpi.log",
        "/+api",
        directory=directory,
    )
    with running(service) as root:
        server = Devpi(root, service.log)
        answer = httpx.put(f"{root}/{USER}", json={"password": PASSWORD}, trust_env=False, timeout=30)
        if answer.status_code != 201:
            raise DidNotStart(f"devpi made no user: {answer.status_code} {answer.text}")
        yield server
