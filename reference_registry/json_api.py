"""The PyPI JSON API (docs.pypi.org, "JSON API") and provenance objects (PEP 740). No standard asks for the former; many tools read it."""

from __future__ import annotations

import json
from typing import Any

from packaging.version import Version
from starlette.requests import Request

from reference_registry.core import JSON_TYPE
from reference_registry.errors import Refused
from reference_registry.media import parse_accept, quality
from reference_registry.model import Project, Release, StoredFile
from reference_registry.names import parse_version, words
from reference_registry.pages import Json, Pages
from reference_registry.reply import Reply
from reference_registry.urls import Route

TEXTS = words(
    "author author_email description description_content_type download_url home_page keywords license "
    "license_expression maintainer maintainer_email requires_python summary"
)
PROVENANCE_TYPES = (JSON_TYPE, "application/vnd.pypi.integrity.v1+json")


class JsonApi(Pages):
    """Metadata of projects and releases."""

    # -- answers

    def answer_json_project(self, request: Request, route: Route) -> Reply:
        """The latest release, and the files of all."""
        project = self.visible_project(route.names[0])
        release = self.latest_release(project)
        document = self.json_release(request, project, release)
        document["releases"] = {
            version: [self.json_api_file(request, file) for file in self.files_of(project, version)]
            for version in self.listed_versions(project)
        }
        return self.json_answer(request, document, project)

    def answer_json_release(self, request: Request, route: Route) -> Reply:
        """One release; versions are compared as versions."""
        project = self.visible_project(route.names[0])
        wanted = parse_version(route.names[1])
        release = next(
            (r for r in project.releases.values() if wanted is not None and Version(r.version) == wanted),
            None,
        )
        if release is None:
            raise self.not_found()
        return self.json_answer(request, self.json_release(request, project, release), project)

    def answer_provenance(self, request: Request, route: Route) -> Reply:
        """The attestations that were uploaded with a file (PEP 740, "Provenance objects")."""
        name, version, filename = route.names
        project = self.visible_project(name)
        file = project.files.get(filename)
        if file is None or not file.attestations or file.version != version:
            raise self.not_found()
        content_type = self.provenance_type(request.headers.get("accept", ""))
        return self.finish(request, json.dumps(self.provenance(file)).encode(), content_type, "Accept")

    def provenance_type(self, accept: str) -> str:
        """The better liked of the two labels of a provenance object (docs.pypi.org, "Integrity API"), or 406."""
        wishes = parse_accept(accept) or parse_accept("*/*")
        likes = {kind: quality(wishes, kind) for kind in PROVENANCE_TYPES}
        best = max(likes, key=lambda kind: likes[kind])
        if likes[best] <= 0:
            raise Refused(
                406, "None of the requested types is available. Available: " + ", ".join(likes) + "."
            )
        return best

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        """A document with its headers."""
        reply = self.finish(request, json.dumps(document).encode(), "application/json")
        reply.headers["x-pypi-last-serial"] = str(project.serial)
        if not self.reads_need_credentials():
            reply.headers["access-control-allow-origin"] = "*"
        return reply

    # -- content

    def visible_project(self, name: str) -> Project:
        """A project that has something to show; a quarantined one has not."""
        project = self.find_project(name)
        if project.status == "quarantined" or not project.releases:
            raise self.not_found()
        return project

    def latest_release(self, project: Project) -> Release:
        """Not yanked before yanked, final before pre-release, then the highest version."""

        def rank(release: Release) -> tuple[bool, bool, Version]:
            version = Version(release.version)
            return not self.is_yanked(project, release.version), not version.is_prerelease, version

        return max(project.releases.values(), key=rank)

    def files_of(self, project: Project, version: str) -> list[StoredFile]:
        """The files of one release."""
        return [file for file in self.listed_files(project) if file.version == version]

    def is_yanked(self, project: Project, version: str) -> bool:
        """A release is yanked when all its files are."""
        files = self.files_of(project, version)
        return bool(files) and all(file.yanked for file in files)

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        """What both routes have in common."""
        return {
            "info": self.json_info(request, project, release),
            "last_serial": project.serial,
            "urls": [self.json_api_file(request, file) for file in self.files_of(project, release.version)],
            "vulnerabilities": [],
            "ownership": {"roles": [{"role": "Owner", "user": project.owner}], "organization": None},
        }

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        """The metadata of a release, as the form of its first upload gave them."""
        form = release.form
        yanked = self.is_yanked(project, release.version)
        reasons = [
            file.yanked_reason for file in self.files_of(project, release.version) if file.yanked_reason
        ]
        page = self.origin(request) + self.project_url(project.name)
        texts: dict[str, Any] = {name: next(iter(form.get(name, ())), None) for name in sorted(TEXTS)}
        return texts | {
            "name": project.display_name,
            "version": release.version,
            "summary": texts["summary"] or "",
            "description": texts["description"] or "",
            "classifiers": list(form.get("classifiers", ())),
            "dynamic": list(form.get("dynamic", ())) or None,
            "license_files": list(form.get("license_file", ())) or None,
            "platform": next(iter(form.get("platform", ())), None),
            "provides_extra": list(form.get("provides_extra", ())) or None,
            "requires_dist": list(form.get("requires_dist", ())) or None,
            "project_urls": self.json_project_urls(form.get("project_urls", ())),
            "project_url": page,
            "package_url": page,
            "release_url": page,
            "bugtrack_url": None,
            "docs_url": None,
            "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
            "yanked": yanked,
            "yanked_reason": (reasons[0] if reasons else None) if yanked else None,
        }

    def json_project_urls(self, entries: tuple[str, ...]) -> dict[str, str] | None:
        """Labels are kept as they were given (PEP 753)."""
        pairs = (entry.partition(",") for entry in entries)
        return {label.strip(): url.strip() for label, _, url in pairs} or None

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        """One file."""
        digests = file.digests
        return {
            "comment_text": file.comment,
            "core-metadata": self.json_core_metadata(file),
            "digests": {"md5": digests.md5, "sha256": digests.sha256, "blake2b_256": digests.blake2b_256},
            "downloads": -1,
            "filename": file.filename,
            "has_sig": False,
            "md5_digest": digests.md5,
            "packagetype": file.filetype,
            "python_version": file.pyversion,
            "requires_python": file.requires_python,
            "size": file.size,
            "upload_time": self.upload_time(file.uploaded)[:19],
            "upload_time_iso_8601": self.upload_time(file.uploaded),
            "url": self.origin(request) + self.file_path(file),
            "yanked": file.yanked,
            "yanked_reason": file.yanked_reason or None,
        }

    def provenance(self, file: StoredFile) -> Json:
        """A provenance object: one bundle of what was uploaded."""
        publisher = {"kind": "reference-registry", "claims": {"uploader": file.uploader}}
        bundle = {"publisher": publisher, "attestations": list(file.attestations)}
        return {"version": 1, "attestation_bundles": [bundle]}
