"""Legal oddities of versions, sizes and upload times."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

PEP_700 = "https://peps.python.org/pep-0700/"
LATER = ("size", "upload-time", "provenance")


class FirstVersion(Variation):
    """Pages follow version 1.0 of the API, with nothing that came later."""

    id, source = "p700-api-1.0", "https://peps.python.org/pep-0691/"

    def json_version(self) -> str:
        return "1.0"

    def html_version(self) -> str:
        return "1.0"

    def html_status(self, project: Project) -> list[str]:
        return []

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {key: value for key, value in page.items() if key not in ("versions", "project-status")}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {key: value for key, value in entry.items() if key not in LATER}

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        return {name: value for name, value in told.items() if name != "data-provenance"}


class NoUploadTime(Variation):
    """Files have no upload time."""

    id, source = "p700-no-upload-time", PEP_700

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {key: value for key, value in entry.items() if key != "upload-time"}


class WholeSeconds(Variation):
    """Upload times have no decimals."""

    id, source = "p700-whole-seconds", PEP_700

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(moment)[:19] + "Z"


class ThreeDecimals(Variation):
    """Upload times have three decimals."""

    id, source = "p700-three-decimals", PEP_700

    def upload_time(self, moment: datetime) -> str:
        return super().upload_time(moment)[:23] + "Z"


class MoreVersions(Variation):
    """Versions come newest first, with one that has no file and one old string that is no version today."""

    id, source = "p700-more-versions", PEP_700

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "versions": [*reversed(page["versions"]), "0.0.0.dev0", "2004-final-really"]}


class PrivateLatest(Variation):
    """A page has a private key with the latest version."""

    id, source = "p700-private-latest", PEP_700

    def json_detail(self, request: Request, project: Project) -> Json:
        page = super().json_detail(request, project)
        return {**page, "_latest": page["versions"][-1:]}
