"""Legal delays: what was uploaded shows a little later, or in one form of a page before the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.urls import Route

DELAY = timedelta(seconds=1)
LAG = timedelta(seconds=0.4)
STEP = timedelta(seconds=1.2)  # by which nodes, forms and caches are apart


def older(files: list[StoredFile], age: timedelta) -> list[StoredFile]:
    """The files that were taken before that long."""
    until = datetime.now(UTC) - age
    return [file for file in files if file.uploaded < until]


def as_of(project: Project, age: timedelta) -> Project:
    """The project as it was that long ago: without newer files."""
    shown = older(list(project.files.values()), age)
    versions = {file.version for file in shown}
    releases = {version: release for version, release in project.releases.items() if version in versions}
    return replace(project, files={file.filename: file for file in shown}, releases=releases)


class FilesAppearLater(Variation):
    """Files are on the pages of their project a second after they were taken; until then a page is there without them."""

    id, source = (
        "files-appear-later",
        "https://jfrog.com/help/r/jfrog-artifactory-documentation/pypi-repositories",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        return older(super().listed_files(project), DELAY)


class HtmlLags(Variation):
    """The HTML form of a page is kept in a cache of its own, and shows a new file a moment after the JSON form."""

    id, source = "html-lags", "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md"

    def html_detail(self, request: Request, project: Project) -> str:
        return super().html_detail(request, as_of(project, LAG))


class JsonLags(Variation):
    """The JSON form of a page is made by a renderer of its own, and shows a new file more than a second after the HTML form."""

    id, source = "json-lags", "https://www.rfc-editor.org/rfc/rfc9111#section-4.2"

    def json_detail(self, request: Request, project: Project) -> Json:
        return super().json_detail(request, as_of(project, STEP))


class NodesOutOfStep(Variation):
    """Two nodes answer in turn for the pages of a project; one of them has new files more than a second later."""

    id, source = "nodes-out-of-step", "https://www.rfc-editor.org/rfc/rfc9111#section-4.2"

    def answer_project(self, request: Request, route: Route) -> Reply:
        self.memory["node"] = self.memory.get("node", 0) + 1
        return super().answer_project(request, route)

    def json_detail(self, request: Request, project: Project) -> Json:
        return super().json_detail(request, self._at_node(project))

    def html_detail(self, request: Request, project: Project) -> str:
        return super().html_detail(request, self._at_node(project))

    def _at_node(self, project: Project) -> Project:
        return as_of(project, STEP) if self.memory["node"] % 2 else project


class PagesKeptForASecond(Variation):
    """A cache keeps each form of a page for more than a second, and says so."""

    id, source = "pages-kept-for-a-second", "https://www.rfc-editor.org/rfc/rfc9111#section-4.2"

    def json_detail(self, request: Request, project: Project) -> Json:
        return super().json_detail(request, self._kept(f"json of {project.name}", project))

    def html_detail(self, request: Request, project: Project) -> str:
        return super().html_detail(request, self._kept(f"html of {project.name}", project))

    def cache_control(self, request: Request, kind: str) -> str:
        told = super().cache_control(request, kind)
        return told.replace("no-cache", "max-age=2") if kind == "page" else told

    def _kept(self, key: str, project: Project) -> Project:
        """The project with the files that it had when this form was put into the cache; yanks and states purge it."""
        now = datetime.now(UTC)
        since = self.memory.get(key)
        if since is None or now - since > STEP:
            since = self.memory[key] = now
        return as_of(project, now - since)
