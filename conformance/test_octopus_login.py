"""The feed's credential modes as Octopus Deploy uses them: sent with the first request, dropped on every redirect."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from conformance.judging.octopus_needs import (
    NOBODY,
    Needs,
    feed_of,
    hops,
    lost_login,
    modes,
    needs_of,
    on_index,
    one_with_files,
    other_name,
    varied,
)
from fixtures.exchange import Exchange
from fixtures.http import NO_USER_AGENT, Credentials
from fixtures.octopus import ACCEPT, ATTEMPTS, Feed
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, not_offered, not_reached, requirement

pytestmark = pytest.mark.octopus

SHORTER = 20.0  # how many times shorter than Octopus the checks wait


@requirement("octopus/no-redirect-when-private")
def test_private_things_come_without_redirect(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """No redirect stands between a request with credentials and what it asks for."""
    if not site.target.reads_need_credentials:
        not_offered(f"{site.target.base_url} is read without credentials, so redirects cost Octopus nothing")
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects)[:4]:
            files = subject.worth_fetching(subject.files)[:1]
            for url in (
                feed.page_url(subject.normalized),
                *(f.url for f in files if on_index(site.target, f.url)),
            ):
                answer, pip = feed.ask(url), registry.get(url)
                needs.expect(
                    not lost_login(answer) or not pip.ok,
                    expected="the page or file itself, or a redirect to what needs no credentials",
                    got=hops(answer),
                    at=answer,
                    also=[*answer.via, pip],
                    why="Octopus follows the redirect without its login; pip keeps its own on the same host",
                    advice="answer at the first URL, or sign the URL that the redirect leads to",
                    legal=True,
                )


@requirement("octopus/credential-modes")
def test_each_credential_mode_of_a_feed_works(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """No credentials, user name and password, or a token: on root, page and file."""
    private, told = site.target.reads_need_credentials, modes(site)
    with needs_of(findings, site) as needs:
        for name, who in told:
            if who is None and (private or site.target.files_need_credentials):
                continue
            judge_mode(needs, site, subjects, registry, name, who)
        if private:
            judge_refusals(needs, site, subjects)
    for missing in {"user name and password", "a token"} - {name for name, _ in told}:
        findings.note(f"Octopus' mode with {missing} was not tried: the run has no such credentials")


def judge_mode(
    needs: Needs, site: Site, subjects: Subjects, registry: Registry, name: str, who: Credentials | None
) -> None:
    """Root, page and file in one mode."""
    feed = feed_of(site, who)
    subject, file = one_with_files(subjects)
    things = [("the page", feed.page_url(subject.normalized))]
    things += [("the root", site.target.base_url)] if site.target.root_offered else []
    things += [("the file", file.url)] if on_index(site.target, file.url) else []
    for what, url in things:
        answer = feed.ask(url)
        needs.expect(
            answer.ok or not registry.get(url).ok,
            expected=f"{what}, with {name}",
            got=hops(answer),
            at=answer,
            why=f"a feed in Octopus with {name} does not get {what}",
            advice="take HTTP Basic with user name and password, and with __token__ and a token, for all that is read",
            legal=lost_login(answer) or other_name(site.target.credentials, who),
        )


def judge_refusals(needs: Needs, site: Site, subjects: Subjects) -> None:
    """Wrong credentials at a private feed."""
    subject, _ = one_with_files(subjects)
    for who in (NOBODY, Credentials("__token__", f"pypi-{NOBODY.password}")):
        answer = feed_of(site, who).page(subject.normalized)
        needs.expect(
            answer.status in (401, 403),
            expected="401 or 403 for wrong credentials",
            got=hops(answer),
            at=answer,
            why="Octopus takes any 200 for the page, also that of a login form, and 404 for a missing package",
            advice="answer 401 with a challenge",
            legal=answer.complete and not answer.ok and (answer.status or 500) < 500,
        )


@requirement("octopus/preemptive-login")
def test_credentials_of_the_first_request_count(site: Site, subjects: Subjects, findings: Findings) -> None:
    """Credentials are taken without a challenge before."""
    who = site.target.credentials
    if who is None:
        not_reached("the run has no credentials")
    subject, _ = one_with_files(subjects)
    feed = feed_of(site, who)
    with needs_of(findings, site) as needs:
        for _ in range(2):
            answer = feed.page(subject.normalized, fresh=True)
            needs.expect(
                answer.status not in (401, 407) or bool(answer.via),
                expected="the page, for the credentials that came with the request",
                got=f"{hops(answer)}, {answer.header('www-authenticate') or 'no challenge'}",
                at=answer,
                why="Octopus sends its login once, with the request, and never answers a challenge",
                advice="take Basic credentials whenever they come",
                legal=False,
            )


@requirement("octopus/file-host")
def test_files_bear_the_feeds_login(site: Site, subjects: Subjects, findings: Findings) -> None:
    """A file is given to a request with an Authorization header, whatever host it is on."""
    if site.target.credentials is None:
        not_reached("the run has no credentials, so Octopus would send none either")
    with needs_of(findings, site) as needs:
        for _, file in subjects.files_to_fetch(6):
            home = on_index(site.target, file.url)
            answer = (
                feed_of(site, site.target.credentials).ask(file.url) if home else with_made_up(site, file.url)
            )
            bare = feed_of(site, None).ask(file.url)
            if answer.status == 401 and not home:
                findings.note(
                    f"{answer.url} refuses made-up credentials: whether it takes the feed's was not tried"
                )
                continue
            needs.expect(
                answer.ok or lost_login(answer) or not (bare.ok or home),
                expected="the file, also when an Authorization header comes with the request",
                got=hops(answer),
                at=answer,
                also=[bare],
                why="Octopus sends the feed's login to the host of every file, and this host refuses it",
                advice="serve files from the host of the index, or redirect from there to signed URLs",
                legal=not home,
            )


def with_made_up(site: Site, url: str) -> Exchange:
    """Ask another host with credentials that are made up: real ones never go there."""
    header = ("Authorization", NOBODY.header)
    return site.http.get(url, accept=ACCEPT, encoding=None, headers=(*NO_USER_AGENT, header), follow=False)


@pytest.mark.late
@requirement("octopus/retries")
@pytest.mark.alone
def test_a_wrong_login_locks_nobody_out(site: Site, subjects: Subjects, findings: Findings) -> None:
    """After the attempts that Octopus makes with a wrong login, the right one works."""
    if not site.options.octopus:
        not_reached("locks against guessing are legal; tried with -m octopus only")
    subject, file = one_with_files(subjects)
    feed = feed_of(site)
    if not feed.page(subject.normalized).ok:
        not_reached(f"the page can't be had before either: {hops(feed.page(subject.normalized))}")
    for _ in range(ATTEMPTS + 1):
        refused = feed_of(site, NOBODY).page(subject.normalized, fresh=True)
    with needs_of(findings, site) as needs:
        for url in (
            feed.page_url(subject.normalized),
            *([file.url] if on_index(site.target, file.url) else []),
        ):
            tried = hurried(feed).persistent(url, fresh=True)
            needs.expect(
                tried.ok or lost_login(tried.answer),
                expected=f"200 within {ATTEMPTS + 1} attempts",
                got=f"{hops(tried.answer)}, after as many attempts with a made-up user",
                at=tried.answer,
                also=[refused],
                why="a mistyped password in one feed locks all of Octopus out: each download makes six attempts",
                advice="lock after more failures, by user and not by address, and for seconds",
                legal=True,
            )


def hurried(feed: Feed) -> Feed:
    """The same feed with shorter waits."""
    return replace(feed, sleep=lambda seconds: time.sleep(seconds / SHORTER))
