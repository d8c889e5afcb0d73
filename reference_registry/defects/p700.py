"""Faults in versions, sizes and upload times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from packaging.version import Version
from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Defect

PEP_700 = "https://peps.python.org/pep-0700/#specification"


class NoVersions(Defect):
    """JSON pages name version 1.1 or later and have no list of versions."""

    id, source = "p700-no-versions", PEP_700
    seen_by = ("p700/versions-present",)
    areas = ("p700", "simple-json", "version")

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        del page["versions"]
        return page


class VersionObjects(Defect):
    """Versions are listed as objects."""

    id, source = "p700-version-objects", PEP_700
    seen_by = ("p700/versions-strings",)
    areas = ("p700", "simple-json", "yank", "consistency", "clients", "versions")

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "versions": [{"version": version} for version in page["versions"]]}


class FinalVersionsOnly(Defect):
    """The list of versions leaves out pre-releases."""

    id, source = "p700-final-versions-only", PEP_700
    seen_by = ("p700/versions-all-uploaded", "p700/files-have-version")
    areas = ("p700", "consistency", "json-api", "versions", "clients", "pypi-json")

    def listed_versions(self, project: Project) -> list[str]:
        return [v for v in super().listed_versions(project) if not Version(v).is_prerelease]


class VersionPerFile(Defect):
    """A version is listed once for each of its files."""

    id, source = "p700-version-per-file", PEP_700
    seen_by = ("p700/versions-no-duplicates",)
    areas = ("p700", "versions")

    def listed_versions(self, project: Project) -> list[str]:
        return [file.version for file in project.files.values()]


class LatestVersionOnly(Defect):
    """The list of versions has the latest version alone."""

    id = "p700-latest-version-only"
    seen_by = ("p700/files-have-version", "p700/versions-all-uploaded")
    areas = ("p700", "yank", "consistency", "json-api", "versions", "clients")

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "versions": page["versions"][-1:]}


class RawVersions(Defect):
    """Versions are listed as the metadata spells them."""

    id, source = "p700-raw-versions", PEP_700
    seen_by = ("p700/versions-normalized",)
    areas = ("p700", "versions")

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        raw = {release.form["version"][0] for release in project.releases.values()}
        return {**page, "versions": sorted(raw)}


class NoSize(Defect):
    """Wheels have no size, sdists have one."""

    id, source = "p700-no-size", PEP_700
    seen_by = ("p700/size-present",)
    areas = ("p700", "simple-json", "consistency", "version")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        if file.filetype == "bdist_wheel":
            del entry["size"]
        return entry


class SizeAsText(Defect):
    """The size is a text."""

    id, source = "p700-size-text", PEP_700
    seen_by = ("p700/size-integer",)
    areas = ("p700", "simple-json", "clients", "consistency")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "size": str(file.size)}


class SizeInKibibytes(Defect):
    """The size is a number of kibibytes."""

    id, source = "p700-size-kibibytes", PEP_700
    seen_by = ("p700/size-correct", "p700/json-api-agree")
    areas = ("p700", "consistency", "clients", "range", "pypi-json")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "size": file.size // 1024}


class NullTime(Defect):
    """The upload time is null."""

    id, source = "p700-time-null", "https://github.com/astral-sh/uv/issues/16813"
    seen_by = ("p700/upload-time-format",)
    areas = ("p700", "simple-json", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "upload-time": None}


class TimeWithoutZone(Defect):
    """Upload times have no zone."""

    id, source = "p700-time-no-zone", PEP_700
    seen_by = ("p700/upload-time-utc", "p700/upload-time-format")
    areas = ("p700", "simple-json", "clients", "json-api", "pypi-json")

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(moment).removesuffix("Z")


class TimeWithOffset(Defect):
    """Upload times are in local time, with its offset."""

    id, source = "p700-time-offset", PEP_700
    seen_by = ("p700/upload-time-utc", "p700/upload-time-format")
    areas = ("p700", "simple-json", "json-api", "consistency", "pypi-json")

    def upload_time(self, moment: datetime) -> str:
        return (moment.astimezone(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")


class LocalTimeAsUtc(Defect):
    """Upload times are in local time and labelled as UTC."""

    id = "p700-time-local-as-utc"
    seen_by = ("p700/upload-time-plausible",)
    areas = ("p700", "json-api", "consistency")

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(moment + timedelta(hours=2))


class ZeroTime(Defect):
    """An unknown upload time is written with zeros."""

    id = "p700-time-zeros"
    seen_by = ("p700/upload-time-real-date",)
    areas = ("p700", "simple-json", "clients", "json-api")

    def upload_time(self, moment: datetime) -> str:
        return "0000-00-00T00:00:00Z"


class TimeOfTheRequest(Defect):
    """The upload time is that of the request."""

    id = "p700-time-of-request"
    seen_by = ("p700/upload-time-stable",)
    areas = ("p700", "cache", "json-api", "consistency", "upload-legacy")

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(self.now())


class TimeOfTheRelease(Defect):
    """All files of a release show the time at which its first file was uploaded."""

    id = "p700-time-of-release"
    seen_by = ("p700/upload-time-plausible",)
    areas = ("p700", "json-api", "consistency", "clients")

    def json_detail(self, request: Request, project: Project) -> Json:
        first: dict[str, datetime] = {}
        for file in project.files.values():
            first[file.version] = min(file.uploaded, first.get(file.version, file.uploaded))
        timed = {key: replace(file, uploaded=first[file.version]) for key, file in project.files.items()}
        return super().json_detail(request, replace(project, files=timed))


class TimeOfTheLatest(Defect):
    """All files of a project show the time of the latest upload."""

    id = "p700-time-of-latest"
    seen_by = ("p700/upload-time-stable", "p700/upload-time-plausible")
    areas = ("p700", "json-api", "consistency", "clients")

    def json_detail(self, request: Request, project: Project) -> Json:
        latest = max((file.uploaded for file in project.files.values()), default=self.now())
        timed = {key: replace(file, uploaded=latest) for key, file in project.files.items()}
        return super().json_detail(request, replace(project, files=timed))


class TimeOfTheYank(Defect):
    """A yanked file shows the time of its yank as its upload time."""

    id = "p700-time-of-yank"
    seen_by = ("p700/upload-time-stable",)
    areas = ("p700", "json-api", "consistency", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        yanked = file.uploaded + timedelta(seconds=1.5)
        return {**entry, "upload-time": self.upload_time(yanked)} if file.yanked else entry
