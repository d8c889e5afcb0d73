"""Faults in what a registry demands of core metadata in uploads."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.utils import parse_wheel_filename

from reference_registry.archives import Inside
from reference_registry.errors import Refused
from reference_registry.form import Form
from reference_registry.metadata_rules import METADATA_VERSIONS
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload

META, LEGACY = "upload-meta/", "upload-legacy/"
UPLOADS = ("upload-meta", "upload-legacy", "versions")
WIDE = (
    *UPLOADS,
    *("metadata", "dist", "hashes", "attest", "simple-html", "simple-json", "clients", "pypi-json", "names"),
)


class NewMetadataRefused(Defect):
    """Metadata versions from 2.3 on are refused."""

    id, source = "meta-2.3-refused", "https://github.com/pulp/pulp_python/issues/1321"
    seen_by = (f"{META}metadata-versions",)
    areas = WIDE

    def rule_metadata_version(self, form: Form) -> None:
        super().rule_metadata_version(form)
        if (form.one("metadata_version") or "") >= "2.3":
            raise Refused(400, f'"{form.one("metadata_version")}" is not a valid choice for metadata_version')


class AnyMajor(Defect):
    """Metadata of any major version are accepted."""

    id = "meta-any-major"
    seen_by = (f"{META}major-too-new", f"{LEGACY}metadata-version-required")
    areas = UPLOADS

    def rule_metadata_version(self, form: Form) -> None:
        if form.one("metadata_version") is None:
            super().rule_metadata_version(form)

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        if inside.value("Metadata-Version") in METADATA_VERSIONS:
            super().check_inside(upload, inside)


class VersionFromName(Defect):
    """A file whose form and metadata say no version is published under that of its name."""

    id = "meta-version-from-name"
    seen_by = (f"{META}required-fields", f"{LEGACY}version-required")
    areas = UPLOADS

    def take(self, upload: Upload) -> Reply:
        content = upload.form.content
        if upload.form.one("version") is None and content is not None and content.filename.endswith(".whl"):
            version = str(parse_wheel_filename(content.filename)[1])
            upload.form = replace(upload.form, fields=(*upload.form.fields, ("version", version)))
        return super().take(upload)

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        if inside.value("Version") is not None:
            super().check_inside(upload, inside)


class InvalidLost(Defect):
    """A name or version that is not valid is told as a success, and the file is dropped."""

    id, source = "meta-invalid-told-as-success", "https://github.com/stevearc/pypicloud/issues/280"
    seen_by = (
        f"{META}name-invalid",
        f"{META}version-invalid",
        f"{LEGACY}name-required",
        f"{LEGACY}version-required",
    )
    areas = (*UPLOADS, "names", "security")

    def take(self, upload: Upload) -> Reply:
        try:
            return super().take(upload)
        except Refused as refusal:
            if refusal.sentence.startswith(("name is", "version is")):
                return self.accepted(upload)
            raise


class AnyDependency(Defect):
    """Dependencies are not read: whatever they say is accepted."""

    id, source = (
        "meta-any-dependency",
        "https://packaging.python.org/en/latest/specifications/dependency-specifiers/",
    )
    seen_by = (f"{META}requires-dist-valid", f"{META}marker-extras-refused", f"{META}strict-processing")
    areas = UPLOADS

    def rule_requirements(self, form: Form) -> None:
        return None


class ExtraMarkerRefused(Defect):
    """A dependency whose marker compares extra is refused."""

    id, source = "meta-extra-marker-refused", AnyDependency.source
    seen_by = (f"{META}marker-extra-accepted",)
    areas = WIDE

    def rule_requirements(self, form: Form) -> None:
        super().rule_requirements(form)
        if any(re.search(r"extra\s*==", value) for value in form.all("requires_dist")):
            raise Refused(400, "extra is not a marker variable.")


class MetadataCrashes(Defect):
    """Metadata that are not valid end in a server error."""

    id, source = "meta-invalid-500", "https://github.com/pypi/legacy/issues/248"
    seen_by = (
        f"{LEGACY}error-4xx-not-5xx",
        *(
            f"{META}{slug}"
            for slug in (
                *(
                    "summary-one-line",
                    "description-content-type",
                    "description-charset",
                    "requires-python-valid",
                ),
                *("provides-extra", "dynamic-forbidden", "license-file-path", "project-url-label-32"),
                *("project-url-format", "requires-dist-valid"),
            )
        ),
        "versions/compatible-single-segment",
    )
    areas = (*UPLOADS, "names", "security")

    def check_metadata(self, upload: Upload) -> None:
        try:
            super().check_metadata(upload)
        except Refused as refusal:
            raise Refused(500, refusal.sentence) from None


class OddMetadataCrash(Defect):
    """Metadata that are rare and valid end in a server error."""

    id = "meta-odd-500"
    seen_by = (
        f"{LEGACY}error-4xx-not-5xx",
        *(
            f"{META}{slug}"
            for slug in (
                *("marker-string-ops", "marker-set-ops", "marker-version-ops", "marker-extra-other-ops"),
                *("description-variant", "license-classifiers-with-expression", "both-url-kinds-accepted"),
                *("url-fields-may-be-ignored", "import-name-empty", "form-vs-file-mismatch"),
            )
        ),
    )
    areas = WIDE

    def check_metadata(self, upload: Upload) -> None:
        super().check_metadata(upload)
        form = upload.form
        markers = r'sys_platform >|os_name ~=|extra (>|!=)|python_version (>|in) "(three|3\.9 3)'
        odd = any(re.search(markers, value) for value in form.all("requires_dist"))
        odd = odd or "variant=" in (form.one("description_content_type") or "")
        odd = odd or any(name == "import_name" for name, _ in form.fields)
        odd = odd or form.one("home_page") is not None
        licensed = any(value.startswith("License ::") for value in form.all("classifiers"))
        if odd or (licensed and form.one("license_expression")):
            raise Refused(500, "Internal server error.")

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        super().check_inside(upload, inside)
        if inside.value("Summary") != upload.form.one("summary"):
            raise Refused(500, "Internal server error.")


class BillRefused(Defect):
    """A wheel with a bill of materials that the registry does not know is refused."""

    id, source = "meta-sbom-refused", "https://peps.python.org/pep-0770/#specification"
    seen_by = (f"{META}sbom-no-unknown-reject",)
    areas = UPLOADS

    def check_inside(self, upload: Upload, inside: Inside) -> None:
        super().check_inside(upload, inside)
        if any("/sboms/" in member for member in inside.members):
            raise Refused(400, "The bill of materials is not valid.")


class LabelsNormalized(Defect):
    """Labels of project URLs are shown in their normal form."""

    id, source = "meta-labels-normalized", "https://peps.python.org/pep-0753/#label-normalization"
    seen_by = (f"{META}labels-kept-raw",)
    areas = ("upload-meta", "upload-legacy", "pypi-json", "consistency")

    def json_project_urls(self, entries: tuple[str, ...]) -> dict[str, str] | None:
        shown = super().json_project_urls(entries)
        return {re.sub(r"[\W_]+", "", label).lower(): url for label, url in shown.items()} if shown else None


class OldDependencies(Defect):
    """Dependencies with their versions in parentheses, as older tools write them, are refused."""

    id, source = "meta-parentheses-refused", "https://peps.python.org/pep-0508/#grammar"
    seen_by = ("upload-meta/legal-values-accepted",)
    areas = WIDE

    def check_metadata(self, upload: Upload) -> None:
        if any("(" in text for text in upload.form.all("requires_dist")):
            raise Refused(400, "Invalid requirement: expected end of input.")
        super().check_metadata(upload)


class NoExceptions(Defect):
    """License expressions with an exception are refused."""

    id, source = "meta-license-exception-refused", "https://peps.python.org/pep-0639/#specification"
    seen_by = ("upload-meta/legal-values-accepted",)
    areas = WIDE

    def check_metadata(self, upload: Upload) -> None:
        if " WITH " in (upload.form.one("license_expression") or ""):
            raise Refused(400, "Unknown license.")
        super().check_metadata(upload)


class ShortSummaries(Defect):
    """A summary of more than 255 characters ends in a server error."""

    id, source = (
        "meta-summary-255-crash",
        "https://docs.djangoproject.com/en/5.2/ref/models/fields/#charfield",
    )
    seen_by = ("upload-legacy/error-4xx-not-5xx",)
    areas = WIDE

    def check_metadata(self, upload: Upload) -> None:
        if len(upload.form.one("summary") or "") > 255:
            raise Refused(500, "value too long for type character varying(255)")
        super().check_metadata(upload)
