"""Faults that show when something is asked for again, breaks off, or happens twice at once."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import Request

from reference_registry.archives import Inside
from reference_registry.crowds import under_way
from reference_registry.errors import LostClient, Refused
from reference_registry.form import boundary_of
from reference_registry.model import Digests, Project, StoredFile
from reference_registry.names import normalize
from reference_registry.reply import Reply
from reference_registry.settings import Access
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

RFC_LENGTH = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3"
# A download that fails disturbs whatever looks into files.
FILES: tuple[str, ...] = (
    "retry",
    "clients",
    "cache",
    "range",
    "hashes",
    "dist",
    "metadata",
    "consistency",
    "pypi-json",
    "security",
    "proxy",
)
UPLOADS: tuple[str, ...] = (
    "retry",
    "upload-legacy",
    "upload-meta",
    "names",
    "versions",
    "security",
    "clients",
    "consistency",
)
MANY = 5  # requests for one thing at the same time


ELSEWHERE = (
    "attest",
    "auth",
    "negotiation",
    "p700",
    "redirect",
    "simple-html",
    "simple-json",
    "status",
    "upload-legacy",
    "upload-meta",
    "versions",
    "yank",
)
"""Where files are asked for besides: whoever asks first meets the fault."""


class FirstGetFails(Defect):
    """The first download of each file ends in 502, because a pooled connection had gone stale."""

    id, source = "retry-first-get-502", "https://github.com/devpi/devpi/issues/597"
    seen_by = ("retry/first-download-works",)
    areas = (*FILES, *ELSEWHERE)

    def answer_file(self, request: Request, route: Route) -> Reply:
        if route.names not in self.memory.setdefault("asked", set()):
            self.memory["asked"].add(route.names)
            raise Refused(502, "Connection reset by peer.")
        return super().answer_file(request, route)


class EverySecondFails(Defect):
    """Every second download of a file ends in 500: one of two servers has lost it."""

    id, source = "retry-every-second-500", "https://github.com/artifact-keeper/artifact-keeper/pull/1283"
    seen_by = ("retry/repeated-get-identical",)
    areas = (*FILES, "auth", "negotiation", "simple-html", "simple-json", "status")

    def answer_file(self, request: Request, route: Route) -> Reply:
        count = self.memory[str(route.names)] = self.memory.get(str(route.names), 0) + 1
        if count % 2 == 0:
            raise Refused(500, "NoSuchKey")
        return super().answer_file(request, route)


class PageFlaps(Defect):
    """Every second look at a page of several files misses the newest one."""

    id, source = "retry-page-flaps", "https://github.com/pypa/pip/issues/12960"
    seen_by = ("retry/repeated-get-identical",)
    areas = (
        *FILES,
        "simple-json",
        "simple-html",
        "versions",
        "p700",
        "yank",
        "names",
        "upload-legacy",
        "status",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        count = self.memory[project.name] = self.memory.get(project.name, 0) + 1
        return files[:-1] if count % 2 == 0 and len(files) > 1 else files


class ETagAlternates(Defect):
    """The ETag of a file is that of the worker that answers, and workers take turns."""

    id = "retry-etag-alternates"
    seen_by = ("retry/repeated-get-same-etag",)
    areas = ("retry", "cache", "clients")

    def file_etag(self, file: StoredFile) -> str:
        turn = self.memory[file.filename] = 1 - self.memory.get(file.filename, 0)
        return f'"{turn}-{file.digests.sha256}"'


class ResumesFromStart(Defect):
    """The rest of a file that is asked for with If-Range begins at its first byte."""

    id, source = "retry-resume-from-start", "https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5"
    seen_by = ("retry/resume-same-bytes",)
    areas = (*FILES,)

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        reply = super().ranged(request, file, whole)
        if reply.status == 206 and "if-range" in request.headers:
            content = whole.content()
            reply.body = content[: reply.length]
        return reply


class KeepsThePart(Defect):
    """The rest of a file that one client asked for is kept in a cache and served as the whole file."""

    id, source = "retry-part-kept-as-whole", "https://www.rfc-editor.org/rfc/rfc9111#section-3.3"
    seen_by = ("retry/whole-after-interruption",)
    areas = (*FILES, "negotiation")

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        reply = super().ranged(request, file, whole)
        if reply.status == 206 and "if-range" in request.headers:
            self.memory[file.filename] = reply.content()
        elif "range" not in request.headers and file.filename in self.memory:
            reply.body = self.memory[file.filename]
        return reply


class CountsAttempts(Defect):
    """A client that asks for a large file more than three times in a minute is locked out from it."""

    id, source = "retry-attempts-counted", "https://github.com/astral-sh/uv/issues/17485"
    seen_by = ("retry/transient-errors-survived",)
    areas = (*FILES,)

    def answer_file(self, request: Request, route: Route) -> Reply:
        begun = self.memory.setdefault(str(route.names), [])
        begun.append(time.monotonic())
        if len([moment for moment in begun if moment > begun[-1] - 60]) > 3 and self.is_large(route):
            raise Refused(403, "Too many downloads of this file.")
        return super().answer_file(request, route)

    def is_large(self, route: Route) -> bool:
        """Only what costs traffic is counted."""
        return self.find_file(*route.names).size > 1024 * 1024


class EndsWithConnection(Defect):
    """Files come without a length; they end where the connection does."""

    id, source = "retry-no-length", RFC_LENGTH
    seen_by = ("retry/files-length-delimited",)
    areas = (*FILES,)

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if reply.status == 200 and request.method == "GET":
            head = [b"HTTP/1.1 200 OK", *(name + b": " + value for name, value in reply.headers.raw)]
            reply.wire = replace(
                reply.wire, raw=b"\r\n".join([*head, b"connection: close", b"", b""]) + reply.content()
            )
        return reply


class Crowded(Defect):
    """Base: something happens to the requests that come while many others for the same file are under way."""

    areas = (*FILES, "auth")

    async def answer(self, request: Request) -> Reply:
        async with under_way(self.memory, request) as many:
            if many >= MANY:
                raise self.crowd()
            return await super().answer(request)

    def crowd(self) -> Refused:
        """The answer to one request too many."""
        return Refused(503, "Too many requests.")


class CrowdCrashes(Crowded):
    """Many downloads of one file at once end in server errors."""

    id, source = "retry-crowd-500", "https://github.com/artifact-keeper/artifact-keeper/pull/1866"
    seen_by = ("retry/parallel-reads",)

    def crowd(self) -> Refused:
        return Refused(500, "Out of memory.")


class CrowdUnauthorized(Crowded):
    """Right credentials are refused while many requests come at once."""

    id, source = "retry-crowd-401", "https://github.com/astral-sh/uv/issues/17485"
    seen_by = ("retry/parallel-reads",)
    access = Access.READ

    def crowd(self) -> Refused:
        return Refused(401, "Credentials are needed.", {"www-authenticate": 'Basic realm="registry"'})


class RetryAfterWords(Crowded):
    """Many requests at once are answered 429 with words in Retry-After."""

    id, source = "retry-after-words", "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3"
    seen_by = ("retry/retry-after-form",)

    def crowd(self) -> Refused:
        return Refused(429, "Too many requests.", {"retry-after": "in a moment"})


class UploadWatcher(Defect):
    """Base: looks at an upload while it comes in."""

    areas = UPLOADS

    async def body(self, request: Request) -> AsyncIterator[bytes]:
        taken = b""
        try:
            async for chunk in super().body(request):
                taken = taken or chunk
                self.begun(taken)
                yield chunk
        except LostClient:
            end = self.broken(request, taken)
            if end is None:
                raise
            yield end
        finally:
            self.ended(taken)

    def begun(self, start: bytes) -> None:
        """The first bytes are here."""

    def ended(self, start: bytes) -> None:
        """The upload is over."""

    def broken(self, request: Request, start: bytes) -> bytes | None:
        """The client is gone; gives what is to stand for the rest."""
        return None

    def field(self, start: bytes, name: str) -> str:
        """A field of the form, in its first bytes."""
        found = re.search(rf'name="{name}"\r\n\r\n([^\r]*)\r\n'.encode(), start)
        return found[1].decode() if found else ""

    def filename(self, start: bytes) -> str:
        """The name of the file, in the form's first bytes."""
        found = re.search(rb'filename="([^"]*)"', start)
        return found[1].decode() if found else ""


class HalfIsListed(UploadWatcher):
    """A file is listed from the moment when its upload begins."""

    id = "retry-half-upload-listed"
    seen_by = ("retry/half-upload-not-listed",)
    areas = (*UPLOADS, "simple-json", "simple-html", "hashes")

    def begun(self, start: bytes) -> None:
        if name := self.field(start, "name"):
            self.memory[f"coming {normalize(name)}"] = self.filename(start)

    def ended(self, start: bytes) -> None:
        self.memory.pop(f"coming {normalize(self.field(start, 'name'))}", None)

    def find_project(self, name: str) -> Project:
        if f"coming {name}" in self.memory and self.store.project(name) is None:
            return Project(name, name, "")
        return super().find_project(name)

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        coming = self.memory.get(f"coming {project.name}")
        if not coming or coming in project.files:
            return files
        digests = Digests("0" * 32, "0" * 64, "0" * 64)
        path = self.store.directory / "coming"
        kind = "bdist_wheel" if coming.endswith(".whl") else "sdist"
        return [*files, StoredFile(coming, project.name, "0", kind, "", 0, digests, path, self.now(), "")]


class HalfIsKept(UploadWatcher):
    """An upload whose connection broke off is published with what had come."""

    id, source = "retry-cut-upload-kept", RFC_LENGTH
    seen_by = ("retry/cut-upload-not-stored",)

    def broken(self, request: Request, start: bytes) -> bytes | None:
        self.memory[self.filename(start)] = "broken"
        return b"\r\n--" + boundary_of(request.headers["content-type"]).encode() + b"--\r\n"

    def check_digests(self, upload: Upload) -> None:
        if upload.content.filename not in self.memory:
            super().check_digests(upload)

    def inspect(self, upload: Upload) -> None:
        if self.memory.pop(upload.content.filename, None):
            upload.inside = Inside(b"", frozenset(), "")
        else:
            super().inspect(upload)


class HalfTakesTheName(UploadWatcher):
    """A file name is taken from the moment when its upload begins, also when that breaks off."""

    id, source = "retry-cut-upload-takes-name", "https://github.com/pulp/pulp_python/issues/933"
    seen_by = ("retry/upload-after-cut",)

    def broken(self, request: Request, start: bytes) -> bytes | None:
        self.memory[self.filename(start)] = "taken"
        return None

    def check_filename(self, upload: Upload) -> None:
        if upload.content.filename in self.memory:
            raise Refused(409, "This file is being uploaded.")
        super().check_filename(upload)


class DuplicateCrashes(Defect):
    """A second upload of a file ends in a server error."""

    id, source = "retry-duplicate-500", "https://github.com/pulp/pulp_python/issues/590"
    seen_by = ("retry/repeated-upload-harmless", "retry/lost-answer-then-repeat")
    areas = UPLOADS

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(500, "UNIQUE constraint failed")


class DuplicateListed(Defect):
    """A file that was uploaded twice is listed twice."""

    id = "retry-duplicate-listed-twice"
    seen_by = ("retry/repeated-upload-harmless", "retry/lost-answer-then-repeat", "retry/concurrent-uploads")
    areas = (*UPLOADS, "simple-json", "simple-html", "hashes")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        self.memory[existing.filename] = "twice"
        return self.accepted(upload)

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        return [*files, *(file for file in files if file.filename in self.memory)]


class RaceCrashes(Defect):
    """Two uploads of one file at the same time end in a server error."""

    id, source = "retry-race-500", "https://github.com/pulp/pulp_python/issues/933"
    seen_by = ("retry/concurrent-uploads",)
    areas = UPLOADS

    def take(self, upload: Upload) -> Reply:
        name = upload.form.content.filename if upload.form.content else ""
        if name in self.memory:
            raise Refused(500, "database is locked")
        self.memory[name] = "coming"
        try:
            if ".whl" in name and "race" in name:
                time.sleep(0.1)
            return super().take(upload)
        finally:
            self.memory.pop(name, None)


class FirstFilesLost(Defect):
    """Of the first files of a project that come at the same time, each creates the project anew, without the others."""

    id = "retry-first-files-lost"
    seen_by = ("retry/concurrent-releases",)
    areas = UPLOADS

    def publish(self, upload: Upload) -> Reply:
        unknown = self.store.project(upload.project) is None and "jobs" in upload.project
        if unknown:
            time.sleep(0.1)
        reply, name = super().publish(upload), upload.content.filename
        if unknown:
            self.store.change_project(upload.project, lambda now: replace(now, files={name: now.files[name]}))
        return reply


class LostUpdate(Defect):
    """Of files that come to one project at the same time, the one that is written last is kept, the others are forgotten."""

    id, source = "retry-lost-update", "https://github.com/pulp/pulp_python/issues/933"
    seen_by = ("retry/concurrent-releases",)
    areas = UPLOADS

    def publish(self, upload: Upload) -> Reply:
        before = self.store.project(upload.project)
        if before is not None and "jobs" in upload.project:
            time.sleep(0.1)
        reply = super().publish(upload)
        name = upload.content.filename
        if before is not None and "jobs" in upload.project:
            self.store.change_project(
                upload.project, lambda now: replace(now, files={**before.files, name: now.files[name]})
            )
        return reply
