"""JFrog Artifactory: local, remote and virtual repositories (JFrog documentation; reports of users for statuses and headers)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import Access, Role, User
from reference_registry.uploads import Upload
from reference_registry.urls import Route

QUIET = timedelta(seconds=60)


class Artifactory(Emulation):
    """A local repository: the index is made after 60 seconds without an upload, and a token has no user name."""

    id, evidence = "artifactory", "2026-07-23"
    source = "https://jfrog.com/help/r/jfrog-artifactory-documentation/pypi-repositories"
    assumed: ClassVar[tuple[str, ...]] = ("upload-status", "delete-status")
    access = Access.READ
    repository: ClassVar[str] = "pypi-local"
    base = "/artifactory/api/pypi/pypi-local"
    upload: ClassVar[str | None] = ""
    realm = "Artifactory Realm"
    marks: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "X-JFrog-Version": "Artifactory/7.104.6 80406900",
            "X-Artifactory-Id": "emulated",
            "X-Artifactory-Node-Id": "emulated-0",
        }
    )

    def user_of_pair(self, name: str, password: str) -> User | None:
        """User and password; user and token; a token without a name. Never __token__."""
        owner = self.user_of_token(password)
        if owner is not None and name in ("", owner.name):
            return owner
        return super().user_of_pair(name, password)

    # -- the index is late

    def stored_file(self, upload: Upload) -> StoredFile:
        """Each upload to the repository starts the quiet time again."""
        self.make_index()
        file = super().stored_file(upload)
        self.memory["last"] = self.came(file)
        return file

    def make_index(self) -> datetime | None:
        """Up to which upload files are in the index: those before the latest quiet time."""
        last: datetime | None = self.memory.get("last")
        if last is not None and self.clock() - last >= QUIET:
            self.memory["indexed"] = last
        indexed: datetime | None = self.memory.get("indexed")
        return indexed

    def is_visible(self, file: StoredFile) -> bool:
        """Whether the index knows the file."""
        indexed = self.make_index()
        kept = file.filename in self.memory.get("kept", ())
        return kept or not file.uploader or (indexed is not None and self.came(file) <= indexed)

    # -- overwriting and deleting need a right

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """Overwritten by who has the right to, refused to others. A name that differs in case is another path."""
        if upload.content.filename != existing.filename:
            return super().answer_duplicate(upload, existing)
        if upload.user.role is not Role.ADMIN:
            path = f"{self.repository}:{existing.project}/{existing.version}/{existing.filename}"
            raise self.no_right(f"'{path}' (user: '{upload.user.name}' needs DELETE permission)")
        self.inspect(upload)
        if self.is_visible(existing):  # the old index goes on to list the name
            self.memory.setdefault("kept", set()).add(existing.filename)
        self.store.delete_files(existing.project, {existing.filename})
        return self.publish(upload)

    def no_right(self, what: str) -> Refused:
        """403, as the product words it."""
        message = f"Not enough permissions to delete/overwrite artifact {what}."
        return Refused(403, json.dumps({"errors": [{"status": 403, "message": message}]}))

    def call(self, request: Request, path: str) -> Route | None:
        """`DELETE /artifactory/<repo>/<name>/<version>/<file>`."""
        start = f"/artifactory/{self.repository}/"
        parts = path.removeprefix(start).split("/")
        if request.method == "DELETE" and path.startswith(start) and len(parts) == 3:
            return Route("call", ("delete", *parts))
        return None

    def call_delete(self, request: Request, project: str, version: str, filename: str) -> Reply:
        """Delete one file."""
        user = self.identify(request)
        if user is None:
            raise self.unauthorized()
        if user.role is not Role.ADMIN:
            raise self.no_right(f"'{filename}'")
        if not self.remove(project, version=version, filename=filename):
            raise self.not_found()
        return plain(204)


class ArtifactoryJson(Artifactory):
    """A local repository of version 7.132 with Simple JSON Format switched on."""

    id = "artifactory-json"
    assumed = ("upload-status", "delete-status", "json-fields")
    json_keys = ("size", "upload-time", "versions")

    def json_version(self) -> str:
        """The documents name PEP 691 and PEP 700: so version 1.1, and the keys that came with it."""
        return "1.1"


class ArtifactoryHidden(Artifactory):
    """A local repository that hides what one may not see: 404 takes the place of 403."""

    id = "artifactory-hidden"

    def no_right(self, what: str) -> Refused:
        """404 for 403."""
        return self.not_found()


class ArtifactoryRemote(Artifactory):
    """A remote repository: it reads another index through and takes no uploads."""

    id = "artifactory-remote"
    assumed = ("upload-status",)
    repository = "pypi-remote"
    base, upload = "/artifactory/api/pypi/pypi-remote", None
    seeded = (("seed-one", "1.0"), ("seed-two", "2.0"))


class ArtifactoryVirtual(ArtifactoryRemote):
    """A virtual repository: several repositories under one URL, here for reading."""

    id = "artifactory-virtual"
    repository = "pypi-virtual"
    base = "/artifactory/api/pypi/pypi-virtual"
