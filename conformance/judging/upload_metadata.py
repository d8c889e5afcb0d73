"""Metadata in uploads, as data: values that may be refused, that should be, and that have to be accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.judging.uploading import Shot, as_sent
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import changed

META, VERSIONS = "upload-meta", "versions"


@dataclass(frozen=True)
class Value:
    """An upload with one remarkable metadata value."""

    key: str
    what: str
    judges: tuple[str, ...]
    make: Callable[[Fresh], Shot]
    why: str = ""


def value(
    key: str,
    judge: str,
    what: str,
    field: str,
    *values: str,
    headers: tuple[tuple[str, str], ...] = (),
    metadata_version: str = "2.1",
    why: str = "",
    area: str = META,
) -> Value:
    """An upload whose form has these values of a field; `headers` are written into the file's own metadata as well."""

    def make(fresh: Fresh) -> Shot:
        sent = fresh.wheel("meta", metadata_version=metadata_version, extra_metadata=headers)
        parts = tuple(Part(field, each) for each in values)
        return Shot(sent, changed(as_sent(sent), drop=(field,), add=parts))

    return Value(key, what, (f"{area}/{judge}",), make, why)


def dependency(key: str, judge: str, text: str, why: str = "", area: str = META) -> Value:
    """An upload with one dependency; form and metadata both have it."""
    header = (("Requires-Dist", text),)
    extra = (("Provides-Extra", "fast"),) if "fast" in text else ()
    what = f"a dependency {text!r}"
    return value(key, judge, what, "requires_dist", text, headers=(*header, *extra), why=why, area=area)


def header(key: str, judge: str, name: str, text: str, *, version: str = "2.1", area: str = META) -> Value:
    """An upload with one metadata header; the form has it under its form name."""
    plural = {"Project-URL": "project_urls", "Classifier": "classifiers"}
    field = plural.get(name, name.lower().replace("-", "_"))
    what = f"the {name} {text[:60]!r}"
    return value(key, judge, what, field, text, headers=((name, text),), metadata_version=version, area=area)


# A SHOULD asks registries to refuse these (Dependency specifiers, introduction; Environment Markers).
REFUSED = (
    dependency(
        "dependency-broken",
        "requires-dist-valid",
        "one (two",
        "uv calls the release's metadata invalid and passes it over",
    ),
    dependency("dependency-two-words", "requires-dist-valid", "one two", "uv passes the release over"),
    dependency(
        "marker-extras", "marker-extras-refused", 'one; "fast" in extras', "older installers stop at it"
    ),
    dependency(
        "marker-groups",
        "marker-extras-refused",
        'one; "fast" in dependency_groups',
        "older installers stop at it",
    ),
)
ACCEPTED = (
    dependency(
        "marker-extra",
        "marker-extra-accepted",
        'one; extra == "fast"',
        "packages with extras can't be published",
    ),
    dependency(
        "marker-extra-and",
        "marker-extra-accepted",
        'one>=1; python_version < "3.9" and extra == "fast"',
        "packages with extras can't be published",
    ),
    dependency(
        "parentheses",
        "legal-values-accepted",
        "one (>=1.0,<2)",
        "wheels of older setuptools and of wheel itself write dependencies so",
    ),
    header(
        "license-exception",
        "legal-values-accepted",
        "License-Expression",
        "Apache-2.0 WITH LLVM-exception",
        version="2.4",
    ),
    header("url-comma", "legal-values-accepted", "Project-URL", "Map, https://example.org/@1.0,2.0"),
)
# The spec leaves it open, or rules the value and not what a registry does with it: refuse or keep, but answer.
OPEN = (
    dependency("marker-text-order", "marker-string-ops", 'one; sys_platform > "a"'),
    dependency("marker-text-compatible", "marker-string-ops", 'one; os_name ~= "posix"'),
    dependency("marker-set-order", "marker-set-ops", 'one; extra > "fast"'),
    dependency("marker-version-word", "marker-version-ops", 'one; python_version > "three"'),
    dependency("marker-version-in", "marker-version-ops", 'one; python_version in "3.9 3.10"'),
    dependency("marker-extra-not", "marker-extra-other-ops", 'one; extra != "fast"'),
    header("summary-300", "summary-one-line", "Summary", "A long summary. " * 19),
    value("summary-lines", "summary-one-line", "a summary of two lines", "summary", "one\ntwo"),
    header("description-html", "description-content-type", "Description-Content-Type", "text/html"),
    header(
        "description-latin",
        "description-charset",
        "Description-Content-Type",
        "text/plain; charset=ISO-8859-1",
    ),
    header("variant-gfm", "description-variant", "Description-Content-Type", "text/markdown; variant=GFM"),
    header(
        "variant-unknown", "description-variant", "Description-Content-Type", "text/markdown; variant=Unheard"
    ),
    header("python-words", "requires-python-valid", "Requires-Python", "three or newer"),
    header("python-compatible", "compatible-single-segment", "Requires-Python", "~=3", area=VERSIONS),
    header("extra-with-space", "provides-extra", "Provides-Extra", "a b"),
    header("dynamic-name", "dynamic-forbidden", "Dynamic", "Name", version="2.2"),
    header("dynamic-unknown", "dynamic-forbidden", "Dynamic", "No-Such-Field", version="2.2"),
    header("license-outside", "license-file-path", "License-File", "../LICENSE", version="2.4"),
    header("license-absolute", "license-file-path", "License-File", "/etc/passwd", version="2.4"),
    header("license-backslash", "license-file-path", "License-File", "a\\b", version="2.4"),
    header("label-33", "project-url-label-32", "Project-URL", f"{'x' * 33}, https://example.org/"),
    header("url-no-label", "project-url-format", "Project-URL", ", https://example.org/"),
    header("url-no-url", "project-url-format", "Project-URL", "Source"),
    value(
        "license-classifier",
        "license-classifiers-with-expression",
        "a licence classifier beside a licence expression",
        "classifiers",
        "License :: OSI Approved :: MIT License",
        headers=(("License-Expression", "MIT"), ("Classifier", "License :: OSI Approved :: MIT License")),
        metadata_version="2.4",
    ),
    value(
        "both-urls",
        "both-url-kinds-accepted",
        "a home page beside project URLs",
        "home_page",
        "https://example.org/",
        headers=(("Home-page", "https://example.org/"), ("Project-URL", "Source, https://example.org/s")),
    ),
    value(
        "only-home-page",
        "url-fields-may-be-ignored",
        "a home page and no project URL",
        "home_page",
        "https://example.org/",
        headers=(("Home-page", "https://example.org/"),),
    ),
    value(
        "import-name-empty",
        "import-name-empty",
        "an empty import name",
        "import_name",
        "",
        headers=(("Import-Name", ""),),
        metadata_version="2.5",
    ),
    value(
        "form-differs",
        "form-vs-file-mismatch",
        "a summary that is not the file's",
        "summary",
        "Another summary",
    ),
)
