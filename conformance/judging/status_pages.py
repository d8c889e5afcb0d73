"""What a project page says about the project's status (PEP 792)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.judging.reading import forms
from fixtures.pages import HtmlPage, JsonPage
from fixtures.staged import STATUSES, MarkedProject, Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotOffered, NotReached

VALUES = ("active", *STATUSES)
META, META_REASON = "pypi:project-status", "pypi:project-status-reason"
KEY = "project-status"
ABSENT = "no page tells a status or follows version 1.4 of the API; an index may know none of them (PEP 792)"
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


def knows_statuses(page: HtmlPage | JsonPage) -> bool:
    """Whether a page follows a version of the API that has statuses (1.4, PEP 792)."""
    if isinstance(page, JsonPage):
        return (page.api_version or (1, 0)) >= (1, 4)
    return html_version(page) >= (1, 4)


def html_version(page: HtmlPage) -> tuple[int, ...]:
    """The version that an HTML page names, as numbers; () when it names none."""
    named = next(iter(page.meta("pypi:repository-version")), "")
    return tuple(int(part) for part in named.split(".") if part.isdecimal())


def scene(staged: Staged, status: str) -> MarkedProject:
    """The project with this status; ends the check as not offered or not reached when it can't be had."""
    try:
        return staged.marked(status)
    except NotReached as reason:
        pages = [page for subject in staged.with_marked() for page in forms(subject)]
        if any(knows_statuses(page) or told(page) for page in pages):
            raise
        raise NotOffered(f"{ABSENT}; {reason}") from None


def with_status(
    staged: Staged, status: str, findings: Findings
) -> Iterator[tuple[Subject, MarkedProject | None]]:
    """The projects with this status: one that the operator set it for, and others whose pages tell it."""
    found = False
    try:
        made = scene(staged, status)
        found = True
        yield made.subject, made
    except NotReached as why:
        findings.not_reached(f"no project with status {status} was found, and {why}")
    except NotOffered as proof:
        findings.not_offered(str(proof))
    for subject in staged.with_marked():
        if status_of(subject) == status and not subject.distributions:
            found = True
            yield subject, None
    if not found:
        findings.not_reached(f"no project with status {status} was found")
