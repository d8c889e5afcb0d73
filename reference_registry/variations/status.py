"""Legal oddities of project status markers."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Variation

PEP_792 = "https://peps.python.org/pep-0792/"


class ActiveUntold(Variation):
    """Active projects tell no status."""

    id, source = "status-active-untold", PEP_792

    def html_status(self, project: Project) -> list[str]:
        return super().html_status(project) if project.status != "active" else []

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {k: v for k, v in page.items() if k != "project-status" or project.status != "active"}


class NoStatuses(Variation):
    """There are no statuses, and no call to set one."""

    id, source = "status-none", PEP_792

    def html_status(self, project: Project) -> list[str]:
        return []

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {key: value for key, value in page.items() if key != "project-status"}

    def set_status(self, document: Json) -> Reply:
        raise Refused(404, "There is no such call.")


class NoReasons(Variation):
    """A status shows without its reason."""

    id, source = "status-without-reason", PEP_792

    def html_status(self, project: Project) -> list[str]:
        return super().html_status(project)[:1]

    def json_status(self, project: Project) -> Json:
        return {"status": project.status}


class NoVersionsInQuarantine(Variation):
    """A quarantined project lists no versions."""

    id, source = "status-quarantine-no-versions", PEP_792

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "versions": []} if project.status == "quarantined" else page
