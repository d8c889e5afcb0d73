"""Faults of PyPI's JSON API that show when there is more than one release."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request

from reference_registry.defects.pypi_json import JsonDefect
from reference_registry.model import Project, Release
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.urls import Route


class OfSeveral(JsonDefect):
    """Base: a fault that shows with a second release."""

    areas: ClassVar[tuple[str, ...]] = (*JsonDefect.areas, "consistency", "cache")


class UrlsOfTheLatest(OfSeveral):
    """The data of one release list the files of the latest."""

    id = "pypi-json-release-urls-latest"
    seen_by = ("pypi-json/urls-of-shown-release",)

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        latest = super().json_release(request, project, self.latest_release(project))
        return {**super().json_release(request, project, release), "urls": latest["urls"]}


class VersionOfTheLatest(OfSeveral):
    """The data of one release name the version of the latest."""

    id = "pypi-json-release-named-latest"
    seen_by = ("pypi-json/release-route",)

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        info = super().json_info(request, project, release)
        return {**info, "version": self.latest_release(project).version}


class MetadataOfTheLatest(OfSeveral):
    """The metadata of one release are those of the latest."""

    id = "pypi-json-release-info-latest"
    seen_by = ("consistency/json-api-metadata",)

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        info = super().json_info(request, project, self.latest_release(project))
        return {**info, "version": release.version}


class OddVersionsMissing(OfSeveral):
    """Releases whose version has an epoch or a local part have no data of their own."""

    id = "pypi-json-odd-versions-missing"
    seen_by = ("pypi-json/release-route",)

    def answer_json_release(self, request: Request, route: Route) -> Reply:
        if "+" in route.names[1] or "!" in route.names[1]:
            raise self.not_found()
        return super().answer_json_release(request, route)


class MadeOnce(OfSeveral):
    """The data of a project are made once and never again."""

    id = "pypi-json-made-once"
    seen_by = ("consistency/json-api-versions",)

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        kept = self.memory.setdefault(f"made {request.scope['path']}", document)
        return super().json_answer(request, kept, project)


class ConstantEtag(OfSeveral):
    """The ETag of the data follows from the URL alone, and makes them unmodified for ever."""

    id = "pypi-json-constant-etag"
    seen_by = ("cache/etag-changes",)

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        reply = super().json_answer(request, document, project)
        coding = reply.headers.get("content-encoding", "plain")
        reply.headers["etag"] = f'"{project.name}-{request.scope["path"].count("/")}-{coding}"'
        return self.revalidate(request, reply)
