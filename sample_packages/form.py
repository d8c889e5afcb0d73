"""The fields of a legacy upload, as twine derives them from the metadata (twine package.py, repository.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from packaging.metadata import parse_email

from sample_packages.model import Kind

# The attributes of packaging's RawMetadata that twine sends, in its order (package.py). A line for each metadata version.
SENT = (
    *("metadata_version", "name", "version", "platforms", "summary", "description", "keywords", "home_page"),
    *("author", "author_email", "license"),
    *("supported_platforms", "download_url", "classifiers", "requires", "provides", "obsoletes"),
    *("maintainer", "maintainer_email", "requires_dist", "provides_dist", "obsoletes_dist"),
    *("requires_python", "requires_external", "project_urls"),
    *("description_content_type", "provides_extra"),
    *("dynamic",),
    *("license_expression", "license_files"),
)
RENAMED: Mapping[str, str] = {
    "platforms": "platform",
    "supported_platforms": "supported_platform",
    "license_files": "license_file",
}
FILETYPES: Mapping[Kind, str] = {"wheel": "bdist_wheel", "sdist": "sdist"}


def upload_form(metadata: bytes, kind: Kind, python_tag: str) -> tuple[tuple[str, str], ...]:
    """Give the form fields, all but the digests and the content, in one fixed order."""
    raw = cast(Mapping[str, Any], parse_email(metadata)[0])
    fields = [(RENAMED.get(key, key), text) for key in SENT if key in raw for text in _texts(key, raw[key])]
    pyversion = python_tag if kind == "wheel" else "source"
    return (
        *fields,
        ("pyversion", pyversion),
        ("filetype", FILETYPES[kind]),
        (":action", "file_upload"),
        ("protocol_version", "1"),
    )


def _texts(key: str, value: Any) -> Iterable[str]:
    if key == "name":  # twine's _safe_name; it turns an underscore into a hyphen and lets a dot be
        return [re.sub(r"[^A-Za-z0-9.]+", "-", value)]
    if key == "keywords":
        return [", ".join(value)]
    if key == "project_urls":
        return [f"{label}, {url}" for label, url in value.items()]
    return value if isinstance(value, list) else [value]
