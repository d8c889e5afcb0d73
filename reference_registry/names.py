"""Names and versions (name normalization; version specifiers)."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

VALID_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)
LONGEST_VERSION = 200  # a filename could not hold a longer one


def is_valid_name(name: str) -> bool:
    """Whether a project may have this name: ASCII letters, digits, `.`, `_`, `-`, and an alphanumeric at both ends."""
    return VALID_NAME.fullmatch(name) is not None


def normalize(name: str) -> str:
    """Lower case, with every run of `-`, `_`, `.` as one `-`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_version(text: str) -> Version | None:
    """A version, or None when the text is not one (surrounding white space is not part of a version)."""
    if len(text) > LONGEST_VERSION or text != text.strip() or not text.isascii():
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def words(text: str) -> frozenset[str]:
    """A set of names, written as one text."""
    return frozenset(text.split())
