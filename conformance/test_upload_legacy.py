"""The legacy upload as every client begins with it: one ordinary file, a new project, and what becomes of both."""

from __future__ import annotations

import hashlib
import time

import pytest

from conformance.judging.lists import lists
from conformance.judging.uploading import (
    Outcome,
    Shot,
    closed_to,
    judge_bytes,
    judge_taken,
    need_uploads,
    said,
    tells_a_limit,
    tells_a_name_rule,
    tried,
    turned_away,
)
from fixtures.fresh import Fresh
from fixtures.registry import Registry, changed, upload_parts
from fixtures.site import Site
from fixtures.subjects import Published
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution

ALL_CLIENTS = "twine, uv, poetry, pdm, hatch and flit can't publish here"


@requirement(
    "upload-legacy/endpoint-post",
    "upload-legacy/no-redirect-on-post",
    "upload-legacy/success-status",
    "upload-legacy/auto-create-project",
    "upload-legacy/appears-in-simple",
    "upload-legacy/content-filename",
    "upload-legacy/bytes-unchanged",
)
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_ordinary_upload_publishes_the_file(
    kind: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """The first file of a new project is accepted, listed under its name, and comes back as it was sent."""
    sent: Distribution = getattr(fresh, kind)("ordinary")
    outcome = tried(registry, f"an ordinary {kind} of a new project", sent, patience=target.visibility)
    if closed_to(sent, outcome.answer):
        findings.note(f"the registry has a rule of its own: {said(outcome.answer)}")
        raise NotReached(f"a rule of the registry (LV-47): {said(outcome.answer)}")
    if outcome.listed is None and turned_away(findings, registry, fresh, outcome.answer):
        return
    judge_answer(findings, outcome)
    if not outcome.answer.ok:
        return
    findings.expect(
        bool(outcome.files),
        expected=f"{sent.filename} on the project page within {target.visibility:.0f} s after its upload",
        got="the page lists nothing, or is not there",
        at=outcome.answer,
        why="pip, uv, poetry and pdm do not find the new release",
        advice="list a file as soon as its upload is answered; a longer delay belongs into the profile",
        requirement="upload-legacy/appears-in-simple",
    )
    if outcome.files:
        findings.expect(
            outcome.listed is not None,
            expected=f"the file listed as {sent.filename}, the name that its part carries",
            got=[file.filename for file in outcome.files],
            at=outcome.answer,
            why="pip and uv read project, version and tags out of the file name",
            advice="keep the file name of the part `content`",
            requirement="upload-legacy/content-filename",
        )
    judge_bytes(findings, registry, outcome)


def judge_answer(findings: Findings, outcome: Outcome) -> None:
    """Judge the status of an upload that nothing is wrong with."""
    answer, status = outcome.answer, outcome.answer.status or 0
    findings.expect(
        not 300 <= status < 400,
        expected="an answer of the upload URL itself",
        got=f"{answer.said}, Location {answer.header('location')}",
        at=answer,
        why="twine, poetry, hatch and pdm stop at any redirect; flit turns the POST into a GET and reports success",
        advice="take uploads at the URL that is documented, with its last slash",
        requirement="upload-legacy/no-redirect-on-post",
    )
    for name in ("upload-legacy/endpoint-post", "upload-legacy/auto-create-project"):
        findings.expect(
            answer.ok or outcome.listed is not None,
            expected=f"{outcome.what} accepted",
            got=said(answer),
            at=answer,
            why=ALL_CLIENTS,
            advice="look at the answer above; if projects have to be made beforehand, a profile can say so",
            requirement=name,
        )
    if outcome.listed is not None:
        findings.expect(
            answer.ok,
            expected="a 2xx status, as the file is published",
            got=said(answer),
            at=answer,
            why="every client reports a failure, and the next try is a duplicate",
            advice="answer 200 once the file is stored",
            requirement="upload-legacy/success-status",
        )
    if answer.ok and status != 200:
        findings.note(f"uploads are answered with {status}", "upload-legacy/success-status")


@requirement("upload-legacy/auto-create-project", "upload-legacy/bytes-unchanged")
@pytest.mark.parametrize("spelling", ["capitals", "dots", "underscores", "runs"])
def test_projects_of_every_spelling_are_created(
    spelling: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A valid project name is accepted, however its owner spells it."""
    name = fresh.name(f"spelled-{spelling}")
    spelled = {
        "capitals": name.title(),
        "dots": name.replace("-", "."),
        "underscores": name.replace("-", "_"),
        "runs": name.replace("-", "-._"),
    }
    sent = fresh.wheel("", name=spelled[spelling])
    parts = changed(upload_parts(sent), name=spelled[spelling])
    outcome = tried(registry, f"a project named {sent.name}", Shot(sent, parts), patience=target.visibility)
    why = "no client can publish a project whose name is spelled so"
    advice = "accept every valid name, and compare names in their normal form"
    ids = ["upload-legacy/auto-create-project"]
    if tells_a_name_rule(outcome.answer):
        findings.not_reached(f"a rule for names (LV-47): {said(outcome.answer)}")
        return
    if judge_taken(findings, registry, fresh, outcome, ids, why=why, advice=advice):
        judge_bytes(findings, registry, outcome)


@requirement("upload-legacy/auto-create-release", "upload-legacy/bytes-unchanged")
def test_later_files_join_the_project(
    fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """The first file of a new version creates the release; what was there before stays."""
    name = fresh.name("releases")
    first = fresh.wheel("", "1.0", name=name)
    registry.publish(first)
    for what, sent in (
        ("the sdist of the same release", fresh.sdist("", "1.0", name=name)),
        ("the first file of a second release", fresh.wheel("", "1.1", name=name)),
    ):
        outcome = tried(registry, what, sent, patience=target.visibility)
        if closed_to(sent, outcome.answer) or turned_away(findings, registry, fresh, outcome.answer):
            continue
        names = {file.filename for file in outcome.files}
        findings.expect(
            outcome.answer.ok and {first.filename, sent.filename} <= names,
            expected=f"{what} accepted and listed beside {first.filename}",
            got=f"{said(outcome.answer)}; the page lists {sorted(names)}",
            at=outcome.answer,
            why="no client can publish a new release, or older releases vanish for pip and uv",
            advice="add the file to its project and create the release when it is new",
            requirement="upload-legacy/auto-create-release",
        )
        judge_bytes(findings, registry, outcome)


@requirement("upload-legacy/appears-in-root")
def test_new_projects_come_into_the_list(
    published: Published, registry: Registry, target: Target, findings: Findings
) -> None:
    """A project is in the project list after its first upload, unless the list as a whole lags (LV-09)."""
    wanted = {project.normalized for project in published}
    if not wanted:
        raise NotReached("no sample project was published")
    until = time.monotonic() + target.visibility
    while True:
        shown = lists(registry, target, fresh=True)
        missing = {page.form: wanted - page.names for page in shown}
        if not any(missing.values()) or time.monotonic() >= until:
            break
        time.sleep(target.poll)
    for page in shown:
        if missing[page.form] == wanted:
            findings.not_reached("the list has none of this run's projects yet; lists may lag (LV-09)")
            continue
        findings.expect(
            not missing[page.form],
            expected=f"all {len(wanted)} projects of this run in the list, of which it has some",
            got=f"without {sorted(missing[page.form])[:5]}",
            at=page.exchange,
            why="mirrors, search and completion never see these projects",
            advice="add a project to the list with its first file",
        )


# What only looks like the end of a part of a form; so many times that a reader of blocks finds one across the end of a block.
ODD_ENDS, ODD_TIMES = b"\r\n--\r\n--boundary\r\n\r\n--boundary--\r\n", 3000


@requirement("upload-legacy/large-streaming", "upload-legacy/bytes-unchanged")
def test_a_large_file_uploads_like_a_small_one(
    published: Published, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A wheel of eight megabytes is accepted in time and comes back as it was sent, whatever its bytes look like."""
    need_uploads(published)
    filler = hashlib.shake_128(b"filler").digest(8 * 1024 * 1024)  # bytes that do not compress
    middle = len(filler) // 2
    odd = ODD_ENDS + filler[:middle] + ODD_ENDS * ODD_TIMES + filler[middle:] + ODD_ENDS
    sent = fresh.wheel("large", files={"large/filler.bin": odd})
    outcome = tried(registry, "a wheel of 8 MiB", sent, patience=target.visibility)
    if tells_a_limit(outcome.answer):
        findings.not_reached("the registry's limit is below 8 MiB", "upload-legacy/large-streaming")
        return
    if turned_away(findings, registry, fresh, outcome.answer):
        return
    if not (refused := outcome).answer.ok:
        plain = fresh.wheel("plain", files={"large/filler.bin": filler})
        outcome = tried(registry, "a wheel of 8 MiB", plain, patience=target.visibility)
        findings.expect(
            not outcome.answer.ok,
            expected=f"a wheel that holds the bytes {ODD_ENDS!r} accepted like one without them",
            got=said(refused.answer),
            at=refused.answer,
            also=[outcome.answer],
            why="a wheel with such bytes in it, which may be any, can't be published",
            advice="end a part of the form only at a line with the boundary that the Content-Type names",
            requirement="upload-legacy/bytes-unchanged",
        )
    findings.expect(
        outcome.answer.ok and outcome.listed is not None,
        expected="a wheel of 8 MiB accepted and listed",
        got=said(outcome.answer),
        at=outcome.answer,
        why="wheels with compiled code are of this size and more",
        advice="stream the body to disk; answer 413 when a limit is passed",
        requirement="upload-legacy/large-streaming",
    )
    findings.expect(
        outcome.answer.duration < 10,
        expected="an answer within 10 s",
        got=f"an answer after {outcome.answer.duration:.1f} s",
        at=outcome.answer,
        why="hatch gives up after 10 s and poetry after 15 s; the next try is a duplicate",
        advice="answer first and do slow work (scans, copies) afterwards",
        requirement="upload-legacy/large-streaming",
    )
    judge_bytes(findings, registry, outcome)


@requirement("upload-legacy/permission-denied")
def test_strangers_can_not_upload(site: Site, fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """A known user who has no right to a project is refused, and the project stays as it is."""
    if site.prepared.admin is None:
        raise NotReached("only one account of this registry is known to the run")
    owner = registry.as_user(site.prepared.admin)
    own = fresh.wheel("owned")
    owner.publish(own)
    for spelling in (own.name, own.name.replace("-", "_").upper()):
        stranger = fresh.wheel("", "2.0", name=spelling)
        outcome = tried(registry, f"an upload to {spelling} by another user", stranger)
        if spelling == own.name and outcome.answer.ok and "project-rights" not in site.target.offered:
            findings.not_offered(
                "whoever may upload may upload to every project: rights are not given by project"
            )
            return
        findings.expect(
            outcome.refused and outcome.listed is None,
            expected=f"{outcome.what} refused with 403, 401 or 404, and not listed",
            got=said(outcome.answer) + ("; the page lists the file" if outcome.listed else ""),
            at=outcome.answer,
            why="pip and uv install what a stranger published",
            advice="check the right to the project under its normalized name",
        )
        if outcome.refused and outcome.answer.status != 403:
            findings.note(f"an upload without the right to it is answered with {outcome.answer.status}")


@requirement("upload-legacy/permission-denied")
def test_readers_can_not_upload(site: Site, fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """A user who may only read is refused, also for a new project."""
    if site.prepared.reader is None:
        raise NotReached("no account that may only read is known to the run")
    reader = Registry(registry.http, registry.target, registry.reader, site.prepared.reader)
    outcome = tried(reader, "an upload by a user who may only read", fresh.wheel("readers"))
    findings.expect(
        outcome.refused and outcome.listed is None,
        expected=f"{outcome.what} refused with 403 or 401, and not listed",
        got=said(outcome.answer) + ("; the page lists the file" if outcome.listed else ""),
        at=outcome.answer,
        why="a token that is meant for installing lets whoever finds it publish",
        advice="check the right to upload, not only who it is",
    )
