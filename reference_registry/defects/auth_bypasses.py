"""Faults about who may read: requests and answers that pass a lock by a detail."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request

from reference_registry.defects.auth_files import AREAS
from reference_registry.model import Project
from reference_registry.reply import Reply
from reference_registry.settings import Access
from reference_registry.switches import Defect
from reference_registry.urls import Route

ALIKE = ("auth/files-locked-alike",)


def shown_project(registry: Defect, request: Request) -> Project | None:
    """The project whose page is asked for, if there is one."""
    parts = request.scope["path"].split("/")
    return registry.store.project(parts[2]) if parts[1:2] == ["simple"] and len(parts) == 4 else None


class RefusalWithPage(Defect):
    """The body of a 401 is the page that it refuses."""

    id, source = "auth-refusal-shows-page", "https://cwe.mitre.org/data/definitions/200.html"
    seen_by = ALIKE
    areas = AREAS
    access = Access.READ

    def respond(self, request: Request, reply: Reply) -> Reply:
        found = super().respond(request, reply)
        project = shown_project(self, request) if found.status == 401 else None
        if project is not None:
            found.body = self.html_detail(request, project).encode()
            found.headers["content-type"] = "text/html; charset=utf-8"
        return found


class RefusalWithSerial(Defect):
    """A 401 for a project that exists has its serial number in a header."""

    id, source = "auth-refusal-tells-serial", "https://cwe.mitre.org/data/definitions/204.html"
    seen_by = ("auth/no-existence-leak",)
    areas = AREAS
    access = Access.READ

    def respond(self, request: Request, reply: Reply) -> Reply:
        found = super().respond(request, reply)
        project = shown_project(self, request) if found.status == 401 else None
        if project is not None:
            found.headers["x-pypi-last-serial"] = str(project.serial)
        return found


class RedirectsKnownNames(Defect):
    """Strangers are redirected from another spelling of a name, if there is such a project."""

    id, source = "auth-redirect-tells-what-exists", "https://cwe.mitre.org/data/definitions/204.html"
    seen_by = ("auth/no-existence-leak",)
    areas = AREAS
    access = Access.READ

    def admitted_route(self, request: Request) -> Route:
        route = self.route(request)
        known = route.kind == "redirect" and self.store.project(route.redirect.rstrip("/").rpartition("/")[2])
        return route if known else super().admitted_route(request)


class Bypass(Defect):
    """Base of locks that some requests pass."""

    seen_by = ALIKE
    areas: ClassVar[tuple[str, ...]] = AREAS
    access = Access.READ

    def passes(self, request: Request) -> bool:
        """Whether nobody asks this request for credentials."""
        return False

    def require_reader(self, request: Request) -> None:
        if not self.passes(request):
            super().require_reader(request)


class OpenPageConditions(Bypass):
    """A page that is asked for on a condition is given to strangers."""

    id, source = "auth-page-conditions-open", "https://www.rfc-editor.org/rfc/rfc9110#section-13.2.1"

    def passes(self, request: Request) -> bool:
        return request.scope["path"].startswith("/simple/") and "if-none-match" in request.headers


class OpenSince(Bypass):
    """Whoever asks whether a file has changed since a day gets it without credentials."""

    id, source = "auth-since-open", "https://www.rfc-editor.org/rfc/rfc9110#section-13.2.1"

    def passes(self, request: Request) -> bool:
        return request.scope["path"].startswith("/files/") and "if-modified-since" in request.headers


class OpenQuery(Bypass):
    """A URL with a query passes the lock, as by a rule for plain paths."""

    id = "auth-query-open"
    areas = (*AREAS, "redirect")

    def passes(self, request: Request) -> bool:
        return bool(request.scope["query_string"])


class OpenDots(Defect):
    """A dot segment is taken out of the path after the lock looked at it."""

    id, source = "auth-dot-segment-open", "https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.3"
    seen_by = ALIKE
    areas = AREAS
    access = Access.READ

    def admitted_route(self, request: Request) -> Route:
        raw: bytes = request.scope["raw_path"]
        if b"/./" not in raw:
            return super().admitted_route(request)
        request.scope["raw_path"] = raw.replace(b"/./", b"/")
        return self.route(request)


class OpenOtherCase(Defect):
    """The lock compares paths letter by letter, and the router ignores case."""

    id, source = "auth-other-case-open", "https://cwe.mitre.org/data/definitions/178.html"
    seen_by = ALIKE
    areas = AREAS
    access = Access.READ

    def segments(self, request: Request) -> list[str]:
        first, *rest = super().segments(request)
        return [first.lower(), *rest]

    def require_reader(self, request: Request) -> None:
        first = request.scope["path"].split("/")[1]
        if first == first.lower():
            super().require_reader(request)


class OpenLocalhost(Bypass):
    """Whoever calls the registry localhost needs no credentials."""

    id, source = "auth-localhost-open", "https://cwe.mitre.org/data/definitions/290.html"

    def passes(self, request: Request) -> bool:
        return request.headers.get("host", "").startswith("localhost")


class OpenClaim(Bypass):
    """A request with a certain header needs no credentials."""

    header = "x-real-ip"

    def passes(self, request: Request) -> bool:
        return self.header in request.headers


class OpenCookie(OpenClaim):
    """Any cookie counts as a session of somebody who has logged in."""

    id, source = "auth-any-cookie-open", "https://cwe.mitre.org/data/definitions/565.html"
    header = "cookie"


class OpenRealIp(OpenClaim):
    """A request whose X-Real-IP comes from the client itself counts as one of this machine."""

    id, source = "auth-real-ip-open", "https://cwe.mitre.org/data/definitions/290.html"
    header = "x-real-ip"


class OpenForwardedHeader(OpenClaim):
    """A request whose Forwarded comes from the client itself counts as one of this machine."""

    id, source = "auth-forwarded-open", "https://www.rfc-editor.org/rfc/rfc7239#section-8.1"
    header = "forwarded"


class OpenOriginalUrl(OpenClaim):
    """A request with X-Original-URL counts as one that a front has let through."""

    id, source = "auth-original-url-open", "https://cwe.mitre.org/data/definitions/290.html"
    header = "x-original-url"
