"""Faults of the upload as such: where it goes, what it answers, what becomes of the file."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

from packaging.version import Version
from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import User
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

TWINE_URL = "https://github.com/pypa/twine/issues/310"
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


class MustBeSetUp(Defect):
    """Uploads to a project that nobody has set up are answered with 404."""

    id, source = "upload-unknown-project-404", "https://docs.pypi.org/api/upload/"
    seen_by = (f"{LEGACY}endpoint-post", f"{LEGACY}auto-create-project")
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        if self.store.project(upload.project) is None:
            raise Refused(404, "There is no such project.")
        super().check_rights(upload)


class CapitalsRefused(Defect):
    """A project name with a capital letter is refused as invalid."""

    id, source = "upload-capitals-refused", "https://github.com/go-gitea/gitea/issues/21014"
    seen_by = (f"{LEGACY}auto-create-project",)
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        name = upload.form.one("name") or ""
        if name != name.lower():
            raise Refused(400, "invalid name or version")
        super().check_rights(upload)


class RunsRefused(Defect):
    """A project name with several separators in a row is refused: only one of two normalizers makes one of them."""

    id, source = "upload-runs-refused", "https://github.com/artifact-keeper/artifact-keeper/issues/798"
    seen_by = (f"{LEGACY}auto-create-project",)
    areas = EVERYWHERE

    def check_rights(self, upload: Upload) -> None:
        if re.search("[-_.]{2}", upload.form.one("name") or ""):
            raise Refused(400, "The file is of another project than the form.")
        super().check_rights(upload)


class UploadRedirects(Defect):
    """The upload URL sends every upload on to another URL."""

    id, source = "upload-redirects", TWINE_URL
    seen_by = (f"{LEGACY}no-redirect-on-post", f"{LEGACY}endpoint-post")
    areas = EVERYWHERE

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        reply = text_reply(301, "", "text/plain")
        reply.headers["location"] = f"{self.root()}/login/"
        return reply


class RedirectAfterSuccess(Defect):
    """A file that was stored is answered with a redirect to its project page."""

    id, source = "upload-success-302", "https://github.com/pypa/twine/issues/92"
    seen_by = (f"{LEGACY}success-status", f"{LEGACY}no-redirect-on-post")
    areas = EVERYWHERE

    def accepted(self, upload: Upload) -> Reply:
        reply = super().accepted(upload)
        reply.status = 302
        reply.headers["location"] = self.project_url(upload.project)
        return reply


class QueryActionCrashes(Defect):
    """An action in the query ends in a server error."""

    id = "upload-action-in-query-500"
    seen_by = (f"{LEGACY}action-in-query",)
    areas = ("upload-legacy",)

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        if ":action" in request.query_params:
            raise Refused(500, "Internal server error.")
        return await super().answer_upload(request, route)


class SimpleTakesPost(Defect):
    """A POST to the simple index is answered with the page, as a GET is."""

    id, source = "upload-simple-post-200", "https://github.com/astral-sh/uv/issues/15021"
    seen_by = (f"{LEGACY}get-not-upload",)
    areas = ("upload-legacy", "security", "auth", "cache")

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        allowed = super().allowed_methods(route)
        return (*allowed, "POST") if route.kind == "root" else allowed


class SlashlessRedirect(Defect):
    """The upload URL without its slash redirects with 301, to a URL that answers a GET with 200."""

    id, source = "upload-slash-301-to-page", "https://github.com/pypa/flit/issues/179"
    seen_by = (f"{LEGACY}missing-slash",)
    areas = ("upload-legacy", "redirect", "security")

    def upload_route(self, rest: list[str]) -> Route:
        route = super().upload_route(rest)
        return replace(route, status=301) if route.kind == "redirect" else route

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        allowed = super().allowed_methods(route)
        if route.kind == "redirect":
            return (*allowed, "POST")
        return (*allowed, "GET") if route.kind == "upload" else allowed

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        if request.method == "GET":
            return text_reply(200, "Upload here.", "text/plain")
        return await super().answer_upload(request, route)


class JsonRefusalIsText(Defect):
    """A refusal that is labelled as JSON is plain text."""

    id = "upload-json-refusal-is-text"
    seen_by = (f"{LEGACY}error-negotiation",)
    areas = ("upload-legacy", "pypi-json", "attest", "auth", "status")

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        if reply.headers["content-type"] == "application/json":
            reply.body = json.loads(reply.content())["message"].encode()
        return reply


class SilentRefusals(Defect):
    """Refusals have no body."""

    id, source = "upload-silent-refusals", "https://github.com/pypa/hatch/issues/1809"
    seen_by = (f"{LEGACY}error-reason-or-body",)
    areas = EVERYWHERE

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        reply.body = b""
        return reply


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


class EverybodyOwns(Defect):
    """Every user may upload to every project."""

    id, source = "upload-everybody-owns", "https://github.com/artifact-keeper/artifact-keeper/pull/1817"
    seen_by = (f"{LEGACY}permission-denied",)
    areas = ("upload-legacy", "security", "auth", "names")

    def may_write(self, user: User, project: Project) -> bool:
        return True


# -- duplicates -------------------------------------------------------------------------------------------------------


class DuplicateCrashes(Defect):
    """A second upload of a file ends in a server error."""

    id = "upload-duplicate-500"
    seen_by = (f"{LEGACY}duplicate-same-content", f"{LEGACY}error-4xx-not-5xx")
    areas = ("upload-legacy", "names", "hashes", "consistency", "attest", "auth", "retry")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(500, "UNIQUE constraint failed.")


class DuplicateUnnamed(Defect):
    """A duplicate is refused with 400 and words that no client knows."""

    id, source = "upload-duplicate-unnamed", "https://github.com/pypa/twine/issues/1251"
    seen_by = (f"{LEGACY}skip-existing-detectable",)
    areas = ("upload-legacy",)

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(400, "The request conflicts with the state of the repository.")


class DuplicateRewrites(Defect):
    """The Requires-Python of a published file becomes that of a duplicate, which is then refused."""

    id = "upload-duplicate-rewrites"
    seen_by = (f"{LEGACY}duplicate-keeps-entry",)
    areas = ("upload-legacy",)

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        told = upload.form.one("requires_python")
        self.store.change_files(
            existing.project, {existing.filename}, lambda file: replace(file, requires_python=told)
        )
        return super().answer_duplicate(upload, existing)


class CaseOverwrites(Defect):
    """A file whose name differs in case from a published one takes its place on disk."""

    id, source = "upload-case-overwrites", "https://github.com/pypi/warehouse/issues/14602"
    seen_by = (f"{LEGACY}duplicate-different-content",)
    areas = ("upload-legacy", "hashes")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        if existing.filename == upload.content.filename:
            return super().answer_duplicate(upload, existing)
        existing.path.write_bytes(upload.content.path.read_bytes())
        return self.accepted(upload)


class NoLock(Defect):
    """Of two uploads at once, both win: the bytes of one stand under the hash of the other."""

    id, source = "upload-race-mixes", "https://github.com/pypi/warehouse/issues/473"
    seen_by = (f"{LEGACY}concurrent-same-file",)
    areas = ("upload-legacy", "hashes", "consistency")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        if (self.now() - existing.uploaded).total_seconds() > 1 or existing.digests == upload.content.digests:
            return super().answer_duplicate(upload, existing)
        existing.path.write_bytes(upload.content.path.read_bytes())
        return self.accepted(upload)


# -- refusals that leave something ------------------------------------------------------------------------------------


class ProjectFirst(Defect):
    """A project is created before its upload is checked, and stays when the upload is refused."""

    id = "upload-project-left-behind"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = EVERYWHERE

    def check_digests(self, upload: Upload) -> None:
        with self.store.lock:
            if self.store.project(upload.project) is None:
                self.store._save(Project(upload.project, upload.form.one("name") or "", upload.user.name))
        super().check_digests(upload)


class FileFirst(Defect):
    """A file is listed before its digest is compared, and stays when the digest is wrong."""

    id = "upload-file-left-behind"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = ("upload-legacy", "security")

    def check_digests(self, upload: Upload) -> None:
        try:
            super().check_digests(upload)
        except Refused:
            self.inspect(upload)
            self.publish(upload)
            raise


class SlugTaken(Defect):
    """The name of a refused file stays taken: the right file is refused as a duplicate."""

    id, source = "upload-name-stays-taken", "https://github.com/python-poetry/poetry/issues/10602"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = ("upload-legacy",)

    def check_digests(self, upload: Upload) -> None:
        taken = self.memory.setdefault("taken", set())
        if upload.content.filename in taken:
            raise Refused(409, "File already exists.")
        try:
            super().check_digests(upload)
        except Refused:
            taken.add(upload.content.filename)
            raise
