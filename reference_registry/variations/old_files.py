"""A legal oddity of projects that are older than today's rules (LV-62)."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

from reference_registry.model import Project
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.urls import Route
from reference_registry.variations.pages import NoJsonApi

NAMES = ("0.1-py2.7.egg", "0.1.win32.exe", "0.1.tar.bz2", "dev-r123.tar.gz", "0.1.zip")
FOLDER = "old"


class OldFiles(NoJsonApi):
    """Every page has files of kinds that nobody makes today, of versions that nobody may use, and has no JSON API."""

    id = "old-files-everywhere"
    source = "https://packaging.python.org/en/latest/specifications/simple-repository-api/#additional-fields-for-the-simple-api-for-package-indexes"

    def old_files(self, project: Project) -> list[str]:
        """The names of the old files of a project."""
        if project.status == "quarantined":
            return []
        return [f"{project.name.replace('-', '_')}-{name}" for name in NAMES]

    def html_detail(self, request: Request, project: Project) -> str:
        anchors = "\n".join(
            f'<a href="{self.root()}/{FOLDER}/{project.name}/{name}#sha256={_digest(name)}" data-gpg-sig="false">{name}</a><br>'
            for name in self.old_files(project)
        )
        return super().html_detail(request, project).replace("</body>", f"{anchors}\n</body>")

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        files = [
            {
                "filename": name,
                "url": f"{self.root()}/{FOLDER}/{project.name}/{name}",
                "hashes": {"sha256": _digest(name)},
                "size": len(name),
            }
            for name in self.old_files(project)
        ]
        versions = list(dict.fromkeys(["0.1", "dev-r123", *page["versions"]]))
        return {**page, "files": [*files, *page["files"]], "versions": versions}

    def route(self, request: Request) -> Route:
        parts = self.segments(request)
        if parts[0] == FOLDER and len(parts) == 3:
            return Route("old", tuple(parts[1:]))
        return super().route(request)

    def answer_old(self, request: Request, route: Route) -> Reply:
        """The bytes of an old file: its name."""
        project, name = route.names
        if name not in self.old_files(self.find_project(project)):
            raise self.not_found()
        return self.finish(request, name.encode(), "application/octet-stream")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
