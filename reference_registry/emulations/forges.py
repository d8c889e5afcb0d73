"""Gitea and Forgejo (Gitea's documentation, excerpts of the source code of both)."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import User
from reference_registry.uploads import Upload
from reference_registry.urls import Route


class Gitea(Emulation):
    """The packages of an owner: HTML only, no list of projects, a sha256 digest is wanted, 409 for a file that is there."""

    id, evidence = "gitea", "2026-11-20"
    source = "https://docs.gitea.com/usage/packages/pypi"
    base, upload = "/api/packages/team/pypi", ""
    files_at = "{base}/files/{project}/{version}/{filename}"
    realm = "Gitea Package API"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """User with password or personal access token."""
        owner = self.user_of_token(password)
        return owner if owner is not None and owner.name == name else super().user_of_pair(name, password)

    def answer_root(self, request: Request, route: Route) -> Reply:
        """There is no route for the list of projects."""
        raise self.not_found()

    def check_digest_fields(self, upload: Upload) -> None:
        """sha256 has to be there."""
        super().check_digest_fields(upload)
        if upload.form.one("sha256_digest") is None:
            raise Refused(400, "hash mismatch")

    def accepted(self, upload: Upload) -> Reply:
        """201."""
        reply = super().accepted(upload)
        reply.status = 201
        return reply

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """Refused, also for the same bytes."""
        raise Refused(409, "package file already exists")

    def call(self, request: Request, path: str) -> Route | None:
        """`DELETE /api/v1/packages/<owner>/pypi/<name>/<version>`."""
        start = "/api/v1/packages/team/pypi/"
        parts = path.removeprefix(start).split("/")
        if request.method == "DELETE" and path.startswith(start) and len(parts) == 2:
            return Route("call", ("delete", *parts))
        return None

    def call_delete(self, request: Request, project: str, version: str) -> Reply:
        """204, or 404."""
        if self.identify(request) is None:
            raise self.unauthorized()
        if not self.remove(project, version=version):
            raise self.not_found()
        return plain(204)


class Forgejo(Gitea):
    """The packages of an owner: JSON pages that say 1.4 and have a part of its keys, and 406 for unknown types."""

    id = "forgejo"
    json_keys = ("size", "versions", "requires-python")

    def json_version(self) -> str:
        """As the source code says."""
        return "1.4"
