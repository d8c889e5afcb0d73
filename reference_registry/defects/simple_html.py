"""Faults in HTML pages."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.negotiation import HTML_V1
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

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
GONE = "https://issues.sonatype.org/browse/NEXUS-34950"


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


class NotEscaped(Defect):
    """Attribute values are not escaped."""

    id, source = "html-not-escaped", "https://github.com/stevearc/pypicloud/issues/280"
    seen_by = ("simple-html/attribute-escaping", "simple-html/requires-python-lt-gt-encoded")
    areas = (*WIDE, "upload-meta")

    def html_value(self, value: str) -> str:
        return value

    def html_status(self, project: Project) -> list[str]:
        return [line.replace("&lt;", "<").replace("&gt;", ">") for line in super().html_status(project)]


class EscapedTwice(Defect):
    """Attribute values are escaped twice."""

    id, source = (
        "html-escaped-twice",
        "https://github.com/renovatebot/renovate/blob/main/lib/modules/datasource/pypi/index.ts",
    )
    seen_by = ("simple-html/attribute-escaping", "simple-html/requires-python-value")
    areas = (*WIDE, "upload-meta", "clients")

    def html_value(self, value: str) -> str:
        return super().html_value(super().html_value(value))


class RawAngleBrackets(Defect):
    """Angle brackets in the Python versions are written as they are, between quotes."""

    id = "html-raw-angle-brackets"
    source = "https://packaging.python.org/en/latest/specifications/simple-repository-api/"
    seen_by = ("simple-html/requires-python-lt-gt-encoded",)
    areas = ("simple-html", "clients", "security", "yank", "status")

    def html_value(self, value: str) -> str:
        return escape(value).replace("&lt;", "<").replace("&gt;", ">")


class PythonOfProject(Defect):
    """All files are shown with the Python versions of the first upload of their project."""

    id = "html-requires-python-of-first"
    seen_by = ("simple-html/requires-python-value", "simple-json/requires-python-value")
    areas = (
        "simple-html",
        "simple-json",
        "consistency",
        "clients",
        "upload-meta",
        "versions",
        "p700",
        "metadata",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        first = next(iter(project.files.values()), None)
        return [
            replace(f, requires_python=first.requires_python if first else None)
            for f in super().listed_files(project)
        ]


class ConstantPython(Defect):
    """Files that ask for no Python are shown with >=2.7."""

    id = "html-requires-python-invented"
    seen_by = ("simple-html/requires-python-value", "simple-json/requires-python-value")
    areas = (
        "simple-html",
        "simple-json",
        "consistency",
        "clients",
        "upload-meta",
        "upload-legacy",
        "metadata",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(f, requires_python=f.requires_python or ">=2.7") for f in super().listed_files(project)
        ]


class SignaturesClaimed(Defect):
    """Every wheel is said to have a signature."""

    id = "html-gpg-sig-claimed"
    seen_by = ("simple-html/gpg-sig-attr-truth", "simple-json/gpg-sig-truth")
    areas = ("simple-html", "simple-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(f, signature=b"claimed") if f.filetype == "bdist_wheel" else f
            for f in super().listed_files(project)
        ]


class SignaturesElsewhere(Defect):
    """Signatures are not at the file's URL with .asc, but with .sig."""

    id = "html-gpg-sig-elsewhere"
    seen_by = ("simple-html/gpg-sig-location",)
    areas = ("simple-html", "simple-json", "upload", "upload-legacy")

    def answer_signature(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class SignatureForSome(Defect):
    """Only files with a signature have the attribute, and it says yes."""

    id = "html-gpg-sig-odd"
    seen_by = ("simple-html/gpg-sig-attr", "simple-html/gpg-sig-attr-on-all")
    areas = ("simple-html",)

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        del attributes["data-gpg-sig"]
        return {**attributes, "data-gpg-sig": "yes"} if file.filetype == "sdist" else attributes


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
