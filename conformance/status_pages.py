"""What a project page says about the project's status (PEP 792)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.reading import forms
from fixtures.pages import HtmlPage, JsonPage
from fixtures.staged import STATUSES, MarkedProject, Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotReached

VALUES = ("active", *STATUSES)
META, META_REASON = "pypi:project-status", "pypi:project-status-reason"
KEY = "project-status"
UNTOLD = "no page tells a status, and all of this is optional"


def told(page: HtmlPage | JsonPage) -> str | None:
    """The status that a page tells, in the right place; None when it tells none there."""
    if isinstance(page, HtmlPage):
        values = page.meta(META)
        return values[0] if values else None
    value = json_object(page).get("status")
    return value if isinstance(value, str) else None


def reason(page: HtmlPage | JsonPage) -> str:
    """The reason that a page tells; "" when it tells none."""
    if isinstance(page, HtmlPage):
        return next(iter(page.meta(META_REASON)), "")
    value = json_object(page).get("reason")
    return value if isinstance(value, str) else ""


def json_object(page: JsonPage) -> dict[str, Any]:
    """The object at the top of the page; {} when it is none."""
    value = page.data.get(KEY)
    return value if isinstance(value, dict) else {}


def status_of(subject: Subject) -> str:
    """The status of a project by all forms of its page; active when none tells one."""
    values = [value for page in forms(subject) if (value := told(page)) is not None]
    return next((value for value in values if value != "active"), "active")


def with_status(
    staged: Staged, status: str, findings: Findings
) -> Iterator[tuple[Subject, MarkedProject | None]]:
    """The projects with this status: one that the operator set it for, and others whose pages tell it."""
    found = False
    try:
        scene = staged.marked(status)
        found = True
        yield scene.subject, scene
    except NotReached as why:
        findings.not_reached(f"no project with status {status} was found, and {why}")
    for subject in staged.with_marked():
        if status_of(subject) == status and not subject.distributions:
            found = True
            yield subject, None
    if not found:
        findings.not_reached(f"no project with status {status} was found")
