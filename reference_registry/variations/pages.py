"""Legal oddities of pages, names, negotiation and files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.negotiation import HTML
from reference_registry.pages import Json
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Variation
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/specifications/simple-repository-api/"


class OtherSpellingsUnknown(Variation):
    """A project under another spelling of its name is answered with 404 instead of a redirect."""

    id = "other-spellings-404"
    source = SPEC

    def project_route(self, name: str) -> Route:
        if name != normalize(name):
            raise self.not_found()
        return super().project_route(name)


class OtherSpellingsServed(Variation):
    """A project under another spelling of its name is served there, without a redirect."""

    id = "other-spellings-200"
    source = SPEC

    def project_route(self, name: str) -> Route:
        return Route("project", (normalize(name),))


class DefaultInsteadOf406(Variation):
    """Without a match between Accept and the offers the default type is served, as PyPI does."""

    id = "no-match-default"
    source = SPEC

    def not_acceptable(self) -> Refused:
        return Refused(406, "")

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        try:
            return super().choose(accept, format_parameter)
        except Refused:
            return self.default_type()


class NoFormatParameter(Variation):
    """The `?format=` parameter is not known."""

    id = "no-format-parameter"
    source = SPEC

    def format_parameter(self, request: Request) -> str | None:
        return None


class NoJsonApi(Variation):
    """There is no PyPI JSON API."""

    id = "no-json-api"
    source = "https://docs.pypi.org/api/json/"

    def json_route(self, rest: list[str]) -> Route:
        raise self.not_found()

    def endpoints(self) -> dict[str, str]:
        return {name: url for name, url in super().endpoints().items() if name != "json_api"}


class PlainHtmlOnly(NoJsonApi):
    """Pages are an autoindex: text/html whatever is asked for, no version, no hashes, no attributes, a link to the parent."""

    id = "autoindex"
    source = "https://packaging.python.org/guides/hosting-your-own-index/"
    seen_by = ("hashes/html-fragment", "hashes/sha256-recommended", "yank/still-listed")  # SHOULDs

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        return HTML

    def page_vary(self) -> tuple[str, ...]:
        return ()

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        body = "\n".join(('<a href="../">../</a><br>', *lines))
        head = f"<title>{escape(title)}</title>"
        return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'

    def html_href(self, request: Request, file: StoredFile) -> str:
        return self.file_link(request, file)

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        return {}

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        return None


class JsonLegacyKey(Variation):
    """JSON pages also have the older key for core metadata."""

    id = "json-legacy-metadata-key"
    source = "https://peps.python.org/pep-0714/"

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {**entry, "dist-info-metadata": entry["core-metadata"]}


class OlderJson(Variation):
    """Pages follow version 1.0 of the API: no sizes, no times, no versions, no status."""

    id = "api-1.0"
    source = SPEC

    def json_version(self) -> str:
        return "1.0"

    def html_version(self) -> str:
        return "1.0"

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {key: value for key, value in page.items() if key not in ("versions", "project-status")}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {
            key: value for key, value in entry.items() if key not in ("size", "upload-time", "provenance")
        }

    def html_status(self, project: Project) -> list[str]:
        return []

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        return {name: value for name, value in attributes.items() if name != "data-provenance"}


class UnknownKeys(Variation):
    """Every object in JSON pages has keys that no specification knows."""

    id = "json-unknown-keys"
    source = SPEC

    def json_meta(self, serial: int) -> Json:
        return {**super().json_meta(serial), "tracks": [], "_private": {"a": 1}}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "_id": file.digests.md5, "x-vendor": None}

    def json_project(self, project: Project) -> Json:
        return {**super().json_project(project), "_last-serial": project.serial}


class UpperCaseDigests(Variation):
    """Digests are written in upper-case hex."""

    id = "digests-upper-case"
    source = "https://github.com/pypa/pip/issues/12680"

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {name: value.upper() for name, value in super().json_hashes(file).items()}

    def html_fragment(self, file: StoredFile) -> str:
        return f"sha256={file.digests.sha256.upper()}"


class BackwardsOrder(Variation):
    """Files, versions and projects are listed in an order of their own."""

    id = "order-backwards"
    source = SPEC

    def listed_files(self, project: Project) -> list[StoredFile]:
        return super().listed_files(project)[::-1]

    def listed_versions(self, project: Project) -> list[str]:
        return super().listed_versions(project)[::-1]

    def listed_projects(self) -> list[Project]:
        return super().listed_projects()[::-1]


class WholeSeconds(Variation):
    """Upload times have no fraction of a second."""

    id = "upload-time-whole-seconds"
    source = SPEC

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(moment)[:19] + "Z"


class FilesElsewhere(Variation):
    """Files are on another host, behind a redirect with a signature that the file's own URL does not have."""

    id = "files-redirect"
    source = "https://github.com/astral-sh/uv/issues/11440"

    def answer_file(self, request: Request, route: Route) -> Reply:
        return self.redirected(request) or super().answer_file(request, route)

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        return self.redirected(request) or super().answer_metadata(request, route)

    def require_reader(self, request: Request) -> None:
        is_file = request.scope["path"].startswith(f"{self.root()}/{self.files}/")
        if not (is_file and request.query_params.get("signature") == "valid"):
            super().require_reader(request)

    def redirected(self, request: Request) -> Reply | None:
        if request.query_params.get("signature") == "valid":
            return None
        here = self.origin(request)
        other = here.replace("127.0.0.1", "localhost") if "127.0.0.1" in here else here
        reply = text_reply(302, "", "text/plain; charset=utf-8", cache_control="no-store")
        reply.headers["location"] = other + request.scope["raw_path"].decode("ascii") + "?signature=valid"
        return reply


class NoRanges(Variation):
    """Ranges are not supported: the whole file is sent, and nothing says otherwise."""

    id = "no-ranges"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-14.2"

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        reply = super().whole_file(request, file)
        del reply.headers["accept-ranges"]
        return reply

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        return whole


class NoValidators(Variation):
    """Pages have no ETag, and conditional requests get the whole page."""

    id = "no-validators"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-8.8"

    def revalidate(self, request: Request, reply: Reply) -> Reply:
        return reply

    def respond(self, request: Request, reply: Reply) -> Reply:
        if reply.headers.get("accept-ranges") is None and "etag" in reply.headers:
            del reply.headers["etag"]
        return super().respond(request, reply)


class NoCompression(Variation):
    """Nothing is ever compressed."""

    id = "no-compression"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"

    def coding(self, request: Request) -> str:
        return ""


class NoRoot(Variation):
    """There is no root page, as in AWS CodeArtifact."""

    id = "no-root"
    source = "https://docs.aws.amazon.com/codeartifact/latest/ug/python-compatibility.html"

    def answer_root(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class BareYank(Variation):
    """Files are yanked without their reasons."""

    id = "yank-reason-dropped"
    source = SPEC

    def json_yanked(self, file: StoredFile) -> bool | str:
        return file.yanked

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        return {**attributes, "data-yanked": ""} if file.yanked else attributes


class NormalizedNames(Variation):
    """The root page shows normalized names."""

    id = "root-normalized-names"
    source = SPEC

    def json_project(self, project: Project) -> Json:
        return {**super().json_project(project), "name": project.name}

    def html_project(self, request: Request, project: Project) -> str:
        return f'<a href="{escape(self.project_link(request, project))}">{escape(project.name)}</a>'


class LooseHtml(Variation):
    """HTML pages are valid but not tidy: optional tags left out, attributes in another order, anchors over several lines."""

    id = "html-untidy"
    source = "https://github.com/pypi/warehouse/issues/18275"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        version = f"<META content={self.html_version()} name=pypi:repository-version>"
        return "\n".join(
            ("<!doctype HTML>", version, *metas, f"<title>{escape(title)}</title>", "<!--SERIAL 1-->", *lines)
        )

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        attributes: Mapping[str, str] = {
            **self.html_attributes(request, file),
            "rel": "internal",
            "href": self.html_href(request, file),
        }
        written = "\n  ".join(f"{name}='{self.html_value(value)}'" for name, value in attributes.items())
        return f"<A\n  {written}\n>\n  {escape(self.html_text(file))}\n</A>"


class HrefBase(Variation):
    """Project pages resolve their links against a `<base>`."""

    id = "html-base-element"
    source = "https://html.spec.whatwg.org/multipage/semantics.html#the-base-element"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        return super().html_page(
            title, [f'<base href="{self.settings.origin}{self.root()}/{self.files}/">', *metas], lines
        )

    def html_href(self, request: Request, file: StoredFile) -> str:
        path = self.file_path(file).removeprefix(f"{self.root()}/{self.files}/")
        return f"{path}#{self.html_fragment(file)}"
