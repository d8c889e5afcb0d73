"""The names that a run may write: all bear its prefix, so two runs never collide and a guard can tell its own."""

from __future__ import annotations

import re

_RUN_ID = re.compile(r"[a-z0-9]+")
_OF_SUITE = re.compile(r"rct-[a-z0-9]+-")
_OF_CHECK = re.compile(r"rct-[a-z0-9]+-[0-9a-f]{6}-[0-9]+-")


def normalize(name: str) -> str:
    """Normalize a project name (PEP 503): lowercase, runs of ``-``, ``_`` and ``.`` become one ``-``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def prefix(run_id: str) -> str:
    """Give the normalized prefix of every project that the run writes; a ``-`` follows it."""
    if _RUN_ID.fullmatch(run_id) is None:
        raise ValueError(f"a run id is made of lowercase ASCII letters and digits, {run_id!r} is not")
    return f"rct-{run_id}"


def belongs_to_run(name: str, run_id: str) -> bool:
    """Tell whether a project name, in any spelling, is one of this run's."""
    return normalize(name).startswith(f"{prefix(run_id)}-")


def belongs_to_suite(name: str) -> bool:
    """Tell whether a project name, in any spelling, is one of this or another run's, which may be deleted at any moment."""
    return _OF_SUITE.match(normalize(name)) is not None


def belongs_to_check(name: str) -> bool:
    """Tell whether a project name is one that a single check of some run made for itself, and perhaps made ill on purpose."""
    return _OF_CHECK.match(normalize(name)) is not None


def file_component(name: str) -> str:
    """Give the form a name has in file names and module names (PEP 625, wheel spec): normalized, with ``_``."""
    return normalize(name).replace("-", "_")
