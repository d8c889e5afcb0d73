"""Faults in JSON pages."""

from __future__ import annotations

import json
from html import escape

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.negotiation import HTML
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/#json-serialization"
JSON_ONLY = ("simple-json", "negotiation", "version", "consistency", "clients")
WIDE = (
    *(
        *JSON_ONLY,
        "simple-html",
        "names",
        "hashes",
        "p700",
        "metadata",
        "yank",
        "status",
        "attest",
        "versions",
        "dist",
    ),
    *("upload", "upload-legacy", "upload-meta", "security", "redirect", "cache", "auth", "pypi-json"),
)


class ByteOrderMark(Defect):
    """JSON begins with a byte order mark."""

    id, source = "json-byte-order-mark", "https://www.rfc-editor.org/rfc/rfc8259.html#section-8.1"
    seen_by = ("simple-json/strict-json",)
    areas = WIDE

    def dump_json(self, document: Json) -> str:
        return "\ufeff" + super().dump_json(document)


class NotANumber(Defect):
    """An unknown size is written as NaN."""

    id, source = "json-nan", "https://www.rfc-editor.org/rfc/rfc8259.html#section-6"
    seen_by = ("simple-json/strict-json",)
    areas = WIDE

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "size": float("nan")}


class RepeatedKey(Defect):
    """Pages have their files twice, the first time as an empty list."""

    id, source = "json-repeated-key", "https://www.rfc-editor.org/rfc/rfc8259.html#section-4"
    seen_by = ("simple-json/unique-keys",)
    areas = JSON_ONLY

    def dump_json(self, document: Json) -> str:
        text = super().dump_json(document)
        return '{"files": [], ' + text[1:] if "files" in document else text


class BareArray(Defect):
    """JSON answers are bare arrays."""

    id, source = "json-bare-array", SPEC
    seen_by = ("simple-json/is-object", "simple-json/root-projects-array")
    areas = WIDE

    def dump_json(self, document: Json) -> str:
        return json.dumps(document.get("files", document.get("projects")))


class NoMeta(Defect):
    """JSON answers have no meta; the version stands beside the other keys."""

    id, source = "json-no-meta", SPEC
    seen_by = ("simple-json/meta-key",)
    areas = WIDE

    def dump_json(self, document: Json) -> str:
        rest = {key: value for key, value in document.items() if key != "meta"}
        return super().dump_json({"api-version": "1.4", **rest})


class NumericVersion(Defect):
    """The API version in JSON is a number."""

    id, source = "json-version-number", SPEC
    seen_by = ("simple-json/meta-api-version",)
    areas = WIDE

    def json_meta(self, serial: int) -> Json:
        return {**super().json_meta(serial), "api-version": 1.4}


class ListOfNames(Defect):
    """The project list in JSON is an array of strings."""

    id, source = "json-list-of-strings", SPEC
    seen_by = ("simple-json/root-projects-array",)
    areas = WIDE

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        page = super().json_root(request, projects)
        return {**page, "projects": [project.name for project in projects]}


class NamelessProjects(Defect):
    """Entries of the project list have an id and no name."""

    id = "json-list-nameless"
    seen_by = ("simple-json/root-project-name",)
    areas = WIDE

    def json_project(self, project: Project) -> Json:
        return {"id": project.name}


class ShorterJsonList(Defect):
    """The project list in JSON leaves the newest project out."""

    id, source = (
        "json-list-shorter",
        "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md",
    )
    seen_by = ("simple-json/root-equals-html",)
    areas = ("simple-json", "names", "consistency")

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        return super().json_root(request, projects[1:])


class DisplayNameInPage(Defect):
    """A project page in JSON gives the name as its owner spells it."""

    id, source = "json-name-not-normalized", SPEC
    seen_by = ("simple-json/detail-name-normalized",)
    areas = ("simple-json", "names", "consistency")

    def json_detail(self, request: Request, project: Project) -> Json:
        return {**super().json_detail(request, project), "name": project.display_name}


class FilesByName(Defect):
    """The files of a page are an object, by name."""

    id = "json-files-object"
    seen_by = ("simple-json/detail-files-array",)
    areas = WIDE

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "files": {entry["filename"]: entry for entry in page["files"]}}


class NoFilenames(Defect):
    """Files have a name under another key."""

    id = "json-file-without-name"
    seen_by = ("simple-json/file-filename",)
    areas = WIDE

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {"name" if key == "filename" else key: value for key, value in entry.items()}


class NullUrls(Defect):
    """Files of projects with capitals have no URL: it is null."""

    id = "json-url-null"
    seen_by = ("simple-json/file-url",)
    areas = WIDE

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        if project.display_name == project.name:
            return page
        return {**page, "files": [{**entry, "url": None} for entry in page["files"]]}


class PagedJson(Defect):
    """A JSON page has ten files; the rest is behind a key named next."""

    id = "json-paginated"
    seen_by = ("simple-json/no-pagination",)
    areas = WIDE

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        if request.query_params.get("page") == "2":
            return {**page, "files": page["files"][10:]}
        return {**page, "files": page["files"][:10], "next": "?page=2" if len(page["files"]) > 10 else None}


class JsonElsewhere(Defect):
    """JSON of projects with dots or underscores is not at the normalized URL."""

    id = "json-not-at-normalized-url"
    seen_by = ("simple-json/url-structure-same",)
    areas = WIDE

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        chosen = super().choose(accept, format_parameter)
        return HTML if self.memory.get("spelled") else chosen

    def answer_project(self, request: Request, route: Route) -> Reply:
        project = self.store.project(route.names[0])
        self.memory["spelled"] = project is not None and bool(set("._") & set(project.display_name))
        return super().answer_project(request, route)


class PrefixMatch(Defect):
    """A page lists all files whose names begin with the project's name."""

    id, source = "json-prefix-match", "https://github.com/ml2grow/GAEPyPI/issues/14"
    seen_by = ("simple-json/detail-belongs-to-project",)
    areas = WIDE

    def listed_files(self, project: Project) -> list[StoredFile]:
        longer = [p for p in self.store.projects() if p.name.startswith(f"{project.name}-")]
        return [*super().listed_files(project), *(f for p in longer for f in p.files.values())]


class EscapedJson(Defect):
    """The Python versions in JSON are escaped as in HTML."""

    id, source = "json-requires-python-escaped", "https://github.com/astral-sh/uv/issues/1464"
    seen_by = ("simple-json/requires-python-not-escaped", "simple-json/requires-python-value")
    areas = (*JSON_ONLY, "simple-html", "upload-meta", "upload-legacy", "versions")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        asked = entry.get("requires-python")
        return {**entry, "requires-python": escape(asked)} if asked else entry


class ListedPythons(Defect):
    """The Python versions in JSON are a list of clauses."""

    id = "json-requires-python-list"
    seen_by = ("simple-json/requires-python-value",)
    areas = (*JSON_ONLY, "simple-html", "upload-meta", "upload-legacy", "versions")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {
            **super().json_file(request, file),
            "requires-python": (file.requires_python or "").split(","),
        }


class SignatureWord(Defect):
    """Whether there is a signature is said with yes and no."""

    id = "json-gpg-sig-word"
    seen_by = ("simple-json/gpg-sig-bool",)
    areas = ("simple-json",)

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "gpg-sig": "yes" if file.signature else "no"}


class SignatureAlways(Defect):
    """Every file in JSON is said to have a signature."""

    id = "json-gpg-sig-claimed"
    seen_by = ("simple-json/gpg-sig-truth", "simple-html/same-files-as-json")
    areas = ("simple-json", "simple-html", "consistency")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "gpg-sig": True}
