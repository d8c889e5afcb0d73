"""A running registry for tests, and distributions small enough to be written by hand."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.reference import ADMIN, ALICE, reference

JSON_V1 = "application/vnd.pypi.simple.v1+json"
HTML_V1 = "application/vnd.pypi.simple.v1+html"

Fields = Mapping[str, str | list[str] | None]


@dataclass(frozen=True)
class Dist:
    """A distribution: its file, and the form that goes with it."""

    name: str
    version: str
    filename: str
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def form(self) -> dict[str, str | list[str]]:
        kind = "bdist_wheel" if self.filename.endswith(".whl") else "sdist"
        return {
            ":action": "file_upload",
            "protocol_version": "1",
            "metadata_version": "2.2",
            "name": self.name,
            "version": self.version,
            "filetype": kind,
            "pyversion": "py3" if kind == "bdist_wheel" else "source",
            "sha256_digest": self.sha256,
        }


def metadata(name: str, version: str, *lines: str, metadata_version: str = "2.2") -> bytes:
    head = (f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}", *lines)
    return "\n".join((*head, "", "")).encode()


def wheel(
    name: str, version: str, *lines: str, extra: Mapping[str, bytes] | None = None, **changes: bytes | None
) -> Dist:
    """A wheel. `changes` replaces METADATA, WHEEL or RECORD; None leaves one out."""
    stem = f"{name.replace('-', '_').replace('.', '_').lower()}-{version}"
    parts: dict[str, bytes | None] = {
        "METADATA": metadata(name, version, *lines),
        "WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": b"",
        **changes,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, body in (extra or {}).items():
            archive.writestr(zipfile.ZipInfo(member), body)
        for part, content in parts.items():
            if content is not None:
                archive.writestr(zipfile.ZipInfo(f"{stem}.dist-info/{part}"), content)
    return Dist(name, version, f"{stem}-py3-none-any.whl", buffer.getvalue())


def sdist(
    name: str, version: str, *lines: str, members: list[tarfile.TarInfo] | None = None, **changes: str
) -> Dist:
    """An sdist. `changes`: `top` (its directory), `info` (the name of PKG-INFO), `metadata_version`."""
    stem = f"{name.replace('-', '_').replace('.', '_').lower()}-{version}"
    top = changes.get("top", stem)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members or []:
            archive.addfile(member)
        body = metadata(name, version, *lines, metadata_version=changes.get("metadata_version", "2.2"))
        info = tarfile.TarInfo(f"{top}/{changes.get('info', 'PKG-INFO')}")
        info.size = len(body)
        archive.addfile(info, io.BytesIO(body))
    return Dist(name, version, f"{stem}.tar.gz", gzip.compress(buffer.getvalue(), mtime=0))


class Registry:
    """A client of one running registry."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self.urls = urls
        self.http = httpx.Client(timeout=10, trust_env=False)

    def get(self, path: str = "", **kwargs: object) -> httpx.Response:
        """GET below the simple index."""
        return self.http.get(self.urls["simple"] + path, **kwargs)  # type: ignore[arg-type]

    def page(self, name: str, auth: tuple[str, str] | None = None) -> dict[str, object]:
        """The JSON page of a project."""
        response = self.http.get(f"{self.urls['simple']}{name}/", headers={"accept": JSON_V1}, auth=auth)
        document: dict[str, object] = response.raise_for_status().json()
        return document

    def files(self, name: str) -> dict[str, dict[str, object]]:
        """The files of a project, by name; the URL made absolute."""
        base = httpx.URL(f"{self.urls['simple']}{name}/")
        listed = self.page(name)["files"]
        assert isinstance(listed, list)
        return {file["filename"]: {**file, "url": str(base.join(file["url"]))} for file in listed}

    def upload(
        self,
        dist: Dist,
        changes: Fields | None = None,
        *,
        auth: tuple[str, str] | None = ALICE,
        filename: str | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str | None, bytes]] | None = None,
    ) -> httpx.Response:
        """POST an upload form; a change to None leaves a field out."""
        fields = {
            key: value for key, value in {**dist.form(), **(changes or {})}.items() if value is not None
        }
        sent = files if files is not None else {"content": (filename or dist.filename, dist.body)}
        credentials = httpx.USE_CLIENT_DEFAULT if auth is None else auth
        return self.http.post(self.urls["upload"], data=fields, files=sent, auth=credentials, headers=headers)

    def admin(self, call: str, body: Mapping[str, object], auth: tuple[str, str] = ADMIN) -> httpx.Response:
        return self.http.post(self.urls["admin"] + call, json=body, auth=auth)


@contextmanager
def running(*arguments: str) -> Iterator[Registry]:
    """A registry as a process of its own, gone at the end."""
    with reference(*arguments, quiet=False) as started:
        registry = Registry(started.urls)
        try:
            yield registry
        finally:
            registry.http.close()


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
