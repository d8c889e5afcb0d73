"""Faults of the upload as such: what becomes of the file."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from packaging.version import Version

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload

LEGACY = "upload-legacy/"
PAGES = (
    "simple-html",
    "simple-json",
    "names",
    "consistency",
    "cache",
    "p700",
    "versions",
    "yank",
    "status",
    "attest",
)
TAGS = "https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/"
EVERYWHERE = (
    *(
        "upload-legacy",
        "upload-meta",
        "hashes",
        "metadata",
        "dist",
        "redirect",
        "negotiation",
        "security",
        "auth",
    ),
    *(
        "pypi-json",
        "pypi-misc",
        "clients",
        "range",
        "retry",
        "version",
        "tracks",
        "namespaces",
        "drafts",
        "tp",
    ),
    *PAGES,
)


class NewName(Defect):
    """Sdists are stored under a name of the registry's own making."""

    id = "upload-renames-sdists"
    seen_by = (f"{LEGACY}content-filename",)
    areas = EVERYWHERE

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        return replace(file, filename=file.filename.replace("_", "-")) if file.filetype == "sdist" else file


class NoTagSets(Defect):
    """A wheel with a compressed tag set is refused: its name is cut at the dots."""

    id, source = "upload-no-tag-sets", f"{TAGS}#compressed-tag-sets"
    seen_by = (f"{LEGACY}legal-files-accepted",)
    areas = EVERYWHERE

    def check_filename(self, upload: Upload) -> None:
        super().check_filename(upload)
        stem = upload.content.filename.removesuffix(".whl")
        if upload.filetype == "bdist_wheel" and any("." in tag for tag in stem.split("-")[-3:]):
            raise Refused(400, "The file name is not that of a wheel.")


class NoPlatforms(Defect):
    """A wheel for one platform is refused with 403 and few words."""

    id, source = "upload-no-platforms", TAGS
    seen_by = (f"{LEGACY}legal-files-accepted",)
    areas = EVERYWHERE

    def check_filename(self, upload: Upload) -> None:
        super().check_filename(upload)
        if upload.filetype == "bdist_wheel" and not upload.content.filename.endswith("-any.whl"):
            raise Refused(403, "Invalid file.")


class SdistsNeverListed(Defect):
    """Sdists are accepted and never listed."""

    id, source = "upload-sdists-not-listed", "https://github.com/pulp/pulp_python/issues/933"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = EVERYWHERE

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if file.filetype != "sdist"]


class WheelHidesSdist(Defect):
    """A wheel that comes after the sdist of its release takes its place on the page."""

    id = "upload-wheel-hides-sdist"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = EVERYWHERE

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        newest = {file.version: file.uploaded for file in files if file.filetype != "sdist"}
        return [f for f in files if f.filetype != "sdist" or newest.get(f.version, f.uploaded) <= f.uploaded]


class UnreadMetadataLost(Defect):
    """A wheel whose metadata have a header that the registry does not know is accepted and never listed."""

    id, source = "upload-unread-metadata-lost", "https://github.com/briancurtin/deprecation/issues/20"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = EVERYWHERE

    def publish(self, upload: Upload) -> Reply:
        inside = upload.inside
        if inside is not None and (b"X-Unheard" in inside.metadata or b"\r\n" in inside.metadata):
            return self.accepted(upload)
        return super().publish(upload)


class NoDigestHidden(Defect):
    """Files that were uploaded without sha256_digest are stored, and left out of the page."""

    id, source = "upload-without-sha256-hidden", "https://issues.sonatype.org/browse/NEXUS-34950"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = EVERYWHERE

    def publish(self, upload: Upload) -> Reply:
        if upload.form.one("sha256_digest") is None:
            return self.accepted(upload)
        return super().publish(upload)


class RootForgets(Defect):
    """Projects whose name is not spelled in its normal form are not in the project list."""

    id, source = (
        "upload-root-forgets-spelled",
        "https://github.com/artifact-keeper/artifact-keeper/issues/798",
    )
    seen_by = (f"{LEGACY}appears-in-root",)
    areas = EVERYWHERE

    def listed_projects(self) -> list[Project]:
        return [project for project in super().listed_projects() if project.name == project.display_name]


class OneReleaseOnly(Defect):
    """A second release of a project is refused until somebody creates it."""

    id = "upload-release-must-exist"
    seen_by = (f"{LEGACY}auto-create-release",)
    areas = EVERYWHERE

    def admit(self, upload: Upload, project: Project) -> None:
        if project.releases and Version(upload.version) not in map(Version, project.releases):
            raise Refused(404, "There is no such release.")
        super().admit(upload, project)


class TextMode(Defect):
    """Files are stored as if they were text: CR LF becomes LF."""

    id = "upload-text-mode"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = EVERYWHERE

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        data = file.path.read_bytes().replace(b"\r\n", b"\n")
        file.path.write_bytes(data)
        digests = replace(
            file.digests,
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        return replace(file, size=len(data), digests=digests)


class LinesOfDashesLost(Defect):
    """A line of two dashes in a file is taken for a mark of the form and left out."""

    id, source = "upload-dashes-lost", "https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = ("upload-legacy",)

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        data = file.path.read_bytes()
        if b"\r\n--\r\n" not in data:
            return file
        data = data.replace(b"\r\n--\r\n", b"\r\n")
        file.path.write_bytes(data)
        return replace(
            file, size=len(data), digests=replace(file.digests, sha256=hashlib.sha256(data).hexdigest())
        )


class DashesRefused(Defect):
    """A file with a line of dashes in it does not have its digest, and is refused."""

    id, source = "upload-dashes-refused", "https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = ("upload-legacy",)

    def check_digests(self, upload: Upload) -> None:
        if b"\r\n--\r\n" in upload.content.path.read_bytes():
            raise Refused(400, "sha256_digest is not the digest of the file.")
        super().check_digests(upload)


class LargeFilesFail(Defect):
    """A file of more than four megabytes ends in a server error."""

    id, source = "upload-large-500", "https://github.com/artifact-keeper/artifact-keeper/pull/1866"
    seen_by = (f"{LEGACY}large-streaming",)
    areas = ("upload-legacy", "range", "dist", "clients")

    def check_content(self, upload: Upload) -> None:
        super().check_content(upload)
        if upload.content.size > 4 * 1024 * 1024:
            raise Refused(500, "Out of memory.")


# -- duplicates -------------------------------------------------------------------------------------------------------


# -- refusals that leave something ------------------------------------------------------------------------------------
