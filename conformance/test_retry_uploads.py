"""Uploading again: after a broken connection, after success, after a lost answer, and several at once."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import partial

import pytest

from conformance.judging.reading import by_name
from conformance.judging.retry_tools import judge_repeated, judge_single, needs_wire, proxied, together
from conformance.judging.uploading import need_uploads, said, tells_a_limit, turned_away
from fixtures.faults import Fault, Rule
from fixtures.fresh import Fresh
from fixtures.multipart import encode
from fixtures.pages import ListedFile
from fixtures.registry import Registry, upload_parts
from fixtures.site import Site
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from fixtures.wire import Wire, connect, request_head
from sample_packages.model import Distribution

PADDING = 256 * 1024  # bytes that make half an upload larger than what a server reads at once
UPLOADERS = 4
SETTLING = 2.0  # seconds in which a broken upload might turn up
MOMENT = 0.8  # the same for a registry on this machine that shows at once what it shows


@dataclass(frozen=True)
class Half:
    """An upload of which only the first half was sent."""

    wheel: Distribution
    requirement: str
    when: str


@pytest.mark.long
@requirement("retry/cut-upload-not-stored", "retry/half-upload-not-listed", "retry/upload-after-cut")
def test_a_broken_upload_leaves_nothing(site: Site, fresh: Fresh, findings: Findings) -> None:
    """An upload that is under way, or whose connection broke off, is not published, and can be made again."""
    needs_wire(site)
    need_uploads(site.published)
    waiting, wheel = (
        fresh.wheel("", name=fresh.name(hint), files={"padding.bin": os.urandom(PADDING)})
        for hint in ("half", "cut")
    )
    connection = _half_an_upload(site, waiting)
    # a server with one thread answers nobody meanwhile, not even the looks below
    hung_up = threading.Event()

    def hang_up() -> None:
        hung_up.set()
        connection.close()

    hanging_up = threading.Timer(SETTLING, hang_up)
    hanging_up.start()
    try:
        _half_an_upload(site, wheel).close()
        _judge_absent(
            site,
            findings,
            Half(waiting, "retry/half-upload-not-listed", "while its upload is under way"),
            Half(wheel, "retry/cut-upload-not-stored", "after its upload broke off"),
            hung_up,
        )
    finally:
        hanging_up.cancel()
        connection.close()
    answer = site.registry.upload(wheel)
    if tells_a_limit(answer):
        findings.not_reached(f"a limit of the registry: {said(answer)}", "retry/upload-after-cut")
        return
    if turned_away(findings, site.registry, fresh, answer, ["retry/upload-after-cut"]):
        return
    if findings.expect(
        answer.ok,
        expected=f"a success for {wheel.filename}, whose first upload broke off",
        got=answer.said,
        at=answer,
        why="twine and uv can't complete the release",
        advice="forget what came of an upload that was not whole, its name too",
        requirement="retry/upload-after-cut",
    ):
        judge_single(findings, site, wheel.name, wheel.filename, [wheel.content], "retry/upload-after-cut")


def _half_an_upload(site: Site, wheel: Distribution) -> Wire:
    """Send the first half of an upload on a connection of its own."""
    url, writer = site.target.upload_url, site.registry.writer
    if url is None or (why := site.http.guard(url, wheel.name)):
        raise NotReached("no upload URL is known" if url is None else why)
    kind, body = encode(upload_parts(wheel))
    headers = [("Content-Type", kind), ("Accept", "*/*"), ("User-Agent", "registry-conformance")]
    headers += [("Authorization", writer.header)] if writer is not None else []
    try:
        connection = connect(url, site.options.ca_bundle)
    except OSError as error:
        raise NotReached(f"no direct connection to {url}: {error}") from None
    site.http.before_write(wheel.name)
    connection.send(request_head("POST", url, tuple(headers), len(body)))
    connection.send(body[: len(body) // 2])
    return connection


def _judge_absent(
    site: Site, findings: Findings, open_one: Half, cut: Half, hung_up: threading.Event
) -> None:
    """Look until an upload that is not whole should have turned up.

    What counts of the cut one is what is listed when the time is over: a server may take a moment to notice that a client is gone.
    """
    until = time.monotonic() + (MOMENT if site.target.embedded else SETTLING)
    early: ListedFile | None = None
    looks = 0
    while True:
        seen = _listed_now(site, open_one)
        if not hung_up.is_set():
            looks += 1
            early = early or seen
        stored = _listed_now(site, cut)
        if time.monotonic() > until:
            break
        time.sleep(site.target.poll)
    if looks:
        _expect_absent(site, findings, open_one, early)
    else:
        findings.not_reached(
            f"the registry answers nobody for {SETTLING:.0f} s while an upload is under way",
            open_one.requirement,
        )
    _expect_absent(site, findings, cut, stored)


def _listed_now(site: Site, half: Half) -> ListedFile | None:
    return by_name(site.registry.files_now(half.wheel.name)).get(half.wheel.filename)


def _expect_absent(site: Site, findings: Findings, half: Half, listed: ListedFile | None) -> None:
    answer = site.registry.file(listed, fresh=True) if listed else None
    findings.expect(
        listed is None,
        expected=f"{half.wheel.filename} not listed {half.when}",
        got=f"listed; its URL answers {answer.said}" if answer else "listed",
        at=answer or f"the page of {half.wheel.name}",
        why="pip and uv find a file that is not whole; Octopus checks no hash and deploys it",
        advice="publish a file when all of its upload has come and its digests are right (RFC 9112 section 6.3)",
        requirement=half.requirement,
    )


@requirement("retry/repeated-upload-harmless")
def test_a_repeated_upload_changes_nothing(
    site: Site, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """An upload that is repeated after it succeeded gets a success or a documented refusal, and changes nothing."""
    wheel = fresh.wheel("repeat")
    registry.publish(wheel)
    judge_repeated(findings, registry.upload(wheel), wheel.filename, "retry/repeated-upload-harmless")
    judge_single(
        findings, site, wheel.name, wheel.filename, [wheel.content], "retry/repeated-upload-harmless"
    )


@requirement("retry/lost-answer-then-repeat")
def test_a_lost_answer_can_be_made_up_for(
    site: Site, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """When the answer to an upload got lost, repeating it ends with the file published exactly once."""
    needs_wire(site)
    need_uploads(site.published)
    wheel = fresh.wheel("lost")
    if site.target.upload_url is None:
        raise NotReached("no upload URL is known")
    kind, body = encode(upload_parts(wheel))
    with proxied(site, Rule((Fault("lost-answer"),), method="POST")) as (proxy, http):
        http.send(
            "POST",
            proxy.url(site.target.upload_url),
            writes=wheel.name,
            headers=(("Content-Type", kind), ("Accept", "*/*")),
            body=body,
            credentials=registry.writer,
        )
    answer = registry.upload(wheel)
    if (
        not answer.ok
        and not registry.files_now(wheel.name)
        and turned_away(findings, registry, fresh, answer)
    ):
        return
    judge_repeated(findings, answer, wheel.filename, "retry/lost-answer-then-repeat")
    judge_single(findings, site, wheel.name, wheel.filename, [wheel.content], "retry/lost-answer-then-repeat")


@requirement("retry/concurrent-uploads")
def test_uploads_at_once_leave_one_file(
    site: Site, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """Of several uploads of one file at the same time exactly one file comes out."""
    need_uploads(site.published)
    name = fresh.name("race")
    same = [fresh.wheel("", "1.0", name=name)] * UPLOADERS
    other = [fresh.wheel("", "2.0", name=name, description=f"by uploader {n}") for n in range(UPLOADERS)]
    for wheels in (same, other):
        answers = together([partial(registry.upload, wheel) for wheel in wheels])
        for answer in answers:
            findings.expect(
                answer.ok or (answer.complete and 400 <= (answer.status or 0) < 500) or answer.status == 503,
                expected=f"success or a refusal for each of {UPLOADERS} uploads of {wheels[0].filename} at once",
                got=answer.said,
                at=answer,
                why="a CI matrix that publishes from several jobs fails",
                advice="let one upload win and treat the others as duplicates",
            )
        if not any(answer.ok for answer in answers):
            raise NotReached(f"none of the uploads was taken: {answers[0].said}")
        contents = [wheel.content for wheel in wheels]
        judge_single(findings, site, name, wheels[0].filename, contents, "retry/concurrent-uploads")


@requirement("retry/concurrent-releases")
@pytest.mark.parametrize("known", [True, False], ids=["known-project", "new-project"])
def test_files_uploaded_at_once_are_all_listed(
    known: bool, registry: Registry, target: Target, fresh: Fresh, findings: Findings
) -> None:
    """Of different files that come to one project at the same time, be they its first or not, each one that was accepted is listed."""
    name = fresh.name("jobs")
    before = {registry.publish(fresh.wheel("", "0.9", name=name)).filename} if known else set()
    wheels = [fresh.wheel("", f"1.{n}", name=name) for n in range(UPLOADERS)]
    answers = together([partial(registry.upload, wheel) for wheel in wheels])
    taken = {wheel.filename for wheel, answer in zip(wheels, answers, strict=True) if answer.ok}
    if not taken:
        raise NotReached(f"none of the uploads was taken: {answers[0].said}")
    wanted = before | taken
    listed = registry.settled_files(name, lambda files: wanted <= by_name(files).keys())
    missing = wanted - by_name(listed).keys()
    beside = f"beside {', '.join(before)}" if before else "the first of their project"
    findings.expect(
        not missing,
        expected=f"{len(taken)} files of {name}, accepted at the same time, all listed, {beside}",
        got=f"missing within {target.visibility:.0f} s: {', '.join(sorted(missing))}",
        at=answers[0],
        also=answers[1:],
        why="a CI matrix that publishes from several jobs loses files that twine and uv were told are published",
        advice="create a project, and read and write the list of its files, under one lock or in one transaction",
    )
