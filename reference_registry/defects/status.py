"""Faults in project status markers."""

from __future__ import annotations

from html import unescape

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

PEP_792 = "https://peps.python.org/pep-0792/"
STALE_EXAMPLE = "https://github.com/pypa/packaging.python.org/commit/b480162a"


class TwoElements(Defect):
    """The HTML page of a marked project says active as well."""

    id, source = "status-html-two-elements", PEP_792
    seen_by = ("status/exactly-one",)
    areas = ("status", "simple-html")

    def html_status(self, project: Project) -> list[str]:
        told = super().html_status(project)
        other = '<meta name="pypi:project-status" content="active">'
        return [*told, other] if project.status != "active" else told


class CapitalStatus(Defect):
    """The status in HTML begins with a capital."""

    id, source = "status-html-capital", PEP_792
    seen_by = ("status/html-meta-value", "status/html-json-agree")
    areas = ("status",)

    def html_status(self, project: Project) -> list[str]:
        return [
            meta.replace(f'"{project.status}"', f'"{project.status.title()}"')
            for meta in super().html_status(project)
        ]


class OldVersion(Defect):
    """Pages with a status name version 1.1 of the API."""

    id, source = "status-old-version", PEP_792
    seen_by = ("status/html-version", "status/json-version")
    areas = ("status", "version", "attest")

    def html_version(self) -> str:
        return "1.1"

    def json_version(self) -> str:
        return "1.1"


class WithinMeta(Defect):
    """The status in JSON stands within meta, in two flat keys, as one example shows it."""

    id, source = "status-json-within-meta", STALE_EXAMPLE
    seen_by = ("status/json-location", "status/json-status-recommended")
    areas = ("status",)

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        told = page.pop("project-status")
        flat = {"project-status": told["status"], "project-status-reason": told.get("reason", "")}
        return {**page, "meta": {**page["meta"], **flat}}


class StateKey(Defect):
    """The status in JSON is under the key state."""

    id, source = "status-json-state-key", PEP_792
    seen_by = ("status/json-status-key", "status/json-status-recommended")
    areas = ("status",)

    def json_status(self, project: Project) -> Json:
        told = super().json_status(project)
        return {("state" if key == "status" else key): value for key, value in told.items()}


class NullReason(Defect):
    """A status without a reason has null as its reason."""

    id, source = "status-json-null-reason", PEP_792
    seen_by = ("status/json-reason",)
    areas = ("status",)

    def json_status(self, project: Project) -> Json:
        return {"reason": None, **super().json_status(project)}


class FormsDiffer(Defect):
    """HTML says archived whatever the status is, for projects that are not active."""

    id = "status-forms-differ"
    seen_by = ("status/html-json-agree",)
    areas = ("status",)

    def html_status(self, project: Project) -> list[str]:
        told = super().html_status(project)
        return (
            [meta.replace(project.status, "archived") for meta in told]
            if project.status != "active"
            else told
        )


class UntoldInHtml(Defect):
    """HTML pages tell no status."""

    id = "status-html-untold"
    seen_by = ("status/html-meta",)
    areas = ("status",)

    def html_status(self, project: Project) -> list[str]:
        return []


class UnescapedReason(Defect):
    """The reason stands in HTML as it was given."""

    id = "status-reason-unescaped"
    seen_by = ("status/html-reason-escaped",)
    areas = ("status", "simple-html", "security")

    def html_status(self, project: Project) -> list[str]:
        return [unescape(meta) for meta in super().html_status(project)]


class OneReleaseEach(Defect):
    """A project takes no second release through an upload of its owner, as if it were archived."""

    id = "status-active-refuses"
    seen_by = ("status/active-accepts-upload",)
    areas = (
        "status",
        "upload",
        "upload-legacy",
        "names",
        "versions",
        "metadata",
        "p700",
        "yank",
        "cache",
        "auth",
        "security",
        "clients",
        "consistency",
    )

    def check_status(self, upload: Upload, project: Project) -> None:
        super().check_status(upload, project)
        if project.name.endswith("-active") and project.releases and upload.version not in project.releases:
            raise Refused(403, "The project is closed.")


class HeldBack(Defect):
    """Files of projects that have nothing but an sdist can't be fetched until an operator has looked at them."""

    id = "status-active-held-back"
    seen_by = ("status/active-downloadable", "status/default-active")
    areas = (
        "status",
        "consistency",
        "hashes",
        "simple-html",
        "simple-json",
        "files",
        "redirect",
        "cache",
        "clients",
        "security",
        "sdists",
        "range",
        "retry",
        "names",
        "auth",
    )

    def html_status(self, project: Project) -> list[str]:
        return [] if project.status == "active" else super().html_status(project)

    def answer_file(self, request: Request, route: Route) -> Reply:
        if all(file.filetype == "sdist" for file in self.find_project(route.names[0]).files.values()):
            raise self.not_found()
        return super().answer_file(request, route)


class ArchivedTakesUploads(Defect):
    """An archived or quarantined project takes uploads."""

    id, source = (
        "status-uploads-always",
        "https://github.com/pypi/warehouse/blob/main/warehouse/packaging/models.py",
    )
    seen_by = ("status/archived-refuses-upload", "status/quarantined-refuses-upload")
    areas = ("status",)

    def check_status(self, upload: Upload, project: Project) -> None:
        return


class ArchivedHidden(Defect):
    """The files of archived and deprecated projects are not listed."""

    id = "status-archived-hidden"
    seen_by = ("status/archived-downloadable", "status/deprecated-like-active")
    areas = ("status", "p700", "consistency")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return super().listed_files(project) if project.status == "active" else []


class QuarantineIsLabel(Defect):
    """A quarantined project is marked and otherwise served as before."""

    id = "status-quarantine-is-a-label"
    seen_by = ("status/quarantined-no-files-listed", "status/quarantined-direct-url")
    areas = ("status", "consistency", "security")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return list(project.files.values())

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        found = self.store.project(project)
        if found is not None and found.status == "quarantined" and filename in found.files:
            return found.files[filename]
        return super().find_file(project, digest, filename)


class QuarantineVanishes(Defect):
    """A quarantined project has no page."""

    id = "status-quarantine-404"
    seen_by = ("status/quarantined-page-exists",)
    areas = ("status", "simple-html", "simple-json", "consistency", "names")

    def answer_project(self, request: Request, route: Route) -> Reply:
        if self.find_project(route.names[0]).status == "quarantined":
            raise self.not_found()
        return super().answer_project(request, route)
