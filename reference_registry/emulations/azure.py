"""Azure Artifacts: a feed (vendor documentation; reports of users for answers and links)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import quote

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Access, User
from reference_registry.uploads import Upload
from reference_registry.urls import Route

GUID = "0b6f1c52-3d5e-4a57-9e6b-6f7a0f4c1d11"
STORE = "/blob"


class Azure(Emulation):
    """A feed: any user name with a token, HTML only, no HEAD, files from another host, versions that are used up for ever."""

    id, evidence = "azure", "2025-02-10"
    source = "https://learn.microsoft.com/en-us/azure/devops/artifacts/quickstarts/python-packages"
    assumed = ("upload-status", "delete-status")
    access = Access.READ
    base, upload = "/contoso/_packaging/internal/pypi", "/upload/"
    files_at = f"/contoso/_packaging/{GUID}/pypi/download/{{project}}/{{version}}/{{filename}}"
    realm = "https://pkgsprodeus21.pkgs.visualstudio.com/"
    marks: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"X-VSS-E2EID": "emulated", "ActivityId": "emulated"}
    )

    def user_of_pair(self, name: str, password: str) -> User | None:
        """The token counts, whatever the user name is."""
        return self.user_of_token(password)

    def answer_options(self, allowed: tuple[str, ...]) -> Reply:
        """GET only."""
        return super().answer_options(tuple(name for name in allowed if name != "HEAD"))

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        """HEAD on pages and files was answered with 405."""
        return tuple(name for name in super().allowed_methods(route) if name != "HEAD")

    def file_link(self, request: Request, file: StoredFile) -> str:
        """With the identifier of the feed in place of its name."""
        return self.origin(request) + self.file_path(file)

    def route(self, request: Request) -> Route:
        """The store of files is another host, which takes no credentials."""
        path: str = request.scope["path"]
        if path.startswith(f"{STORE}/"):
            return Route("call", ("stored", path.removeprefix(f"{STORE}/")))
        return super().route(request)

    def answer_file(self, request: Request, route: Route) -> Reply:
        """Files lie in a store on another host."""
        file = self.find_file(*route.names)
        reply = plain(303)
        reply.headers["location"] = f"http://localhost:{self.settings.port}{STORE}/{quote(file.filename)}"
        return reply

    def call_stored(self, request: Request, filename: str) -> Reply:
        """A file of the store. Credentials that were not meant for it are refused."""
        if "authorization" in request.headers:
            raise Refused(400, "This store takes no credentials.")
        if request.method != "GET":
            raise Refused(405, "Only GET is possible here.", {"allow": "GET"})
        file = self.stored(None, filename)
        if file is None:
            raise self.not_found()
        return super().answer_file(request, Route("file", (file.project, file.digests.sha256[:16], filename)))

    # -- versions are used up

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """Refused, also for the same bytes."""
        raise Refused(409, f"The feed 'internal' already contains file '{existing.filename}'.")

    def check_rights(self, upload: Upload) -> None:
        """A version that was deleted can't be published again."""
        super().check_rights(upload)
        if (upload.project, upload.version) in self.memory.get("burned", ()):
            raise Refused(409, f"The version '{upload.version}' was deleted and can't be used again.")

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        """409 is explained in JSON."""
        reply = super().refuse(request, refusal)
        if refusal.status != 409:
            return reply
        body = {"message": refusal.sentence, "typeKey": "PackageAlreadyExistsException"}
        return text_reply(409, json.dumps(body), "application/json")

    def call(self, request: Request, path: str) -> Route | None:
        """`DELETE .../_apis/packaging/feeds/<feed>/pypi/packages/<name>/versions/<version>`."""
        start = "/contoso/_apis/packaging/feeds/internal/pypi/packages/"
        parts = path.removeprefix(start).split("/")
        if (
            request.method == "DELETE"
            and path.startswith(start)
            and len(parts) == 3
            and parts[1] == "versions"
        ):
            return Route("call", ("delete", parts[0], parts[2]))
        return None

    def call_delete(self, request: Request, project: str, version: str) -> Reply:
        """Into the recycle bin; the version stays used up."""
        if self.identify(request) is None:
            raise self.unauthorized()
        if not self.remove(project, version=version):
            raise self.not_found()
        self.memory.setdefault("burned", set()).add((project, version))
        return plain(204)
