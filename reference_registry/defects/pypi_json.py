"""Faults in PyPI's JSON API."""

from __future__ import annotations

from typing import Any, ClassVar

from packaging.version import Version
from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, Release, StoredFile
from reference_registry.names import normalize
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

DOCS = "https://docs.pypi.org/api/json/"
AREAS = ("pypi-json", "versions", "yank", "metadata", "status", "clients")


class JsonDefect(Defect):
    """Base: a fault of the JSON API."""

    source = DOCS
    areas: ClassVar[tuple[str, ...]] = AREAS


class NewProjectsMissing(JsonDefect):
    """Projects whose name has a hyphen have no data."""

    id, source = "pypi-json-hyphens-missing", "https://github.com/pulp/pulp_python/issues/716"
    seen_by = ("pypi-json/project-route",)

    def answer_json_project(self, request: Request, route: Route) -> Reply:
        if "-" in route.names[0]:
            raise self.not_found()
        return super().answer_json_project(request, route)


class NoReleaseRoute(JsonDefect):
    """The data of one release are not found."""

    id = "pypi-json-no-release-route"
    seen_by = ("pypi-json/release-route", "pypi-json/version-equivalence")

    def answer_json_release(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class SlashMissing(JsonDefect):
    """A slash at the end of the URL ends in 404."""

    id = "pypi-json-slash-404"
    seen_by = ("pypi-json/trailing-slash-ok",)

    def json_route(self, rest: list[str]) -> Route:
        if rest[-1:] == [""]:
            raise self.not_found()
        return super().json_route(rest)


class SpellingMissing(JsonDefect):
    """A project is found under its normalized name only."""

    id, source = "pypi-json-spelling-404", "https://github.com/pulp/pulp_python/issues/716"
    seen_by = ("pypi-json/unnormalized-name",)

    def json_route(self, rest: list[str]) -> Route:
        if rest and rest[0] != normalize(rest[0]):
            raise self.not_found()
        return super().json_route(rest)


class HtmlLabel(JsonDefect):
    """The data are labelled text/html."""

    id = "pypi-json-html-label"
    seen_by = ("pypi-json/content-type",)

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        reply = super().json_answer(request, document, project)
        reply.headers["content-type"] = "text/html; charset=utf-8"
        return reply


class MissingIsError(JsonDefect):
    """A project that does not exist ends in a server error."""

    id = "pypi-json-missing-500"
    seen_by = ("pypi-json/404",)

    def visible_project(self, name: str) -> Project:
        try:
            return super().visible_project(name)
        except Refused:
            raise Refused(500, "KeyError") from None


class ExactVersion(JsonDefect):
    """A release is found under one spelling of its version only."""

    id = "pypi-json-exact-version"
    seen_by = ("pypi-json/version-equivalence",)

    def answer_json_release(self, request: Request, route: Route) -> Reply:
        project = self.visible_project(route.names[0])
        if route.names[1] not in project.releases:
            raise self.not_found()
        return super().answer_json_release(request, route)


class NoReleases(JsonDefect):
    """The data of a project have no releases."""

    id, source = "pypi-json-no-releases", "https://github.com/python-poetry/poetry/pull/5972"
    seen_by = ("pypi-json/top-level-keys",)

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        return super().json_answer(request, {k: v for k, v in document.items() if k != "releases"}, project)


class ReleasesEverywhere(JsonDefect):
    """The data of one release list all releases too."""

    id, source = "pypi-json-releases-of-release", "https://github.com/python-poetry/poetry/pull/5972"
    seen_by = ("pypi-json/release-lacks-releases",)

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        return {**super().json_release(request, project, release), "releases": {}}


class Changed(JsonDefect):
    """Base: changes `info`."""

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        return self.change(super().json_info(request, project, release))

    def change(self, info: Json) -> Json:
        """The other `info`."""
        return info


class NoRequiresPython(Changed):
    """info has no requires_python."""

    id = "pypi-json-info-sparse"
    seen_by = ("pypi-json/info-keys",)
    areas = (*Changed.areas, "consistency")

    def change(self, info: Json) -> Json:
        return {key: value for key, value in info.items() if key != "requires_python"}


class AsciiOnly(Changed):
    """Characters beyond ASCII become question marks in info."""

    id = "pypi-json-ascii-only"
    seen_by = ("pypi-json/info-values",)

    def change(self, info: Json) -> Json:
        texts = {key: value for key, value in info.items() if isinstance(value, str)}
        return info | {key: text.encode("ascii", "replace").decode() for key, text in texts.items()}


class FewClassifiers(Changed):
    """info has at most ten classifiers, no extras, and one type for all descriptions."""

    id = "pypi-json-few-values"
    seen_by = ("pypi-json/info-values",)

    def change(self, info: Json) -> Json:
        few = {"classifiers": info["classifiers"][:10], "provides_extra": None}
        return info | few | {"description_content_type": "text/plain"}


class Downloads(Changed):
    """info tells a number of downloads."""

    id = "pypi-json-downloads"
    seen_by = ("pypi-json/deprecated-constants",)

    def change(self, info: Json) -> Json:
        return {**info, "downloads": {"last_day": 3, "last_month": 90, "last_week": 21}}


class LastUploaded(JsonDefect):
    """The release that was uploaded last counts as the latest."""

    id = "pypi-json-last-uploaded"
    seen_by = ("pypi-json/info-is-latest",)

    def latest_release(self, project: Project) -> Release:
        return list(project.releases.values())[-1]


class YankedLatest(JsonDefect):
    """The highest final version counts as the latest, also when it is yanked."""

    id, source = "pypi-json-yanked-latest", "https://peps.python.org/pep-0592/"
    seen_by = ("pypi-json/info-is-latest",)

    def latest_release(self, project: Project) -> Release:
        def rank(release: Release) -> tuple[bool, Version]:
            return not Version(release.version).is_prerelease, Version(release.version)

        return max(project.releases.values(), key=rank)


class ReleasesList(JsonDefect):
    """releases is a list of versions."""

    id = "pypi-json-releases-list"
    seen_by = ("pypi-json/releases-keyed-by-version",)

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        changed = {**document, "releases": list(document["releases"])} if "releases" in document else document
        return super().json_answer(request, changed, project)


class OneFileEach(JsonDefect):
    """releases tell one file of each version."""

    id, source = "pypi-json-one-file-each", "https://github.com/stevearc/pypicloud/issues/61"
    seen_by = ("pypi-json/releases-match-simple", "pypi-json/urls-of-shown-release")

    def files_of(self, project: Project, version: str) -> list[StoredFile]:
        return super().files_of(project, version)[:1]


class AllUrls(JsonDefect):
    """urls lists the files of all releases."""

    id = "pypi-json-all-urls"
    seen_by = ("pypi-json/urls-of-shown-release",)

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        every = [self.json_api_file(request, file) for file in self.listed_files(project)]
        return {**super().json_release(request, project, release), "urls": every}


class ChangedFile(JsonDefect):
    """Base: changes the file objects."""

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_api_file(request, file), **self.other(file)}

    def other(self, file: StoredFile) -> dict[str, Any]:
        """The other values."""
        return {}


class NoFileTimes(ChangedFile):
    """Files have no upload_time_iso_8601."""

    id = "pypi-json-no-file-times"
    seen_by = ("pypi-json/file-keys",)

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        return {k: v for k, v in super().json_api_file(request, file).items() if k != "upload_time_iso_8601"}


class WrongMd5(ChangedFile):
    """md5_digest is the start of another digest."""

    id = "pypi-json-wrong-md5"
    seen_by = ("pypi-json/file-digests",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"md5_digest": file.digests.sha256[:32]}


class WrongBlake(ChangedFile):
    """blake2b_256 is the digest of something else."""

    id = "pypi-json-wrong-blake2b"
    seen_by = ("pypi-json/file-digests",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"digests": {"sha256": file.digests.sha256, "blake2b_256": file.digests.sha256}}


class MetadataOfAll(ChangedFile):
    """All files are said to have core metadata, with the digest of the file itself."""

    id, source = (
        "pypi-json-core-metadata-of-file",
        "https://github.com/artifact-keeper/artifact-keeper/issues/3076",
    )
    seen_by = ("pypi-json/file-core-metadata",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"core-metadata": {"sha256": file.digests.sha256}}


class YankedText(ChangedFile):
    """yanked holds the reason, as in the simple API."""

    id = "pypi-json-yanked-text"
    seen_by = ("pypi-json/file-yanked-bool",)
    areas = (*ChangedFile.areas, "consistency", "security")

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"yanked": file.yanked_reason if file.yanked else None}


class LocalTimes(ChangedFile):
    """Times have an offset in place of the Z."""

    id = "pypi-json-time-offset"
    seen_by = ("pypi-json/file-upload-time",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"upload_time_iso_8601": self.upload_time(file.uploaded)[:19] + "+00:00"}


class ChangedDocument(JsonDefect):
    """Base: changes the document."""

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        return {**super().json_release(request, project, release), **self.other()}

    def other(self) -> dict[str, Any]:
        """The other values."""
        return {}


class NullVulnerabilities(ChangedDocument):
    """vulnerabilities is null."""

    id = "pypi-json-vulnerabilities-null"
    seen_by = ("pypi-json/vulnerabilities",)

    def other(self) -> dict[str, Any]:
        return {"vulnerabilities": None}


class OwnerName(ChangedDocument):
    """ownership is the name of the owner."""

    id = "pypi-json-ownership-text"
    seen_by = ("pypi-json/ownership",)

    def other(self) -> dict[str, Any]:
        return {"ownership": {"roles": "alice"}}


class SerialText(ChangedDocument):
    """last_serial is text, and another one than in the header."""

    id = "pypi-json-serial-text"
    seen_by = ("pypi-json/last-serial",)

    def other(self) -> dict[str, Any]:
        return {"last_serial": "latest"}


class QuarantinedShown(JsonDefect):
    """Quarantined projects are shown with all their files."""

    id, source = "pypi-json-quarantined-shown", "https://peps.python.org/pep-0792/"
    seen_by = ("pypi-json/quarantine-404",)
    areas = (*JsonDefect.areas, "security")

    def visible_project(self, name: str) -> Project:
        return self.find_project(name)

    def files_of(self, project: Project, version: str) -> list[StoredFile]:
        return [file for file in project.files.values() if file.version == version]
