"""Legal oddities of versions, sizes and upload times."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

PEP_700 = "https://peps.python.org/pep-0700/"
LATER = ("size", "upload-time", "provenance")


class NoUploadTime(Variation):
    """Files have no upload time."""

    id, source = "p700-no-upload-time", PEP_700

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {key: value for key, value in entry.items() if key != "upload-time"}


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
