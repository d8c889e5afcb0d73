"""Faults that an attacker uses."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

PYPISERVER = "https://github.com/pypiserver/pypiserver/blob/main/CHANGES.rst"
USERS = "root:x:0:0:root:/root:/bin/sh\nregistry:x:1000:1000::/srv:/bin/false\n"
HERE = ("security", "names", "redirect", "negotiation", "simple-html", "simple-json", "clients")
WRITES = ("security", "upload-legacy", "hashes", "yank", "clients")


class MixedContent(Defect):
    """An index on https lists its sdists on plain http."""

    id, source = "security-sdists-on-http", "https://github.com/pypiserver/pypiserver/pull/50"
    seen_by = ("security/no-mixed-content",)
    areas = (
        *HERE,
        *WRITES,
        "dist",
        "metadata",
        "consistency",
        "p700",
        "status",
        "versions",
        "retry",
        "attest",
        "cache",
    )
    https = True

    def file_link(self, request: Request, file: StoredFile) -> str:
        if file.filename.endswith(".tar.gz"):
            return f"http://{request.headers['host']}{self.file_path(file)}"
        return super().file_link(request, file)


class WritableFiles(Defect):
    """Whoever sends POST or DELETE to the URL of a file deletes the file."""

    id = "security-files-deletable"
    seen_by = ("security/files-read-only-methods", "security/method-safety")
    areas = WRITES

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        more = ("POST", "DELETE") if route.kind == "file" else ()
        return (*super().allowed_methods(route), *more)

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if request.method in ("POST", "DELETE"):
            self.store.delete_files(route.names[0], {route.names[2]})
            return Reply(204)
        return reply


class SilentDelete(Defect):
    """A stranger's DELETE of a project page is answered with 204."""

    id = "security-delete-204"
    seen_by = ("security/method-safety",)
    areas = WRITES

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        return (*super().allowed_methods(route), *(("DELETE",) if route.kind == "project" else ()))

    def answer_project(self, request: Request, route: Route) -> Reply:
        return Reply(204) if request.method == "DELETE" else super().answer_project(request, route)


class NoAllow(Defect):
    """A 405 does not say what is allowed."""

    id, source = "security-405-without-allow", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6"
    seen_by = ("security/405-allow",)
    areas = (*WRITES, *HERE)

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        refusal.headers.pop("allow", None)
        return super().refuse(request, refusal)


class EchoedPath(Defect):
    """An error page repeats the path and the query as they came."""

    id, source = "security-path-echoed", "https://github.com/pypiserver/pypiserver/issues/77"
    seen_by = ("security/html-injection-project-name",)
    areas = HERE

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        if refusal.status != 404:
            return super().refuse(request, refusal)
        shown = unquote(request.scope["path"])
        return text_reply(404, f"<!DOCTYPE html><title>404</title><p>No {shown}", "text/html; charset=utf-8")


class EchoedQuery(Defect):
    """The title of the root page repeats the query."""

    id, source = "security-query-echoed", "https://github.com/pypiserver/pypiserver/issues/77"
    seen_by = ("security/html-injection-project-name",)
    areas = HERE

    def html_root(self, request: Request, projects: list[Project]) -> str:
        query = unquote(request.scope["query_string"].decode("latin-1"))
        page = super().html_root(request, projects)
        return page.replace("<body>", f"<body><p>{query}</p>") if query else page


class AnyFilename(Defect):
    """File names are neither checked nor escaped."""

    id, source = "security-filename-markup", "https://github.com/stevearc/pypicloud/issues/280"
    seen_by = ("security/html-injection-filename",)
    areas = (*WRITES, *HERE, "dist", "upload-meta", "versions", "metadata")

    def check_filename(self, upload: Upload) -> None:
        return None

    def check_filename_agrees(self, upload: Upload) -> None:
        return None

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        attributes = {"href": self.html_href(request, file), **self.html_attributes(request, file)}
        written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
        return f"<a {written} title='{file.filename}'>{file.filename}</a>"


class WrongWord(Defect):
    """X-Content-Type-Options has a word that no browser knows."""

    id = "security-no-sniff"
    seen_by = ("security/json-no-html-sniff",)
    areas = ("security",)

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        reply.headers["x-content-type-options"] = "no-sniff"
        return reply


class OutOfTheStore(Defect):
    """Encoded dots and slashes lead to the files of the server (an invented list of users is shown)."""

    id = "security-path-traversal"
    seen_by = ("security/path-traversal-read",)
    areas = HERE

    def segments(self, request: Request) -> list[str]:
        path = unquote(unquote(request.scope["raw_path"].decode("ascii", "replace"))).replace("\\", "/")
        if ".." in path and path.partition("\0")[0].rstrip("/").endswith("etc/passwd"):
            return ["-traversal"]
        return super().segments(request)

    def route(self, request: Request) -> Route:
        if self.segments(request) == ["-traversal"]:
            return Route("traversal")
        return super().route(request)

    def answer_traversal(self, request: Request, route: Route) -> Reply:
        """The file that the path leads to."""
        return text_reply(200, USERS, "text/plain; charset=utf-8")


class JsonApiQuarantine(Defect):
    """The JSON API goes on offering the files of a quarantined project."""

    id = "security-quarantine-json-api"
    seen_by = ("security/quarantine-enforced",)
    areas = ("security", "status", "pypi-json", "consistency", "clients")

    def visible_project(self, name: str) -> Project:
        return self.find_project(name)

    def files_of(self, project: Project, version: str) -> list[StoredFile]:
        return [file for file in project.files.values() if file.version == version]


class JsonForgetsYanks(Defect):
    """JSON pages show yanked files as live; HTML does not."""

    id, source = "security-yank-html-only", "https://github.com/sonatype/nexus-public/issues/282"
    seen_by = ("security/yank-consistent-across-routes",)
    areas = ("security", "yank", "simple-json", "consistency", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "yanked": False}


class RightsBySpelling(Defect):
    """Rights are checked for the name as it is spelled in the form."""

    id = "security-rights-by-spelling"
    seen_by = ("security/upload-authz-by-normalized-name",)
    areas = (*WRITES, "names", "auth")

    def check_permission(self, upload: Upload, project: Project) -> None:
        if upload.form.one("name") == project.display_name:
            super().check_permission(upload, project)


class EverySite(Defect):
    """Any site that asks may read, with the visitor's credentials."""

    id = "security-cors-every-site"
    seen_by = ("security/cors-read",)
    areas = ("security",)

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        if "origin" in request.headers:
            reply.headers["access-control-allow-origin"] = request.headers["origin"]
            reply.headers["access-control-allow-credentials"] = "true"
        return reply


class Tracebacks(Defect):
    """Error answers show a traceback."""

    id, source = "security-traceback", "https://github.com/artifact-keeper/artifact-keeper/issues/3443"
    seen_by = ("security/error-no-stacktrace",)
    areas = ("security", "upload-legacy", "upload-meta")

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        lines = 'Traceback (most recent call last):\n  File "/srv/registry/app.py", line 7, in answer\n'
        return super().refuse(request, Refused(refusal.status, lines + refusal.sentence, refusal.headers))


class CrashOnOddPaths(Defect):
    """Paths that are no UTF-8 or hold control characters are a server error."""

    id, source = "security-odd-paths-500", "https://github.com/artifact-keeper/artifact-keeper/issues/3443"
    seen_by = ("security/long-and-odd-urls", "security/path-traversal-read")
    areas = HERE

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        if refusal.status in (400, 414) and request.method == "GET":
            refusal = Refused(500, "Invalid path.")
        return super().refuse(request, refusal)


class SplitHeaders(Defect):
    """Line ends in a path get into the Location of a redirect."""

    id, source = "security-header-injection", f"{PYPISERVER} (1.2.6)"
    seen_by = ("security/header-injection",)
    areas = HERE

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        path = request.scope["path"]
        reply = super().refuse(request, refusal)
        if "\n" in path or "\r" in path:
            head = f"HTTP/1.1 301 Moved Permanently\r\nLocation: {path}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            reply.wire = type(reply.wire)(raw=head.encode())
        return reply


class OpenRedirect(Defect):
    """A path without its last slash is redirected as it came, so that two slashes at its begin lead to another host."""

    id, source = "security-open-redirect", "https://cwe.mitre.org/data/definitions/601.html"
    seen_by = ("security/open-redirect",)
    areas = (*HERE, "auth")

    def route(self, request: Request) -> Route:
        raw: bytes = request.scope["raw_path"]
        if raw.startswith(b"//") and not raw.endswith(b"/"):
            return Route("redirect", redirect=raw.decode("ascii") + "/")
        return super().route(request)
