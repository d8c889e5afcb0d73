"""Calls for the operator: yank, delete, set a status. No standard describes them; the answers are plain HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from reference_registry.auth import Auth
from reference_registry.errors import Refused
from reference_registry.model import STATUSES, Project
from reference_registry.names import normalize, parse_version
from reference_registry.pages import Pages
from reference_registry.reply import Reply, text_reply
from reference_registry.urls import Route

LARGEST_BODY = 64 * 1024


class Admin(Pages, Auth):
    """What only an admin may do."""

    async def answer_admin(self, request: Request, route: Route) -> Reply:
        """`POST yank`, `POST unyank`, `POST status`, `DELETE projects/NAME[/VERSION[/FILENAME]]`."""
        self.require_admin(request)
        match request.method, route.names:
            case "POST", ("yank",):
                return self.set_yanked(await self.read_json(request), yanked=True)
            case "POST", ("unyank",):
                return self.set_yanked(await self.read_json(request), yanked=False)
            case "POST", ("status",):
                return self.set_status(await self.read_json(request))
            case "DELETE", ("projects", name, *rest):
                return self.delete(self.find_project(normalize(name)), [part for part in rest if part])
            case _, ("yank" | "unyank" | "status",):
                raise Refused(405, "Only POST is possible here.", {"allow": "POST"})
            case _, ("projects", _, *_):
                raise Refused(405, "Only DELETE is possible here.", {"allow": "DELETE"})
        raise self.not_found()

    async def read_json(self, request: Request) -> dict[str, Any]:
        """The body as a JSON object of strings."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise Refused(413, "The body is too large.")
        try:
            document = json.loads(body)
            json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Refused(400, "The body is not JSON.") from None
        if not isinstance(document, dict) or not all(isinstance(v, str | None) for v in document.values()):
            raise Refused(400, "The body has to be an object of strings.")
        return document

    def set_yanked(self, document: dict[str, Any], *, yanked: bool) -> Reply:
        """Yank a release or a file, or take that back (PEP 592)."""
        project = self.find_project(normalize(document.get("project") or ""))
        filenames = self.selected(project, document.get("version"), document.get("filename"))
        reason = (document.get("reason") or "") if yanked else ""
        self.store.change_files(
            project.name, filenames, lambda file: replace(file, yanked=yanked, yanked_reason=reason)
        )
        return self.done({"project": project.name, "yanked": yanked, "files": sorted(filenames)})

    def set_status(self, document: dict[str, Any]) -> Reply:
        """Set a project's status marker (PEP 792)."""
        project = self.find_project(normalize(document.get("project") or ""))
        status, reason = document.get("status"), document.get("reason") or ""
        if status not in STATUSES:
            raise Refused(400, f"A status is one of {', '.join(STATUSES)}.")
        self.store.change_project(project.name, lambda old: replace(old, status=status, status_reason=reason))
        return self.done({"project": project.name, "status": status, "reason": reason})

    def delete(self, project: Project, rest: list[str]) -> Reply:
        """Delete a project, a release or a file."""
        match rest:
            case []:
                self.store.delete_project(project.name)
            case [version]:
                self.store.delete_files(
                    project.name, self.selected(project, version, None), self.spelled(project, version)
                )
            case [version, filename]:
                self.spelled(project, version)
                self.store.delete_files(project.name, self.selected(project, None, filename))
            case _:
                raise self.not_found()
        return Reply(204)

    def selected(self, project: Project, version: str | None, filename: str | None) -> set[str]:
        """The files that a version or a filename names; 404 when there are none."""
        if filename is not None:
            if filename not in project.files:
                raise self.not_found()
            return {filename}
        if version is None:
            raise Refused(400, "Name a version or a filename.")
        spelled = self.spelled(project, version)
        return {file.filename for file in project.files.values() if file.version == spelled}

    def spelled(self, project: Project, version: str) -> str:
        """The project's own spelling of a version, or 404."""
        wanted = parse_version(version)
        for known in project.releases:
            if wanted is not None and parse_version(known) == wanted:
                return known
        raise self.not_found()

    def done(self, document: dict[str, Any]) -> Reply:
        """The answer to a call that changed something."""
        return text_reply(200, json.dumps(document), "application/json", cache_control="no-store")
