"""Faults of where an upload goes, and of what is answered to it there."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from starlette.requests import Request

from reference_registry.defects.upload_legacy import EVERYWHERE, LEGACY
from reference_registry.errors import Refused
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route


class MustBeSetUp(Defect):
    """Uploads to a project that nobody has set up are answered with 404."""

    id, source = "upload-unknown-project-404", "https://docs.pypi.org/api/upload/"
    seen_by = (f"{LEGACY}endpoint-post", f"{LEGACY}auto-create-project")
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        if self.store.project(upload.project) is None:
            raise Refused(404, "There is no such project.")
        super().check_rights(upload)


class CapitalsRefused(Defect):
    """A project name with a capital letter is refused as invalid."""

    id, source = "upload-capitals-refused", "https://github.com/go-gitea/gitea/issues/21014"
    seen_by = (f"{LEGACY}auto-create-project",)
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        name = upload.form.one("name") or ""
        if name != name.lower():
            raise Refused(400, "invalid name or version")
        super().check_rights(upload)


class RunsRefused(Defect):
    """A project name with several separators in a row is refused: only one of two normalizers makes one of them."""

    id, source = "upload-runs-refused", "https://github.com/artifact-keeper/artifact-keeper/issues/798"
    seen_by = (f"{LEGACY}auto-create-project",)
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        if re.search("[-_.]{2}", upload.form.one("name") or ""):
            raise Refused(400, "The file is of another project than the form.")
        super().check_rights(upload)


class UploadRedirects(Defect):
    """The upload URL sends every upload on to another URL."""

    id, source = "upload-redirects", "https://github.com/pypa/twine/issues/310"
    seen_by = (f"{LEGACY}no-redirect-on-post", f"{LEGACY}endpoint-post")
    areas = EVERYWHERE

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        reply = text_reply(301, "", "text/plain")
        reply.headers["location"] = f"{self.root()}/login/"
        return reply


class RedirectAfterSuccess(Defect):
    """A file that was stored is answered with a redirect to its project page."""

    id, source = "upload-success-302", "https://github.com/pypa/twine/issues/92"
    seen_by = (f"{LEGACY}success-status", f"{LEGACY}no-redirect-on-post")
    areas = EVERYWHERE

    def accepted(self, upload: Upload) -> Reply:
        reply = super().accepted(upload)
        reply.status = 302
        reply.headers["location"] = self.project_url(upload.project)
        return reply


class QueryActionCrashes(Defect):
    """An action in the query ends in a server error."""

    id = "upload-action-in-query-500"
    seen_by = (f"{LEGACY}action-in-query",)
    areas = ("upload-legacy",)

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        if ":action" in request.query_params:
            raise Refused(500, "Internal server error.")
        return await super().answer_upload(request, route)


class SimpleTakesPost(Defect):
    """A POST to the simple index is answered with the page, as a GET is."""

    id, source = "upload-simple-post-200", "https://github.com/astral-sh/uv/issues/15021"
    seen_by = (f"{LEGACY}get-not-upload",)
    areas = ("upload-legacy", "security", "auth", "cache")

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        allowed = super().allowed_methods(route)
        return (*allowed, "POST") if route.kind == "root" else allowed


class SlashlessRedirect(Defect):
    """The upload URL without its slash redirects with 301, to a URL that answers a GET with 200."""

    id, source = "upload-slash-301-to-page", "https://github.com/pypa/flit/issues/179"
    seen_by = (f"{LEGACY}missing-slash",)
    areas = ("upload-legacy", "redirect", "security")

    def upload_route(self, rest: list[str]) -> Route:
        route = super().upload_route(rest)
        return replace(route, status=301) if route.kind == "redirect" else route

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        allowed = super().allowed_methods(route)
        if route.kind == "redirect":
            return (*allowed, "POST")
        return (*allowed, "GET") if route.kind == "upload" else allowed

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        if request.method == "GET":
            return text_reply(200, "Upload here.", "text/plain")
        return await super().answer_upload(request, route)


class JsonRefusalIsText(Defect):
    """A refusal that is labelled as JSON is plain text."""

    id = "upload-json-refusal-is-text"
    seen_by = (f"{LEGACY}error-negotiation",)
    areas = ("upload-legacy", "pypi-json", "attest", "auth", "status")

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        if reply.headers["content-type"] == "application/json":
            reply.body = json.loads(reply.content())["message"].encode()
        return reply


class SilentRefusals(Defect):
    """Refusals have no body."""

    id, source = "upload-silent-refusals", "https://github.com/pypa/hatch/issues/1809"
    seen_by = (f"{LEGACY}error-reason-or-body",)
    areas = EVERYWHERE

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        reply.body = b""
        return reply


class SdistsOfOthers(Defect):
    """The name of a source distribution's file is not compared with its form."""

    id, source = (
        "upload-sdist-of-another-name",
        "https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py",
    )
    seen_by = (f"{LEGACY}filename-name-mismatch",)
    areas = EVERYWHERE

    def check_filename_agrees(self, upload: Upload) -> None:
        if upload.filetype != "sdist":
            super().check_filename_agrees(upload)
