"""A second upload under the name of a published file: what is there stays, and clients can tell why they were refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from conformance.judging.keeping import judge_kept
from conformance.judging.reading import content
from conformance.judging.upload_faults import ZEROS
from conformance.judging.uploading import (
    KEEPS_ENTRY,
    as_sent,
    judge_bytes,
    judge_entry,
    listed_versions,
    said,
    tried,
)
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import ListedFile
from fixtures.registry import Registry, changed
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution

MORE_DIGESTS = ("md5_digest", "blake2_256_digest")
# What each client takes for "this file is there already", beside 409 (twine commands/upload.py; poetry uploader.py; pdm publish).
KNOWN_TEXTS = {
    400: ("already exist", "updating asset", "cannot be updated", "already been taken"),
    403: ("overwrite artifact",),
}


def may_overwrite(target: Target) -> str:
    """Why files may be replaced here, in words; "" when nobody says so (legal variation LV-44)."""
    from fixtures.profiles import ProfileError, find

    try:
        profile = find(target.profile)
    except ProfileError:
        return ""
    return f"{profile.title} can be set to replace files" if profile.duplicates.overwrite else ""


def entries(
    registry: Registry, sent: Distribution, good: Callable[[ListedFile], bool] = lambda _: True
) -> list[ListedFile]:
    """All entries of the project page for a file that was accepted; looked for until there is one, and it is good."""

    def of(files: tuple[ListedFile, ...]) -> list[ListedFile]:
        return [file for file in files if file.filename == sent.filename]

    return of(registry.settled_files(sent.name, lambda files: [good(file) for file in of(files)] == [True]))


@requirement("upload-legacy/duplicate-same-content")
def test_the_same_file_again_changes_nothing(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """The same file with the same bytes succeeds or is refused; it stays as it was, and is listed once."""
    sent = fresh.wheel("again")
    before = registry.publish(sent)
    outcome = tried(registry, "the same file again", sent)
    findings.expect(
        outcome.answer.ok or outcome.refused,
        expected="the same file again accepted (2xx) or refused (4xx)",
        got=said(outcome.answer),
        at=outcome.answer,
        why="a broken upload can't be repeated: twine and uv send the file once more and fail",
        advice="answer 200 for the same bytes, or 409",
    )
    found = entries(registry, sent, lambda file: file.hashes == before.hashes)
    same = [file for file in found if file.hashes == before.hashes]
    findings.expect(
        len(found) == 1 and len(same) == 1,
        expected=f"one entry for {sent.filename}, with the hash that it had",
        got=[dict(file.hashes) for file in found],
        at=outcome.answer,
        why="uv and poetry write what the page says into lock files",
        advice="leave a published file alone",
    )
    judge_bytes(findings, registry, outcome, "upload-legacy/duplicate-same-content")


@requirement(
    "upload-legacy/duplicate-different-content",
    KEEPS_ENTRY,
    "upload-legacy/error-4xx-not-5xx",
)
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_other_bytes_under_a_published_name(
    kind: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """Other bytes under the name of a published file are refused; the first bytes stay, and what the page tells of them."""
    name = fresh.name("replaced")
    make = getattr(fresh, kind)
    first: Distribution = make("", name=name, requires_python=">=3.8")
    second: Distribution = make("", name=name, requires_python=">=3.99", files={"new.py": "NEW = True\n"})
    before = registry.publish(first)
    outcome = tried(registry, f"another {kind} under the name of a published one", second)
    findings.expect(
        outcome.answer.complete and (outcome.answer.status or 0) < 500,
        expected="no server error",
        got=said(outcome.answer),
        at=outcome.answer,
        why="twine sends the whole file up to five times more",
        advice="answer 409",
        requirement="upload-legacy/error-4xx-not-5xx",
    )
    found = entries(registry, first)
    served = content(registry.file(found[0], fresh=True)) if found else None
    if served == second.content and outcome.answer.ok and (reason := may_overwrite(target)):
        findings.note(f"a published file is replaced by a second upload; {reason} (LV-44)")
        findings.not_reached(
            f"files may be replaced: {reason}", ("upload-legacy/duplicate-different-content", KEEPS_ENTRY)
        )
        return
    findings.expect(
        served == first.content and len(found) == 1,
        expected=f"{first.filename} as it was, with sha256 {first.sha256}, listed once",
        got=f"{len(found)} entries; "
        + ("the bytes of the second upload" if served == second.content else "other bytes or none"),
        at=outcome.answer,
        why="pip, uv, poetry and pdm stop for everyone who has locked the first hash",
        advice="refuse other bytes under a published name with 409",
        requirement="upload-legacy/duplicate-different-content",
    )
    findings.expect(
        outcome.refused or not outcome.answer.ok,
        expected="the upload refused",
        got=said(outcome.answer),
        at=outcome.answer,
        why="the uploader believes that the new bytes are published",
        advice="answer 409",
        requirement="upload-legacy/duplicate-different-content",
    )
    if outcome.refused and found:
        judge_entry(findings, outcome, before, found[0])
    else:
        findings.not_reached(f"the second upload was answered {said(outcome.answer)}", KEEPS_ENTRY)


@requirement("upload-legacy/no-partial-state")
def test_a_broken_upload_leaves_what_is_published(
    fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A refused upload whose digest is wrong, under a published name or of a new version, leaves bytes, metadata and versions as they were."""
    name = fresh.name("broken")
    first = fresh.wheel("", name=name)
    listed = registry.publish(first)
    before = content(registry.file(listed))
    metadata = content(registry.metadata(listed)) if listed.core_metadata else None
    second = fresh.wheel("", name=name, requires_python=">=3.99", files={"new.py": "NEW = True\n"})
    newer = fresh.wheel("", "1.1", name=name)
    answers = [
        registry.upload(sent, parts=changed(as_sent(sent), drop=MORE_DIGESTS, sha256_digest=ZEROS))
        for sent in (second, newer)
    ]
    if any(answer.ok for answer in answers):
        findings.not_reached("an upload with a wrong digest is accepted, which is judged apart")
        return
    why = "what was never published is installed, or what was is lost"
    advice = "write nothing in its place before all checks are over"
    after = f"another upload of that name, with a wrong digest, was answered {answers[0].status}"
    if not judge_kept(findings, registry, first, before, answers[0], after=after, why=why, advice=advice):
        return
    now = registry.wait_for(name, first.filename)
    served = registry.metadata(now, fresh=True) if now is not None and metadata is not None else None
    findings.expect(
        served is None or content(served) in (metadata, None),
        expected=f"the metadata file of {first.filename} as it was, after {after}",
        got="other metadata",
        at=answers[0],
        also=[served] if served is not None else [],
        why=why,
        advice=advice,
    )
    shown = listed_versions(registry, name) or []
    findings.expect(
        "1.1" not in shown,
        expected=f"no version 1.1, whose upload was answered {answers[1].status}",
        got=f"the versions {', '.join(shown)}",
        at=answers[1],
        why=why,
        advice=advice,
    )


@requirement("upload-legacy/duplicate-different-content")
def test_another_spelling_of_a_published_file(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """A file whose name differs from a published one in case alone is refused, or stands beside it; both are whole."""
    name = fresh.name("cased")
    first = fresh.wheel("", name=name)
    registry.publish(first)
    loud = first.filename.replace(name.replace("-", "_"), name.replace("-", "_").upper())
    second = fresh.wheel("", name=name, filename=loud, files={"loud.py": "LOUD = True\n"})
    outcome = tried(registry, f"a file named {loud}", second)
    for sent in (first, *([second] if outcome.listed else [])):
        found = entries(registry, sent)
        findings.expect(
            len(found) == 1 and content(registry.file(found[0], fresh=True)) == sent.content,
            expected=f"{sent.filename} listed once, with its own bytes",
            got=f"{len(found)} entries after {said(outcome.answer)}",
            at=outcome.answer,
            why="on a disk that ignores case one file replaces the other: hashes no longer match",
            advice="compare file names without case when a file comes in",
        )


@requirement("upload-legacy/skip-existing-detectable")
def test_a_refused_duplicate_says_so(
    fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """The refusal of a duplicate can be told from other errors: 409, or 400 with 'already exist' in its text."""
    name = fresh.name("skipped")
    first = fresh.wheel("", name=name)
    registry.publish(first)
    same = tried(registry, "the same file again", first)
    other = tried(registry, "another file of that name", fresh.wheel("", name=name, files={"new.py": "1\n"}))
    refusals = [outcome for outcome in (same, other) if outcome.refused]
    if not refusals:
        findings.not_reached("no duplicate was refused with a 4xx status")
    for outcome in refusals:
        findings.expect(
            outcome.answer.status == 409 or known_text(outcome.answer) != "",
            expected=f"the refusal of {outcome.what} with 409, or with 400 and 'already exist' in its text",
            got=said(outcome.answer),
            at=outcome.answer,
            why="twine, poetry and pdm fail where they were told to skip existing files",
            advice="answer 409 Conflict, and say that the file already exists",
        )
        text = known_text(outcome.answer)
        if outcome.answer.status != 409 and text not in ("", "already exist"):
            findings.note(f"{text!r} in a {outcome.answer.status} is known to poetry and pdm, not to twine")


def known_text(answer: Exchange) -> str:
    """The words by which some client knows a duplicate; "" when there are none."""
    shown = f"{answer.reason} {answer.text}".lower() if answer.complete else ""
    return next((text for text in KNOWN_TEXTS.get(answer.status or 0, ()) if text in shown), "")


@requirement("upload-legacy/concurrent-same-file", "upload-legacy/error-4xx-not-5xx")
@pytest.mark.parametrize("known", [False, True], ids=["new-project", "known-project"])
def test_uploads_of_one_name_at_once(
    known: bool, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """Of several uploads of one file name at the same time one file is left, listed once, with its own hash."""
    name = fresh.name("race")
    if known:
        registry.publish(fresh.wheel("", "0.1", name=name))
    rivals = [fresh.wheel("", "1.0", name=name, files={"rival.py": f"{n}\n"}) for n in range(4)]
    with ThreadPoolExecutor(len(rivals), thread_name_prefix="rival") as pool:
        running = [pool.submit(copy_context().run, registry.upload, rival) for rival in rivals]
        answers = [future.result() for future in running]
    if slow := [answer.error for answer in answers if "limit" in answer.error]:
        raise NotReached(f"uploads at the same time got {slow[0]}")
    for answer in answers:
        findings.expect(
            answer.complete and (answer.status or 0) < 500,
            expected="each of four uploads at once accepted (2xx) or refused (4xx)",
            got=said(answer),
            at=answer,
            why="twine sends the whole file again; it is not known which one won",
            advice="let one win and answer 409 to the others",
            requirement="upload-legacy/error-4xx-not-5xx",
        )
    judge_winner(findings, registry, rivals, answers)


def judge_winner(
    findings: Findings, registry: Registry, rivals: list[Distribution], answers: list[Exchange]
) -> None:
    """Judge what is left of a race: one entry, with the bytes and the hash of one of those that were accepted."""
    won = [rival for rival, answer in zip(rivals, answers, strict=True) if answer.ok]
    if not won:
        findings.not_reached("none of the uploads was accepted", "upload-legacy/concurrent-same-file")
        return
    found = entries(registry, won[0])
    served = {content(registry.file(file, fresh=True)) for file in found}
    winner = next((rival for rival in won if served == {rival.content}), None)
    told = {file.hashes.get("sha256", "").lower() for file in found} - {""}
    findings.expect(
        len(found) == 1 and winner is not None and told <= {winner.sha256},
        expected="one entry, with the bytes and the hash of one upload that was accepted",
        got=f"{len(found)} entries, the bytes of {'one of them' if winner else 'none of them'}, sha256 {sorted(told)}",
        at=answers[0],
        also=answers[1:],
        why="pip and uv stop: the hashes do not match",
        advice="decide under one lock which upload gets the name",
        requirement="upload-legacy/concurrent-same-file",
    )
    if len(won) > 1:
        findings.note(f"{len(won)} of {len(rivals)} uploads of one name at once were told as successes")
