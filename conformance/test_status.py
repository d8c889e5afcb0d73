"""Project status markers: how pages tell them (PEP 792; Project Status Markers)."""

from __future__ import annotations

from conformance.judging.reading import both_forms, forms
from conformance.judging.status_pages import (
    KEY,
    META,
    META_REASON,
    UNTOLD,
    VALUES,
    html_version,
    json_object,
    knows_statuses,
    reason,
    scene,
    told,
)
from fixtures.pages import HtmlPage
from fixtures.site import Offers
from fixtures.staged import REASON, STATUSES, Staged
from fixtures.verdicts import Findings, NotReached, requirement

FROM_EXAMPLE = (
    "the example in the living spec shows it so; its text, PEP 792 and PyPI put it at the top (C-03)"
)


@requirement("status/exactly-one", "status/optional-subset", "status/root-unchanged")
def test_a_page_tells_one_status(staged: Staged, findings: Findings) -> None:
    """A project has one status at most on its page: one meta element in HTML, one value in JSON."""
    silent = 0
    for subject in staged.with_marked():
        for page in forms(subject):
            html = isinstance(page, HtmlPage)
            values = list(page.meta(META)) if isinstance(page, HtmlPage) else page.data.get(KEY)
            silent += not values
            if values:
                inner = values if html or not isinstance(values, dict) else values.get("status")
                findings.expect(
                    not isinstance(inner, list) or (html and len(inner) == 1),
                    expected=f"one status for {subject.name}",
                    got=values,
                    at=page.exchange,
                    why="a client can't know which one holds",
                    advice=f"write one {META} element, and one object under {KEY}",
                )
    findings.note(f"{silent} pages tell no status", "status/optional-subset")
    findings.note("the project list is asked for no status", "status/root-unchanged")
    findings.not_offered(UNTOLD)


@requirement("status/html-meta-value", "status/html-omit-active", "status/html-reason")
def test_html_status_is_one_of_four(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The status in HTML is active, archived, quarantined or deprecated, in these letters."""
    offers.html_pages()
    for subject in staged.with_marked():
        page = subject.html
        for value in page.meta(META) if page else ():
            findings.expect(
                value in VALUES,
                expected=f"one of {', '.join(VALUES)} for {subject.name}",
                got=repr(value),
                at=page.exchange if page else "",
                why="uv takes an unknown status for active; pypi-simple refuses the page",
                advice="write the status in lower case; a status of your own belongs elsewhere",
            )
        if page is not None:
            omitted, reasons = not page.meta(META), page.meta(META_REASON)
            findings.note(f"{subject.name}: status left out: {omitted}", "status/html-omit-active")
            findings.note(f"{subject.name}: {len(reasons)} reasons", "status/html-reason")
    findings.not_offered("no HTML page tells a status, which is optional")


@requirement("status/html-version")
def test_html_pages_with_a_status_name_the_version(
    staged: Staged, offers: Offers, findings: Findings
) -> None:
    """An HTML page with a status names version 1.4."""
    offers.html_pages()
    for subject in staged.with_marked():
        page = subject.html
        if page is not None and page.meta(META):
            numbers = html_version(page)
            findings.expect(
                numbers >= (1, 4),
                expected="pypi:repository-version 1.4",
                got=".".join(map(str, numbers)) or "no version, which means 1.0",
                at=page.exchange,
                why="a client that reads the version does not look for the status",
                advice="name version 1.4 on pages that tell a status",
            )
    findings.not_offered("no HTML page tells a status, which is optional")


@requirement("status/json-location")
def test_json_status_is_an_object_at_the_top(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The status in JSON is an object at the top of the page, not within meta."""
    offers.json_pages()
    for subject in staged.with_marked():
        page = subject.json
        if page is None:
            continue
        meta = page.data.get("meta")
        inside = sorted(key for key in meta if key.startswith(KEY)) if isinstance(meta, dict) else []
        if inside or KEY in page.data:
            value = page.data.get(KEY)
            findings.expect(
                not inside and isinstance(value, dict),
                expected=f"an object under the key {KEY} at the top of the page of {subject.name}",
                got=f"meta has {', '.join(inside)}: {FROM_EXAMPLE}" if inside else repr(value),
                at=page.exchange,
                why="uv and pypi-simple do not see the status, or refuse the page",
                advice=f'send "{KEY}": {{"status": "archived", "reason": "..."}} beside meta and files',
            )
    findings.not_offered("no JSON page tells a status, which is optional")


@requirement("status/json-status-key")
def test_json_status_is_one_of_four(staged: Staged, offers: Offers, findings: Findings) -> None:
    """That object names the status under the key status, with one of the four values."""
    offers.json_pages()
    for subject in staged.with_marked():
        page = subject.json
        if page is not None and isinstance(page.data.get(KEY), dict):
            value = json_object(page).get("status")
            findings.expect(
                isinstance(value, str) and value in VALUES,
                expected=f'"status" with one of {", ".join(VALUES)} for {subject.name}',
                got=json_object(page),
                at=page.exchange,
                why="uv takes an unknown status for active; pypi-simple refuses the page",
                advice='the key is "status"; one sentence of PEP 792 says state, its example does not (C-04)',
            )
    findings.not_offered("no JSON page tells a status, which is optional")


@requirement("status/json-reason")
def test_json_reason_is_a_text(staged: Staged, offers: Offers, findings: Findings) -> None:
    """A reason in JSON, if there, is a string."""
    offers.json_pages()
    for subject in staged.with_marked():
        page = subject.json
        if page is not None and "reason" in json_object(page):
            value = json_object(page)["reason"]
            findings.expect(
                isinstance(value, str),
                expected=f"a string as reason of {subject.name}, or no key",
                got=repr(value),
                at=page.exchange,
                why="pypi-simple refuses the page",
                advice="leave the key away when there is no reason",
            )
    findings.not_offered("no JSON page gives a reason for a status, which is optional")


@requirement("status/json-version")
def test_json_pages_with_a_status_name_the_version(
    staged: Staged, offers: Offers, findings: Findings
) -> None:
    """A JSON page with a status names version 1.4 or later."""
    offers.json_pages()
    for subject in staged.with_marked():
        page = subject.json
        if page is not None and json_object(page):
            findings.expect(
                (page.api_version or (0, 0)) >= (1, 4),
                expected="meta.api-version 1.4 or later",
                got=page.data.get("meta"),
                at=page.exchange,
                why="a client that reads the version does not look for the status",
                advice="name version 1.4 on pages that tell a status",
            )
    findings.not_offered("no JSON page tells a status, which is optional")


@requirement("status/html-json-agree")
def test_html_and_json_tell_the_same_status(staged: Staged, offers: Offers, findings: Findings) -> None:
    """Where HTML and JSON both tell a status or a reason, it is the same one."""
    for pair in both_forms(offers, staged.with_marked()):
        for what, read in (("status", told), ("reason", reason)):
            html, data = read(pair.html), read(pair.json)
            if html and data:
                findings.expect(
                    html == data,
                    expected=f"the {what} of {pair.subject.name} that JSON tells: {data!r}",
                    got=repr(html),
                    at=pair.html.exchange,
                    also=[pair.json.exchange],
                    why="one client warns of a project that is fine for another one",
                    advice="make both forms from one stored status",
                )
    findings.not_offered("no project has a status in both forms, and all of this is optional")


@requirement("status/html-meta", "status/json-status-recommended")
def test_pages_tell_a_status_that_is_not_active(staged: Staged, findings: Findings) -> None:
    """The pages of a project that is not active tell its status."""
    for subject in staged.with_marked():
        pages = [page for page in forms(subject) if knows_statuses(page)]
        known = {value for page in pages if (value := told(page)) is not None and value != "active"}
        known |= set_status(staged, subject.normalized)
        for page in pages if known else ():
            html = isinstance(page, HtmlPage)
            findings.expect(
                told(page) not in (None, "active"),
                expected=f"the status of {subject.name}: {' or '.join(sorted(known))}",
                got=repr(told(page)),
                at=page.exchange,
                why="nobody learns that the project is archived, quarantined or deprecated",
                advice=f"write <meta name={META!r}>" if html else f"send {KEY} at the top of the page",
                requirement="status/html-meta" if html else "status/json-status-recommended",
            )
    none_set(staged, findings)


def set_status(staged: Staged, normalized: str) -> set[str]:
    """The status that the operator gave this project in this run."""
    found: set[str] = set()
    for status in STATUSES:
        try:
            made = staged.marked(status)
        except NotReached:
            continue
        if made.subject.normalized == normalized:
            found.add(status)
    return found


def none_set(staged: Staged, findings: Findings) -> None:
    """Say why no project was there that is not active."""
    try:
        staged.marked("archived")
    except NotReached as why:
        findings.not_reached(f"no project was found that is not active, and {why}")
    findings.not_offered("no page follows version 1.4 of the API, which brought statuses")


@requirement("status/html-reason-escaped")
def test_reason_is_escaped_in_html(staged: Staged, offers: Offers, findings: Findings) -> None:
    """A status reason with quotes, ampersands or angle brackets is escaped and reads back as it was given."""
    offers.html_pages()
    page = scene(staged, "archived").subject.html
    shown = reason(page) if page is not None else ""
    if page is None or not shown:
        findings.not_offered("the HTML page gives no reason for the status, which is optional")
        return
    special = REASON.partition(";")[0]
    findings.expect(
        shown.startswith(special),
        expected=f"the reason {special!r}, escaped where HTML gives its characters a meaning",
        got=repr(shown),
        at=page.exchange,
        why="an unescaped quote ends the attribute: the rest of the reason becomes markup",
        advice="escape & < > and quotes once when the element is written",
    )
