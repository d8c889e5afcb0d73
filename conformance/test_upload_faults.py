"""Uploads that are wrong: refused with a reason, without a server error, and without a trace."""

from __future__ import annotations

import pytest

from conformance.judging.lists import lists
from conformance.judging.upload_faults import FAULTS, UNKNOWN_MAJOR, ZEROS, Fault
from conformance.judging.uploading import (
    NO_SERVER_ERROR,
    NOTHING_LEFT,
    REASON,
    Outcome,
    Shot,
    as_sent,
    judge_manners,
    judge_refused,
    need_uploads,
    said,
    tried,
    turned_away,
)
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import Registry, changed
from fixtures.subjects import Published, Subjects
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

MANNERS = (NO_SERVER_ERROR, REASON, NOTHING_LEFT)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=fault.key, marks=requirement(*fault.judges, *MANNERS)) for fault in FAULTS],
)
def test_a_faulty_upload_is_refused(
    fault: Fault, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A wrong upload is refused with a 4xx status and a reason, and leaves nothing behind."""
    need_uploads(published)
    patience = registry.target.visibility if fault.kept_is_fine else None
    outcome = tried(registry, fault.what, fault.make(fresh), patience=patience)
    judge_manners(findings, outcome, ids=frozenset(MANNERS))
    judge_refused(findings, registry, outcome, fault.judges, kept_is_fine=fault.kept_is_fine, why=fault.why)


@requirement(NOTHING_LEFT)
def test_a_refused_file_can_be_uploaded_again(
    published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """After a refusal the right file can be uploaded under the same name."""
    need_uploads(published)
    sent = fresh.wheel("repaired")
    wrong = tried(
        registry, "a file with another digest", Shot(sent, changed(as_sent(sent), sha256_digest=ZEROS))
    )
    if not wrong.refused:
        findings.not_reached(f"the wrong upload was answered {wrong.answer.said}, not refused")
        return
    right = tried(registry, "the same file with its own digest", sent, patience=registry.target.visibility)
    if turned_away(findings, registry, fresh, right.answer):
        return
    findings.expect(
        right.answer.ok and right.listed is not None,
        expected="the right upload accepted and listed, after the wrong one was refused",
        got=said(right.answer),
        at=right.answer,
        also=[wrong.answer],
        why="what is left of the first try blocks the file name: twine fails with 'already exists'",
        advice="take the file name only when all checks have passed",
    )


@requirement(NOTHING_LEFT)
def test_a_refused_upload_makes_no_project(
    published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A project whose first upload was refused has no entry in the list and no page with files."""
    need_uploads(published)
    sent = fresh.wheel("unborn")
    wrong = tried(
        registry, "a file with another digest", Shot(sent, changed(as_sent(sent), sha256_digest=ZEROS))
    )
    if not wrong.refused:
        findings.not_reached(f"the wrong upload was answered {wrong.answer.said}, not refused")
        return
    for page in lists(registry, registry.target, fresh=True):
        findings.expect(
            sent.normalized not in page.names,
            expected=f"no {sent.normalized} in the project list: its only upload was refused",
            got="it is listed",
            at=page.exchange,
            also=[wrong.answer],
            why="mirrors and search show a project without a file",
            advice="create the project together with its first file",
        )


@requirement("upload-legacy/nul-bytes", NO_SERVER_ERROR)
@pytest.mark.parametrize("field", ["summary", "description", "author"])
def test_nul_characters(
    field: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A NUL character in a text field is refused or kept, and does not lead to a server error."""
    need_uploads(published)
    sent = fresh.wheel("nul")
    outcome = tried(registry, f"a NUL in {field}", Shot(sent, with_field(sent, field, "a\0b")))
    for name in ("upload-legacy/nul-bytes", NO_SERVER_ERROR):
        findings.expect(
            outcome.answer.complete and (outcome.answer.status or 0) < 500,
            expected="a NUL in a text refused or kept",
            got=said(outcome.answer),
            at=outcome.answer,
            why="many databases can't hold a NUL: the error shows only when it is too late",
            advice="answer 400, or drop the character",
            requirement=name,
        )


@requirement("upload-legacy/digest-all-verified", "upload-legacy/blake2-format")
@pytest.mark.parametrize(("field", "length"), [("md5_digest", 32), ("blake2_256_digest", 64)])
def test_every_digest_is_compared(
    field: str, length: int, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A digest that the registry reads has to be the file's, also beside a right one."""
    need_uploads(published)
    ids = ["upload-legacy/digest-all-verified"]
    ids += ["upload-legacy/blake2-format"] if field == "blake2_256_digest" else []
    wrong = ("0" * length, "0" * (length - 1))
    for name, value in zip(ids, wrong, strict=False):
        beside = digest_trial(registry, fresh, field, value, alone=False)
        if beside.answer.ok and not is_read(registry, fresh, field, length):
            findings.note(f"{field} is not compared with the file", name)
            continue
        judge_refused(
            findings,
            registry,
            beside,
            [name],
            why="a digest is sent so that damage is noticed; twine and uv tell success",
            advice=f"compare {field} whenever it is sent",
        )


def digest_trial(registry: Registry, fresh: Fresh, field: str, value: str, *, alone: bool) -> Outcome:
    """Upload a good file with this digest; `alone` without the others, else beside the right sha256_digest."""
    sent = fresh.wheel("digest")
    others = {"md5_digest", "sha256_digest", "blake2_256_digest"} - {field}
    kept = set() if alone else {"sha256_digest"}
    form = changed(with_field(sent, field, value), drop=others - kept)
    company = "" if alone else " beside the right sha256_digest"
    return tried(registry, f"a {field} of {value[:4]}…{company}", Shot(sent, form))


def is_read(registry: Registry, fresh: Fresh, field: str, length: int) -> bool:
    """Whether the registry knows a digest: alone it accepts the right one and refuses a wrong one."""
    if not digest_trial(registry, fresh, field, "0" * length, alone=True).refused:
        return False
    sent = fresh.wheel("digest")
    others = {"md5_digest", "sha256_digest", "blake2_256_digest"} - {field}
    return tried(
        registry, f"the right {field} alone", Shot(sent, changed(as_sent(sent), drop=others))
    ).answer.ok


@requirement("upload-meta/major-too-new", "upload-legacy/metadata-version-required", NO_SERVER_ERROR)
def test_an_unknown_major_metadata_version(
    published: Published, subjects: Subjects, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Metadata of a major version that nobody knows are refused by a registry that reads metadata."""
    need_uploads(published)
    sent = fresh.wheel("major", metadata_version=UNKNOWN_MAJOR)
    outcome = tried(registry, f"an upload with metadata version {UNKNOWN_MAJOR}", sent)
    judge_manners(findings, outcome, ids=frozenset({NO_SERVER_ERROR}))
    reads = any(file.requires_python or file.core_metadata for s in subjects for file in s.files)
    if outcome.answer.ok and not reads:
        findings.note(f"metadata version {UNKNOWN_MAJOR} is accepted; the pages show nothing of any metadata")
        findings.not_reached("nothing shows that this registry reads metadata", MAJOR)
        return
    judge_refused(
        findings,
        registry,
        outcome,
        MAJOR,
        why="its fields may mean something else, and pages made from them mislead pip and uv",
        advice="refuse metadata whose major version is not known (Core metadata, Metadata-Version)",
    )


MAJOR = ("upload-meta/major-too-new", "upload-legacy/metadata-version-required")


def with_field(sent: Distribution, field: str, text: str) -> list[Part]:
    """The ordinary form of a file with one field replaced."""
    return changed(as_sent(sent), drop=(field,), add=(Part(field, text),))
