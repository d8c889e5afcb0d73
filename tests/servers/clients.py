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
    paths = _written(files, folder)
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


def uv_install(registry: RunningRegistry, requirement: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Install with uv into `folder`, from this index alone."""
    folder.mkdir(parents=True, exist_ok=True)
    where = ["--default-index", registry.url_with_credentials, "--target", str(folder), "--no-deps"]
    calm = ["--no-cache", "--no-config", "--python", sys.executable]
    return _run(["uv", "pip", "install", *where, *calm, requirement], folder)


def uv_publish(
    registry: RunningRegistry, files: Iterable[IndexFile], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Upload with uv."""
    assert registry.upload_url is not None, f"{registry.name} takes no uploads"
    folder.mkdir(parents=True, exist_ok=True)
    paths = _written(files, folder)
    who = ["--username", registry.username or "", "--password", registry.password or ""]
    where = ["--publish-url", registry.upload_url, "--trusted-publishing", "never"]
    return _run(["uv", "publish", "--no-cache", "--no-config", *where, *who, *map(str, paths)], folder)


def _written(files: Iterable[IndexFile], folder: Path) -> list[Path]:
    paths = []
    for file in files:
        paths.append(folder / file.filename)
        paths[-1].write_bytes(file.content)
    return paths


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
