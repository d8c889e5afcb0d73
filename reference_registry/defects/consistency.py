"""Faults that show only when two answers are compared."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, Release, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

KEEPER = "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md"
WIDE = (
    *("consistency", "hashes", "p700", "metadata", "simple-html", "simple-json", "files", "cache", "range"),
    *(
        "retry",
        "redirect",
        "clients",
        "security",
        "names",
        "dist",
        "pypi-json",
        "versions",
        "yank",
        "upload-legacy",
    ),
)


class ForbiddenClient(Defect):
    """A rule about User-Agent keeps poetry out."""

    id, source = "consistency-poetry-forbidden", "https://www.rfc-editor.org/rfc/rfc9110.html#section-10.1.5"
    seen_by = ("consistency/clients-alike",)
    areas = ("consistency", "clients")

    def answer_project(self, request: Request, route: Route) -> Reply:
        if request.headers.get("user-agent", "").startswith("poetry/"):
            raise Refused(403, "Request blocked.")
        return super().answer_project(request, route)


class NoHashesForUv(Defect):
    """JSON pages have hashes for every client but uv."""

    id = "consistency-no-hashes-for-uv"
    seen_by = ("consistency/clients-alike",)
    areas = ("consistency", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        if request.headers.get("user-agent", "").startswith("uv/"):
            entry["hashes"] = {}
        return entry


class FirstFileForAll(Defect):
    """Every URL of a project gives the bytes of its first file."""

    id, source = "consistency-first-file-for-all", "https://github.com/ml2grow/GAEPyPI/issues/14"
    seen_by = ("consistency/url-gives-the-file", "consistency/bytes-as-uploaded")
    areas = WIDE

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        found = super().find_file(project, digest, filename)
        stored = self.store.project(project)
        return next(iter(stored.files.values())) if stored else found


class HtmlLinksNothing(Defect):
    """Links in HTML lead to another path than those in JSON, where nothing is."""

    id = "consistency-html-links-differ"
    seen_by = ("consistency/both-urls-one-file",)
    areas = (*WIDE, "status", "negotiation")

    def html_href(self, request: Request, file: StoredFile) -> str:
        return super().html_href(request, file).replace("/files/", "/packages/")


class ReleasePython(Defect):
    """All files of a project show the Requires-Python of its first file."""

    id, source = "consistency-release-python", "https://github.com/pulp/pulp_python/issues/773"
    seen_by = ("consistency/requires-python-of-file", "metadata/requires-python-consistent")
    areas = WIDE

    def first(self, file: StoredFile) -> str | None:
        """What the first file asks for."""
        project = self.store.project(file.project)
        return next(iter(project.files.values())).requires_python if project else None

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        shown = self.first(file)
        return {**told, "data-requires-python": shown} if shown else told

    def json_file(self, request: Request, file: StoredFile) -> Json:
        shown = self.first(file)
        return {**super().json_file(request, file), **({"requires-python": shown} if shown else {})}


class FlappingPages(Defect):
    """Every third answer of a project page lacks the newest file, as from a node that lags behind."""

    id, source = "consistency-pages-flap", "https://github.com/pypa/pip/issues/12960"
    seen_by = ("consistency/pages-repeat",)
    areas = (*WIDE, "status", "negotiation")

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        self.memory[project.name] = self.memory.get(project.name, 0) + 1
        return files[:-1] if self.memory[project.name] % 3 == 0 else files


class HtmlStaysBehind(Defect):
    """HTML pages are kept from their first answer on; JSON pages show new releases."""

    id, source = "consistency-html-stale", KEEPER
    seen_by = ("consistency/forms-in-step",)
    areas = (*WIDE, "status", "attest", "auth", "dist", "negotiation")

    def html_detail(self, request: Request, project: Project) -> str:
        known: str = self.memory.setdefault(project.name, super().html_detail(request, project))
        return known


class ListedWithoutPage(Defect):
    """The project list names projects that have no wheel, but their page answers 404 as a hidden one does."""

    id = "consistency-listed-without-page"
    seen_by = ("consistency/listed-projects-have-pages",)
    areas = (*WIDE, "status", "attest", "auth", "dist", "negotiation", "version", "upload-meta")

    def find_project(self, name: str) -> Project:
        project = super().find_project(name)
        if name.endswith("-dots"):
            raise self.not_found()
        return project


class YankUntoldInJsonApi(Defect):
    """The JSON API says that nothing is yanked."""

    id = "consistency-json-api-yank-untold"
    seen_by = ("consistency/json-api-yanked",)
    areas = ("consistency", "security", "pypi-json")

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_api_file(request, file), "yanked": False, "yanked_reason": None}


class YankedProjectsGone(Defect):
    """The JSON API answers 404 for a project whose releases are all yanked."""

    id, source = "consistency-json-api-all-yanked", "https://github.com/pypi/warehouse/pull/9411"
    seen_by = ("consistency/json-api-all-yanked",)
    areas = ("consistency", "pypi-json")

    def answer_json_project(self, request: Request, route: Route) -> Reply:
        project = self.visible_project(route.names[0])
        if all(file.yanked for file in project.files.values()):
            raise self.not_found()
        return super().answer_json_project(request, route)


class NoDependencies(Defect):
    """The JSON API tells no dependencies."""

    id, source = "consistency-json-api-no-dependencies", "https://github.com/python-poetry/poetry/issues/9301"
    seen_by = ("consistency/json-api-metadata",)
    areas = ("consistency", "pypi-json", "upload-legacy")

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        return {**super().json_info(request, project, release), "requires_dist": None}


class FinalReleasesOnly(Defect):
    """The JSON API has no pre-releases."""

    id = "consistency-json-api-final-only"
    seen_by = ("consistency/json-api-versions",)
    areas = ("consistency", "pypi-json")

    def answer_json_project(self, request: Request, route: Route) -> Reply:
        self.memory["json-api"] = True
        try:
            return super().answer_json_project(request, route)
        finally:
            self.memory["json-api"] = False

    def listed_versions(self, project: Project) -> list[str]:
        from packaging.version import Version

        versions = super().listed_versions(project)
        final = [version for version in versions if not Version(version).is_prerelease]
        return final if self.memory.get("json-api") and final else versions


class MovingUrls(Defect):
    """The URL of a file holds the revision of its project, so that each upload gives another one to the files that are there."""

    id = "consistency-file-urls-move"
    seen_by = ("consistency/file-urls-stay",)
    areas = (*WIDE, "attest", "status")

    def tag(self, project: str) -> str:
        """What is in the URLs of a project's files now."""
        stored = self.store.project(project)
        return f"{len(stored.files) if stored else 0:016x}"

    def file_path(self, file: StoredFile) -> str:
        return super().file_path(file).replace(file.digests.sha256[:16], self.tag(file.project))

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        stored = self.store.project(project)
        if stored is None or digest != self.tag(project) or filename not in stored.files:
            raise self.not_found()
        return stored.files[filename]
