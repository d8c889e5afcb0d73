"""Sonatype Nexus Repository 3: hosted, proxy and group (source code of 3.31 and 3.77)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.emulations.seeds import seed
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.reply import Reply
from reference_registry.settings import Access, Role
from reference_registry.uploads import Upload
from reference_registry.urls import Route

REMEMBERED = timedelta(minutes=1440)  # how long a proxy believes that something is not there


class Nexus(Emulation):
    """A hosted repository with the write policy ALLOW_ONCE: HTML only, md5 hashes, 400 for a file that is there."""

    id, evidence = "nexus", "2025-02-04"
    source = "https://github.com/sonatype/nexus-public"
    access = Access.READ
    repository: ClassVar[str] = "pypi-hosted"
    policy: ClassVar[str] = "ALLOW_ONCE"
    base = "/repository/pypi-hosted"
    upload: ClassVar[str | None] = "/"
    marks: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"Server": "Nexus/3.77.0-08 (OSS)", "X-Content-Type-Options": "nosniff"}
    )

    def challenge(self) -> str:
        """The realm, with the scheme in capital letters."""
        return 'BASIC realm="Sonatype Nexus Repository Manager"'

    def project_route(self, name: str) -> Route:
        """Every spelling is served."""
        return Route("project", (normalize(name),))

    def simple_route(self, rest: list[str]) -> Route:
        """Pages are served with and without their slash."""
        return self.project_route(rest[0]) if len(rest) == 1 and rest[0] else super().simple_route(rest)

    def root_without_slash(self) -> Route:
        """There is no route for the index without its slash."""
        raise self.not_found()

    def file_link(self, request: Request, file: StoredFile) -> str:
        """Relative to the page."""
        return "../../" + self.file_path(file).removeprefix(f"{self.base}/")

    def html_fragment(self, file: StoredFile) -> str:
        """md5 only."""
        return f"md5={file.digests.md5}"

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """By the write policy."""
        if self.policy != "ALLOW" or upload.content.filename != existing.filename:
            raise Refused(400, f"Repository does not allow updating assets: {self.repository}")
        self.inspect(upload)
        self.store.delete_files(existing.project, {existing.filename})
        return self.publish(upload)

    # -- the REST API

    def call(self, request: Request, path: str) -> Route | None:
        """Searching components, and deleting one."""
        if path == "/service/rest/v1/search" and request.method == "GET":
            return Route("call", ("search",))
        if path.startswith("/service/rest/v1/components/") and request.method == "DELETE":
            return Route("call", ("delete", path.rpartition("/")[2]))
        return None

    def call_search(self, request: Request) -> Reply:
        """The components of a project, each a release."""
        if self.identify(request) is None:
            raise self.unauthorized()
        query = request.query_params
        project = (
            self.store.project(normalize(query.get("name") or ""))
            if query.get("repository") == self.repository
            else None
        )
        versions = sorted({file.version for file in project.files.values()}) if project else []
        items = [
            {"id": f"{project.name}~{version}".encode().hex(), "version": version}
            for version in versions
            if project
        ]
        return plain(200, json.dumps({"items": items, "continuationToken": None}), "application/json")

    def call_delete(self, request: Request, component: str) -> Reply:
        """204; 403 without the right, 404 when it is not there, 422 for what is no id."""
        user = self.identify(request)
        if user is None:
            raise self.unauthorized()
        if user.role is Role.READER or self.policy == "DENY":
            raise Refused(403, "Insufficient permissions to delete component")
        try:
            project, _, version = bytes.fromhex(component).decode().partition("~")
        except ValueError:
            raise Refused(422, "Malformed id") from None
        if not self.remove(project, version=version):
            raise Refused(404, "Component not found")
        return plain(204)


class NexusOverwrite(Nexus):
    """A hosted repository with the write policy ALLOW: files are overwritten."""

    id, policy = "nexus-overwrite", "ALLOW"


class NexusGroup(Nexus):
    """A group repository: several repositories under one URL; an upload is answered with 404."""

    id, repository = "nexus-group", "pypi-all"
    base, upload = "/repository/pypi-all", None
    seeded = (("seed-one", "1.0"), ("seed-two", "2.0"))


class NexusProxy(NexusGroup):
    """A proxy repository: what was not there once stays away for a day."""

    id, repository = "nexus-proxy", "pypi-proxy"
    base = "/repository/pypi-proxy"

    def call(self, request: Request, path: str) -> Route | None:
        """`POST /-/upstream/<name>/<version>` publishes something at the other end of the proxy."""
        parts = path.removeprefix("/-/upstream/").split("/")
        if path.startswith("/-/upstream/") and request.method == "POST" and len(parts) == 2:
            return Route("call", ("upstream", *parts))
        return super().call(request, path)

    def call_upstream(self, request: Request, name: str, version: str) -> Reply:
        """Something new at the other end."""
        seed(self.store, name, version)
        return plain(204)

    def find_project(self, name: str) -> Project:
        """A project, unless it was missed within the last day."""
        missed: dict[str, datetime] = self.memory.setdefault("missed", {})
        if name in missed and self.clock() - missed[name] < REMEMBERED:
            raise self.not_found()
        try:
            return super().find_project(name)
        except Refused:
            missed[name] = self.clock()
            raise
