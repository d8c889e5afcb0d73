"""Faults in how yanked files are shown and served."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from html import unescape

from starlette.requests import Request

from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

NEXUS = "https://github.com/sonatype/nexus-public/issues/282"


class FalseAttribute(Defect):
    """Every link has data-yanked, with the value false for files that are not yanked."""

    id, source = "yank-html-false", "https://peps.python.org/pep-0592/#specification"
    seen_by = ("yank/html-presence-means-yanked", "yank/html-absent-when-live", "yank/html-json-agree")
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients", "versions")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        return {"data-yanked": "false", **super().html_attributes(request, file)}


class DroppedInHtml(Defect):
    """HTML pages show yanked files without their mark."""

    id, source = "yank-html-dropped", NEXUS
    seen_by = ("yank/html-json-agree", "yank/still-listed")
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        attributes.pop("data-yanked", None)
        return attributes


class DroppedInJson(Defect):
    """JSON pages show yanked files as if they were not."""

    id, source = "yank-json-dropped", NEXUS
    seen_by = ("yank/html-json-agree", "yank/still-listed")
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients", "json-api")

    def json_yanked(self, file: StoredFile) -> bool | str:
        return False


class EmptyText(Defect):
    """A yank without a reason is an empty text in JSON."""

    id, source = "yank-json-empty-text", "https://packaging.python.org/en/latest/specifications/file-yanking/"
    seen_by = ("yank/json-type",)
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients")

    def json_yanked(self, file: StoredFile) -> bool | str:
        return file.yanked_reason if file.yanked else False


class FalseText(Defect):
    """JSON pages have the text "false" for files that are not yanked."""

    id = "yank-json-false-text"
    seen_by = ("yank/json-truthy-is-yanked", "yank/html-json-agree")
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients", "versions")

    def json_yanked(self, file: StoredFile) -> bool | str:
        return super().json_yanked(file) or "false"


class FilesGone(Defect):
    """A yanked file is listed, but its URL answers 404."""

    id = "yank-file-gone"
    seen_by = ("yank/file-still-downloadable",)
    areas = ("yank", "simple-html", "simple-json", "consistency", "clients", "security")

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        file = super().find_file(project, digest, filename)
        if file.yanked:
            raise self.not_found()
        return file


class MetadataGone(Defect):
    """The metadata of a yanked file is promised, but answers 404."""

    id = "yank-metadata-gone"
    seen_by = ("yank/metadata-still-served",)
    areas = ("yank", "metadata", "consistency", "clients")

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        if self.find_file(*route.names).yanked:
            raise self.not_found()
        return super().answer_metadata(request, route)


class Unlisted(Defect):
    """Yanked files disappear from the page, and their versions from the list."""

    id, source = "yank-unlists", "https://github.com/keygen-sh/keygen-api/pull/749"
    seen_by = ("yank/still-listed",)
    areas = ("yank", "p700", "consistency", "clients", "pypi-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if not file.yanked]


class VersionsForgotten(Defect):
    """The list of versions leaves out versions whose files are all yanked."""

    id = "yank-versions-forgotten"
    seen_by = ("yank/versions-still-list",)
    areas = ("yank", "p700", "consistency", "clients", "json-api")

    def listed_versions(self, project: Project) -> list[str]:
        live = {file.version for file in project.files.values() if not file.yanked}
        return [version for version in super().listed_versions(project) if version in live]


class UnescapedReason(Defect):
    """The reason stands in HTML as it was given, its quotes end the attribute."""

    id = "yank-reason-unescaped"
    seen_by = ("yank/html-escaped", "yank/reason-roundtrip")
    areas = ("yank", "simple-html", "simple-json", "consistency", "security", "clients")

    def html_value(self, value: str) -> str:
        return unescape(value) if " " in value else super().html_value(value)


class AsciiReason(Defect):
    """Letters beyond ASCII in a reason become question marks."""

    id = "yank-reason-ascii"
    seen_by = ("yank/reason-roundtrip",)
    areas = ("yank", "consistency", "security", "status", "simple-html")

    def html_value(self, value: str) -> str:
        return super().html_value(value.encode("ascii", "replace").decode())

    def json_yanked(self, file: StoredFile) -> bool | str:
        told = super().json_yanked(file)
        return told if isinstance(told, bool) else told.encode("ascii", "replace").decode()


class Irreversible(Defect):
    """A yank that was taken back goes on showing."""

    id = "yank-irreversible"
    seen_by = ("yank/reversible", "yank/html-absent-when-live")
    areas = ("yank", "consistency", "clients")

    def set_yanked(self, document: Json, *, yanked: bool) -> Reply:
        return super().set_yanked(document, yanked=True)


class EtagWithoutYanks(Defect):
    """The ETag of a page is made of all but the yanks."""

    id, source = "yank-etag-stays", "https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1"
    seen_by = ("cache/etag-changes",)
    areas = ("cache", "yank", "clients")

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        plain = gzip.decompress(body) if coding == "gzip" else body
        live = re.sub(
            rb' data-yanked="[^"]*"|"yanked": ?(true|false|"([^"\\\\]|\\\\.)*")|"_last-serial": ?\d+',
            b"",
            plain,
        )
        return super().etag(live, content_type, coding)


class YanksLost(Defect):
    """An upload writes the page of its project anew, and forgets what was yanked."""

    id = "yank-lost-by-upload"
    seen_by = ("yank/still-listed",)
    areas = ("yank", "consistency", "clients")

    def publish(self, upload: Upload) -> Reply:
        project = self.store.project(upload.project)
        if project is not None:
            self.store.change_files(
                project.name, set(project.files), lambda file: replace(file, yanked=False, yanked_reason="")
            )
        return super().publish(upload)


MARKS = (
    "yank",
    "simple-html",
    "simple-json",
    "consistency",
    "security",
    "clients",
    "pypi-json",
    "status",
    "p700",
)


class YankOfPrefix(Defect):
    """A yank marks also the versions whose text begins with the yanked one: 1.1 and 1.1.1."""

    id, source = "yank-of-prefix", "https://packaging.python.org/en/latest/specifications/file-yanking/"
    seen_by = ("yank/html-absent-when-live", "yank/json-truthy-is-yanked")
    areas = MARKS

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        yanked = {file.version for file in files if file.yanked}

        def marked(file: StoredFile) -> bool:
            return any(file.version != v and file.version.startswith(f"{v}.") for v in yanked)

        return [replace(file, yanked=True) if marked(file) else file for file in files]


class SdistsUnmarked(Defect):
    """A yank shows on wheels, and on source distributions it does not."""

    id, source = "yank-sdists-unmarked", "https://packaging.python.org/en/latest/specifications/file-yanking/"
    seen_by = ("yank/still-listed",)
    areas = MARKS

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        return [file if file.filetype != "sdist" else replace(file, yanked=False) for file in files]


class ThreeBytes(Defect):
    """A reason is kept in a column that knows characters of three bytes only; the others become question marks."""

    id, source = (
        "yank-reason-three-bytes",
        "https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-utf8mb3.html",
    )
    seen_by = ("yank/reason-roundtrip",)
    areas = MARKS

    def listed_files(self, project: Project) -> list[StoredFile]:
        def kept(text: str) -> str:
            return "".join("?" if ord(char) > 0xFFFF else char for char in text)

        return [replace(f, yanked_reason=kept(f.yanked_reason)) for f in super().listed_files(project)]
