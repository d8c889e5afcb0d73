"""The files themselves: hostile ones are refused or kept as they are, odd but legal ones are published."""

from __future__ import annotations

import pytest

from conformance.judging.reading import content
from conformance.judging.upload_hostile import FILES, LEGAL, Hostile
from conformance.judging.uploading import (
    LISTED,
    NO_SERVER_ERROR,
    NOTHING_LEFT,
    UNCHANGED,
    Shot,
    closed_to_tags,
    judge_bytes,
    judge_if_taken,
    judge_manners,
    need_uploads,
    said,
    tried,
)
from fixtures.fresh import Fresh
from fixtures.registry import Registry
from fixtures.subjects import Published
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

SERVER_ERRORS = (500, 502, 504)
MANNERS = (NO_SERVER_ERROR, NOTHING_LEFT)
COMMON_TAGS = (  # of the sample projects
    "py2.py3-none-any",
    "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-abi3-manylinux_2_28_x86_64",
    "cp311-cp311-manylinux_2_28_x86_64",
    "cp313-cp313t-manylinux_2_28_x86_64",
    "cp311-cp311-musllinux_1_2_aarch64",
    "cp311-cp311-macosx_11_0_arm64",
    "cp311-cp311-macosx_10_9_universal2",
    "cp311-cp311-win_amd64",
)
LONG = 30.0  # seconds; a client would have given up long before


@requirement(*MANNERS, UNCHANGED)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.key) for case in FILES])
def test_hostile_files_are_refused_or_kept_as_they_are(
    case: Hostile, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A file that is not what its name says is refused without a trace, or comes back byte for byte."""
    need_uploads(published)
    outcome = tried(registry, case.what, case.make(fresh))
    judge_manners(findings, outcome, ids=frozenset(MANNERS))
    findings.expect(
        outcome.answer.duration < LONG,
        expected=f"an answer to {case.what} within {LONG:.0f} s",
        got=f"an answer after {outcome.answer.duration:.0f} s",
        at=outcome.answer,
        why="a small file keeps the registry busy",
        advice="bound what is read out of an archive",
        requirement=NO_SERVER_ERROR,
    )
    if outcome.answer.ok:
        findings.note(f"{case.what} is accepted")
        judge_bytes(findings, registry, outcome)
    if outcome.listed is None:
        findings.not_reached(f"{case.what} is not published", UNCHANGED)


@requirement(LISTED, UNCHANGED)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.key) for case in LEGAL])
def test_odd_but_legal_files_are_published(
    case: Hostile, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A wheel that is legal and unusual, once it is accepted, is listed and comes back as it was sent."""
    outcome = tried(registry, case.what, case.make(fresh), patience=target.visibility)
    judge_if_taken(  # a registry may be stricter than the spec (LV-47)
        findings,
        registry,
        outcome,
        why="the upload is told as a success, and pip and uv never find the release",
        advice="if the metadata can't be read, refuse the upload; never lose it without a word",
    )


@requirement("upload-legacy/legal-files-accepted")
def test_wheels_with_common_tags_are_accepted(
    published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Wheels for the usual platforms, and with compressed tag sets, are accepted where a plain wheel of the same project is."""
    need_uploads(published)
    refused: list[str] = []
    for tags in COMMON_TAGS:
        found = [a for a in published.attempts if a.distribution.filename.endswith(f"-{tags}.whl")]
        if any(attempt.accepted for attempt in found):
            findings.hold()
        elif found:
            refused.append(tags)
    if not refused:
        return
    plain = fresh.wheel("tags")
    registry.publish(plain)
    for number, tags in enumerate(refused, 1):  # as a later release: some take one file of a release only
        sent = fresh.wheel("", f"1.{number}", name=plain.name, tags=tags)
        outcome = tried(registry, f"a wheel with the tags {tags}", sent)
        if outcome.refused and closed_to_tags(outcome.answer):
            findings.note(f"{outcome.what} is refused by a rule: {said(outcome.answer)}")
            continue
        findings.expect(
            not outcome.refused,
            expected=f"{sent.filename} accepted with a 2xx status, as {plain.filename} was",
            got=said(outcome.answer),
            at=outcome.answer,
            why="no client can publish the wheel: these tags are what pip, cibuildwheel, auditwheel and maturin write",
            advice="read a file name as packaging.utils.parse_wheel_filename does; who wants pure wheels only says so in the answer",
        )


@requirement("upload-legacy/error-4xx-not-5xx")
def test_legal_files_meet_no_server_error(
    published: Published, registry: Registry, findings: Findings
) -> None:
    """A legal file that the registry does not take is refused with a reason; no server error comes twice for it."""
    need_uploads(published)
    findings.hold()
    for attempt in published.attempts:
        if (attempt.exchange.status or 0) not in SERVER_ERRORS:
            continue
        sent = attempt.distribution
        again = registry.upload(sent)
        findings.expect(
            again.status not in SERVER_ERRORS,
            expected=f"{sent.filename} accepted, or refused with a 4xx status and the reason",
            got=f"{said(attempt.exchange)}, and for the second time {said(again)}",
            at=again,
            why="twine sends the whole file five times more; nobody learns what is wrong with it",
            advice="look into the registry's log: a legal name, version or metadata value is too long or too odd for it",
        )


@requirement(UNCHANGED)
@pytest.mark.parametrize("ending", [".metadata", ".asc"])
def test_no_upload_takes_the_place_of_a_sidecar(
    ending: str, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A file that is named like the sidecar of a published one does not change what clients get."""
    sent = fresh.wheel("sidecar")
    listed = registry.publish(sent)
    before = registry.get(listed.url + ending, accept="*/*", fresh=True)
    evil = fresh.wheel("", name=sent.name, filename=sent.filename + ending, content=b"Name: evil\n")
    outcome = tried(registry, f"a file named *.whl{ending}", Shot(evil))
    after = registry.get(listed.url + ending, accept="*/*", fresh=True)
    findings.expect(
        (content(after) == content(before) or not before.ok)
        and content(registry.file(listed)) == sent.content,
        expected=f"what stood at {listed.url}{ending} before",
        got=f"{said(after)} after {said(outcome.answer)}",
        at=after,
        also=[outcome.answer],
        why="pip and uv resolve dependencies from the sidecar",
        advice="refuse file names that do not end in .whl or .tar.gz",
    )
