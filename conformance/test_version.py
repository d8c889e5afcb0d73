"""API versions: what the pages say that they are, and whether what they hold fits that."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from conformance.judging.lists import json_list_page
from fixtures.pages import HtmlPage, JsonPage
from fixtures.site import Offers, Site
from fixtures.verdicts import Findings, NotOffered, NotReached, not_offered, requirement

NAME = "pypi:repository-version"
FORMAT = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}")
NEWEST_HTML = (1, 4)  # PEP 833
NEWEST_JSON = (1, 5)  # PEP 752
Version = tuple[int, int]


def html_documents(site: Site, offers: Offers) -> Iterator[tuple[str, HtmlPage]]:
    """The HTML pages of the list and of the projects; ends the check as not offered when there are none."""
    pages = offers.html_pages()
    root = site.registry.html_root() if site.target.root_offered else None
    if root is not None:
        yield "list", root
    yield from (("page", page) for page in pages)


def json_documents(site: Site, offers: Offers) -> Iterator[tuple[str, JsonPage]]:
    """The JSON pages of the list and of the projects; ends the check as not offered when there are none."""
    pages = offers.json_pages()
    with contextlib.suppress(NotOffered, NotReached):
        yield "list", json_list_page(site.registry, site.target)
    yield from (("page", page) for page in pages)


def html_version(page: HtmlPage) -> Version | None:
    """The version that an HTML page names first; None when it names none, or in no known form."""
    found = [text for text in page.meta(NAME) if FORMAT.fullmatch(text.strip())]
    major, _, minor = found[0].strip().partition(".") if found else ("", "", "")
    return (int(major), int(minor)) if found else None


def written(version: Version | None) -> str:
    """A version in a message."""
    return "none" if version is None else f"{version[0]}.{version[1]}"


def uses_later_features(page: HtmlPage) -> bool:
    """Whether a page has what came after version 1.0: provenance (1.3), a status (1.4)."""
    return any(file.provenance for file in page.files) or bool(page.meta("pypi:project-status"))


def keeps_to_later(site: Site, pages: list[HtmlPage]) -> bool:
    """Whether a registry is one of a later version than 1.0: by what its HTML shows, or by what its JSON names."""
    named = [page.api_version for _, page in site.subjects.json_pages if page.api_version is not None]
    return any(map(uses_later_features, pages)) or any(version > (1, 0) for version in named)


@requirement("version/html-meta-present", "version/html-meta-every-page")
def test_html_pages_name_their_version(site: Site, offers: Offers, findings: Findings) -> None:
    """Every HTML page names the API version: the project list and the project pages."""
    found = list(html_documents(site, offers))
    silent = [page for _, page in found if not page.meta(NAME)]
    if len(silent) == len(found) and not keeps_to_later(site, silent):
        not_offered("no page names a version: clients read that as 1.0, which the registry keeps to (A-01)")
    for kind, page in found:
        given = bool(page.meta(NAME))
        findings.expect(
            given,
            expected=f'<meta name="{NAME}" content="1.x"> in the HTML {kind}',
            got="no such element",
            at=page.exchange,
            why="clients take the page for version 1.0 and cannot warn of what they do not know",
            advice="write the element into the head of every page",
        )
    kinds = {kind for kind, _ in found}
    naming = {kind for kind, page in found if page.meta(NAME)}
    findings.expect(
        naming in (set(), kinds),
        expected="the version in the project list and in the project pages alike",
        got=f"only in the {' and '.join(sorted(naming))}",
        at=found[0][1].exchange,
        why="a client takes one half of the registry for version 1.0",
        advice="write the element into the head of every page",
        requirement="version/html-meta-every-page",
    )


@requirement("version/html-meta-format", "version/html-meta-single")
def test_version_in_html_is_two_numbers(site: Site, offers: Offers, findings: Findings) -> None:
    """The version in HTML is two numbers with a dot between, named once."""
    found = [page for _, page in html_documents(site, offers) if page.meta(NAME)]
    for page in found or not_offered("no HTML page names a version"):
        values = page.meta(NAME)
        findings.expect(
            all(FORMAT.fullmatch(value) for value in values),
            expected="Major.Minor, such as 1.4, and nothing else",
            got=", ".join(values),
            at=page.exchange,
            why="pypi-simple and mousebender read it and fail",
            advice="write two numbers with a dot: no v, no third number, no spaces",
        )
        findings.expect(
            len(values) == 1,
            expected="the version once",
            got=", ".join(values),
            at=page.exchange,
            why="clients take the first or the last, as chance has it",
            advice="write one element; a proxy must replace that of its upstream",
            requirement="version/html-meta-single",
        )


@requirement("version/major-is-one", "version/known-minor", "version/1.0-is-sufficient")
def test_version_is_a_known_one(site: Site, offers: Offers, findings: Findings) -> None:
    """The major number is 1, and the version is one that an accepted specification defines."""
    judged = 0
    for page, version, newest in named_versions(site, offers):
        judged += 1
        findings.expect(
            version[0] == 1,
            expected="version 1.x",
            got=written(version),
            at=page.exchange,
            why="a client that obeys the specification stops at any other major number: pypi-simple does",
            advice="name the version that the pages keep to",
        )
        findings.expect(
            version <= newest or version[0] != 1,
            expected=f"a version up to {written(newest)}, the newest that this suite knows",
            got=written(version),
            at=page.exchange,
            why="clients warn of a version that they do not know",
            advice="name the version that the pages keep to",
            requirement="version/known-minor",
        )
        findings.hold("version/1.0-is-sufficient")
    if not judged:
        not_offered("no page names a version: clients read that as 1.0 (A-01)")


def named_versions(site: Site, offers: Offers) -> Iterator[tuple[HtmlPage | JsonPage, Version, Version]]:
    """Every page that names a version, with it, and the newest version that its form can have."""
    with contextlib.suppress(NotOffered):
        for _, page in html_documents(site, offers):
            version = html_version(page)
            if version is not None:
                yield page, version, NEWEST_JSON  # above 1.4 is judged by a row of its own
    with contextlib.suppress(NotOffered):
        for _, data in json_documents(site, offers):
            if data.api_version is not None:
                yield data, data.api_version, NEWEST_JSON


@requirement("version/html-capped-at-1.4")
def test_html_stays_at_1_4(site: Site, offers: Offers, findings: Findings) -> None:
    """HTML names no version above 1.4."""
    found = [(page, html_version(page)) for _, page in html_documents(site, offers)]
    named = [(page, version) for page, version in found if version is not None]
    for page, version in named or not_offered("no HTML page names a version"):
        findings.expect(
            version <= NEWEST_HTML or version[0] != 1,
            expected="at most 1.4",
            got=written(version),
            at=page.exchange,
            why="HTML was frozen there (PEP 833); a client takes the page for one that it does not know",
            advice="keep 1.4 in HTML, whatever JSON names",
        )


@requirement("version/html-json-in-sync", "version/root-may-lag")
def test_both_forms_name_the_same_version(site: Site, offers: Offers, findings: Findings) -> None:
    """HTML and JSON name the same version, as long as that is at most 1.4; the list may name an older one."""
    offers.html_pages()
    offers.json_pages()
    for subject, page in site.subjects.html_pages:
        data = subject.json
        html = html_version(page)
        if data is None or data.api_version is None or html is None:
            continue
        findings.expect(
            html == data.api_version or (html == NEWEST_HTML and data.api_version > NEWEST_HTML),
            expected=f"{written(data.api_version)} in HTML as in JSON",
            got=written(html),
            at=page.exchange,
            also=[data.exchange],
            why="a client that warns of unknown versions warns for one form only",
            advice="name one version in both forms",
        )
        findings.hold("version/root-may-lag")
    findings.not_offered("HTML or JSON pages name no version that could be compared")


@requirement(
    "version/1.1-needs-versions-size", "version/living-spec-unconditional", "version/versions-size-need-1.1"
)
def test_versions_and_sizes_come_with_1_1(offers: Offers, findings: Findings) -> None:
    """JSON of version 1.1 or later has the versions of each project and the size of each file."""
    for page in offers.json_pages():
        if page.problem or page.api_version is None:
            continue
        bare = [str(entry.get("filename")) for entry in page.entries if "size" not in entry]
        missing = ([] if "versions" in page.data else ["versions"]) + [f"the size of {name}" for name in bare]
        has = [
            *(["versions"] if "versions" in page.data else []),
            *(["sizes"] if len(bare) < len(page.entries) else []),
        ]
        if page.api_version >= (1, 1):
            expect_complete(findings, page, missing, "version/1.1-needs-versions-size")
        else:  # a page of 1.0 has neither or both
            expect_complete(findings, page, missing if has else [], "version/living-spec-unconditional")
        findings.expect(
            not has or page.api_version >= (1, 1),
            expected="version 1.1 or later, since the page has versions or sizes",
            got=f"{written(page.api_version)} with {' and '.join(has)}",
            at=page.exchange,
            why="clients that look at the version do not read these keys",
            advice="name the version that the page keeps to",
            requirement="version/versions-size-need-1.1",
        )
    findings.not_offered("every page names version 1.1 or later", "version/living-spec-unconditional")
    findings.not_offered("every page names version 1.0", "version/1.1-needs-versions-size")


def expect_complete(findings: Findings, page: JsonPage, missing: list[str], name: str) -> None:
    """The page has the versions and all sizes."""
    findings.expect(
        not missing,
        expected=f"versions, and a size for each file, since the page names version {written(page.api_version)}",
        got=f"missing: {', '.join(missing[:5])}",
        at=page.exchange,
        why="clients that rely on the version fail or know no sizes",
        advice="add both keys, or name the version that the page keeps to",
        requirement=name,
    )


@requirement("version/provenance-needs-1.3")
def test_provenance_comes_with_1_3(offers: Offers, findings: Findings) -> None:
    """JSON that points to provenance names version 1.3 or later."""
    judged = False
    for page in offers.json_pages():
        pointing = [str(entry.get("filename")) for entry in page.entries if "provenance" in entry]
        if pointing and page.api_version is not None:
            judged = True
            findings.expect(
                page.api_version >= (1, 3),
                expected="version 1.3 or later",
                got=f"{written(page.api_version)}, with provenance for {pointing[0]}",
                at=page.exchange,
                why="clients that look at the version do not look for attestations",
                advice="name version 1.3 or later where files have the key provenance",
            )
    if not judged:
        not_offered("no JSON page has the key provenance")
