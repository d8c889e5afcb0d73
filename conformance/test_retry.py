"""Reading again: after an interruption, after an error on the way, many times, and many at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import partial

import pytest

from conformance.judging.cache_reading import is_strong
from conformance.judging.reading import by_name
from conformance.judging.retry_tools import (
    a_file,
    arrived,
    credentials_for,
    needs_wire,
    proxied,
    through,
    together,
)
from fixtures.download import OCTOPUS, PIP, Policy
from fixtures.exchange import Exchange
from fixtures.faults import Fault, Rule
from fixtures.fresh import Fresh
from fixtures.http import PIP_ACCEPT
from fixtures.patience import GATEWAY, LATER
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

TIMES = 3  # how often something is asked for again
LOOKED_AT = 3  # projects
BURST = 12  # requests at once; uv makes up to 50
SAME_ETAG = "retry/repeated-get-same-etag"
HASH_FAILS = "pip and uv refuse the file: its hash does not match"


@requirement("retry/first-download-works")
def test_first_download_works(site: Site, registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """The first download of a new file works as well as any later one."""
    for _ in range(2):  # the 502 of a gateway may be chance; for the next file as well it is none
        wheel = fresh.wheel("first-get")
        listed = registry.publish(wheel)
        answer = _impatient(site, listed.url)
        if answer.status not in GATEWAY:
            break
    if 300 <= (answer.status or 0) < 400:
        answer = registry.file(listed, fresh=True)
    if answer.status in LATER:
        findings.not_reached(f"the registry asks for patience: {answer.said}")
        return
    findings.expect(
        answer.ok and answer.raw == wheel.content,
        expected=f"{wheel.filename} at the first request",
        got=answer.said,
        at=answer,
        why="PDM tries no status again, and Poetry no body that broke off: the installation fails",
        advice="repeat a failed request to the storage behind the registry before answering",
    )


@requirement("retry/repeated-get-identical", SAME_ETAG)
def test_repeated_reads_are_identical(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """A page or file that is asked for again is the same again, and a file has the ETag that it had."""
    for subject in list(subjects)[:LOOKED_AT]:
        looks = registry.looks(subject.name, TIMES)
        pages = [frozenset(file.filename for file in (page.files if page else ())) for page in looks]
        seen = [page.exchange for page in looks if page is not None]
        findings.expect(
            len(set(pages)) == 1,
            expected=f"the same files on the page of {subject.name}, {TIMES} times",
            got=", then ".join(f"{len(page)} files" for page in pages),
            at=seen[-1] if seen else f"the page of {subject.name}",
            also=seen[:-1],
            why="pip and uv resolve to other versions from one run to the next",
            advice="let all caches and servers behind one address show the same state",
        )
        file = next(iter(by_name(subject.files).values()), None)
        if file is not None:
            _judge_same([registry.file(file, fresh=True) for _ in range(TIMES)], findings)


def _judge_same(answers: Sequence[Exchange], findings: Findings) -> None:
    settled = [answer for answer in answers if answer.status not in LATER]
    if settled:
        findings.expect(
            all(answer.ok for answer in settled) and len({answer.raw for answer in settled}) == 1,
            expected=f"the same bytes from {settled[0].url}, {len(settled)} times",
            got=", then ".join(answer.said for answer in settled),
            at=settled[-1],
            also=settled[:-1],
            why=f"Octopus asks up to six times, and {HASH_FAILS}",
            advice="answer a GET the same way each time",
        )
    tags = {tag for answer in settled if answer.ok and is_strong(tag := answer.header("etag"))}
    if not tags:
        findings.not_offered("files have no strong ETag", SAME_ETAG)
    elif len({answer.url for answer in settled}) == 1:
        findings.expect(
            len(tags) == 1,
            expected=f"the same ETag from {settled[0].url}, {len(settled)} times",
            got=", then ".join(answer.header("etag") or "none" for answer in settled),
            at=settled[-1],
            also=settled[:-1],
            why="pip resumes a download on condition of the ETag, and begins again when it is another one",
            advice="make the ETag of a file from its bytes, on every server and in every worker in the same way",
            requirement=SAME_ETAG,
        )


@requirement("retry/resume-same-bytes", "retry/whole-after-interruption")
def test_interrupted_downloads_can_be_resumed(site: Site, findings: Findings) -> None:
    """A download that broke off is continued to the same bytes, and the next client gets the whole file."""
    needs_wire(site)
    file, whole = a_file(site)
    cuts = (Fault("cut", at=len(whole.raw) // 2), Fault("cut", at=len(whole.raw) // 4))
    with proxied(site, Rule(cuts, method="GET")) as (proxy, http):
        got = through(site, proxy, http, PIP, whole)
    if not got.resumed and got.data is not None:
        findings.note("broken downloads begin again: the registry gives no ranges of files")
    findings.expect(
        arrived(got, whole, findings),
        expected=f"the bytes of {file.filename}, put together from what came before and after the break",
        got=got.fault or f"{len(got.data or b'')} bytes that differ",
        at=got.answers[-1],
        also=got.answers[:-1],
        why=f"pip resumes downloads: {HASH_FAILS}",
        advice="answer Range with exactly those bytes and If-Range with the whole file when it changed; or answer 200 always",
        requirement="retry/resume-same-bytes",
    )
    _judge_whole(site.registry.get(whole.url, accept="*/*", fresh=True), whole, findings)


def _judge_whole(answer: Exchange, whole: Exchange, findings: Findings) -> None:
    if answer.status not in LATER:
        findings.expect(
            answer.ok and answer.raw == whole.raw,
            expected=f"{len(whole.raw)} bytes, the whole file, after another client broke off",
            got=answer.said,
            at=answer,
            why=f"{HASH_FAILS}; Octopus checks none and deploys half a package",
            advice="don't keep an incomplete or partial answer as if it were the whole file",
            requirement="retry/whole-after-interruption",
        )


TROUBLE = {
    OCTOPUS: (
        Fault("status", status=500),
        Fault("status", status=404),
        Fault("status", status=503),
        Fault("cut", at=9),
    ),
    PIP: (Fault("status", status=502), Fault("status", status=503, retry_after="1"), Fault("cut", at=9)),
}


@requirement("retry/transient-errors-survived")
@pytest.mark.parametrize("policy", [OCTOPUS, PIP], ids=["octopus", "pip"])
def test_trying_again_helps(policy: Policy, site: Site, findings: Findings) -> None:
    """A client that tries again after errors on the way gets the file."""
    needs_wire(site)
    file, whole = a_file(site)
    with proxied(site, Rule(TROUBLE[policy], method="GET")) as (proxy, http):
        got = through(site, proxy, http, policy, whole)
    findings.expect(
        arrived(got, whole, findings),
        expected=f"{file.filename} for {policy.name} after {len(TROUBLE[policy])} attempts that failed on the way",
        got=got.fault or f"{len(got.data or b'')} bytes that differ",
        at=got.answers[-1],
        also=got.answers[:-1],
        why=f"{policy.name} has no attempt left",
        advice="answer a request that is repeated like the first; don't count broken connections against a client",
    )


@requirement("retry/files-length-delimited")
def test_files_say_where_they_end(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """An answer with a file says where its body ends."""
    for subject in list(subjects)[:LOOKED_AT]:
        for file in list(by_name(subject.files).values())[:2]:
            answer = registry.file(file)
            if answer.ok and answer.http_version in ("HTTP/1.1", "HTTP/1.0"):
                findings.expect(
                    answer.header("content-length") is not None
                    or "chunked" in answer.listed("transfer-encoding"),
                    expected="Content-Length or Transfer-Encoding: chunked",
                    got="neither: the body ends with the connection",
                    at=answer,
                    why="half a file looks like a whole one: Octopus and Poetry go on with it",
                    advice="send Content-Length with files",
                )


@requirement("retry/parallel-reads", "retry/retry-after-form")
def test_many_requests_at_once_are_answered(site: Site, findings: Findings) -> None:
    """A dozen requests at once are answered like one after another."""
    if site.options.concurrency == 1:
        findings.not_reached("the run makes one request at a time (--registry-concurrency 1)")
        return
    _, whole = a_file(site)
    page = site.target.page_url(site.subjects[0].normalized)
    urls = [page, whole.url, whole.url] * (min(BURST, site.options.concurrency or BURST) // 2)
    answers = together([partial(_impatient, site, url) for url in urls])
    limited = [answer for answer in answers if answer.status in LATER]
    _judge_retry_after(limited, len(urls), findings)
    limited += [answer for answer in answers if answer.status in GATEWAY][:1]  # one may be chance
    for answer in answers:
        alone = site.registry.get(answer.url, accept="*/*", fresh=True) if answer in limited else answer
        findings.expect(
            alone.ok
            or (alone in limited and alone.header("retry-after") is not None)
            or 300 <= (alone.status or 0) < 400,
            expected=f"a success for each of {len(urls)} requests at once",
            got=alone.said,
            at=alone,
            why="uv makes 50 requests at once: it stops at a 401, and after four attempts at a server error",
            advice="answer 429 or 503 with Retry-After when there are too many",
            requirement="retry/parallel-reads",
        )


def _impatient(site: Site, url: str) -> Exchange:
    sent = (("Accept", PIP_ACCEPT), ("Accept-Encoding", "identity"))
    return site.http.send("GET", url, headers=sent, credentials=credentials_for(site, url), patient=False)


def _judge_retry_after(limited: Sequence[Exchange], count: int, findings: Findings) -> None:
    told = [answer for answer in limited if answer.header("retry-after") is not None]
    for answer in told:
        findings.expect(
            is_retry_after(answer.header("retry-after") or ""),
            expected="seconds, or an HTTP date",
            got=answer.header("retry-after"),
            at=answer,
            why="pip and Poetry stop with an error for a value that they can't read",
            advice="send a number of seconds",
            requirement="retry/retry-after-form",
        )
    if not told:
        proof = f"{count} requests at once were answered without Retry-After"
        findings.not_offered(proof, "retry/retry-after-form")


def is_retry_after(value: str) -> bool:
    """Whether a value is delay-seconds or an HTTP-date (RFC 9110 section 10.2.3)."""
    if re.fullmatch(r"[0-9]+", value.strip()):
        return True
    try:
        parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return False
    return True
