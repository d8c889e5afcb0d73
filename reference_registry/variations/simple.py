"""Legal oddities of what pages hold, in HTML and in JSON, and of their versions."""

from __future__ import annotations

import json
from html import escape

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/"


class NumericReferences(Variation):
    """Special characters in attributes are numeric references."""

    id, source = "html-numeric-references", SPEC

    def html_value(self, value: str) -> str:
        return "".join(f"&#x{ord(c):x};" if c in "<>&'\"" else c for c in value)


class Navigation(Variation):
    """Pages begin with links that are no files and no projects, and end with words."""

    id, source = "html-navigation", "https://github.com/astral-sh/uv/pull/19983"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        top = [
            f'<nav><a href="{self.root()}/">home</a> <a href="../">..</a> <a href="+searchhelp">help</a></nav>',
            '<a href="https://docs.example.org/"></a> <a name="top">here</a> <hr> <p>An index',
            '<!-- <a href="gone-1.0.tar.gz">gone-1.0.tar.gz</a> -->',
        ]
        return super().html_page(title, metas, [*top, *lines, "<p>The end &copy; 2026</p>"])


class EmptyFragments(Variation):
    """Links end in an empty fragment, and have no hash."""

    id, source = "html-empty-fragment", "https://github.com/astral-sh/uv/pull/1443"
    seen_by = ("hashes/html-fragment", "hashes/sha256-recommended")  # SHOULDs

    def html_fragment(self, file: StoredFile) -> str:
        return ""


class NoPythonVersions(Variation):
    """No page says which Python a file asks for; JSON says null."""

    id, source = "no-requires-python", SPEC

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        found = super().html_attributes(request, file)
        return {name: value for name, value in found.items() if name != "data-requires-python"}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "requires-python": None}


class NoSignatureClaims(Variation):
    """No page says whether a file has a signature."""

    id, source = "no-gpg-sig", SPEC

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        found = super().html_attributes(request, file)
        return {name: value for name, value in found.items() if name != "data-gpg-sig"}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {name: value for name, value in super().json_file(request, file).items() if name != "gpg-sig"}


class IndentedJson(Variation):
    """JSON is indented, sorted, and escapes what it can."""

    id, source = "json-indented", "https://www.rfc-editor.org/rfc/rfc8259.html#section-2"

    def dump_json(self, document: Json) -> str:
        return "\n " + json.dumps(document, indent=4, sort_keys=True).replace("/", "\\/") + "\n"


class LaterVersion(Variation):
    """JSON names version 1.5, HTML stays at 1.4."""

    id, source = "json-1.5", "https://peps.python.org/pep-0833/#specification"

    def json_version(self) -> str:
        return "1.5"


class OlderList(Variation):
    """The project list in JSON names an older version than the project pages."""

    id, source = "list-version-lags", "https://peps.python.org/pep-0792/"

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        page = super().json_root(request, projects)
        return {**page, "meta": {**page["meta"], "api-version": "1.0"}}


class OtherHost(Variation):
    """Links to projects and files name the host otherwise than the client does."""

    id, source = "links-other-host", SPEC

    def file_link(self, request: Request, file: StoredFile) -> str:
        return self.other(request) + self.file_path(file)

    def project_link(self, request: Request, project: Project) -> str:
        return self.other(request) + self.project_url(project.name)

    def other(self, request: Request) -> str:
        """The origin under another name of this host."""
        return self.origin(request).replace("127.0.0.1", "localhost")


class EncodedLinks(Variation):
    """Links encode more characters than they have to, in lower-case hex."""

    id, source = "links-encoded", "https://www.rfc-editor.org/rfc/rfc3986.html#section-2.3"

    def file_link(self, request: Request, file: StoredFile) -> str:
        head, _, name = super().file_link(request, file).rpartition("/")
        return f"{head}/{name.replace('-', '%2d').replace('_', '%5f')}"


class ListOfRelativeLinks(Variation):
    """The project list links with relative URLs and shows what it likes around them."""

    id, source = "list-relative-links", SPEC

    def html_project(self, request: Request, project: Project) -> str:
        return f'<li><a class="x"\n href="{project.name}/">\n  {escape(project.display_name)}\n</a> (latest)'

    def html_root(self, request: Request, projects: list[Project]) -> str:
        lines = ["<ul>", *(self.html_project(request, project) for project in projects), "</ul>"]
        return self.html_page("All projects", [], ['<a href="../">../</a>', *lines])


class LoudTags(Variation):
    """Tags and attributes are in capitals and single quotes, over several lines; the page begins with a byte order mark and has CRLF."""

    id, source = "html-capitals-crlf", "https://html.spec.whatwg.org/multipage/syntax.html#syntax-tags"

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        attributes = {"href": self.html_href(request, file), **self.html_attributes(request, file)}
        written = " ".join(f"{name.upper()}='{self.html_value(value)}'" for name, value in attributes.items())
        return f"<A\n  {written}\n>\n  {escape(self.html_text(file))}\n</A >"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return "\ufeff" + super().html_page(title, metas, lines).replace("\n", "\r\n")


class EmptyPythonVersions(Variation):
    """Where a file asks for no Python, both forms say so with an empty text."""

    id, source = "requires-python-empty", "https://github.com/pypa/bandersnatch/issues/1440"

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {"requires-python": "", **super().json_file(request, file)}

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        return {"data-requires-python": "", **super().html_attributes(request, file)}


class VersionsOfNoFile(Variation):
    """JSON's versions come in any order, with some that have no file and one that is none by today's rules."""

    id, source = "versions-without-files", SPEC

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "versions": [*page["versions"][::-1], "0.0.0.dev0", "not-a-version"]}
