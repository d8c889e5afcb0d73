"""What the metadata fields of an upload form have to be (Core metadata specifications; PEP 440, 508, 621, 639, 643, 685, 753, 794)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from reference_registry.errors import Refused
from reference_registry.form import Form
from reference_registry.names import is_valid_name, parse_version, words

METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6")
SINGLE_USE = words(
    ":action protocol_version filetype pyversion comment md5_digest sha256_digest blake2_256_digest attestations "
    "metadata_version name version summary description description_content_type keywords home_page download_url author "
    "author_email maintainer maintainer_email license license_expression requires_python"
)
MULTIPLE_USE = words(
    "classifiers platform supported_platform requires provides obsoletes requires_dist provides_dist obsoletes_dist "
    "requires_external project_urls provides_extra license_file dynamic import_name import_namespace"
)
METADATA_FIELDS = (SINGLE_USE | MULTIPLE_USE) - words(
    ":action protocol_version filetype pyversion comment md5_digest sha256_digest blake2_256_digest attestations"
)
DYNAMIC_FIELDS = words(
    "platform supported-platform summary description description-content-type keywords home-page download-url author "
    "author-email maintainer maintainer-email license license-expression license-file classifier requires-dist "
    "requires-python requires-external project-url provides-extra provides-dist obsoletes-dist requires provides "
    "obsoletes import-name import-namespace"
)
LONGEST_LABEL = 32
MARKER_SETS = re.compile(r"\b(extras|dependency_groups)\b")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class MetadataRules:
    """One method per rule. Each raises the refusal, or does nothing."""

    def metadata_rules(self) -> tuple[Callable[[Form], None], ...]:
        """All rules, in the order in which they speak."""
        return (
            self.rule_metadata_version,
            self.rule_name,
            self.rule_version,
            self.rule_summary,
            self.rule_description_content_type,
            self.rule_requires_python,
            self.rule_requirements,
            self.rule_provides_extra,
            self.rule_dynamic,
            self.rule_license,
            self.rule_license_file,
            self.rule_project_urls,
            self.rule_urls,
            self.rule_import_names,
        )

    def rule_metadata_version(self, form: Form) -> None:
        """Metadata-Version is required and known."""
        if form.one("metadata_version") not in METADATA_VERSIONS:
            raise Refused(400, f"metadata_version has to be one of {', '.join(METADATA_VERSIONS)}.")

    def rule_name(self, form: Form) -> None:
        """Name is required and valid."""
        if not is_valid_name(form.one("name") or ""):
            raise Refused(400, "name is missing or is not a valid project name.")

    def rule_version(self, form: Form) -> None:
        """Version is required and valid. Local versions are welcome: PyPI's ban is its policy."""
        if parse_version(form.one("version") or "") is None:
            raise Refused(400, "version is missing or is not a valid version.")

    def rule_summary(self, form: Form) -> None:
        """Summary is one line."""
        summary = form.one("summary") or ""
        if "\n" in summary or "\r" in summary:
            raise Refused(400, "summary has to be one line.")

    def rule_description_content_type(self, form: Form) -> None:
        """One of three types; UTF-8."""
        value = form.one("description_content_type")
        if value is None:
            return
        kind, *parameters = (part.strip() for part in value.split(";"))
        if kind.lower() not in ("text/plain", "text/x-rst", "text/markdown"):
            raise Refused(
                400, "description_content_type is not one of text/plain, text/x-rst, text/markdown."
            )
        for key, _, charset in (parameter.partition("=") for parameter in parameters):
            if key.strip().lower() == "charset" and charset.strip().strip('"').lower() != "utf-8":
                raise Refused(400, "The charset of a description has to be UTF-8.")

    def rule_requires_python(self, form: Form) -> None:
        """A set of version specifiers."""
        value = form.one("requires_python")
        if value is not None and not is_specifier_set(value):
            raise Refused(400, "requires_python is not a valid set of version specifiers.")

    def rule_requirements(self, form: Form) -> None:
        """Dependency specifiers; marker fields that exist only for lock files are refused (dependency specifiers)."""
        for field in ("requires_dist", "provides_dist", "obsoletes_dist"):
            for value in form.all(field):
                try:
                    requirement = Requirement(value)
                except InvalidRequirement:
                    raise Refused(400, f"{field} holds an invalid dependency specifier.") from None
                if MARKER_SETS.search(QUOTED.sub("", str(requirement.marker or ""))):
                    raise Refused(400, f"{field} uses a marker field that is for lock files only.")

    def rule_provides_extra(self, form: Form) -> None:
        """Names of extras follow the rule for names (PEP 685)."""
        if not all(is_valid_name(value) for value in form.all("provides_extra")):
            raise Refused(400, "provides_extra holds an invalid name.")

    def rule_dynamic(self, form: Form) -> None:
        """Known fields, and never name, version or metadata-version (PEP 643)."""
        for value in form.all("dynamic"):
            if value.lower().replace("_", "-") not in DYNAMIC_FIELDS:
                raise Refused(400, "dynamic names a field that is unknown or can't be dynamic.")

    def rule_license(self, form: Form) -> None:
        """An SPDX expression, and not beside the older field (PEP 639)."""
        expression = form.one("license_expression")
        if expression is None:
            return
        if form.one("license") is not None:
            raise Refused(400, "license and license_expression exclude each other.")
        from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

        try:
            canonicalize_license_expression(expression)
        except InvalidLicenseExpression:
            raise Refused(400, "license_expression is not a valid SPDX expression.") from None

    def rule_license_file(self, form: Form) -> None:
        """Relative paths with `/`, without `..` and without wildcards (PEP 639)."""
        for value in form.all("license_file"):
            parts = value.split("/")
            if value.startswith("/") or ".." in parts or re.search(r"[\\*?\[\]\x00-\x1f]|^[A-Za-z]:", value):
                raise Refused(400, "license_file is not a plain relative path.")

    def rule_project_urls(self, form: Form) -> None:
        """`label, url`, with a label of at most 32 characters."""
        for value in form.all("project_urls"):
            label, comma, url = value.partition(",")
            if (
                not comma
                or not label.strip()
                or len(label.strip()) > LONGEST_LABEL
                or not is_web_url(url.strip())
            ):
                raise Refused(
                    400, "project_urls has to hold a label of 1 to 32 characters, a comma, and a URL."
                )

    def rule_urls(self, form: Form) -> None:
        """Home-page and Download-URL are URLs."""
        for field in ("home_page", "download_url"):
            value = form.one(field)
            if value is not None and not is_web_url(value.strip()):
                raise Refused(400, f"{field} is not a URL.")

    def rule_import_names(self, form: Form) -> None:
        """Dotted identifiers, maybe `; private`; no name in both fields (PEP 794)."""
        names = [import_name(value) for value in form.all("import_name")]
        spaces = [import_name(value) for value in form.all("import_namespace")]
        if None in names or None in spaces:
            raise Refused(400, "import_name or import_namespace is not a dotted identifier.")
        if set(names) & set(spaces):
            raise Refused(400, "import_name and import_namespace share a name.")


def is_specifier_set(value: str) -> bool:
    """Whether a text is a set of version specifiers."""
    try:
        SpecifierSet(value)
    except (InvalidSpecifier, ValueError):
        return False
    return True


def is_web_url(value: str) -> bool:
    """Whether a text is an absolute http(s) URL."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value)


def import_name(value: str) -> str | None:
    """The name in an Import-Name, or None when there is none."""
    name, semicolon, flag = (part.strip() for part in value.partition(";"))
    if semicolon and flag != "private":
        return None
    return name if all(part.isidentifier() for part in name.split(".")) else None
