"""Faults in names and in the URLs that they make."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/"
WIDE = ("names", "simple-html", "simple-json", "redirect", "consistency", "clients")


class SingleSeparators(Defect):
    """Normalization replaces each separator by itself, so that a run of them becomes several hyphens."""

    id, source = "names-runs-kept", "https://github.com/artifact-keeper/artifact-keeper/issues/798"
    seen_by = ("names/project-url-format", "names/normalization-rule", "simple-html/root-href-canonical")
    areas = (*WIDE, "upload", "upload-meta", "upload-legacy", "versions", "security")

    def project_route(self, name: str) -> Route:
        known = {plain(project.display_name): project.name for project in self.store.projects()}
        return Route("project", (known.get(plain(name), "-"),))

    def project_link(self, request: Request, project: Project) -> str:
        return f"{self.root()}/{self.simple}/{plain(project.display_name)}/"


def plain(name: str) -> str:
    """Lower case, every separator a hyphen."""
    return re.sub("[-_.]", "-", name).lower()


class RedirectToDisplayName(Defect):
    """The normalized URL redirects to the spelling that the owner chose, and only that one has the page."""

    id = "names-redirect-to-display-name"
    seen_by = ("names/client-must-not-need-redirect",)
    areas = (*WIDE, "cache", "auth", "negotiation", "security")

    def project_route(self, name: str) -> Route:
        project = self.store.project(normalize(name))
        if project is not None and name != project.display_name:
            return Route("redirect", redirect=f"{self.root()}/{self.simple}/{project.display_name}/")
        return Route("project", (normalize(name),))


class RedirectElsewhere(Defect):
    """Another spelling of a name redirects to a path that has no page."""

    id, source = "names-redirect-wrong", "https://github.com/pypiserver/pypiserver/pull/50"
    seen_by = ("names/unnormalized-redirect-target",)
    areas = WIDE

    def project_route(self, name: str) -> Route:
        if name != normalize(name):
            return Route("redirect", redirect=f"{self.root()}/{name}/simple/{normalize(name)}/")
        return super().project_route(name)


class RedirectToLowerCase(Defect):
    """Another spelling redirects to its lower case, where the page is shown a second time."""

    id = "names-redirect-lower-case-only"
    seen_by = ("names/unnormalized-redirect-target",)
    areas = WIDE

    def project_route(self, name: str) -> Route:
        if name != name.lower():
            return Route("redirect", redirect=f"{self.root()}/{self.simple}/{name.lower()}/")
        return Route("project", (normalize(name),))


class SpellingBreaksServer(Defect):
    """Another spelling of a name is a server error."""

    id = "names-spelling-500"
    source = "https://github.com/simple-repository/simple-repository-server/issues/8"
    seen_by = ("names/unnormalized-url-redirect",)
    areas = (*WIDE, "security")

    def project_route(self, name: str) -> Route:
        if name != normalize(name):
            raise Refused(500, "The registry made a mistake.")
        return super().project_route(name)


class OnePagePerSpelling(Defect):
    """A page shows only the files whose upload spelled the name as the first one did."""

    id, source = "names-page-per-spelling", "https://docs.inedo.com/docs/proget/feeds/pypi"
    seen_by = ("names/equivalent-names-one-project",)
    areas = (*WIDE, "upload", "upload-meta", "upload-legacy", "versions")

    def stored_file(self, upload: Upload) -> StoredFile:
        return replace(super().stored_file(upload), comment=upload.form.one("name") or "")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if file.comment == project.display_name]


class TwoEntries(Defect):
    """The project list has an entry for each spelling: that of the name, and that of the file names."""

    id, source = "names-root-two-spellings", "https://github.com/pypiserver/pypiserver/pull/36"
    seen_by = ("names/root-one-entry-per-normal-form", "simple-html/root-anchor-per-project")
    areas = WIDE

    def listed_projects(self) -> list[Project]:
        found = []
        for project in super().listed_projects():
            spelled = {file.filename.split("-")[0] for file in project.files.values()}
            found += [project, *(replace(project, display_name=name) for name in sorted(spelled))]
        return found


class EntryForEachFile(Defect):
    """The project list has one anchor for each file, with the file's name as text."""

    id, source = "names-root-lists-files", "https://github.com/khornberg/elasticpypi/issues/92"
    seen_by = (
        "simple-html/root-anchor-per-project",
        "simple-html/anchor-text-is-project-name",
        "names/root-one-entry-per-normal-form",
    )
    areas = WIDE

    def html_project(self, request: Request, project: Project) -> str:
        link = self.project_link(request, project)
        return "".join(f'<a href="{link}">{name}</a><br>\n' for name in project.files)


class ListedWithoutPage(Defect):
    """The project list names a project that has no page."""

    id = "names-listed-without-page"
    seen_by = (
        "names/registered-empty-project",
        "names/normalization-rule",
        "simple-html/root-href-targets-project",
    )
    areas = WIDE

    def listed_projects(self) -> list[Project]:
        return [*super().listed_projects(), Project("zz-no-such-page", "zz-no-such-page", "admin")]


class NotListed(Defect):
    """Projects with capitals in their name are missing from the project list."""

    id = "names-not-listed"
    seen_by = ("names/page-implies-listed", "simple-html/root-anchor-per-project")
    areas = (*WIDE, "upload-legacy")

    def listed_projects(self) -> list[Project]:
        return [p for p in super().listed_projects() if p.display_name == p.display_name.lower()]


class InvalidNamesListed(Defect):
    """The project list shows names with the owner in front, as they are kept in storage."""

    id = "names-invalid-shown"
    seen_by = ("names/valid-format",)
    areas = WIDE

    def json_project(self, project: Project) -> Json:
        return {**super().json_project(project), "name": f"{project.owner}/{project.display_name}"}


class TailedNames(Defect):
    """Shows a name with a tail that should have been refused."""

    tail = ""

    def take(self, upload: Upload) -> Reply:
        """Publish under the name without its tail, and remember to show it."""
        name = upload.form.one("name") or ""
        if not name.endswith(self.tail):
            return super().take(upload)
        bare = name.removesuffix(self.tail)
        fields = tuple((key, bare if key == "name" else value) for key, value in upload.form.fields)
        upload.form = replace(upload.form, fields=fields)
        self.memory.setdefault("tailed", set()).add(normalize(bare))
        return super().take(upload)

    def json_project(self, project: Project) -> Json:
        """The name with its tail."""
        tail = self.tail if project.name in self.memory.get("tailed", ()) else ""
        return {**super().json_project(project), "name": project.display_name + tail}


class NameWithNewline(TailedNames):
    """A newline at the end of a name is taken as part of it."""

    id = "names-newline-kept"
    source = "https://packaging.python.org/en/latest/specifications/name-normalization/#history"
    seen_by = ("names/no-trailing-newline",)
    areas = (*WIDE, "upload", "upload-meta", "upload-legacy", "security")
    tail = "\n"


class KelvinSign(TailedNames):
    """Names are matched ignoring case and not as ASCII, so that the Kelvin sign passes for a k."""

    id = "names-not-ascii"
    source = "https://packaging.python.org/en/latest/specifications/name-normalization/#name-format"
    seen_by = ("names/valid-format-ascii-only",)
    areas = (*WIDE, "upload", "upload-meta", "upload-legacy", "security")
    tail = "\u212a"


class UnknownShowsOthers(Defect):
    """An unknown name gets the page of the project whose name comes next."""

    id = "names-unknown-shows-next"
    seen_by = ("names/unknown-project-404", "names/unknown-project-404-json")
    areas = (*WIDE, "security", "cache", "auth", "upload", "upload-legacy", "upload-meta", "status")

    def find_project(self, name: str) -> Project:
        known = self.store.projects()
        return self.store.project(name) or next((p for p in known if p.name > name), known[-1])


class UnknownBreaksServer(Defect):
    """An unknown project is a server error."""

    id = "names-unknown-500"
    seen_by = ("names/unknown-project-404", "names/unknown-project-404-json")
    areas = (
        *WIDE,
        "security",
        "cache",
        "auth",
        "upload",
        "upload-legacy",
        "upload-meta",
        "status",
        "pypi-json",
    )

    def find_project(self, name: str) -> Project:
        if self.store.project(name) is None:
            raise Refused(500, "The registry made a mistake.")
        return super().find_project(name)


class UnknownCutOff(Defect):
    """The connection breaks when JSON is asked for an unknown project."""

    id = "names-unknown-json-drops"
    seen_by = ("simple-json/error-body-free", "names/unknown-project-404-json")
    areas = (
        *WIDE,
        "security",
        "cache",
        "auth",
        "upload",
        "upload-legacy",
        "upload-meta",
        "status",
        "negotiation",
    )

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if reply.status == 404 and "simple.v1+json" in request.headers.get("accept", ""):
            reply.wire = replace(reply.wire, drop=True)
        return reply


class InvalidNamesBreakServer(Defect):
    """A path that is no name is a server error."""

    id = "names-invalid-500"
    source = "https://github.com/artifact-keeper/artifact-keeper/issues/3443"
    seen_by = ("names/invalid-name-url",)
    areas = ("names", "security", "redirect")

    def simple_route(self, rest: list[str]) -> Route:
        try:
            return super().simple_route(rest)
        except Refused:
            raise Refused(500, "The registry made a mistake.") from None


class SpacesAreHyphens(Defect):
    """Spaces and other characters of a path count as hyphens."""

    id, source = "names-spaces-accepted", "https://github.com/artifact-keeper/artifact-keeper/pull/3190"
    seen_by = ("names/invalid-name-url",)
    areas = ("names", "security", "redirect")

    def simple_route(self, rest: list[str]) -> Route:
        return super().simple_route([re.sub(r"[^A-Za-z0-9._-]", "-", part) for part in rest])


class VersionPageBreaksServer(Defect):
    """A path below a project is a server error."""

    id = "names-version-page-500"
    seen_by = ("names/no-version-pages",)
    areas = ("names", "security", "redirect")

    def simple_route(self, rest: list[str]) -> Route:
        if len(rest) > 2:
            raise Refused(500, "The registry made a mistake.")
        return super().simple_route(rest)


class OnlyActiveListed(Defect):
    """The project list names active projects only."""

    id, source = "names-only-active-listed", "https://peps.python.org/pep-0792/"
    seen_by = ("names/page-implies-listed",)
    areas = (*WIDE, "status")

    def listed_projects(self) -> list[Project]:
        return [project for project in super().listed_projects() if project.status == "active"]


class YankedNotListed(Defect):
    """A project whose files are all yanked is not in the project list."""

    id, source = "names-yanked-not-listed", "https://peps.python.org/pep-0592/"
    seen_by = ("names/page-implies-listed",)
    areas = (*WIDE, "yank")

    def listed_projects(self) -> list[Project]:
        return [
            project
            for project in super().listed_projects()
            if not project.files or not all(file.yanked for file in project.files.values())
        ]
