"""What keeps Octopus Deploy from a feed. Most of it is legal, and judged for those who ask for it with `-m octopus`."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.negotiation import HTML, HTML_V1
from reference_registry.pages import Json
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Access, User
from reference_registry.switches import Defect
from reference_registry.urls import Route

CALAMARI = "https://github.com/OctopusDeploy/Calamari"
ONLY = ("octopus",)


def nameless(request: Request) -> bool:
    """Whether a request has no User-Agent, as those of Octopus."""
    return "user-agent" not in request.headers


class NamelessForbidden(Defect):
    """Requests without a User-Agent are refused, as by a firewall."""

    id, source = "octopus-user-agent-wanted", CALAMARI
    seen_by = ("octopus/no-user-agent",)
    areas = ONLY

    def answer_project(self, request: Request, route: Route) -> Reply:
        if nameless(request):
            raise Refused(403, "Blocked.")
        return super().answer_project(request, route)

    def answer_file(self, request: Request, route: Route) -> Reply:
        if nameless(request):
            raise Refused(403, "Blocked.")
        return super().answer_file(request, route)


class NamelessBytes(Defect):
    """Who sends no User-Agent gets a file with a page of advice in place of its bytes."""

    id = "octopus-other-bytes"
    seen_by = ("octopus/same-bytes",)
    areas = ONLY

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        return (
            text_reply(200, "<p>Please use a package manager.", "text/html") if nameless(request) else reply
        )


class WheelsForNameless(Defect):
    """Who sends no User-Agent sees the wheels only."""

    id = "octopus-sdists-hidden"
    seen_by = ("octopus/kinds-listed",)
    areas = ONLY

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        if nameless(request):
            page["files"] = [file for file in page["files"] if file["filename"].endswith(".whl")]
        return page


class PaddedVersions(Defect):
    """Pages for clients without a User-Agent write every version with three numbers into the file names."""

    id = "octopus-padded-versions"
    seen_by = ("octopus/version-text", "octopus/kinds-listed")
    areas = ONLY

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        if nameless(request):
            entry["filename"] = re.sub(r"-(\d+\.\d+)(?=-|\.tar)", r"-\1.0", entry["filename"])
        return entry


class LabelledText(Defect):
    """JSON pages are labelled text/plain for those who take text/html, too."""

    id = "octopus-json-as-text"
    seen_by = ("octopus/negotiation",)
    areas = ONLY

    def respond(self, request: Request, reply: Reply) -> Reply:
        answer = super().respond(request, reply)
        if nameless(request) and "json" in answer.headers.get("content-type", ""):
            answer.headers["content-type"] = "text/plain"
        return answer


class ChallengeFirst(Defect):
    """Each connection has to be challenged before its credentials are looked at."""

    id = "octopus-challenge-first"
    seen_by = ("octopus/preemptive-login",)
    areas = ONLY
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        return None if nameless(request) else super().identify(request)


class CompressedAlways(Defect):
    """Pages are gzipped for those, too, who do not say that they can read it."""

    id, source = "octopus-gzip-unasked", "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"
    seen_by = ("octopus/plain-bytes",)
    areas = ONLY

    def coding(self, request: Request) -> str:
        return "gzip" if "accept-encoding" not in request.headers else super().coding(request)

    def encode(self, body: bytes) -> bytes:
        return gzip.compress(body, mtime=0)


class RootRelative(Defect):
    """File URLs begin with a slash."""

    id, source = "octopus-root-relative", "https://github.com/dotnet/runtime/issues/76816"
    seen_by = ("octopus/url-shape",)
    areas = ONLY

    def file_link(self, request: Request, file: StoredFile) -> str:
        return self.file_path(file)


class SingleQuotes(Defect):
    """There is HTML only, with attributes in single quotes."""

    id, source = "octopus-single-quotes", CALAMARI
    seen_by = ("octopus/html-anchors",)
    areas = ONLY

    def offers(self) -> tuple[str, ...]:
        return (HTML_V1, HTML)

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        return super().html_anchor(request, file).replace("'", "&#39;").replace('"', "'")


class NormalizedOnly(Defect):
    """A project under another spelling of its name is answered with 404."""

    id, source = "octopus-other-spellings-404", CALAMARI
    seen_by = ("octopus/raw-names",)
    areas = ONLY

    def project_route(self, name: str) -> Route:
        if name != normalize(name):
            raise self.not_found()
        return super().project_route(name)


class RedirectedPages(Defect):
    """Pages and files of a private index answer with a redirect to another path of the same host."""

    id, source = "octopus-redirects-private", "https://github.com/dotnet/runtime/issues/122609"
    seen_by = ("octopus/no-redirect-when-private", "octopus/feed-url-slash")
    areas = ONLY
    access = Access.READ

    async def answer(self, request: Request) -> Reply:
        route = self.admitted_route(request)
        if route.kind in ("project", "file") and "seen" not in request.query_params:
            reply = text_reply(302, "", "text/plain")
            reply.headers["location"] = f"{quote(request.scope['path'])}?seen=1"
            return reply
        return await super().answer(request)


class NoTokenUser(Defect):
    """A token is refused under the user name __token__ when it comes for reading."""

    id, source = "octopus-no-token-user", "https://docs.astral.sh/uv/guides/integration/jfrog/"
    seen_by = ("octopus/credential-modes",)
    areas = ONLY
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        return None if name == "__token__" else super().user_of_pair(name, password)


class LoginForm(Defect):
    """Wrong credentials get a login form with the status 200."""

    id = "octopus-login-form"
    seen_by = ("octopus/credential-modes",)
    areas = ONLY
    access = Access.READ

    def respond(self, request: Request, reply: Reply) -> Reply:
        if reply.status == 401 and nameless(request):
            reply = text_reply(200, '<form><input type="password"></form>', "text/html")
        return super().respond(request, reply)


class LockedOut(Defect):
    """After five refused logins an address is refused for as long as anybody would wait."""

    id = "octopus-locks-out"
    seen_by = ("octopus/retries",)
    areas = ONLY
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        user = super().identify(request)
        failed = int(self.memory.get("failed", 0))
        if user is None and nameless(request) and "authorization" in request.headers:
            self.memory["failed"] = failed + 1
        return None if failed >= 5 and nameless(request) else user


class ForbiddenWhenMissing(Defect):
    """What does not exist is answered with 403, as by a bucket that may not be listed."""

    id, source = "octopus-missing-403", "https://github.com/astral-sh/uv/pull/12805"
    seen_by = ("octopus/missing-is-404",)
    areas = ONLY

    def respond(self, request: Request, reply: Reply) -> Reply:
        if reply.status == 404 and nameless(request):
            reply = self.refuse(request, Refused(403, "Access denied."))
        return super().respond(request, reply)


class SlowPage(Defect):
    """The page of the project with the largest file takes six seconds."""

    id = "octopus-slow-page"
    seen_by = ("octopus/time",)
    areas = ONLY

    def answer_project(self, request: Request, route: Route) -> Reply:
        reply = super().answer_project(request, route)
        if nameless(request) and route.names[0].endswith("-large"):
            reply.wire = replace(reply.wire, delay=6.0)
        return reply


class AnyPath(Defect):
    """Unknown paths, and with them the JSON API, give the page of a web application."""

    id = "octopus-web-page-for-json-api"
    seen_by = ("octopus/json-api",)
    areas = ONLY

    def answer_json_project(self, request: Request, route: Route) -> Reply:
        return text_reply(200, "<!DOCTYPE html><title>Packages</title>", "text/html")


class StaleRoot(Defect):
    """The list of projects for clients without a User-Agent is made once and never again."""

    id = "octopus-stale-root"
    seen_by = ("octopus/root-soon",)
    areas = ONLY

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        if nameless(request):
            projects = self.memory.setdefault("root", projects)
        return super().json_root(request, projects)


class EmptyRoot(Defect):
    """The list of projects is empty for clients without a User-Agent."""

    id = "octopus-empty-root"
    seen_by = ("octopus/root-lists", "octopus/root-soon")
    areas = ONLY

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        return super().json_root(request, [] if nameless(request) else projects)


class StalePages(Defect):
    """A page that a client without a User-Agent has seen stays as it was for that kind of client."""

    id = "octopus-stale-pages"
    seen_by = ("octopus/fresh-in-time",)
    areas = ONLY

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        if not nameless(request):
            return page
        kept: Json = self.memory.setdefault(f"page {project.name}", page)
        return kept


class SignedElsewhere(Defect):
    """Files are listed at signed URLs of another host, which refuses requests with an Authorization header."""

    id, source = (
        "octopus-signed-urls",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html",
    )
    seen_by = ("octopus/file-host",)
    areas = ONLY

    def file_link(self, request: Request, file: StoredFile) -> str:
        return f"http://localhost:{self.settings.port}{self.file_path(file)}"

    def answer_file(self, request: Request, route: Route) -> Reply:
        if "authorization" in request.headers and request.headers.get("host", "").startswith("localhost"):
            raise Refused(400, "Only one auth mechanism is allowed.")
        return super().answer_file(request, route)
