"""The feed as Octopus Deploy asks for it: the list of projects, the pages, and what their headers say.

What only Octopus minds is no fault by any specification, and pip does not mind it: see conformance/judging/octopus_needs.py.
"""

from __future__ import annotations

import pytest

from conformance.judging.octopus_needs import (
    feed_of,
    hops,
    lost_login,
    needs_of,
    on_index,
    one_with_files,
    seen_of,
    varied,
    wait_until,
    with_user_agent,
)
from conformance.judging.spellings import handed_on
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.octopus import Feed, Unreadable, entries
from fixtures.pages import HTML_TYPES, JSON_TYPE, normalize
from fixtures.registry import Registry
from fixtures.root_list import read_root
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, not_reached, requirement

pytestmark = pytest.mark.octopus


def listed_names(site: Site, answer: Exchange) -> frozenset[str] | None:
    """The normalized names in the list of projects; None when it is none."""
    page = site.http.read(answer, read_root) if answer.ok else None
    return None if page is None else frozenset(page.projects)


@requirement("octopus/root-lists")
def test_root_lists_the_projects_for_octopus(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """A search in Octopus finds what the root of the index lists."""
    wanted = {subject.normalized for subject in subjects}
    answer, pip = feed_of(site).ask(site.target.base_url), registry.root()
    names = listed_names(site, answer)
    with needs_of(findings, site) as needs:
        if needs.expect(
            names is not None,
            expected="200 with the list of projects, as JSON or HTML",
            got=hops(answer),
            at=answer,
            also=[pip],
            why="a search in Octopus, and the TEST button of the feed, find nothing",
            advice="serve the list of projects at the feed's URL, directly",
            legal=not pip.ok or lost_login(answer),
        ):
            missing = sorted(wanted - (names or frozenset()))
            needs.expect(
                not missing,
                expected=f"all {len(wanted)} projects that have pages",
                got=f"{len(missing)} are missing, such as {', '.join(missing[:3])}",
                at=answer,
                why="a search in Octopus does not find these packages",
                advice="list every project that has a page",
                legal=True,
            )


@requirement("octopus/root-soon")
def test_new_project_is_soon_in_the_root_list(
    site: Site, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A project is in the list when its page is there."""
    if not site.target.root_offered:
        not_reached("the index has no list of projects")
    wheel = fresh.wheel("octopus-root")
    registry.publish(wheel)
    feed, name = feed_of(site), normalize(wheel.name)
    answers: list[Exchange] = []

    def is_listed() -> bool:
        answers.append(feed.ask(site.target.base_url, fresh=True))
        return name in (listed_names(site, answers[-1]) or ())

    with needs_of(findings, site) as needs:
        needs.expect(
            wait_until(site.target, is_listed),
            expected=f"{name} in the list, as its page is there",
            got=f"not there after {site.target.visibility:.0f} s",
            at=answers[-1],
            why="a new package can't be found in Octopus",
            advice="renew the list with every upload of a new project",
            legal=True,
        )


@requirement("octopus/negotiation")
def test_octopus_gets_a_page_that_it_can_read(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """JSON with json in its type, or HTML: for the Accept header of Octopus."""
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects)[:4]:
            seen = seen_of(feed, subject)
            readable = not seen.problem and (seen.is_json or seen.answer.raw.lstrip()[:1] != b"{")
            needs.expect(
                readable or "Content-Encoding" in seen.problem,
                expected="JSON with json in its Content-Type, or HTML",
                got=f"{hops(seen.answer)} {seen.problem}".strip(),
                at=seen.answer,
                why="Octopus asks for JSON or text/html, and reads as HTML whatever has no json in its type",
                advice="answer with application/vnd.pypi.simple.v1+json, or with text/html",
                legal=lost_login(seen.answer) or offers_neither(registry, subject),
            )
            for accept in ("text/html", "*/*"):
                answer = feed.ask(seen.requested, accept=accept)
                if not answer.ok:
                    findings.note(f"Octopus' page asked for {accept} alone is answered {answer.said}")


def offers_neither(registry: Registry, subject: Subject) -> bool:
    """Whether the registry gives neither JSON nor text/html, so that 406 is a legal answer to both together."""
    as_json, as_html = registry.page(subject.name, JSON_TYPE), registry.page(subject.name, "text/html")
    return not (as_json.ok and as_json.media_type == JSON_TYPE) and not (
        as_html.ok and as_html.media_type in HTML_TYPES
    )


@requirement("octopus/plain-bytes")
def test_nothing_is_compressed_unasked(site: Site, subjects: Subjects, findings: Findings) -> None:
    """Who sends no Accept-Encoding gets no content coding."""
    feed = feed_of(site)
    subject, file = one_with_files(subjects)
    asked = [
        feed.page(subject.normalized),
        *([feed.ask(file.url)] if on_index(site.target, file.url) else []),
    ]
    with needs_of(findings, site) as needs:
        for answer in asked:
            coding = answer.header("content-encoding") or "identity"
            needs.expect(
                coding.strip().lower() in ("", "identity"),
                expected="no Content-Encoding",
                got=f"Content-Encoding: {coding}",
                at=answer,
                why="Octopus undoes no coding: it reads a coded page as nothing, and deploys a coded file",
                advice="compress only for those whose Accept-Encoding says that they can read it",
                legal=True,
            )


@requirement("octopus/no-user-agent")
def test_requests_need_no_user_agent(site: Site, subjects: Subjects, findings: Findings) -> None:
    """A request without a User-Agent is answered as one with it."""
    feed = feed_of(site)
    named = with_user_agent(feed)
    subject, file = one_with_files(subjects)
    urls = [feed.page_url(subject.normalized), *([file.url] if on_index(site.target, file.url) else [])]
    with needs_of(findings, site) as needs:
        for url in urls:
            without, with_one = feed.ask(url), named.ask(url)
            needs.expect(
                without.status == with_one.status or not with_one.ok,
                expected=f"{with_one.status}, as for the same request with a User-Agent",
                got=without.said,
                at=without,
                also=[with_one],
                why="Octopus sends no User-Agent and is locked out",
                advice="have the firewall or web server in front let requests without a User-Agent through",
                legal=False,
            )


@requirement("octopus/raw-names")
def test_names_answer_in_lower_case_only(site: Site, subjects: Subjects, findings: Findings) -> None:
    """A name with dots or underscores leads to its page, in lower case and not normalized."""
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects)[:6]:
            spelling = subject.name if subject.name.lower() != subject.normalized else respelled(subject)
            if spelling.lower() == subject.normalized:
                continue
            normal, answer = seen_of(feed, subject), feed.page(spelling)
            if normal.problem:
                continue
            same = answer.ok and names_under(feed, spelling) == normal.names
            needs.expect(
                same,
                expected=f"the page of {subject.normalized}",
                got=hops(answer) if not answer.ok else "a page with other files",
                at=answer,
                why=f"Octopus does not normalize names: the package has to be entered as {subject.normalized}",
                advice="serve the page under every spelling of the name, without a redirect if reading needs a login",
                legal=answer.status is not None and 300 <= answer.status < 500,
            )


def respelled(subject: Subject) -> str:
    """The name as people like to type it."""
    return subject.normalized.replace("-", "_")


def names_under(feed: Feed, spelling: str) -> frozenset[str]:
    """The file names on the page under another spelling; none when Octopus can't read it."""
    try:
        return frozenset(e.filename for e in entries(feed.page(spelling), feed.page_url(spelling)))
    except Unreadable:
        return frozenset()


@requirement("octopus/feed-url-slash")
def test_slash_at_the_end_of_the_feed_url_makes_no_difference(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Pages answer with their slash, which Octopus always sends."""
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects)[:2]:
            answer, pip = feed.page(subject.normalized), registry.page(subject.normalized)
            needs.expect(
                answer.ok or not pip.ok,
                expected="the page at its URL, which ends in a slash",
                got=hops(answer),
                at=answer,
                also=[pip],
                why="Octopus loses its login on the redirect and is refused",
                advice="serve the page at the URL with the slash, without a redirect",
                legal=lost_login(answer),
            )
    bare = feed.ask(site.target.base_url.rstrip("/"))
    if not bare.ok:
        findings.note(
            f"the feed's URL without its slash is answered {hops(bare)}: enter it in Octopus with the slash"
        )


@requirement("octopus/missing-is-404")
def test_what_is_missing_is_404(site: Site, subjects: Subjects, findings: Findings) -> None:
    """An unknown project and an unknown file are answered with 404."""
    feed = feed_of(site)
    _, file = one_with_files(subjects)
    urls = [feed.page_url("conformance-unknown-d41d8cd98f00b204")]
    if on_index(site.target, file.url):
        urls.append(
            f"{file.url.partition('?')[0].rpartition('/')[0]}/conformance_unknown-1.0-py3-none-any.whl"
        )
    with needs_of(findings, site) as needs:
        for url in urls:
            answer = feed.ask(url)
            needs.expect(
                answer.status == 404,
                expected="404",
                got=hops(answer),
                at=answer,
                why="Octopus reports a missing package as something else, or deploys the page that it was given",
                advice="answer 404 to who may read",
                legal=(answer.complete and (answer.status or 500) < 500) or handed_on(answer),
            )


@requirement("octopus/json-api")
def test_upload_times_can_be_had_or_are_cleanly_absent(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The PyPI JSON API answers with upload times, or not at all."""
    subject, _ = one_with_files(subjects)
    above = site.target.base_url.rstrip("/").removesuffix("/simple")
    base = site.target.json_api_url or f"{above}/pypi/"
    answer = registry.get(f"{base}{subject.normalized}/json", accept="application/json")
    absent = answer.status is not None and 400 <= answer.status < 500
    with needs_of(findings, site) as needs:
        needs.expect(
            absent or has_times(answer),
            expected="JSON with releases or urls and their upload_time_iso_8601, or 404",
            got=hops(answer),
            at=answer,
            why="Octopus may take the latest version from wrong dates, or fail",
            advice="answer 404 where there is no JSON API",
            legal=True,
        )
    if absent:
        findings.note("no JSON API: Octopus orders versions by their number")


def has_times(answer: Exchange) -> bool:
    """Whether an answer of the JSON API tells when files were uploaded."""
    try:
        data = answer.json() if answer.ok else None
    except ValueError:
        return False
    if not isinstance(data, dict):
        return False
    releases, urls = data.get("releases"), data.get("urls")
    lists = [urls, *(releases.values() if isinstance(releases, dict) else ())]
    files = [file for of in lists if isinstance(of, list) for file in of]
    return any(isinstance(f, dict) and isinstance(f.get("upload_time_iso_8601"), str) for f in files)
