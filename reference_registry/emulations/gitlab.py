"""GitLab's package registry: project and group (vendor documentation and source code)."""

from __future__ import annotations

import json
from typing import ClassVar
from urllib.parse import quote

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.uploads import Upload
from reference_registry.urls import Route

USERS = ("gitlab-ci-token", "__token__")


class GitLab(Emulation):
    """A project: 201 for uploads, and what is not there is sent on to pypi.org (here to a stand-in that has nothing)."""

    id, evidence = "gitlab", "2026-11-20"
    source = "https://docs.gitlab.com/user/packages/pypi_repository/"
    access = Access.READ
    base = "/api/v4/projects/42/packages/pypi"
    upload: ClassVar[str | None] = ""
    files_at = "{base}/files/{sha256}/{filename}"
    realm = "GitLab Packages Registry"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """A token under its name or the user's, or the token of a job."""
        owner = self.user_of_token(password)
        return owner if owner is not None and name in (*USERS, owner.name) else None

    def accepted(self, upload: Upload) -> Reply:
        """201."""
        reply = super().accepted(upload)
        reply.status = 201
        return reply

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """400, also for the same bytes."""
        raise Refused(400, "Validation failed: File name has already been taken")

    def missing_project(self, name: str) -> Refused:
        """On to pypi.org. A stand-in is used here, so that nothing leaves this machine."""
        there = f"http://localhost:{self.settings.port}/-/stands-for-pypi.org/simple/{quote(name)}/"
        return Refused(302, "Found", {"location": there})

    def project_route(self, name: str) -> Route:
        """Every spelling is served."""
        return Route("project", (normalize(name),))

    def simple_route(self, rest: list[str]) -> Route:
        """Pages and the index are served with and without their slash."""
        return self.project_route(rest[0]) if len(rest) == 1 and rest[0] else super().simple_route(rest)

    def root_without_slash(self) -> Route:
        """The same as with it."""
        return Route("root")

    def project_link(self, request: Request, project: Project) -> str:
        """Absolute, and without a slash at the end."""
        return self.origin(request) + self.project_url(project.name).rstrip("/")

    def file_link(self, request: Request, file: StoredFile) -> str:
        """Absolute."""
        return self.origin(request) + self.file_path(file)

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """The attribute for the Python versions is always there."""
        return {"data-requires-python": file.requires_python or ""}

    # -- the REST API

    def call(self, request: Request, path: str) -> Route | None:
        """Listing packages, and deleting one; nothing lies at the stand-in for pypi.org."""
        start = "/api/v4/projects/42/packages"
        if path.startswith("/-/stands-for-pypi.org/"):
            return Route("call", ("elsewhere",))
        if path == start and request.method == "GET":
            return Route("call", ("packages",))
        if path.startswith(f"{start}/") and request.method == "DELETE":
            return Route("call", ("delete", path.rpartition("/")[2]))
        return None

    def call_elsewhere(self, request: Request) -> Reply:
        """Another host. It would be told if credentials came here."""
        if "authorization" in request.headers:
            raise Refused(400, "Credentials were sent to another host.")
        raise self.not_found()

    def require_token(self, request: Request) -> None:
        """The header PRIVATE-TOKEN, or credentials."""
        if (
            self.user_of_token(request.headers.get("private-token", "")) is None
            and self.identify(request) is None
        ):
            raise self.unauthorized()

    def call_packages(self, request: Request) -> Reply:
        """The packages of a name, each a release."""
        self.require_token(request)
        project = self.store.project(normalize(request.query_params.get("package_name") or ""))
        ids: dict[str, tuple[str, str]] = self.memory.setdefault("ids", {})
        rows = []
        for version in sorted({file.version for file in project.files.values()}) if project else ():
            assert project is not None
            number = str(sum(map(ord, f"{project.name}/{version}")) * 100_000 + len(ids))
            known = next((key for key, what in ids.items() if what == (project.name, version)), number)
            ids[known] = (project.name, version)
            rows.append({"id": int(known), "name": project.name, "version": version})
        return plain(200, json.dumps(rows), "application/json")

    def call_delete(self, request: Request, number: str) -> Reply:
        """204, or 404."""
        self.require_token(request)
        project, version = self.memory.get("ids", {}).get(number, ("", ""))
        if not self.remove(project, version=version):
            raise self.not_found()
        return plain(204)


class GitLabJson(GitLab):
    """A project with the feature flag for JSON pages: version 1.0, links with a hash."""

    id = "gitlab-json"
    json_keys = ("requires-python",)

    def json_file(self, request: Request, file: StoredFile) -> Json:
        """The link keeps the fragment that HTML has."""
        entry = super().json_file(request, file)
        entry["url"] = self.html_href(request, file)
        return entry

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        """What is unknown gets HTML."""
        try:
            return super().choose(accept, format_parameter)
        except Refused:
            return "text/html"


class GitLabGroup(GitLab):
    """A group: the packages of its projects, for reading."""

    id = "gitlab-group"
    base, upload = "/api/v4/groups/7/-/packages/pypi", None
    seeded = (("seed-one", "1.0"), ("seed-two", "2.0"))
