"""Faults in the markup of HTML pages, and in which files they list."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.negotiation import HTML_V1
from reference_registry.reply import Reply
from reference_registry.switches import Defect

HTML_ONLY = ("simple-html", "negotiation", "hashes", "consistency", "clients", "security")
WIDE = (
    *HTML_ONLY,
    "simple-json",
    "names",
    "metadata",
    "yank",
    "status",
    "attest",
    "version",
    "versions",
    "dist",
    "redirect",
)


def is_html(reply: Reply) -> bool:
    """Whether an answer is a page in HTML."""
    return "x-pypi-last-serial" in reply.headers and "html" in reply.headers.get("content-type", "")


class NoDoctype(Defect):
    """HTML pages have no doctype."""

    id, source = "html-no-doctype", "https://github.com/pypa/pip/issues/10825"
    seen_by = ("simple-html/doctype",)
    areas = ("simple-html",)

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(title, metas, lines).removeprefix("<!DOCTYPE html>\n")


class UnclosedAnchors(Defect):
    """Anchors are never closed, so that each is inside of the one before it."""

    id = "html-anchors-unclosed"
    seen_by = ("simple-html/root-is-html5", "simple-html/detail-is-html5", "simple-html/all-html-valid")
    areas = WIDE

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(title, metas, [line.replace("</a>", "") for line in lines])


class DoubledAttributes(Defect):
    """Anchors of files have the attribute href twice, the first one empty."""

    id = "html-href-twice"
    seen_by = ("simple-html/detail-is-html5",)
    areas = (*WIDE, "upload", "upload-legacy", "upload-meta")

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        return super().html_anchor(request, file).replace("<a ", '<a href="#" ', 1)


class CutPage(Defect):
    """Long project pages end in the middle of a tag."""

    id = "html-page-cut"
    seen_by = ("simple-html/detail-is-html5", "simple-html/detail-anchor-per-file")
    areas = WIDE

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        text = super().html_page(title, metas, lines)
        return text if "Links for" not in text or len(lines) < 6 else text[: len(text) * 3 // 4]


class Latin1(Defect):
    """Pages are in Latin-1 and say UTF-8."""

    id = "html-wrong-charset"
    seen_by = ("simple-html/decodable",)
    areas = HTML_ONLY

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if is_html(reply) and "content-encoding" not in reply.headers:
            reply.body = reply.content().replace(b"</h1>", "</h1><p>Größe</p>".encode("latin-1"))
        return reply


class SdistsInComments(Defect):
    """The anchors of sdists stand in comments."""

    id = "html-anchor-in-comment"
    seen_by = ("simple-html/detail-anchor-per-file",)
    areas = WIDE

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        anchor = super().html_anchor(request, file)
        return f"<!-- {anchor} -->" if file.filetype == "sdist" else anchor


class AnchorInNoembed(Defect):
    """A notice for people holds an anchor that Python's parser takes for a file and HTML5 parsers for text."""

    id = "html-parsers-differ"
    seen_by = ("simple-html/stdlib-parsable",)
    areas = ("simple-html", "security")

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        notice = (
            '<noembed><a href="https://files.example.org/other-9.0.tar.gz">other-9.0.tar.gz</a></noembed>'
        )
        return super().html_page(title, metas, [notice, *lines])


class OneFilePerVersion(Defect):
    """A page lists one file of each version, where a version has many."""

    id, source = "html-one-file-per-version", "https://github.com/stevearc/pypicloud/issues/61"
    seen_by = ("simple-html/detail-anchor-per-file", "simple-json/no-pagination")
    areas = (*WIDE, "p700", "upload", "upload-legacy", "upload-meta", "pypi-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        per_version = {file.version: file for file in files}
        return list(per_version.values()) if len(files) > 2 * len(per_version) else files


class FilesTwice(Defect):
    """Wheels are listed twice."""

    id = "html-files-twice"
    seen_by = ("simple-html/detail-anchor-per-file", "simple-html/unique-filenames")
    areas = (*WIDE, "dist")

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        anchor = super().html_anchor(request, file)
        return f"{anchor}\n{anchor}" if file.filetype == "bdist_wheel" else anchor


class SecondPage(Defect):
    """A page shows five files; the rest is on the next one."""

    id = "html-paginated"
    seen_by = ("simple-html/no-pagination", "simple-html/detail-anchor-per-file")
    areas = (*WIDE, "p700")

    def html_detail(self, request: Request, project: Project) -> str:
        files = self.listed_files(project)
        later = request.query_params.get("page") == "2"
        shown = files[5:] if later else files[:5]
        lines = [self.html_anchor(request, file) for file in shown]
        if len(files) > 5 and not later:
            lines.append('<a rel="next" href="?page=2">more</a>')
        return self.html_page(f"Links for {project.display_name}", self.html_status(project), lines)


class HtmlLags(Defect):
    """HTML pages are kept in a cache of their own and do not show the newest file."""

    id, source = (
        "html-older-than-json",
        "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md",
    )
    seen_by = ("simple-html/same-files-as-json", "simple-html/detail-anchor-per-file")
    areas = (*WIDE, "p700", "cache")

    def html_detail(self, request: Request, project: Project) -> str:
        lines = [self.html_anchor(request, file) for file in self.listed_files(project)[:-1]]
        return self.html_page(f"Links for {project.display_name}", self.html_status(project), lines)


class MetasInBody(Defect):
    """The index's own metas stand in the body."""

    id = "html-metas-in-body"
    seen_by = ("simple-html/meta-in-head",)
    areas = ("simple-html", "version", "status")

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        meta = f'<meta name="pypi:repository-version" content="{self.html_version()}">'
        return super().html_page(title, [], [meta, *metas, *lines]).replace(meta, "", 1)


class ExtraFileInJson(Defect):
    """JSON pages list a file that is gone."""

    id, source = "json-lists-gone-files", "https://github.com/pulp/pulp_python/issues/362"
    seen_by = ("simple-html/same-files-as-json", "simple-json/file-url")
    areas = (*WIDE, "p700", "cache", "pypi-json", "pypi-misc")

    def json_detail(self, request: Request, project: Project) -> dict[str, object]:
        page = super().json_detail(request, project)
        old = [
            {**e, "filename": "gone-" + e["filename"], "url": "../gone/" + e["filename"]}
            for e in page["files"][:1]
        ]
        return {**page, "files": [*page["files"], *old]}


class VariantBroken(Defect):
    """Only the page under the longer name of HTML is broken."""

    id = "html-variant-broken"
    seen_by = ("simple-html/all-html-valid",)
    areas = ("simple-html", "negotiation")

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if (
            is_html(reply)
            and request.headers.get("accept") == HTML_V1
            and "content-encoding" not in reply.headers
        ):
            reply.body = reply.content().replace(b"</a>", b"</a")
        return reply
