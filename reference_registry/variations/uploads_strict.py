"""Legal oddities of uploads: other success codes, stricter and laxer rules, other ways of refusing."""

from __future__ import annotations

from dataclasses import replace

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version
from starlette.requests import Request

from reference_registry.archives import Inside
from reference_registry.errors import Refused
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Variation
from reference_registry.uploads import Upload

STRICTER = "https://docs.pypi.org/api/upload/"


class NoContent(Variation):
    """A successful upload is answered with 204."""

    id, source = "upload-204", "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5"

    def accepted(self, upload: Upload) -> Reply:
        return Reply(204)


class RefusedWith422(Variation):
    """What is wrong with a form is answered with 422."""

    id, source = "upload-refused-422", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21"

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        if request.method == "POST" and reply.status == 400:
            reply.status = 422
        return reply


class HtmlRefusals(Variation):
    """Refusals of uploads are pages of HTML."""

    id, source = "upload-html-refusals", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5"

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reply = super().refuse(request, refusal)
        if request.method == "POST" and reply.headers["content-type"].startswith("text/plain"):
            reply.headers["content-type"] = "text/html; charset=utf-8"
            reply.body = (
                b"<!DOCTYPE html><html><body><h1>Refused</h1><p>" + reply.content() + b"</p></body></html>"
            )
        return reply


class WheelsOnly(Variation):
    """Source distributions are refused, with the rule in words."""

    id, source = "upload-wheels-only", STRICTER

    def check_filename(self, upload: Upload) -> None:
        super().check_filename(upload)
        if not upload.content.filename.endswith(".whl"):
            raise Refused(403, "This index takes wheels only.")


class PureWheelsOnly(Variation):
    """Wheels for one platform are refused, with the rule in words."""

    id, source = "upload-pure-wheels-only", STRICTER

    def check_filename(self, upload: Upload) -> None:
        super().check_filename(upload)
        if upload.filetype == "bdist_wheel" and not upload.content.filename.endswith("-any.whl"):
            raise Refused(403, "This index takes pure wheels only.")


class NoLocalVersions(Variation):
    """Versions with a local part are refused, as on PyPI."""

    id, source = "upload-no-local-versions", STRICTER

    def check_filename_agrees(self, upload: Upload) -> None:
        super().check_filename_agrees(upload)
        if Version(upload.version).local:
            raise Refused(400, "The use of local versions is not allowed.")


class NoEpochs(Variation):
    """Versions with an epoch are refused."""

    id = "upload-no-epochs"
    source = "https://packaging.python.org/en/latest/specifications/version-specifiers/#version-epochs"

    def check_filename_agrees(self, upload: Upload) -> None:
        super().check_filename_agrees(upload)
        if Version(upload.version).epoch:
            raise Refused(400, "Epochs are not allowed.")


class NormalVersionsOnly(Variation):
    """A version that is not spelled in its normal form is refused."""

    id, source = "upload-normal-versions-only", STRICTER

    def check_filename_agrees(self, upload: Upload) -> None:
        super().check_filename_agrees(upload)
        if upload.form.one("version") != upload.version:
            raise Refused(400, "The version is not in its normal form.")


class LaxMetadata(Variation):
    """Values of metadata that the spec does not tell a registry to refuse are taken."""

    id = "upload-lax-metadata"
    source = "https://packaging.python.org/en/latest/specifications/core-metadata/"

    def check_metadata(self, upload: Upload) -> None:
        for rule in (self.rule_metadata_version, self.rule_name, self.rule_version, self.rule_requirements):
            rule(upload.form)

    def check_license_files(self, upload: Upload, inside: Inside) -> None:
        return None


class StrictMarkers(Variation):
    """Markers that compare in ways that a registry may refuse are refused, and home pages beside project URLs."""

    id = "upload-strict-metadata"
    source = "https://packaging.python.org/en/latest/specifications/dependency-specifiers/"

    def check_metadata(self, upload: Upload) -> None:
        super().check_metadata(upload)
        for value in upload.form.all("requires_dist"):
            if any(
                text in value for text in ("sys_platform >", "os_name ~=", "extra >", "extra !=", "three")
            ):
                raise Refused(400, "requires_dist has a marker that is not allowed.")
        if upload.form.one("home_page") and upload.form.all("project_urls"):
            raise Refused(400, "home_page and project_urls exclude each other.")
        if "variant=Unheard" in (upload.form.one("description_content_type") or ""):
            raise Refused(400, "The variant is unknown.")


class FormlessNames(Variation):
    """What the form does not say is read from the name of the file."""

    id, source = "upload-fields-from-filename", "https://github.com/pypiserver/pypiserver"

    def take(self, upload: Upload) -> Reply:
        content = upload.form.content
        if content is None or not content.filename.endswith(".whl"):
            return super().take(upload)
        try:
            name, version, _, _ = parse_wheel_filename(content.filename)
        except (InvalidWheelFilename, ValueError):
            return super().take(upload)
        known = {
            "name": str(name),
            "version": str(version),
            "metadata_version": "2.1",
            "filetype": "bdist_wheel",
        }
        given = {field for field, _ in upload.form.fields}
        added = tuple((field, value) for field, value in known.items() if field not in given)
        upload.form = replace(upload.form, fields=(*upload.form.fields, *added))
        return super().take(upload)


class AnswersWithPage(Variation):
    """A successful upload is answered with a page of HTML."""

    id, source = "upload-answer-html", "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.1"

    def accepted(self, upload: Upload) -> Reply:
        page = "<!DOCTYPE html><html><body><h1>Uploaded</h1></body></html>"
        return text_reply(200, page, "text/html; charset=utf-8")


class Accepted(Variation):
    """A successful upload is answered with 202."""

    id, source = "upload-202", "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3"

    def accepted(self, upload: Upload) -> Reply:
        reply = super().accepted(upload)
        reply.status = 202
        return reply


class FinalOnly(Variation):
    """Pre-releases are refused, with the rule in words."""

    id, source = "upload-final-only", STRICTER

    def check_metadata(self, upload: Upload) -> None:
        super().check_metadata(upload)
        if Version(upload.version).is_prerelease:
            raise Refused(400, "Pre-releases go to another repository.")


class SmallFilesOnly(Variation):
    """Files above a megabyte are refused with 413."""

    id, source = "upload-small-files-only", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14"

    def check_content(self, upload: Upload) -> None:
        super().check_content(upload)
        if upload.content.size > 1_000_000:
            raise Refused(413, "Files may have a megabyte at most.")


class ShortFieldsOnly(Variation):
    """Author, keywords and license may have 255 characters, and who sends more is told so."""

    id, source = "upload-fields-255-told", STRICTER

    def check_metadata(self, upload: Upload) -> None:
        super().check_metadata(upload)
        for name in ("author", "keywords", "license"):
            if (size := len(upload.form.one(name) or "")) > 255:
                raise Refused(400, f"{name}: ensure this value has at most 255 characters (it has {size}).")
