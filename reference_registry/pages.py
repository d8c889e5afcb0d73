"""The root page and the project pages, as JSON and as HTML (Simple repository API 1.4; PEP 503, 592, 658, 691, 700, 714, 740, 792)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

from packaging.version import Version
from starlette.requests import Request

from reference_registry.caching import Caching
from reference_registry.model import Project, StoredFile
from reference_registry.negotiation import JSON_V1, Negotiation
from reference_registry.reply import Reply
from reference_registry.urls import Route, Urls

Json = dict[str, Any]


class Pages(Urls, Negotiation, Caching):
    """What an index shows."""

    # -- answers

    def answer_root(self, request: Request, route: Route) -> Reply:
        """All projects, complete, in one answer."""
        chosen = self.choose(request.headers.get("accept"), self.format_parameter(request))
        projects = self.listed_projects()
        if chosen == JSON_V1:
            return self.page(
                request, chosen, self.dump_json(self.json_root(request, projects)), self.store.serial
            )
        return self.page(request, chosen, self.html_root(request, projects), self.store.serial)

    def answer_project(self, request: Request, route: Route) -> Reply:
        """All files of one project."""
        chosen = self.choose(request.headers.get("accept"), self.format_parameter(request))
        project = self.find_project(route.names[0])
        if chosen == JSON_V1:
            return self.page(
                request, chosen, self.dump_json(self.json_detail(request, project)), project.serial
            )
        return self.page(request, chosen, self.html_detail(request, project), project.serial)

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        """A page in its chosen type."""
        reply = self.finish(request, text.encode(), self.content_type(chosen), *self.page_vary())
        reply.headers["x-pypi-last-serial"] = str(serial)
        return reply

    def page_vary(self) -> tuple[str, ...]:
        """Pages are negotiated, so caches have to keep one per Accept header."""
        return ("Accept",)

    def format_parameter(self, request: Request) -> str | None:
        """The value of `?format=`."""
        return request.query_params.get("format")

    # -- what is shown

    def listed_projects(self) -> list[Project]:
        """The projects of the root page."""
        return self.store.projects()

    def find_project(self, name: str) -> Project:
        """The project with this name, or 404."""
        project = self.store.project(name)
        if project is None:
            raise self.not_found()
        return project

    def listed_files(self, project: Project) -> list[StoredFile]:
        """The files of a project page. A quarantined project offers none (PEP 792)."""
        if project.status == "quarantined":
            return []
        return sorted(project.files.values(), key=lambda file: (Version(file.version), file.filename))

    def listed_versions(self, project: Project) -> list[str]:
        """All uploaded versions, each once, normalized (PEP 700)."""
        return sorted(project.releases, key=Version)

    def has_metadata(self, file: StoredFile) -> bool:
        """Whether the core metadata of a file are served beside it."""
        return file.metadata is not None

    # -- JSON

    def dump_json(self, document: Json) -> str:
        """A document as text."""
        return json.dumps(document)

    def json_meta(self, serial: int) -> Json:
        """The object that every JSON answer has (PEP 691; PEP 629). Keys with an underscore are private."""
        return {"api-version": self.json_version(), "_last-serial": serial}

    def json_version(self) -> str:
        """The version of the API that the JSON pages follow."""
        return "1.4"

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        """The root page."""
        return {
            "meta": self.json_meta(self.store.serial),
            "projects": [self.json_project(project) for project in projects],
        }

    def json_project(self, project: Project) -> Json:
        """One project in the root page."""
        return {"name": project.display_name}

    def json_detail(self, request: Request, project: Project) -> Json:
        """A project page."""
        return {
            "meta": self.json_meta(project.serial),
            "name": project.name,
            "project-status": self.json_status(project),
            "versions": self.listed_versions(project),
            "files": [self.json_file(request, file) for file in self.listed_files(project)],
        }

    def json_status(self, project: Project) -> Json:
        """The status marker (PEP 792); the reason is a string or not there."""
        reason = {"reason": project.status_reason} if project.status_reason else {}
        return {"status": project.status, **reason}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        """One file in a project page."""
        entry: Json = {
            "filename": file.filename,
            "url": self.file_link(request, file),
            "hashes": self.json_hashes(file),
            "size": file.size,
            "upload-time": self.upload_time(file.uploaded),
            "yanked": self.json_yanked(file),
            "core-metadata": self.json_core_metadata(file),
            "gpg-sig": file.signature is not None,
            "provenance": self.provenance_link(request, file) if file.attestations else None,
        }
        if file.requires_python is not None:
            entry["requires-python"] = file.requires_python
        return entry

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        """Digests of the file, under names that `hashlib.new` knows."""
        return {"sha256": file.digests.sha256}

    def json_yanked(self, file: StoredFile) -> bool | str:
        """A reason that is not empty, or a boolean (PEP 592, 691)."""
        return (file.yanked_reason or True) if file.yanked else False

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        """The digest of the metadata file, or False (PEP 714). The older key is left out, as PEP 714 advises servers."""
        return {"sha256": file.metadata_sha256} if self.has_metadata(file) else False

    def upload_time(self, moment: datetime) -> str:
        """`yyyy-mm-ddThh:mm:ss.ffffffZ` (PEP 700)."""
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    # -- HTML

    def html_version(self) -> str:
        """The version of the API that the HTML pages follow; PEP 833 keeps it at 1.4."""
        return "1.4"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        """A valid HTML5 document."""
        head = [
            '<meta charset="utf-8">',
            f'<meta name="pypi:repository-version" content="{self.html_version()}">',
            *metas,
            f"<title>{escape(title)}</title>",
        ]
        return "\n".join(
            (
                "<!DOCTYPE html>",
                '<html lang="en">',
                "<head>",
                *head,
                "</head>",
                "<body>",
                f"<h1>{escape(title)}</h1>",
                *lines,
                "</body>",
                "</html>",
                "",
            )
        )

    def html_root(self, request: Request, projects: list[Project]) -> str:
        """The root page: one anchor per project."""
        return self.html_page(
            "Simple index", [], [self.html_project(request, project) for project in projects]
        )

    def html_project(self, request: Request, project: Project) -> str:
        """The anchor of a project; its text is the project's name."""
        return (
            f'<a href="{escape(self.project_link(request, project))}">{escape(project.display_name)}</a><br>'
        )

    def html_detail(self, request: Request, project: Project) -> str:
        """A project page: one anchor per file."""
        lines = [self.html_anchor(request, file) + "<br>" for file in self.listed_files(project)]
        return self.html_page(f"Links for {project.display_name}", self.html_status(project), lines)

    def html_status(self, project: Project) -> list[str]:
        """The status marker (PEP 792)."""
        metas = [f'<meta name="pypi:project-status" content="{escape(project.status)}">']
        if project.status_reason:
            metas.append(
                f'<meta name="pypi:project-status-reason" content="{escape(project.status_reason)}">'
            )
        return metas

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        """The anchor of a file; its text is the filename."""
        attributes = {"href": self.html_href(request, file), **self.html_attributes(request, file)}
        written = " ".join(f'{name}="{self.html_value(value)}"' for name, value in attributes.items())
        return f"<a {written}>{escape(self.html_text(file))}</a>"

    def html_text(self, file: StoredFile) -> str:
        """The text of a file's anchor."""
        return file.filename

    def html_value(self, value: str) -> str:
        """An attribute's value; `<` and `>` become references (PEP 503)."""
        return escape(value)

    def html_href(self, request: Request, file: StoredFile) -> str:
        """The file's URL with its digest as fragment."""
        return f"{self.file_link(request, file)}#{self.html_fragment(file)}"

    def html_fragment(self, file: StoredFile) -> str:
        """`<hashname>=<hashvalue>`, lower case."""
        return f"sha256={file.digests.sha256}"

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """The data attributes of a file's anchor."""
        attributes: dict[str, str] = {}
        if file.requires_python is not None:
            attributes["data-requires-python"] = file.requires_python
        if self.has_metadata(file):
            attributes["data-core-metadata"] = self.html_core_metadata(file)
            attributes["data-dist-info-metadata"] = self.html_core_metadata(file)
        if file.yanked:
            attributes["data-yanked"] = file.yanked_reason
        if file.attestations:
            attributes["data-provenance"] = self.provenance_link(request, file)
        attributes["data-gpg-sig"] = "true" if file.signature is not None else "false"
        return attributes

    def html_core_metadata(self, file: StoredFile) -> str:
        """The digest of the metadata file."""
        return f"sha256={file.metadata_sha256}"
