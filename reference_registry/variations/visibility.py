"""Legal delays: what was uploaded shows a little later, or in one form of a page before the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.switches import Variation

DELAY = timedelta(seconds=1)
LAG = timedelta(seconds=0.4)


def older(files: list[StoredFile], age: timedelta) -> list[StoredFile]:
    """The files that were taken before that long."""
    until = datetime.now(UTC) - age
    return [file for file in files if file.uploaded < until]


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
        shown = older(list(project.files.values()), LAG)
        return super().html_detail(request, replace(project, files={file.filename: file for file in shown}))
