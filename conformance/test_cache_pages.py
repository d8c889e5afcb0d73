"""Validators and conditional requests: a page that did not change is not sent again, one that did always is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from conformance.judging.cache_reading import (
    ENTITY_TAG,
    AskedPage,
    directives,
    http_date,
    is_strong,
    kept_for,
    opaque,
    project_pages,
    roots,
    some_files,
)
from fixtures.exchange import Exchange
from fixtures.registry import Registry
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, requirement

DAY = 24 * 3600
OTHER = '"conformance-no-such-etag"'
A_SECOND = 1.1  # HTTP dates have whole seconds (RFC 9110 section 5.6.7)
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
LONG_AGO_DATE = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
# Fields that a 304 has to repeat when the 200 would have them (RFC 9110 section 15.4.5); Date is left to servers with a clock.
REPEATED = ("etag", "vary", "cache-control", "expires", "content-location")


def tagged_pages(registry: Registry, subjects: Subjects) -> list[AskedPage]:
    """The pages that have an ETag; ends the check as not offered when none has."""
    pages = project_pages(registry, subjects)
    tagged = [page for page in pages if page.etag and ENTITY_TAG.fullmatch(page.etag)]
    if not tagged:
        raise NotOffered(f"pages have no ETag: {pages[0].answer.url}, {pages[0].answer.said}")
    return tagged


def again(registry: Registry, page: AskedPage, **headers: str) -> Exchange:
    """Ask for a page on conditions; underscores in the names stand for dashes."""
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return registry.get(page.url, accept=page.accept, headers=sent)


@requirement("cache/etag-or-last-modified")
def test_validators_stay_while_the_page_stays(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """The validator of a page stays the same while the page does."""
    for page in project_pages(registry, subjects):
        now = registry.get(page.url, accept=page.accept, fresh=True)
        if page.etag is None:
            date = page.answer.header("last-modified")
            findings.note(f"pages have no ETag, {'only a date' if date else 'and no Last-Modified'}")
        elif not is_strong(page.etag):
            findings.note("pages have a weak ETag: uv fetches them whole each time")
        findings.expect(
            now.raw != page.answer.raw or now.header("etag") == page.etag,
            expected=f"ETag {page.etag}, as before: not a byte of the page has changed",
            got=now.header("etag") or "no ETag",
            at=now,
            also=[page.answer],
            why="pip, uv and poetry fetch the whole page again each time",
            advice="make the ETag from the content, on every node in the same way",
        )


@requirement("cache/etag-syntax")
def test_etags_are_quoted(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """An ETag is a quoted text, with W/ before it when it is weak."""
    answers = [page.answer for page in project_pages(registry, subjects)]
    answers += [answer for _, answer in some_files(registry, subjects)]
    for answer in answers:
        etag = answer.header("etag")
        findings.expect(
            etag is None or ENTITY_TAG.fullmatch(etag) is not None,
            expected='"..." or W/"..."',
            got=f"ETag: {etag}",
            at=answer,
            why="caches and clients do not recognize it when it comes back, and fetch everything again",
            advice="put the ETag into double quotes (RFC 9110 section 8.8.3)",
        )


@requirement("cache/last-modified-plausible")
def test_dates_are_dates(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Last-Modified is a date in the form of HTTP, and not later than the answer itself."""
    answers = [page.answer for page in project_pages(registry, subjects)]
    answers += [answer for _, answer in some_files(registry, subjects)]
    for answer in answers:
        value, sent = answer.header("last-modified"), http_date(answer.header("date") or "")
        changed = http_date(value) if value is not None else None
        findings.expect(
            value is None or changed is not None,
            expected="a date like Sun, 06 Nov 1994 08:49:37 GMT",
            got=f"Last-Modified: {value}",
            at=answer,
            why="clients that can't read it never revalidate, or take the page for fresh for ever",
            advice="write dates as RFC 9110 section 5.6.7 wants them",
        )
        findings.expect(
            changed is None or sent is None or changed <= sent + timedelta(seconds=1),
            expected=f"a date not after that of the answer, {answer.header('date')}",
            got=f"Last-Modified: {value}",
            at=answer,
            why="a change before that date is never noticed by who asks If-Modified-Since",
            advice="never send a Last-Modified of the future (RFC 9110 section 8.8.2.1)",
        )


@requirement("cache/if-none-match-304", "cache/304-headers")
def test_page_with_its_own_etag_is_not_sent_again(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A page that is asked for with its own ETag, alone or among others, is answered with 304."""
    for page in tagged_pages(registry, subjects):
        assert page.etag is not None
        for sent in (page.etag, f"{OTHER}, {page.etag}"):
            answer = again(registry, page, If_None_Match=sent)
            if answer.status == 304:
                findings.hold("cache/if-none-match-304")
                judge_304(findings, page.answer, answer)
                continue
            now = registry.get(page.url, accept=page.accept, fresh=True)
            unchanged = now.header("etag") == page.etag == (answer.header("etag") or page.etag)
            findings.expect(
                not unchanged,
                expected=f"304 for If-None-Match: {sent}",
                got=answer.said,
                at=answer,
                also=[page.answer, now],
                why="pip, uv and poetry fetch the whole page again each time",
                advice="compare every ETag of If-None-Match with that of the page (RFC 9110 section 13.1.2)",
                requirement="cache/if-none-match-304",
            )
            if not unchanged:
                findings.note("the ETag of a page changed between two requests", "cache/if-none-match-304")
            findings.not_offered(f"no answer was 304: {answer.said}", "cache/304-headers")


def judge_304(findings: Findings, whole: Exchange, answer: Exchange) -> None:
    """Judge the header of a 304: what a cache needs to renew what it has (RFC 9110 sections 15.4.5 and 8.6)."""
    missing = [n for n in REPEATED if whole.header(n) is not None and answer.header(n) is None]
    length = answer.header("content-length")
    findings.expect(
        not missing and length in (None, str(len(whole.raw))) and not answer.raw,
        expected="a 304 with the ETag, Vary, Cache-Control, Expires and Content-Location of the 200, and no other length",
        got=f"without {', '.join(missing) or 'nothing'}; Content-Length: {length}; {len(answer.raw)} bytes of body",
        at=answer,
        also=[whole],
        why="caches renew what they hold from the 304; without these fields they keep or mix up pages",
        advice="send these fields with a 304 as with the 200 (RFC 9110 section 15.4.5)",
        requirement="cache/304-headers",
    )


@requirement("cache/if-modified-since-304")
def test_page_with_its_own_date_is_not_sent_again(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A page that is asked for with its own Last-Modified is answered with 304."""
    dated = [
        p for p in project_pages(registry, subjects) if http_date(p.answer.header("last-modified") or "")
    ]
    for page in dated:
        date = page.answer.header("last-modified") or ""
        answer = again(registry, page, If_Modified_Since=date)
        now = registry.get(page.url, accept=page.accept, fresh=True)
        if answer.status != 304 and now.header("last-modified") == date == now.header("date"):
            time.sleep(A_SECOND)  # a page that is dated anew with each request is as new as its answer
            now = registry.get(page.url, accept=page.accept, fresh=True)
        findings.expect(
            answer.status == 304 or now.header("last-modified") != date,
            expected=f"304 for If-Modified-Since: {date}",
            got=answer.said,
            at=answer,
            also=[page.answer, now],
            why="clients fetch the whole page again each time",
            advice="compare the date with that of the page (RFC 9110 section 13.1.3)",
        )
    if not dated:
        findings.not_offered("pages have no Last-Modified")


UNREADABLE = "yesterday at noon"


@requirement("cache/304-only-when-fresh")
def test_304_only_for_what_the_client_has(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A page, the project list and a file are not called unmodified to who has another one, or none at all."""
    for page in (*project_pages(registry, subjects), *roots(registry)):
        newest = page.answer.header("last-modified") or page.answer.header("date") or LONG_AGO
        asked = {
            "no condition": registry.get(page.url, accept=page.accept, fresh=True),
            f"If-None-Match: {OTHER}": again(registry, page, If_None_Match=OTHER),
            f"If-None-Match: {OTHER} and If-Modified-Since: {newest}": again(
                registry, page, If_None_Match=OTHER, If_Modified_Since=newest
            ),
        }
        changed = http_date(page.answer.header("last-modified") or "")
        if changed is None or changed > LONG_AGO_DATE:
            asked[f"If-Modified-Since: {LONG_AGO}"] = again(registry, page, If_Modified_Since=LONG_AGO)
        unreadable = again(registry, page, If_Modified_Since=UNREADABLE)
        findings.expect(
            unreadable.ok,
            expected=f"the page, for If-Modified-Since: {UNREADABLE}",
            got=unreadable.said,
            at=unreadable,
            why="a client or cache that keeps dates in another form gets no page any more",
            advice="overlook a date that can't be read (RFC 9110 section 13.1.3)",
        )
        judge_sent(
            findings,
            asked,
            "the page",
            "uv takes the empty 304 for the page and stops: Missing Content-Type; pip keeps the old page",
        )
    for file, whole in some_files(registry, subjects, 2):
        other = (("If-None-Match", OTHER),)
        asked = {f"If-None-Match: {OTHER}": registry.file(file, headers=other)}
        changed = http_date(whole.header("last-modified") or "")
        if changed is not None and changed > LONG_AGO_DATE:
            old = (("If-Modified-Since", LONG_AGO),)
            asked[f"If-Modified-Since: {LONG_AGO}"] = registry.file(file, headers=old)
        if file.core_metadata:
            asked[f"If-None-Match: {OTHER}, of its metadata"] = registry.metadata(file, headers=other)
        judge_sent(findings, asked, "the file", "a cache that holds another file hands that out")


def judge_sent(findings: Findings, asked: Mapping[str, Exchange], what: str, why: str) -> None:
    """Judge that answers to these conditions, which do not hold, are not 304."""
    for condition, answer in asked.items():
        findings.expect(
            answer.status != 304,
            expected=f"{what}, for {condition}",
            got=answer.said,
            at=answer,
            why=why,
            advice="answer 304 only when the client's ETag matches; without ETags, when its date is not older",
        )


@requirement("cache/etag-differs-by-type", "cache/304-not-across-types")
def test_etag_belongs_to_one_form(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """No strong ETag stands for both HTML and JSON, and the ETag of one form does not make the other unmodified."""
    pages = tagged_pages(registry, subjects)
    pairs = [(a, b) for a in pages for b in pages if a.url == b.url and a.accept != b.accept]
    for page, other in pairs:
        assert page.etag is not None
        assert other.etag is not None
        strong = is_strong(page.etag) and is_strong(other.etag)
        findings.expect(
            not (strong and page.etag == other.etag),
            expected="another strong ETag for each form of a page",
            got=f"{page.etag} for {page.answer.media_type} and for {other.answer.media_type}",
            at=page.answer,
            also=[other.answer],
            why="a cache takes one form for the other, and pip and uv read HTML as JSON",
            advice="make the media type a part of the ETag (RFC 9110 section 8.8.3), or mark the ETag as weak",
            requirement="cache/etag-differs-by-type",
        )
        answer = again(registry, page, If_None_Match=other.etag)
        findings.expect(
            answer.status != 304,
            expected=f"the page as {page.answer.media_type}: the ETag is that of {other.answer.media_type}",
            got=answer.said,
            at=answer,
            also=[other.answer],
            why="who has one form is told that the other one is the same",
            advice="compare If-None-Match with the ETag of the form that this request would get",
            requirement="cache/304-not-across-types",
        )
        if opaque(page.etag) == opaque(other.etag) and not strong:
            findings.note("HTML and JSON share a weak ETag", "cache/etag-differs-by-type")
    if not pairs:
        only = pages[0].answer.media_type
        findings.not_offered(f"pages with an ETag come in one form only: {only}")


@requirement("cache/simple-max-age")
def test_pages_are_kept_for_a_day_at_most(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A project page may be kept for a day at most without asking again."""
    for page in project_pages(registry, subjects):
        seconds, said = kept_for(page.answer), page.answer.header("cache-control")
        findings.note(f"pages: Cache-Control: {said or 'not sent'}")
        findings.expect(
            seconds is None or seconds <= DAY,
            expected=f"a max-age of {DAY} seconds at most; PyPI has 600",
            got=f"Cache-Control: {said}, Expires: {page.answer.header('expires')}",
            at=page.answer,
            why="uv, poetry and pdm do not see a new release until the time is over",
            advice="let pages be revalidated: no-cache, or a max-age of minutes",
        )


@requirement("cache/root-staleness")
def test_project_list_is_kept_for_two_days_at_most(
    target: Target, registry: Registry, findings: Findings
) -> None:
    """The list of projects may lag behind, but not by more than two days."""
    if not target.root_offered:
        findings.not_offered(f"there is no project list at {target.base_url}")
        return
    answer = registry.root()
    seconds = kept_for(answer)
    findings.expect(
        seconds is None or seconds <= 2 * DAY,
        expected=f"a max-age of {2 * DAY} seconds at most: PyPI's list lags by up to a day",
        got=f"Cache-Control: {answer.header('cache-control')}, Expires: {answer.header('expires')}",
        at=answer,
        why="mirrors and pip search tools do not see a new project until the time is over",
        advice="let the list be revalidated",
    )


@requirement("cache/file-immutable")
def test_files_say_how_long_they_keep(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Where a file says how long it may be kept, it says so in seconds."""
    for _, answer in some_files(registry, subjects):
        said = directives(answer)
        findings.note(f"files: Cache-Control: {answer.header('cache-control') or 'not sent'}")
        for name in ("max-age", "s-maxage"):
            findings.expect(
                name not in said or said[name].isdigit(),
                expected=f"{name}=SECONDS",
                got=f"Cache-Control: {answer.header('cache-control')}",
                at=answer,
                why="caches take what they can't read for stale, and fetch the file again",
                advice="write whole seconds (RFC 9111 section 1.2.2)",
            )
