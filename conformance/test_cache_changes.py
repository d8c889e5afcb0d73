"""Freshness: what was just uploaded is seen, and nothing that was remembered stands in its way."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from conformance.judging.cache_reading import AskedPage, is_strong, kept_for, roots
from conformance.judging.known import patience
from fixtures.exchange import Exchange, Headers
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement
from fixtures.waiting import SOON


def wait_until(target: Target, look: Callable[[], Exchange], wanted: str) -> Exchange:
    """Look until an answer has this text in its body, or until it should have had it long since."""
    until = time.monotonic() + patience(target)
    while True:
        answer = look()
        if shows(answer, wanted) or time.monotonic() > until:
            return answer
        time.sleep(target.poll)


def shows(answer: Exchange, filename: str) -> bool:
    """Whether a page has a file name in its text."""
    return answer.ok and filename in answer.text


@requirement("cache/etag-changes")
def test_etag_changes_with_the_page(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """After an upload, be it to the same release, the page has another ETag, and the old one does not make it unmodified."""
    first = fresh.wheel("changes", "1.0")
    second = fresh.sdist("", "1.0", name=first.name)
    registry.publish(first)
    before = [AskedPage(a.url, accept, a) for accept, a in both(registry, first.name)]
    registry.publish(second)
    for page in before:
        if page.etag is None:
            continue
        now = wait_until(
            target,
            lambda page=page: registry.get(page.url, accept=page.accept, fresh=True),  # type: ignore[misc]
            second.filename,
        )
        if shows(now, second.filename):
            findings.expect(
                now.header("etag") != page.etag,
                expected=f"another ETag than {page.etag}, which the page had before {second.filename} was there",
                got=now.header("etag"),
                at=now,
                also=[page.answer],
                why="pip, uv and poetry are told that nothing has changed, and never see the release",
                advice="make the ETag from the page's content"
                + ("" if is_strong(page.etag) else ", also weak ones"),
            )
        answer = changed_since(registry, target, page, ("If-None-Match", page.etag))
        findings.expect(
            answer.status != 304,
            expected=f"the page with {second.filename}: the ETag is that of the page before",
            got=answer.said,
            at=answer,
            also=[page.answer, now],
            why="pip, uv and poetry never see the release",
            advice="compare If-None-Match with the ETag of the page as it is now, in each form of it",
        )
    if not any(page.etag for page in before):
        findings.not_offered("pages have no ETag")


@pytest.mark.long
@requirement("cache/304-only-when-fresh")
def test_old_dates_do_not_make_a_newer_page_unmodified(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """After an upload the Last-Modified that the page had before does not make it unmodified."""
    first = fresh.wheel("dated", "1.0")
    registry.publish(first)
    dated = [(accept, a) for accept, a in both(registry, first.name) if a.header("last-modified")]
    if not dated:
        findings.not_offered("pages have no Last-Modified")
        return
    time.sleep(2.1)  # HTTP dates have whole seconds; two changes in one of them look alike
    second = fresh.wheel("", "2.0", name=first.name)
    registry.publish(second)
    for accept, before in dated:
        since = (("If-Modified-Since", before.header("last-modified") or ""),)

        def ask(accept: str = accept, since: Headers = since) -> Exchange:
            return registry.page(first.name, accept, headers=since, fresh=True)

        answer = registry.settled(ask, lambda answer: answer.status != 304, patience(target))
        findings.expect(
            answer.status != 304,
            expected=f"the page with {second.filename}, for {since[0][0]}: {since[0][1]}",
            got=answer.said,
            at=answer,
            also=[before],
            why="pip and caches that know only the date never see the release",
            advice="let Last-Modified be the time of the last change of the page: uploads, deletions, yanks",
        )


@requirement("cache/etag-changes")
def test_etag_changes_with_a_yank(
    target: Target, registry: Registry, operator: Operator, fresh: Fresh, findings: Findings
) -> None:
    """After a yank the ETag that the page had before does not make it unmodified."""
    if why := operator.missing:
        findings.not_reached(why)
        return
    first = fresh.wheel("retracted", "1.0")
    registry.publish(first)
    before = [AskedPage(a.url, accept, a) for accept, a in both(registry, first.name)]
    operator.yank(first.name, first.filename, "broken")
    if registry.wait_for(first.name, first.filename, lambda file: bool(file.yanked)) is None:
        findings.not_reached("the yank does not show; yank/still-listed judges that")
        return
    for page in before:
        if page.etag is None:
            continue
        answer = changed_since(registry, target, page, ("If-None-Match", page.etag))
        findings.expect(
            answer.status != 304,
            expected="the page with the yank: the ETag is that of the page before",
            got=answer.said,
            at=answer,
            also=[page.answer],
            why="pip, uv and poetry go on choosing the file that was yanked",
            advice="make the ETag from all that the page says",
        )
    if not any(page.etag for page in before):
        findings.not_offered("pages have no ETag")


@requirement("cache/etag-changes")
def test_etag_changes_with_the_list(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """After the first upload of a project the list has another ETag, and the old one does not make it unmodified."""
    before = [page for page in roots(registry, fresh=True) if page.etag]
    if not before:
        findings.not_offered("the list of projects has no ETag, or there is none")
        return
    first = fresh.wheel("listed")
    registry.publish(first)
    for page in before:
        accept, etag = page.accept, page.etag or ""

        def look(accept: str = accept, headers: Headers = ()) -> Exchange:
            return registry.root(accept, headers=headers, fresh=True)

        def names_it(answer: Exchange) -> bool:
            return answer.ok and first.normalized in answer.text

        now = registry.settled(look, names_it, SOON)
        if not names_it(now):
            findings.not_reached("the list does not show a new project soon (LV-09)")
            continue
        old = registry.settled(
            lambda look=look, etag=etag: look(headers=(("If-None-Match", etag),)),  # type: ignore[misc]
            lambda answer: answer.status != 304,
            patience(target),
        )
        findings.expect(
            now.header("etag") != etag and old.status != 304,
            expected=f"another ETag than {etag}, which the list had before {first.normalized} was in it",
            got=f"{now.header('etag')}; for the old one {old.said}",
            at=now,
            also=[page.answer, old],
            why="mirrors and caches are told that nothing has changed, and never learn of the project",
            advice="make the ETag from the content of the list as it is now",
        )


def changed_since(
    registry: Registry, target: Target, page: AskedPage, condition: tuple[str, str]
) -> Exchange:
    """The answer to a page on this condition, as soon as it is no 304: another node than the one just seen may still have the old page."""

    def ask() -> Exchange:
        return registry.get(page.url, accept=page.accept, headers=(condition,), fresh=True)

    return registry.settled(ask, lambda answer: answer.status != 304, patience(target))


def both(registry: Registry, name: str) -> list[tuple[str, Exchange]]:
    """The page of a project now, in each form that there is."""
    found: list[tuple[str, Exchange]] = []
    for accept in (JSON_TYPE, HTML_ACCEPT):
        answer = registry.page(name, accept, fresh=True)
        if answer.ok and answer.media_type in SIMPLE_TYPES - {a.media_type for _, a in found}:
            found.append((accept, answer))
    return found


@requirement("cache/max-age-0-revalidates")
def test_refreshed_page_is_the_page_of_now(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """Who asks with Cache-Control: max-age=0 sees what was uploaded since."""
    first = fresh.wheel("refreshed", "1.0")
    second = fresh.wheel("", "2.0", name=first.name)
    refresh = (("Cache-Control", "max-age=0"),)
    registry.publish(first)
    for accept in (JSON_TYPE, HTML_ACCEPT):
        registry.page(first.name, accept, headers=refresh)
    registry.publish(second)
    for accept in (JSON_TYPE, HTML_ACCEPT):
        answer = wait_until(
            target,
            lambda accept=accept: registry.page(first.name, accept, headers=refresh, fresh=True),  # type: ignore[misc]
            second.filename,
        )
        findings.expect(
            shows(answer, second.filename) or answer.status == 406,
            expected=f"{second.filename}, which other requests see",
            got=answer.said + (" without it" if answer.ok else ""),
            at=answer,
            why="pip does not see the new release even when told to refresh",
            advice="ask the origin when a request says max-age=0 (RFC 9111 section 5.2.1.1)",
        )


DAY = 24 * 60 * 60  # seconds


@requirement("cache/404-not-sticky")
def test_missing_project_appears_once_it_is_uploaded(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A project that was asked for before its first upload is there afterwards."""
    asked, control = fresh.wheel("asked-before"), fresh.wheel("control")
    before = [registry.page(asked.name, accept, fresh=True) for accept in (JSON_TYPE, HTML_ACCEPT)]
    answer = registry.upload(asked)
    registry.publish(control)
    if not answer.ok:
        findings.not_reached(f"the upload of {asked.filename} was answered {answer.said}")
        return
    for missing in before:
        wait = kept_for(missing) or 0
        findings.expect(
            wait <= DAY,
            expected="a 404 that caches may keep for a day at most",
            got=f"{missing.said}, Cache-Control: {missing.header('cache-control')}, Expires: {missing.header('expires')}",
            at=missing,
            why="behind a cache, who asked too early does not see the first release for as long",
            advice="say no-cache, or a few minutes, with what is not there yet",
        )
    for accept, missing in zip((JSON_TYPE, HTML_ACCEPT), before, strict=True):
        now = wait_until(
            target,
            lambda accept=accept: registry.page(asked.name, accept, fresh=True),  # type: ignore[misc]
            asked.filename,
        )
        findings.expect(
            shows(now, asked.filename) or now.status == 406,
            expected=f"the page with {asked.filename}, as {control.filename} is on its page",
            got=now.said,
            at=now,
            also=[missing, answer],
            why="pip and uv find nothing right after the first release, for as long as the 404 is remembered",
            advice="forget that a project is missing when something is uploaded to it",
        )
