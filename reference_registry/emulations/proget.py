"""Inedo ProGet: a feed (vendor documentation of 2026-08-12, and a report on JSON pages of 2025.23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.names import normalize
from reference_registry.reply import Reply
from reference_registry.settings import User
from reference_registry.urls import Route


class ProGet(Emulation):
    """A feed: user api with a key, JSON pages of version 1.1 without versions."""

    id, evidence = "proget", "2026-08-12"
    source = "https://github.com/Inedo/inedo-docs/blob/master/Content/proget/feeds/pypi/%23.md"
    assumed = ("upload-status", "duplicates", "realm", "json-fields", "json-api-path")
    base, upload = "/pypi/internal-pypi", "/legacy"
    files_at = "{base}/download/{project}/{version}/{filename}"
    realm = "ProGet"
    marks: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"X-ProGet-Version": "25.0.23.2", "X-ProGet-Edition": "free"}
    )
    json_keys = ("size", "upload-time", "requires-python", "yanked")
    json_api_offered = True

    def json_version(self) -> str:
        """1.1, as was reported."""
        return "1.1"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """User api with a key, or a user with a password."""
        return self.user_of_token(password) if name == "api" else super().user_of_pair(name, password)

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """Yanked files are marked."""
        yanked = {"data-yanked": file.yanked_reason} if file.yanked else {}
        return {**super().html_attributes(request, file), **yanked}

    # -- the native API

    def call(self, request: Request, path: str) -> Route | None:
        """Deleting a file, and setting the status of a release."""
        for name in ("delete", "status"):
            if path == f"/api/packages/internal-pypi/{name}" and request.method == "POST":
                return Route("call", (name,))
        return None

    def require_key(self, request: Request) -> None:
        """403 for a key that is missing or unknown."""
        if self.user_of_token(request.headers.get("x-apikey", "")) is None:
            raise Refused(403, "The API key is missing or has no right to do this.")

    def call_delete(self, request: Request) -> Reply:
        """Delete one file; PyPI feeds need its name."""
        self.require_key(request)
        query = request.query_params
        if not query.get("filename"):
            raise Refused(400, "A filename is needed.")
        if not self.remove(query.get("name") or "", version=query.get("version"), filename=query["filename"]):
            raise self.not_found()
        return plain(200)

    def call_status(self, request: Request) -> Reply:
        """Yank a release."""
        self.require_key(request)
        project = self.store.project(normalize(request.query_params.get("name") or ""))
        if project is None:
            raise self.not_found()
        version = request.query_params.get("version")
        names = {file.filename for file in project.files.values() if file.version == version}
        self.store.change_files(project.name, names, lambda file: replace(file, yanked=True))
        return plain(200)
