"""Faults in the links of HTML pages: where they lead, what they are called, and at which URLs the pages themselves are."""

from __future__ import annotations

from html import escape

from starlette.requests import Request

from reference_registry.defects.simple_html import WIDE
from reference_registry.model import Project, StoredFile
from reference_registry.switches import Defect
from reference_registry.urls import Route


class EmptyAnchors(Defect):
    """The anchors of the project list have no text."""

    id, source = "html-empty-anchors", "https://github.com/artifact-keeper/artifact-keeper/pull/1391"
    seen_by = ("simple-html/anchor-text-is-project-name",)
    areas = ("simple-html", "names", "clients")

    def html_project(self, request: Request, project: Project) -> str:
        return super().html_project(request, project).replace(f">{escape(project.display_name)}<", "><")


class ListLinksRaw(Defect):
    """The project list links to the spelling of the owner, not to the normalized name."""

    id, source = "html-root-href-raw", "https://github.com/artifact-keeper/artifact-keeper/issues/798"
    seen_by = ("simple-html/root-href-canonical",)
    areas = ("simple-html", "names", "redirect")

    def project_link(self, request: Request, project: Project) -> str:
        return f"{self.root()}/{self.simple}/{project.display_name}/"


class ListLinksElsewhere(Defect):
    """The project list links below /simple/, although the index is elsewhere."""

    id = "html-root-href-wrong"
    seen_by = ("simple-html/root-href-targets-project",)
    areas = ("simple-html", "names", "simple-json", "redirect")

    def project_link(self, request: Request, project: Project) -> str:
        return f"/index{self.project_url(project.name)}"


class TextIsLabel(Defect):
    """The text of a file's anchor is its name with the extension left out."""

    id = "html-text-without-extension"
    seen_by = ("simple-html/anchor-text-is-filename",)
    areas = ("simple-html", "clients", "versions", "dist")

    def html_text(self, file: StoredFile) -> str:
        return super().html_text(file).removesuffix(".whl").removesuffix(".tar.gz")


class EncodedText(Defect):
    """The text of a file's anchor is percent-encoded."""

    id, source = "html-text-encoded", "https://github.com/devpi/devpi/blob/main/server/CHANGELOG"
    seen_by = ("simple-html/anchor-text-is-filename",)
    areas = ("simple-html", "clients", "versions", "dist")

    def html_text(self, file: StoredFile) -> str:
        return super().html_text(file).replace("!", "%21").replace("+", "%2B")


class DownloadHref(Defect):
    """Links lead to a download script that has the file's name in its query."""

    id = "html-href-query"
    seen_by = ("simple-html/anchor-text-is-filename",)
    areas = (*WIDE, "cache", "upload")

    def html_href(self, request: Request, file: StoredFile) -> str:
        return f"../download?name={file.filename}#{self.html_fragment(file)}"


class LinksOneFolderOff(Defect):
    """Relative links start from the base URL, not from the page that they are on."""

    id, source = "html-href-wrong-base", "https://github.com/sonatype/nexus-public/issues/1006"
    seen_by = ("simple-html/href-is-file-location", "simple-json/file-url", "simple-json/inherits-503")
    areas = (*WIDE, "cache", "p700", "auth", "upload", "upload-legacy", "upload-meta", "retry")

    def file_link(self, request: Request, file: StoredFile) -> str:
        return super().file_link(request, file).removeprefix("../")


class PlusInHref(Defect):
    """A plus sign in a file's name stays as it is in links and is read as a space on the way back."""

    id, source = "html-href-plus", "https://github.com/ROCm/TheRock/pull/777"
    seen_by = ("simple-html/href-is-file-location",)
    areas = (*WIDE, "cache", "p700", "upload-legacy")

    def file_link(self, request: Request, file: StoredFile) -> str:
        return super().file_link(request, file).replace("%2B", "+")

    def file_route(self, project: str, digest: str, filename: str) -> Route:
        return super().file_route(project, digest, filename.replace("+", " "))


class ServedWithoutSlash(Defect):
    """A project page is also shown at its URL without the slash."""

    id, source = "html-no-slash-200", "https://github.com/astral-sh/uv/pull/1413"
    seen_by = (
        "simple-html/url-ends-with-slash",
        "simple-html/no-slash-redirect",
        "simple-json/no-slash-redirect",
    )
    areas = ("simple-html", "simple-json", "redirect", "names")

    def simple_route(self, rest: list[str]) -> Route:
        if rest == []:
            return Route("root")
        return super().simple_route([*rest, ""] if len(rest) == 1 and rest[0] else rest)


class NothingWithoutSlash(Defect):
    """A URL without its slash is not found."""

    id = "html-no-slash-404"
    seen_by = ("simple-html/no-slash-redirect", "simple-json/no-slash-redirect")
    areas = ("simple-html", "simple-json", "redirect")

    def simple_route(self, rest: list[str]) -> Route:
        if rest == [] or (len(rest) == 1 and rest[0]):
            raise self.not_found()
        return super().simple_route(rest)


class UpstreamBase(Defect):
    """A page keeps the base element of the registry that it was fetched from."""

    id, source = "html-upstream-base", "https://github.com/artifact-keeper/artifact-keeper/pull/3104"
    seen_by = ("simple-html/base-element",)
    areas = (*WIDE, "cache", "p700", "auth")

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(
            title, [f'<base href="{self.settings.origin}/upstream/a/b/">', *metas], lines
        )


class RelativeBase(Defect):
    """A page has a base element without scheme and host."""

    id, source = (
        "html-relative-base",
        "https://html.spec.whatwg.org/multipage/semantics.html#the-base-element",
    )
    seen_by = ("simple-html/base-element",)
    areas = ("simple-html", "clients")

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        here = f"{self.root()}/{self.simple}/{'a-project/' if 'Links for' in title else ''}"
        return super().html_page(title, [f'<base href="{here}">', *metas], lines)
