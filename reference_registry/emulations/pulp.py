"""Pulp with pulp_python 3.28 (source code and documentation)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from starlette.requests import Request

from reference_registry.emulations.base import Emulation, plain
from reference_registry.errors import Refused
from reference_registry.model import Project, Release, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.uploads import Upload

TASK = timedelta(seconds=1)  # that the task after an upload takes


class Pulp(Emulation):
    """A distribution that takes uploads: 202 and a task, after which the file is there."""

    id, evidence = "pulp", "2026-03-30"
    source = "https://github.com/pulp/pulp_python"
    assumed = ("realm", "duration-of-tasks", "provenance-on-pages")
    base, upload = "/pypi/my-index", "/simple/"
    realm = "api"
    marks: ClassVar[Mapping[str, str]] = MappingProxyType({"X-PyPI-Last-Serial": "1000000000"})
    json_keys = ("size", "upload-time", "versions", "requires-python", "core-metadata", "provenance")
    json_api_offered = True

    html_api = "1.1"

    def json_version(self) -> str:
        """As the source code says."""
        return "1.1"

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        """Serials are not kept."""
        return {**super().json_release(request, project, release), "last_serial": 0}

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        """What is unknown gets HTML."""
        try:
            return super().choose(accept, format_parameter)
        except Refused:
            return "text/html"

    def is_visible(self, file: StoredFile) -> bool:
        """When its task is done."""
        return self.clock() >= self.came(file) + TASK

    def check_digest_fields(self, upload: Upload) -> None:
        """sha256 has to be there."""
        super().check_digest_fields(upload)
        if upload.form.one("sha256_digest") is None:
            raise Refused(400, "sha256_digest: This field is required.")

    def accepted(self, upload: Upload) -> Reply:
        """202 with the address of the task."""
        return plain(202, json.dumps({"task": "/pulp/api/v3/tasks/emulated/"}), "application/json")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """Refused, also for the same bytes."""
        raise Refused(400, f"Package {existing.filename} already exists in index")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """Links have a relation, too."""
        return {"rel": "internal", **super().html_attributes(request, file)}
