"""The real clients, run without the user's configuration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.servers.files import IndexFile
from tests.servers.model import RunningRegistry
from tests.servers.process import clean_environment

DEADLINE = 120.0


def twine_upload(
    registry: RunningRegistry, files: Iterable[IndexFile], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Upload with twine. Look at the return code and the output of the result."""
    assert registry.upload_url is not None, f"{registry.name} takes no uploads"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for file in files:
        paths.append(folder / file.filename)
        paths[-1].write_bytes(file.content)
    credentials = ["-u", registry.username or "anybody", "-p", registry.password or "anything"]
    where = [
        "--repository-url",
        registry.upload_url,
        "--non-interactive",
        "--disable-progress-bar",
        "--verbose",
    ]
    return _run(["twine", "upload", *where, *credentials, *map(str, paths)], folder)


def pip_download(
    registry: RunningRegistry, requirement: str, folder: Path, options: Iterable[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Download with pip into `folder`, from this index alone."""
    folder.mkdir(parents=True, exist_ok=True)
    where = [
        "--index-url",
        registry.url_with_credentials,
        "--dest",
        str(folder),
        "--no-deps",
        "--no-cache-dir",
    ]
    calm = ["--isolated", "--disable-pip-version-check", "--retries", "0", "--timeout", "20"]
    return _run(["pip", "download", *where, *calm, *options, requirement], folder)


def _run(arguments: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=clean_environment({"HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}),
        stdin=subprocess.DEVNULL,
        check=False,
    )
