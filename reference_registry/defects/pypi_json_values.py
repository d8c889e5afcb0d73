"""Faults in what PyPI's JSON API tells of single files."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from reference_registry.defects.pypi_json import ChangedFile
from reference_registry.model import StoredFile
from reference_registry.pages import Json


class UrlMissing(ChangedFile):
    """The URLs of files end in 404."""

    id = "pypi-json-file-url-404"
    seen_by = ("pypi-json/file-url",)

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        made = super().json_api_file(request, file)
        return {**made, "url": made["url"] + "x"}


class AllSdists(ChangedFile):
    """Every file is said to be an sdist."""

    id = "pypi-json-all-sdists"
    seen_by = ("pypi-json/file-values",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"packagetype": "sdist"}


class OneTag(ChangedFile):
    """Every file is said to be for Python 2."""

    id = "pypi-json-all-py2"
    seen_by = ("pypi-json/file-values",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"python_version": "py2"}


class NoFilePythons(ChangedFile):
    """Files ask for no Python, whatever the simple page says."""

    id = "pypi-json-no-file-pythons"
    seen_by = ("pypi-json/file-values",)

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"requires_python": None}


class NoReasons(ChangedFile):
    """The reasons of yanks are null, though the simple page gives them."""

    id = "pypi-json-no-reasons"
    seen_by = ("consistency/json-api-yanked",)
    areas = (*ChangedFile.areas, "consistency")

    def other(self, file: StoredFile) -> dict[str, Any]:
        return {"yanked_reason": None}
