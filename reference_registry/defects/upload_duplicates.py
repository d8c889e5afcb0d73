"""Faults where a name is taken already, or stays taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from packaging.version import Version

from reference_registry.defects.upload_legacy import EVERYWHERE, LEGACY
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import User
from reference_registry.switches import Defect
from reference_registry.uploads import Upload


class EverybodyOwns(Defect):
    """Every user may upload to every project."""

    id, source = "upload-everybody-owns", "https://github.com/artifact-keeper/artifact-keeper/pull/1817"
    seen_by = (f"{LEGACY}permission-denied",)
    areas = ("upload-legacy", "security", "auth", "names")

    def may_write(self, user: User, project: Project) -> bool:
        return True


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


class DuplicateIsNewer(Defect):
    """A published file takes the time of a duplicate, which is then refused."""

    id = "upload-duplicate-is-newer"
    seen_by = (f"{LEGACY}duplicate-keeps-entry",)
    areas = ("upload-legacy",)

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        later = existing.uploaded + timedelta(seconds=1)
        self.store.change_files(
            existing.project, {existing.filename}, lambda file: replace(file, uploaded=later)
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


class AfterRefusal(Defect):
    """Base of faults that a refusal for a wrong digest leaves behind."""

    def left(self, upload: Upload) -> None:
        """What stays of the refused upload."""

    def check_digests(self, upload: Upload) -> None:
        try:
            super().check_digests(upload)
        except Refused:
            self.left(upload)
            raise


class FileFirst(AfterRefusal):
    """A file is listed before its digest is compared, and stays when the digest is wrong."""

    id = "upload-file-left-behind"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = ("upload-legacy", "security")

    def left(self, upload: Upload) -> None:
        self.inspect(upload)
        self.publish(upload)


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


class RefusedReplaces(AfterRefusal):
    """An upload under a published name is refused for its wrong digest, after its bytes took the place of the file."""

    id = "upload-refused-replaces"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = EVERYWHERE

    def left(self, upload: Upload) -> None:
        existing = self.find_duplicate(upload)
        if existing is not None:
            existing.path.write_bytes(upload.content.path.read_bytes())


class RefusedVersionStays(AfterRefusal):
    """The version of an upload that was refused for its wrong digest is in the list of versions."""

    id = "upload-refused-version-stays"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = EVERYWHERE

    def left(self, upload: Upload) -> None:
        self.memory.setdefault(upload.project, set()).add(upload.version)

    def listed_versions(self, project: Project) -> list[str]:
        kept = self.memory.get(project.name, ())
        return sorted({*super().listed_versions(project), *kept}, key=Version)


class RefusedMetadataStay(AfterRefusal):
    """The metadata file of a published wheel becomes that of an upload that was refused."""

    id = "upload-refused-metadata-stay"
    seen_by = (f"{LEGACY}no-partial-state",)
    areas = EVERYWHERE

    def left(self, upload: Upload) -> None:
        existing = self.find_duplicate(upload)
        if existing is not None and upload.filetype == "bdist_wheel":
            self.memory[existing.filename] = self.open_archive(upload).metadata

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        kept: bytes | None = self.memory.get(file.filename)
        return kept or super().metadata_bytes(file)
