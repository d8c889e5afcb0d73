"""Faults in the API versions that pages name."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Defect

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/#simple-repository-api-versioning"
AREAS = ("version", "simple-html", "simple-json", "p700", "status", "attest", "versions", "clients")


class NoVersionInHtml(Defect):
    """HTML pages name no version, although they show what came after 1.0."""

    id, source = "version-html-missing", SPEC
    seen_by = ("version/html-meta-present",)
    areas = AREAS

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        meta = f'<meta name="pypi:repository-version" content="{self.html_version()}">'
        return super().html_page(title, metas, lines).replace(meta, "")


class NoVersionInList(Defect):
    """Project pages name a version, the project list does not."""

    id, source = "version-html-list-missing", SPEC
    seen_by = ("version/html-meta-every-page", "version/html-meta-present")
    areas = AREAS

    def html_root(self, request: Request, projects: list[Project]) -> str:
        meta = f'<meta name="pypi:repository-version" content="{self.html_version()}">'
        return super().html_root(request, projects).replace(meta, "")


class LongVersion(Defect):
    """The version in HTML has three numbers."""

    id, source = "version-html-three-numbers", SPEC
    seen_by = ("version/html-meta-format",)
    areas = AREAS

    def html_version(self) -> str:
        return "1.4.0"


class TwoVersions(Defect):
    """HTML pages name the version of the upstream and their own."""

    id = "version-html-twice"
    seen_by = ("version/html-meta-single",)
    areas = AREAS

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(
            title, ['<meta name="pypi:repository-version" content="1.0">', *metas], lines
        )


class MajorTwo(Defect):
    """Pages name version 2.0."""

    id, source = "version-major-two", SPEC
    seen_by = ("version/major-is-one",)
    areas = AREAS

    def json_version(self) -> str:
        return "2.0"

    def html_version(self) -> str:
        return "2.0"


class UnknownMinor(Defect):
    """JSON names version 1.99, which no specification defines."""

    id, source = "version-minor-unknown", SPEC
    seen_by = ("version/known-minor",)
    areas = AREAS

    def json_version(self) -> str:
        return "1.99"


class HtmlBehind(Defect):
    """HTML names 1.0 beside 1.4 in JSON."""

    id, source = "version-html-behind", SPEC
    seen_by = ("version/html-json-in-sync",)
    areas = AREAS

    def html_version(self) -> str:
        return "1.0"


class HtmlAhead(Defect):
    """HTML names 1.5."""

    id, source = "version-html-1.5", "https://peps.python.org/pep-0833/#specification"
    seen_by = ("version/html-capped-at-1.4",)
    areas = AREAS

    def html_version(self) -> str:
        return "1.5"


class NoSizes(Defect):
    """JSON names 1.4 and has neither versions nor sizes."""

    id, source = "version-1.4-without-sizes", "https://peps.python.org/pep-0700/#specification"
    seen_by = ("version/1.1-needs-versions-size",)
    areas = AREAS

    def json_detail(self, request: Request, project: Project) -> Json:
        return {
            key: value for key, value in super().json_detail(request, project).items() if key != "versions"
        }

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {key: value for key, value in super().json_file(request, file).items() if key != "size"}


class OldNumber(Defect):
    """JSON names 1.0 and has sizes and provenance, but no versions."""

    id, source = "version-1.0-with-later-keys", "https://peps.python.org/pep-0740/#json-based-simple-api"
    seen_by = (
        "version/versions-size-need-1.1",
        "version/living-spec-unconditional",
        "version/provenance-needs-1.3",
        "version/html-json-in-sync",
    )
    areas = AREAS

    def json_version(self) -> str:
        return "1.0"

    def json_detail(self, request: Request, project: Project) -> Json:
        return {
            key: value for key, value in super().json_detail(request, project).items() if key != "versions"
        }
