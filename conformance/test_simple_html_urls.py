"""URLs of HTML pages: the slash at their end, their base, and what follows a page."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from conformance.judging.anchors import read_plain
from conformance.judging.documents import required_root
from conformance.judging.lists import read_html_list
from fixtures.exchange import Exchange
from fixtures.pages import HTML_TYPES, JSON_TYPE, HtmlPage, read_html, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Offers, Site
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, requirement

FEW = 3  # projects whose URL is tried without the slash
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def without_slash(site: Site, subject: Subject, accept: str) -> Exchange:
    """The answer to a project's URL without its slash."""
    return site.registry.get(
        site.target.page_url(subject.normalized).rstrip("/"), accept=accept, follow=False
    )


@requirement("simple-html/url-ends-with-slash", "simple-html/no-slash-redirect")
def test_project_url_without_slash_redirects(site: Site, findings: Findings, offers: Offers) -> None:
    """A project's URL without its slash redirects to the URL with the slash and never shows the page itself."""
    offers.html_pages()
    for subject, page in site.subjects.html_pages[:FEW]:
        answer = without_slash(site, subject, HTML_ACCEPT)
        expect_no_page(findings, answer, bool(page.files) and shows_files(answer, page))
        location = urlsplit(answer.location or "").path
        findings.expect(
            answer.status in REDIRECTS and location.endswith("/"),
            expected=f"a redirect to {site.target.page_url(subject.normalized)}",
            got=f"{answer.said}, to {answer.location}" if answer.location else answer.said,
            at=answer,
            why="people and scripts that leave the slash out find nothing",
            advice="answer 301 with the slash added",
            requirement="simple-html/no-slash-redirect",
        )


def shows_files(answer: Exchange, page: HtmlPage) -> bool:
    """Whether an answer is the page itself: HTML that lists a file of it."""
    if not is_html(answer):
        return False
    names = {file.filename for file in page.files}
    return any(file.filename in names for file in read_html(answer).files)


def expect_no_page(findings: Findings, answer: Exchange, shown: bool) -> None:
    """HTML pages of the index end in a slash."""
    findings.expect(
        not shown,
        expected="a redirect to the URL with the slash, or no page",
        got=answer.said,
        at=answer,
        why="relative links on it lead to the wrong place",
        advice="redirect to the URL with the slash",
        requirement="simple-html/url-ends-with-slash",
    )


@requirement("simple-html/url-ends-with-slash")
def test_list_is_not_served_without_slash(site: Site, registry: Registry, findings: Findings) -> None:
    """The project list is not shown at the base URL without its slash."""
    root = required_root(site)
    bare = site.target.base_url.rstrip("/")
    if not urlsplit(bare).path:
        findings.hold()  # the base is the top of a host: there is no URL without the slash
        return
    answer = registry.get(bare, accept=HTML_ACCEPT, follow=False)
    shown = {anchor.text.strip() for anchor in read_plain(answer).anchors} if is_html(answer) else set()
    names = {entry.shown for entry in registry.http.read(root, read_html_list).entries}
    expect_no_page(findings, answer, bool(shown & names))


def is_html(answer: Exchange) -> bool:
    """Whether an answer is a page in HTML."""
    return answer.ok and answer.media_type in HTML_TYPES


@requirement("simple-json/no-slash-redirect")
def test_json_url_without_slash_redirects(site: Site, offers: Offers, findings: Findings) -> None:
    """A project's URL without its slash redirects also when JSON is asked for, where HTML is at that URL too."""
    offers.json_pages()
    if not site.subjects.html_pages:
        findings.hold()  # the clause speaks of URLs with HTML pages; a registry of JSON alone has none
        return
    for subject, _ in site.subjects.json_pages[:FEW]:
        answer = without_slash(site, subject, JSON_TYPE)
        findings.expect(
            answer.status in REDIRECTS and urlsplit(answer.location or "").path.endswith("/"),
            expected=f"a redirect to {site.target.page_url(subject.normalized)}",
            got=f"{answer.said}, to {answer.location}" if answer.location else answer.said,
            at=answer,
            why="relative URLs of files lead to the wrong place without the slash",
            advice="answer 301 with the slash added, whatever Accept says",
        )


@requirement("simple-html/base-element")
def test_base_element_is_one_that_clients_understand(
    offers: Offers, registry: Registry, findings: Findings
) -> None:
    """If a page has a base element, it gives a whole URL, and links resolved with it lead to the files."""
    for page in offers.html_pages():
        base = registry.http.read(page.exchange, read_plain).base
        if base is None:
            findings.hold()
            continue
        findings.expect(
            re.match(r"https?://", base.strip(), re.IGNORECASE) is not None,
            expected="no base element, or one with a whole URL",
            got=base,
            at=page.exchange,
            why="pip, poetry and pdm take the base as it stands and fail; uv refuses the page",
            advice="leave the element out, or give it a URL with scheme and host",
        )
        for file in page.files[:1]:
            answer = registry.file(file)
            findings.expect(
                answer.ok,
                expected=f"{file.filename} at the link as resolved with the base {base}",
                got=f"{file.url}: {answer.said}",
                at=page.exchange,
                also=[answer],
                why="every client fails to download the file",
                advice="drop the base element that came from elsewhere, or make the links fit it",
            )


@requirement("simple-html/no-pagination", "simple-json/no-pagination")
def test_no_page_has_a_second_part(site: Site, registry: Registry, findings: Findings) -> None:
    """Project pages are whole in one answer: no second one has more files."""
    forms = (
        ("simple-html/no-pagination", site.subjects.html_pages),
        ("simple-json/no-pagination", site.subjects.json_pages),
    )
    for name, pages in forms:
        if not pages:
            findings.not_offered("pages in this form are not offered", name)
        for _, page in pages:
            first = {file.filename for file in page.files}
            following = next_url(page.exchange, page.data if not isinstance(page, HtmlPage) else None)
            more = set[str]()
            if following:
                second = read_page(registry.get(following))
                more = {file.filename for file in second.files} - first if second else set()
            findings.expect(
                not more,
                expected="all files of the project in one answer",
                got=f"{len(first)} files, and {len(more)} more at {following}",
                at=page.exchange,
                why="pip and uv know no second page and miss releases",
                advice="list everything in one answer",
                requirement=name,
            )


def next_url(answer: Exchange, data: object) -> str | None:
    """Where a page says that it goes on: the Link header (RFC 8288), a rel of next in HTML, a key in JSON."""
    link = ", ".join(answer.header_values("link"))
    found = re.search(r"<([^>]*)>[^,]*rel\s*=\s*\"?[^\",]*\bnext\b", link)
    if found is None and isinstance(data, dict):
        value = next((data[key] for key in ("next", "next_url", "next-page") if key in data), None)
        return urljoin(answer.url, value) if isinstance(value, str) else None
    if found is None:
        pattern = r"<(?:a|link)\b[^>]*\brel\s*=\s*[\"']?next\b[^>]*>"
        tag = re.search(pattern, answer.text, re.IGNORECASE)
        found = re.search(r"href\s*=\s*[\"']([^\"']+)", tag[0], re.IGNORECASE) if tag else None
    return urljoin(answer.url, found[1].replace("&amp;", "&")) if found else None
