"""Faults in redirects."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.names import is_valid_name, normalize
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

HERE = ("redirect", "names", "simple-html", "simple-json", "negotiation", "clients")
FILES = (
    *(
        "redirect",
        "cache",
        "hashes",
        "metadata",
        "dist",
        "consistency",
        "p700",
        "names",
        "versions",
        "security",
    ),
    *("simple-html", "simple-json", "upload-legacy", "yank", "clients", "retry", "attest"),
)


class NoSlashRoot(Defect):
    """The base URL without its slash is 404."""

    id = "redirect-root-slash-404"
    seen_by = ("redirect/no-slash-root",)
    areas = HERE

    def simple_route(self, rest: list[str]) -> Route:
        if rest == []:
            raise self.not_found()
        return super().simple_route(rest)


class CrashOnSpelling(Defect):
    """Another spelling of a name is a server error."""

    id = "redirect-spelling-500"
    source = "https://github.com/simple-repository/simple-repository-server/issues/8"
    seen_by = ("redirect/both-at-once",)
    areas = (*HERE, "security")

    def simple_route(self, rest: list[str]) -> Route:
        name = rest[0] if rest else ""
        if is_valid_name(name) and name != normalize(name):
            raise Refused(500, "The upstream answered 301.")
        return super().simple_route(rest)


class SlashLoop(Defect):
    """A project page without its slash redirects to itself."""

    id = "redirect-loop"
    seen_by = ("redirect/terminates", "redirect/both-at-once")
    areas = HERE

    def location(self, request: Request, route: Route) -> str:
        path: str = request.scope["path"]
        return path if not path.endswith("/") and path.count("/") == 2 else super().location(request, route)


class LongWay(Defect):
    """Files are reached after seven redirects."""

    id = "redirect-seven-steps"
    seen_by = ("redirect/terminates",)
    areas = FILES

    def answer_file(self, request: Request, route: Route) -> Reply:
        step = int(request.query_params.get("step", "0"))
        if step >= 7:
            return super().answer_file(request, route)
        reply = text_reply(302, "", "text/plain; charset=utf-8")
        reply.headers["location"] = f"?step={step + 1}"
        return reply


class NoLocation(Defect):
    """A redirect to the URL with a slash has no Location."""

    id = "redirect-no-location"
    seen_by = ("redirect/has-location",)
    areas = (*HERE, "pypi-json")

    def answer_redirect(self, request: Request, route: Route) -> Reply:
        reply = super().answer_redirect(request, route)
        if route.status != 308:
            del reply.headers["location"]
        return reply


class InternalHost(Defect):
    """Redirects name the host behind the reverse proxy."""

    id, source = "redirect-internal-host", "https://github.com/pypiserver/pypiserver/pull/50"
    seen_by = ("redirect/same-scheme-host",)
    areas = (*HERE, "pypi-json")

    def location(self, request: Request, route: Route) -> str:
        return "http://backend.invalid:8081" + super().location(request, route)


class DoubleSlash(Defect):
    """Files are listed below two slashes, for the configured URL ends in one, and nothing is there."""

    id, source = "redirect-files-double-slash", "https://github.com/getnora-io/nora/pull/451"
    seen_by = ("simple-html/href-is-file-location", "simple-json/file-url")
    areas = (*FILES, "clients", "status", "pypi-misc", "pypi-json", "upload-meta")

    def file_link(self, request: Request, file: StoredFile) -> str:
        return f"http://{request.headers['host']}/{self.file_path(file)}"


class Downgrade(Defect):
    """Redirects of a registry on https lead to http, as behind a proxy whose scheme is not passed on."""

    id, source = "redirect-downgrade", "https://github.com/pypiserver/pypiserver/pull/50"
    seen_by = ("redirect/no-downgrade",)
    areas = (*HERE, *FILES, "clients", "pypi-json")
    https = True

    def location(self, request: Request, route: Route) -> str:
        return f"http://{request.headers['host']}{super().location(request, route)}"


class LostPrefix(Defect):
    """Redirects lack the path under which the registry is reached."""

    id, source = "redirect-lost-prefix", "https://github.com/pypiserver/pypiserver/pull/50"
    seen_by = ("redirect/same-scheme-host",)
    areas = HERE

    def location(self, request: Request, route: Route) -> str:
        return super().location(request, route).replace("/simple/", "/")


class LostQuery(Defect):
    """Redirects drop the query."""

    id = "redirect-lost-query"
    source = "https://github.com/simple-repository/simple-repository-server/pull/17"
    seen_by = ("redirect/keeps-query",)
    areas = HERE

    def location(self, request: Request, route: Route) -> str:
        return route.redirect


class UseProxy(Defect):
    """Redirects have status 305."""

    id = "redirect-305"
    seen_by = ("redirect/status-kind", "redirect/no-slash-root")
    areas = (*HERE, "pypi-json")

    def answer_redirect(self, request: Request, route: Route) -> Reply:
        reply = super().answer_redirect(request, route)
        reply.status = 305 if route.status != 308 else 308
        return reply


class HalfStored(Defect):
    """Files redirect to a store that has their first half only."""

    id = "redirect-half-a-file"
    seen_by = ("redirect/files-may-redirect",)
    areas = (*FILES, "pypi-json")

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if "store" not in request.query_params:
            moved = text_reply(302, "", "text/plain; charset=utf-8")
            moved.headers["location"] = "?store=1"
            return moved
        if reply.status == 200:
            body = reply.content()
            reply.body = body[: len(body) // 2]
        return reply


class MetadataAtStore(Defect):
    """Files redirect to a store, and their metadata is found there and not beside the listed URL."""

    id, source = (
        "redirect-metadata-at-store",
        "https://github.com/artifact-keeper/artifact-keeper/issues/3405",
    )
    seen_by = ("redirect/metadata-suffix-on-listed-url",)
    areas = FILES

    def answer_file(self, request: Request, route: Route) -> Reply:
        if "store" in request.query_params:
            return super().answer_file(request, route)
        moved = text_reply(302, "", "text/plain; charset=utf-8")
        moved.headers["location"] = "?store=1"
        return moved

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        if "store" not in request.query_params:
            raise self.not_found()
        return super().answer_metadata(request, route)


class PageWithoutSlash(Defect):
    """A project page is given without its slash, with links relative to the page that then lead astray."""

    id, source = "redirect-page-without-slash", "https://github.com/astral-sh/uv/pull/1413"
    seen_by = ("redirect/relative-base-after-redirect",)
    areas = HERE

    def simple_route(self, rest: list[str]) -> Route:
        if len(rest) == 1 and is_valid_name(rest[0]):
            return Route("project", (normalize(rest[0]),))
        if len(rest) == 3:
            return self.file_route(*rest)
        return super().simple_route(rest)

    def file_link(self, request: Request, file: StoredFile) -> str:
        return f"{file.digests.sha256[:16]}/{quote(file.filename)}"
