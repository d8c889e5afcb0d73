"""The legacy upload API (docs.pypi.org, "Upload API"): POST of a form with one distribution, as twine, uv and others send it.

The checks run in the order in which they are listed in `upload_checks`; the first that fails answers. Nothing is visible before the
last one has passed, and nothing is left when one has failed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from starlette.requests import ClientDisconnect, Request

from reference_registry.archives import Inside, inspect_sdist, inspect_wheel, is_name_and_version
from reference_registry.auth import Auth
from reference_registry.core import TEXT_TYPE
from reference_registry.errors import LostClient, Refused
from reference_registry.form import Content, Form, FormReader, boundary_of
from reference_registry.metadata_rules import (
    METADATA_FIELDS,
    METADATA_VERSIONS,
    SINGLE_USE,
    MetadataRules,
    is_specifier_set,
)
from reference_registry.model import Project, Release, StoredFile
from reference_registry.names import normalize, parse_version
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import User
from reference_registry.store import Duplicate
from reference_registry.urls import Route, Urls

GONE_ACTIONS = ("submit", "submit_pkg_info", "doc_upload")
EXTENSIONS = {"sdist": ".tar.gz", "bdist_wheel": ".whl"}  # PEP 527, 625
SAFE_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
LONGEST_FILENAME = 246  # `.metadata` has to fit in a file name of 255 bytes, too
DIGEST_FIELDS = {
    "md5_digest": ("md5", 32),
    "sha256_digest": ("sha256", 64),
    "blake2_256_digest": ("blake2b_256", 64),
}


@dataclass
class Upload:
    """One upload on its way through the checks."""

    user: User
    form: Form
    actions: tuple[str, ...]  # of the query and of the form
    inside: Inside | None = None
    attestations: tuple[dict[str, object], ...] = field(default=())

    @property
    def content(self) -> Content:
        """The file; `check_content` has made sure that there is one."""
        if self.form.content is None:
            raise Refused(400, "The form has no content.")
        return self.form.content

    @property
    def project(self) -> str:
        """The normalized name: the one under which rights are checked and files are stored."""
        return normalize(self.form.one("name") or "")

    @property
    def version(self) -> str:
        """The normalized version."""
        return str(parse_version(self.form.one("version") or ""))

    @property
    def filetype(self) -> str:
        """`sdist` or `bdist_wheel`."""
        return self.form.one("filetype") or ""


class Uploads(Urls, Auth, MetadataRules):
    """Takes distributions in."""

    # -- answers

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        """Check credentials, read the form, run the checks, publish."""
        user = self.require_uploader(request)
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Refused(415, "A form with a content coding can't be read.")
        boundary = boundary_of(request.headers.get("content-type", ""))
        with self.store.incoming() as target:
            form = await FormReader(boundary, target, self.settings.limits).read(self.body(request))
            actions = (*request.query_params.getlist(":action"), *form.all(":action"))
            return await asyncio.to_thread(self.take, Upload(user, form, actions))

    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The pieces of the body; a client that goes away ends it."""
        try:
            async for chunk in request.stream():
                yield chunk
        except ClientDisconnect:
            raise LostClient from None

    def take(self, upload: Upload) -> Reply:
        """Run the checks and publish."""
        for check in self.upload_checks():
            check(upload)
        existing = self.find_duplicate(upload)
        if existing is not None:
            return self.answer_duplicate(upload, existing)
        self.inspect(upload)
        return self.publish(upload)

    def upload_checks(self) -> tuple[Callable[[Upload], None], ...]:
        """What is checked before the file is opened."""
        return (
            self.check_action,
            self.check_protocol,
            self.check_field_use,
            self.check_metadata,
            self.check_filetype,
            self.check_pyversion,
            self.check_digest_fields,
            self.check_content,
            self.check_rights,
            self.check_filename,
            self.check_filename_agrees,
            self.check_digests,
        )

    # -- the form

    def check_action(self, upload: Upload) -> None:
        """`:action=file_upload`, in the form or in the query."""
        if any(action in GONE_ACTIONS for action in upload.actions):
            raise Refused(410, "This action is gone. Only file_upload is possible.")
        if set(upload.actions) != {"file_upload"}:
            raise Refused(400, "The :action has to be file_upload.")

    def check_protocol(self, upload: Upload) -> None:
        """Version 1, which is also meant when none is given."""
        if upload.form.one("protocol_version") not in (None, "1"):
            raise Refused(400, "Unknown protocol version.")

    def check_field_use(self, upload: Upload) -> None:
        """A field that has one value is given once, and as text. Unknown fields are ignored."""
        names = [name for name, _ in upload.form.fields]
        for name in SINGLE_USE:
            if names.count(name) > 1:
                raise Refused(400, f"{name} is given more than once.")
        for name in upload.form.files:
            if name in SINGLE_USE or name in METADATA_FIELDS:
                raise Refused(400, f"{name} has to be text, not a file.")

    def check_metadata(self, upload: Upload) -> None:
        """The metadata fields, one rule after the other."""
        for rule in self.metadata_rules():
            rule(upload.form)

    def check_filetype(self, upload: Upload) -> None:
        """Wheels and sdists; the older kinds are gone (PEP 527, 715)."""
        if upload.filetype not in EXTENSIONS:
            raise Refused(400, f"filetype has to be one of {', '.join(EXTENSIONS)}.")

    def check_pyversion(self, upload: Upload) -> None:
        """A wheel says its Python tag; an sdist says `source`, or nothing."""
        pyversion = upload.form.one("pyversion")
        if upload.filetype == "bdist_wheel" and pyversion is None:
            raise Refused(400, "pyversion is missing.")
        if upload.filetype == "sdist" and pyversion not in (None, "source"):
            raise Refused(400, "The pyversion of an sdist has to be source.")

    def check_digest_fields(self, upload: Upload) -> None:
        """At least one digest; each in hex, in either case."""
        given = [name for name in DIGEST_FIELDS if upload.form.one(name) is not None]
        if not given:
            raise Refused(400, "At least one digest of the file is needed.")
        for name in given:
            if not re.fullmatch(rf"[0-9a-fA-F]{{{DIGEST_FIELDS[name][1]}}}", upload.form.one(name) or ""):
                raise Refused(400, f"{name} is not a digest in hex.")

    def check_content(self, upload: Upload) -> None:
        """There is a file, and it came as a file."""
        if upload.form.content is None:
            raise Refused(400, "The form has no file in its field content.")

    # -- rights

    def check_rights(self, upload: Upload) -> None:
        """May this user add to this project, if it exists?"""
        project = self.store.project(upload.project)
        if project is not None:
            self.admit(upload, project)

    def admit(self, upload: Upload, project: Project) -> None:
        """All gates of a project. They are passed again at the moment of publishing."""
        self.check_permission(upload, project)
        self.check_status(upload, project)

    def check_permission(self, upload: Upload, project: Project) -> None:
        """The first uploader owns a project, under all spellings of its name."""
        if not self.may_write(upload.user, project):
            raise Refused(403, "This user may not upload to this project.")

    def check_status(self, upload: Upload, project: Project) -> None:
        """Archived and quarantined projects take nothing new (PEP 792)."""
        if project.status in ("archived", "quarantined"):
            raise Refused(403, f"The project is {project.status} and takes no uploads.")

    # -- the file's name and digests

    def check_filename(self, upload: Upload) -> None:
        """One plain path segment with the right extension."""
        filename = upload.content.filename
        if any(char in "/\\\x7f" or ord(char) < 32 for char in filename):
            raise Refused(400, "The filename holds a path separator or a control character.")
        if not filename.endswith(EXTENSIONS[upload.filetype]):
            raise Refused(
                400, f"The filename of a {upload.filetype} has to end in {EXTENSIONS[upload.filetype]}."
            )
        if not SAFE_FILENAME.fullmatch(filename) or len(filename) > LONGEST_FILENAME:
            raise Refused(400, "The filename holds other characters than a distribution's may, or too many.")

    def check_filename_agrees(self, upload: Upload) -> None:
        """Name and version in the filename are those of the form."""
        if upload.filetype == "sdist":
            stem = upload.content.filename.removesuffix(".tar.gz")
            agrees = is_name_and_version(stem, upload.project, upload.version)
        else:
            agrees = self.wheel_agrees(upload)
        if not agrees:
            raise Refused(400, "The filename does not agree with name and version of the form.")

    def wheel_agrees(self, upload: Upload) -> bool:
        """The same for wheels, whose names have more parts."""
        try:
            name, version, _, _ = parse_wheel_filename(upload.content.filename)
        except (InvalidWheelFilename, ValueError):
            raise Refused(400, "The filename is not a valid wheel filename.") from None
        return name == upload.project and version == parse_version(upload.version)

    def check_digests(self, upload: Upload) -> None:
        """Every digest that was given fits the file."""
        for name, (attribute, _) in DIGEST_FIELDS.items():
            given = upload.form.one(name)
            if given is not None and given.lower() != getattr(upload.content.digests, attribute):
                raise Refused(400, f"{name} is not the digest of the file.")

    # -- duplicates

    def find_duplicate(self, upload: Upload) -> StoredFile | None:
        """The published file of this name, in any case of its letters: they are one file on many disks."""
        project = self.store.project(upload.project)
        wanted = upload.content.filename.lower()
        files = () if project is None else project.files.values()
        return next((file for file in files if file.filename.lower() == wanted), None)

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """The same file again changes nothing; another one under this name is refused for ever."""
        same = existing.filename == upload.content.filename and existing.digests == upload.content.digests
        if same:
            return self.accepted(upload)
        raise Refused(409, "File already exists, with other content.")

    # -- the file's inside

    def inspect(self, upload: Upload) -> None:
        """Open the file and look whether it is what the form says."""
        upload.inside = self.open_archive(upload)
        self.check_inside(upload, upload.inside)
        self.check_license_files(upload, upload.inside)
        self.check_attestations(upload)

    def open_archive(self, upload: Upload) -> Inside:
        """Read the archive."""
        opener = inspect_wheel if upload.filetype == "bdist_wheel" else inspect_sdist
        return opener(upload.content.path, upload.project, upload.version, self.settings.limits)

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        """The file's own metadata name the same project and version, and are readable for installers."""
        try:
            name, version = inside.value("Name"), parse_version(inside.value("Version") or "")
        except UnicodeDecodeError:
            raise Refused(400, "The file's own metadata are not UTF-8.") from None
        if normalize(name or "") != upload.project or version != parse_version(upload.version):
            raise Refused(400, "The file's own metadata have another name or version than the form.")
        if inside.value("Metadata-Version") not in METADATA_VERSIONS:
            raise Refused(400, "The file's own metadata have an unknown Metadata-Version.")
        if not is_specifier_set(inside.value("Requires-Python") or ""):
            raise Refused(400, "The file's own Requires-Python is not valid.")

    def check_license_files(self, upload: Upload, inside: Inside) -> None:
        """License files that the form names are in the file (PEP 639)."""
        directory = f"{inside.top}/licenses" if upload.filetype == "bdist_wheel" else inside.top
        for path in upload.form.all("license_file"):
            if not {f"{directory}/{path}", f"{inside.top}/{path}"} & inside.members:
                raise Refused(400, "A license_file is not in the distribution.")

    def check_attestations(self, upload: Upload) -> None:
        """Attestations, when there are any (PEP 740)."""
        given = [value for name, value in upload.form.fields if name == "attestations"]
        if given:
            from reference_registry.attestations import parse_attestations

            upload.attestations = parse_attestations(given[0], upload.content)

    # -- publishing

    def publish(self, upload: Upload) -> Reply:
        """Make the file visible; of two uploads at once, one wins and the other is a duplicate."""
        form = {name: upload.form.all(name) for name in sorted(METADATA_FIELDS)}
        new = Project(upload.project, upload.form.one("name") or "", upload.user.name)
        try:
            self.store.publish(
                self.stored_file(upload),
                upload.content.path,
                new,
                Release(upload.version, {name: values for name, values in form.items() if values}),
                lambda project: self.admit(upload, project),
            )
        except Duplicate as duplicate:
            return self.answer_duplicate(upload, duplicate.existing)
        return self.accepted(upload)

    def stored_file(self, upload: Upload) -> StoredFile:
        """What is kept of an upload."""
        import hashlib

        if upload.inside is None:
            raise Refused(400, "The file was not opened.")
        metadata = self.sidecar(upload, upload.inside)
        return StoredFile(
            filename=upload.content.filename,
            project=upload.project,
            version=upload.version,
            filetype=upload.filetype,
            pyversion=upload.form.one("pyversion") or "source",
            size=upload.content.size,
            digests=upload.content.digests,
            path=upload.content.path,
            uploaded=self.now(),
            uploader=upload.user.name,
            requires_python=self.requires_python(upload, upload.inside),
            metadata=metadata,
            metadata_sha256=hashlib.sha256(metadata or b"").hexdigest(),
            comment=upload.form.one("comment") or "",
            signature=upload.form.signature,
            attestations=upload.attestations,
        )

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        """The Requires-Python of this very file, not of its release."""
        return inside.value("Requires-Python") or None

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        """The metadata to serve beside the file: a wheel's always, an sdist's when a build can't change them (PEP 643, 658)."""
        if upload.filetype == "bdist_wheel" or self.is_reliable(inside):
            return inside.metadata
        return None

    def is_reliable(self, inside: Inside) -> bool:
        """Metadata 2.2 or later, and nothing dynamic."""
        return (inside.value("Metadata-Version") or "") >= "2.2" and inside.value("Dynamic") is None

    def accepted(self, upload: Upload) -> Reply:
        """The answer to an upload that is published."""
        return text_reply(200, "", TEXT_TYPE, cache_control="no-store")
