"""Legal oddities of names and their URLs."""

from __future__ import annotations

import time

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project
from reference_registry.names import normalize
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Variation
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/#base-html-api"


class TemporaryRedirects(Variation):
    """Other spellings are redirected with 307 to an absolute URL, on another name of the same host."""

    id, source = "other-spellings-307", SPEC

    def answer_redirect(self, request: Request, route: Route) -> Reply:
        reply = super().answer_redirect(request, route)
        origin = self.origin(request)
        if route.status == 301:
            reply.status = 307
            reply.headers["location"] = origin + reply.headers["location"]
        return reply


class TwoRedirects(Variation):
    """Another spelling is redirected to its lower case first, and then to the normalized name."""

    id, source = "other-spellings-two-hops", SPEC

    def project_route(self, name: str) -> Route:
        if name != name.lower() and name.lower() != normalize(name):
            return Route("redirect", redirect=f"{self.root()}/{self.simple}/{name.lower()}/")
        return super().project_route(name)


class UnknownForbidden(Variation):
    """An unknown project is answered with 403, as a bucket without the right to list does."""

    id, source = "unknown-403", "https://github.com/astral-sh/uv/pull/12805"

    def find_project(self, name: str) -> Project:
        if self.store.project(name) is None:
            raise Refused(403, "Access Denied")
        return super().find_project(name)


class UnknownEmpty(Variation):
    """An unknown project has an empty page."""

    id, source = "unknown-empty-page", "https://github.com/nexspence/nexspence/pull/109"

    def find_project(self, name: str) -> Project:
        return self.store.project(name) or Project(name, name, "")


class UnknownElsewhere(Variation):
    """An unknown project is redirected to the index that the operator chose as fallback."""

    id, source = "unknown-redirect", "https://github.com/pypiserver/pypiserver/issues/38"

    def answer_project(self, request: Request, route: Route) -> Reply:
        if self.store.project(route.names[0]) is not None:
            return super().answer_project(request, route)
        reply = text_reply(303, "", "text/plain; charset=utf-8", cache_control="no-store")
        reply.headers["location"] = f"https://index.invalid/simple/{route.names[0]}/"
        return reply


class ListLags(Variation):
    """The project list is made anew once in a while, so that new projects are not in it at first."""

    id, source = "list-lags", "https://github.com/pypi/warehouse/issues/7384"

    def listed_projects(self) -> list[Project]:
        made, projects = self.memory.get("list", (0.0, []))
        if time.monotonic() - made > 1.0:
            projects = super().listed_projects()
            self.memory["list"] = (time.monotonic(), projects)
        return list(projects)
