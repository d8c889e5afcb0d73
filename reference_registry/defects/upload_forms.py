"""Faults in how an upload's form is read: what is demanded, refused or lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import Request

from reference_registry.core import TEXT_TYPE
from reference_registry.errors import Refused
from reference_registry.form import Form
from reference_registry.metadata_rules import METADATA_FIELDS, SINGLE_USE
from reference_registry.model import Project, Release, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

UV = "https://github.com/astral-sh/uv/blob/main/crates/uv-publish/src/lib.rs"
LEGACY = "upload-legacy/"
FORMS = (
    "upload-legacy",
    "upload-meta",
    "clients",
    "attest",
    "pypi-json",
    "hashes",
    "versions",
    "metadata",
    "dist",
)
EVERYWHERE = (
    *FORMS,
    *(
        "simple-html",
        "simple-json",
        "names",
        "consistency",
        "cache",
        "p700",
        "yank",
        "status",
        "redirect",
        "auth",
    ),
    *(
        "negotiation",
        "security",
        "pypi-misc",
        "range",
        "retry",
        "version",
        "tracks",
        "namespaces",
        "drafts",
        "tp",
    ),
)


def only(text: str) -> Reply:
    """A success that nothing stands behind."""
    return text_reply(200, text, TEXT_TYPE)


class ActionFirstRefused(Defect):
    """The action is not found when it is the first field of the form."""

    id = "upload-action-first-refused"
    seen_by = (f"{LEGACY}action-in-body",)
    areas = FORMS

    def check_action(self, upload: Upload) -> None:
        if upload.form.fields and upload.form.fields[0][0] == ":action":
            raise Refused(400, "The :action is missing.")
        super().check_action(upload)


class NoActionNoFile(Defect):
    """A form without a known action is told as a success, and its file is dropped."""

    id, source = "upload-action-ignored", "https://github.com/devpi/devpi/issues/1097"
    seen_by = (f"{LEGACY}action-missing",)
    areas = FORMS

    def take(self, upload: Upload) -> Reply:
        return super().take(upload) if set(upload.actions) == {"file_upload"} else only("")


class ProtocolRefused(Defect):
    """A form that names its protocol version is refused."""

    id = "upload-protocol-version-refused"
    seen_by = (f"{LEGACY}protocol-version-1",)
    areas = EVERYWHERE

    def check_protocol(self, upload: Upload) -> None:
        if upload.form.one("protocol_version") is not None:
            raise Refused(400, "Unknown field protocol_version.")


class ContentMissing(Defect):
    """A form without a file is told as a success."""

    id = "upload-without-content-200"
    seen_by = (f"{LEGACY}content-required",)
    areas = FORMS

    def take(self, upload: Upload) -> Reply:
        return super().take(upload) if upload.form.content is not None else only("")


class BodyReader(Defect):
    """Base of faults in reading the body; it is read whole."""

    async def body(self, request: Request) -> AsyncIterator[bytes]:
        whole = b"".join([piece async for piece in super().body(request)])
        yield self.spoiled(whole)

    def spoiled(self, whole: bytes) -> bytes:
        """What is made of the body."""
        return whole


class OctetsRefused(BodyReader):
    """A file of type application/octet-stream is refused."""

    id = "upload-octet-stream-refused"
    seen_by = (f"{LEGACY}content-type-octet",)
    areas = EVERYWHERE

    def spoiled(self, whole: bytes) -> bytes:
        if re.search(rb'name="content";[^\r]*\r\nContent-Type: application/octet-stream', whole):
            raise Refused(415, "Unsupported media type.")
        return whole


class TypeDemanded(BodyReader):
    """A file without a media type is refused."""

    id, source = "upload-content-type-demanded", UV
    seen_by = (f"{LEGACY}content-type-missing-or-image",)
    areas = FORMS

    def spoiled(self, whole: bytes) -> bytes:
        if re.search(rb'name="content"; filename="[^"]*"\r\n\r\n', whole):
            raise Refused(400, "The content has no type.")
        return whole


class ExtendedNameWins(BodyReader):
    """A `filename*` beside the file name decides under which name the file is published."""

    id, source = "upload-extended-name-wins", "https://github.com/advisories/GHSA-vffw-93wf-4j4q"
    seen_by = (f"{LEGACY}content-filename",)
    areas = ("upload-legacy", "security")

    def spoiled(self, whole: bytes) -> bytes:
        return re.sub(rb'filename="[^"]*"; filename\*=UTF-8\'\'([^\r\n]+)', rb'filename="\1"', whole)

    def check_filename_agrees(self, upload: Upload) -> None:
        return None


class MalformedCrashes(Defect):
    """A body that is no form ends in a server error."""

    id = "upload-malformed-500"
    seen_by = (f"{LEGACY}malformed-multipart", f"{LEGACY}multipart", f"{LEGACY}error-4xx-not-5xx")
    areas = ("upload-legacy", "attest")

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        try:
            return await super().answer_upload(request, route)
        except Refused as refusal:
            broken = ("multipart", "closing boundary", "has no name", "not UTF-8")
            if any(word in refusal.sentence for word in broken):
                raise Refused(500, "Internal server error.") from None
            raise


class FiletypeCrashes(Defect):
    """A form without filetype ends in a server error."""

    id = "upload-no-filetype-500"
    seen_by = (f"{LEGACY}filetype-required", f"{LEGACY}error-4xx-not-5xx")
    areas = ("upload-legacy",)

    def check_filetype(self, upload: Upload) -> None:
        if not upload.filetype:
            raise Refused(500, "KeyError: 'filetype'")
        super().check_filetype(upload)


class SourceRefused(Defect):
    """An sdist whose pyversion is `source` is refused."""

    id = "upload-pyversion-source-refused"
    seen_by = (f"{LEGACY}pyversion-sdist-source",)
    areas = EVERYWHERE

    def check_pyversion(self, upload: Upload) -> None:
        if upload.form.one("pyversion") == "source":
            raise Refused(400, "source is not a Python version.")


class PyversionDemanded(Defect):
    """An sdist without pyversion is refused."""

    id, source = "upload-pyversion-demanded", "https://github.com/pypa/flit/blob/main/flit/upload.py"
    seen_by = (f"{LEGACY}pyversion-sdist-default",)
    areas = FORMS

    def check_pyversion(self, upload: Upload) -> None:
        if upload.form.one("pyversion") is None:
            raise Refused(400, "pyversion is missing.")
        super().check_pyversion(upload)


# -- digests ----------------------------------------------------------------------------------------------------------


# -- fields -----------------------------------------------------------------------------------------------------------


class NamelessLost(Defect):
    """A form that lacks name, version or metadata version is told as a success, and its file is dropped."""

    id = "upload-nameless-200"
    seen_by = tuple(f"{LEGACY}{slug}-required" for slug in ("name", "version", "metadata-version"))
    areas = FORMS

    def take(self, upload: Upload) -> Reply:
        needed = ("name", "version", "metadata_version")
        return super().take(upload) if all(map(upload.form.one, needed)) else only("")


class SignatureRefused(Defect):
    """A form with a signature is refused."""

    id = "upload-signature-refused"
    seen_by = (f"{LEGACY}gpg-signature-ignored",)
    areas = (*FORMS, "simple-html", "simple-json")

    def check_protocol(self, upload: Upload) -> None:
        if upload.form.signature:
            raise Refused(400, "Signatures are not supported.")
        super().check_protocol(upload)


class UnknownFieldRefused(Defect):
    """A form with a field that the registry does not know is refused."""

    id, source = "upload-unknown-field-refused", UV
    seen_by = (f"{LEGACY}unknown-fields-ignored", f"{LEGACY}hyphen-fields-ignored")
    areas = FORMS

    def check_field_use(self, upload: Upload) -> None:
        for name, _ in upload.form.fields:
            if name not in SINGLE_USE | METADATA_FIELDS:
                raise Refused(400, f"The field {name[:40]} is unknown.")
        super().check_field_use(upload)


class EmptyValueRefused(Defect):
    """A field with an empty value is refused."""

    id, source = "upload-empty-value-refused", "https://github.com/PyO3/maturin/issues/438"
    seen_by = (f"{LEGACY}empty-value",)
    areas = FORMS

    def check_field_use(self, upload: Upload) -> None:
        for name, value in upload.form.fields:
            if not value:
                raise Refused(400, f"{name[:40]} is empty.")
        super().check_field_use(upload)


class NulCrashes(Defect):
    """A NUL in a text field ends in a server error, as databases do not take it."""

    id = "upload-nul-500"
    seen_by = (f"{LEGACY}nul-bytes", f"{LEGACY}error-4xx-not-5xx")
    areas = ("upload-legacy",)

    def check_field_use(self, upload: Upload) -> None:
        if any("\0" in value for _, value in upload.form.fields):
            raise Refused(500, "invalid byte sequence for encoding UTF8: 0x00")
        super().check_field_use(upload)


class CommentRefused(Defect):
    """A form with a comment is refused."""

    id = "upload-comment-refused"
    seen_by = (f"{LEGACY}comment-field",)
    areas = FORMS

    def check_field_use(self, upload: Upload) -> None:
        if upload.form.one("comment"):
            raise Refused(400, "comment is unknown.")
        super().check_field_use(upload)


class CommentOfAnother(Defect):
    """The JSON API shows another text as the comment of a file."""

    id = "upload-comment-mixed-up"
    seen_by = (f"{LEGACY}comment-field",)
    areas = ("upload-legacy", "pypi-json")

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        shown = super().json_api_file(request, file)
        return {**shown, "comment_text": file.filename if shown["comment_text"] else ""}


class ManyFieldsDropped(Defect):
    """Only the first hundred fields of a form are read."""

    id, source = "upload-hundred-fields", "https://github.com/pypiserver/pypiserver/blob/main/CHANGES.rst"
    seen_by = (f"{LEGACY}repeated-keys",)
    areas = FORMS

    def take(self, upload: Upload) -> Reply:
        upload.form = replace(upload.form, fields=upload.form.fields[:100])
        upload.actions = upload.form.all(":action")
        return super().take(upload)


class LastValueKept(Defect):
    """Of a field that is repeated only the last value is kept."""

    id = "upload-last-value-kept"
    seen_by = (f"{LEGACY}repeated-keys",)
    areas = ("upload-legacy", "upload-meta", "pypi-json", "consistency")

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        kept = {name: values[-1:] for name, values in release.form.items()}
        return super().json_info(request, project, replace(release, form=kept))


class DescriptionCut(Defect):
    """Descriptions are kept up to 64 KiB, as the column of a database is wide."""

    id = "upload-description-cut"
    seen_by = (f"{LEGACY}field-name-mapping",)
    areas = ("upload-legacy", "pypi-json")

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        info = super().json_info(request, project, release)
        return {**info, "description": info["description"][: 64 * 1024]}


class LongFormsRefused(Defect):
    """A form of more than a hundred kilobytes of text is refused."""

    id, source = "upload-long-form-refused", "https://github.com/pypiserver/pypiserver/blob/main/CHANGES.rst"
    seen_by = (f"{LEGACY}field-name-mapping",)
    areas = FORMS

    def check_field_use(self, upload: Upload) -> None:
        if sum(len(value) for _, value in upload.form.fields) > 100_000:
            raise Refused(400, "Memory limit reached.")
        super().check_field_use(upload)


class NewFieldsCrash(Defect):
    """Fields of metadata 1.2 end in a server error."""

    id, source = "upload-metadata-1.2-500", "https://github.com/pypi/legacy/issues/248"
    seen_by = (f"{LEGACY}field-name-mapping", f"{LEGACY}repeated-keys")
    areas = EVERYWHERE

    def rule_requirements(self, form: Form) -> None:
        if form.all("provides_dist") or form.all("obsoletes_dist"):
            raise Refused(500, "Internal server error.")
        super().rule_requirements(form)


class AuthorLost(Defect):
    """The author and the keywords of an upload are not kept."""

    id = "upload-author-lost"
    seen_by = (f"{LEGACY}field-name-mapping",)
    areas = ("upload-legacy", "pypi-json", "consistency")

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        return {**super().json_info(request, project, release), "author": None, "keywords": None}


ROOM = 255  # characters of a column, as a framework makes it that is not told otherwise
NARROW = ("author", "keywords", "license")


class NarrowColumns(Defect):
    """A field of more than 255 characters does not fit into its column, which ends in a server error."""

    id, source = (
        "upload-fields-255-crash",
        "https://docs.djangoproject.com/en/5.2/ref/models/fields/#charfield",
    )
    seen_by = (f"{LEGACY}field-name-mapping",)
    areas = FORMS

    def check_field_use(self, upload: Upload) -> None:
        if any(len(upload.form.one(name) or "") > ROOM for name in NARROW):
            raise Refused(500, "Internal server error.")
        super().check_field_use(upload)


class FieldsCut(Defect):
    """Fields are kept up to 255 characters; the rest is cut off."""

    id, source = "upload-fields-255-cut", "https://dev.mysql.com/doc/refman/8.4/en/char.html"
    seen_by = (f"{LEGACY}field-name-mapping",)
    areas = ("upload-legacy", "pypi-json", "consistency")

    def json_info(self, request: Request, project: Project, release: Release) -> Json:
        info = super().json_info(request, project, release)
        return {**info, **{name: info[name][:ROOM] for name in NARROW if info.get(name)}}


class FormsOfTwineOnly(Defect):
    """Forms are read by what twine's look like: a boundary without quotes, and the header of a part in its letters."""

    id, source = "upload-multipart-by-pattern", "https://www.rfc-editor.org/rfc/rfc7578.html#section-4.2"
    seen_by = (f"{LEGACY}multipart-spellings",)
    areas = FORMS

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        if not re.fullmatch(
            r"multipart/form-data; ?boundary=[^\s\"]+", request.headers.get("content-type", "")
        ):
            raise Refused(400, "Missing boundary.")
        return await super().answer_upload(request, route)
