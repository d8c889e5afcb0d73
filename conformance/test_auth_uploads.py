"""Uploading with and without credentials: only who may publish does, and nothing of a stranger's upload stays."""

from __future__ import annotations

import pytest

from conformance.judging.auth_asking import (
    INVENTED_BEARERS,
    MARK,
    NOBODY,
    challenges,
    judge_challenge,
    need_almost,
    need_gate,
    odd_logins,
    open_to_all,
    said_of,
    wrong_credentials,
)
from conformance.judging.keeping import judge_kept
from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import Registry, changed, upload_parts
from fixtures.subjects import Published
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

pytestmark = pytest.mark.late

BREACH = "anybody can publish under the names of others, and pip and uv install it"
REFUSALS = (401, 403)


def judge_refusal(
    findings: Findings, registry: Registry, wheel: Distribution, answer: Exchange, who: str, name: str
) -> None:
    """An upload with `who` as credentials was refused, in a way that clients understand, and left nothing behind."""
    findings.expect(
        not answer.ok,
        expected=f"a refusal: the upload came with {who}",
        got=answer.said,
        at=answer,
        why=BREACH,
        advice="check user and password of every upload",
        requirement=(name, "auth/upload-credentials-validated"),
    )
    findings.expect(
        answer.complete and (answer.status or 500) < 500,
        expected=f"401 or 403: the upload came with {who}",
        got=answer.said,
        at=answer,
        why="twine repeats an upload that was answered with a server error; nobody learns that credentials are wrong",
        advice="answer 401 with a challenge",
        requirement=name,
    )
    stored = [] if answer.ok else [f.filename for f in registry.files_now(wheel.name)]
    findings.expect(
        wheel.filename not in stored,
        expected=f"no trace of {wheel.filename}, whose upload was answered {answer.status}",
        got=f"it is listed: {', '.join(stored)}",
        at=registry.page(wheel.name),
        also=[answer],
        why=BREACH,
        advice="check the credentials before anything is stored",
        requirement=(name, "auth/upload-credentials-validated"),
    )
    if not answer.ok and answer.status not in REFUSALS:
        findings.note(f"an upload with {who} is answered {answer.said}; 401 or 403 tell what is wrong")


@requirement("auth/upload-missing", "auth/upload-credentials-validated")
def test_upload_without_credentials_is_refused(registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """An upload without credentials is refused and stores nothing."""
    need_gate(registry)
    wheel = fresh.wheel("stranger")
    answer = registry.upload(wheel, credentials=None)
    if answer.ok and (proof := open_to_all(registry, fresh)) is not None:
        findings.not_offered(f"uploads are open to everybody: with invented credentials {said_of(proof)}")
        return
    judge_refusal(findings, registry, wheel, answer, "no credentials", "auth/upload-missing")


@requirement("auth/upload-invalid-token", "auth/upload-credentials-validated")
def test_upload_with_wrong_credentials_is_refused(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """An upload with wrong credentials is refused and stores nothing."""
    need_gate(registry)
    for who, wrong in wrong_credentials(target):
        wheel = fresh.wheel("impostor")
        answer = registry.upload(wheel, credentials=wrong)
        if answer.ok and (proof := open_to_all(registry, fresh)) is not None:
            findings.not_offered(f"uploads are open to everybody: {said_of(proof)}")
            return
        judge_refusal(findings, registry, wheel, answer, who, "auth/upload-invalid-token")


@requirement("auth/upload-invalid-token", "auth/upload-credentials-validated")
def test_upload_with_a_header_of_nobody_is_refused(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """An upload whose Authorization names nobody, or holds an invented bearer token or a very long password, is refused and stores nothing."""
    need_gate(registry)
    values = ("Basic", "Basic Og==", *INVENTED_BEARERS)
    for what, value in [*((f"Authorization: {value}", value) for value in values), next(odd_logins(target))]:
        wheel = fresh.wheel("nobody")
        headers = (("Authorization", value),)
        answer = registry.post(upload_parts(wheel), writes=wheel.name, headers=headers, credentials=None)
        if answer.ok and (proof := open_to_all(registry, fresh)) is not None:
            findings.not_offered(f"uploads are open to everybody: {said_of(proof)}")
            return
        judge_refusal(findings, registry, wheel, answer, what, "auth/upload-invalid-token")


@requirement("auth/upload-invalid-token", "auth/upload-credentials-validated")
def test_upload_with_almost_the_right_password_is_refused(
    target: Target, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """The password with a letter more or less, or in another case, opens no upload."""
    need_gate(registry)
    tried = [
        (row.what, wheel := fresh.wheel("almost"), registry.upload(wheel, credentials=row.credentials))
        for row in need_almost(target)
    ]
    opened = [row for row in tried if row[2].ok]
    if opened and (proof := open_to_all(registry, fresh)) is not None:
        findings.not_offered(f"uploads are open to everybody: {said_of(proof)}")
        return
    right = registry.upload(fresh.wheel("right"))
    for who, wheel, answer in tried if right.ok else opened:
        judge_refusal(findings, registry, wheel, answer, who, "auth/upload-invalid-token")
    if not right.ok:  # refused for another reason than the password
        findings.not_reached(f"after wrong passwords the right one is refused, too: {said_of(right)}")


@requirement("auth/upload-missing", "auth/upload-invalid-token", "auth/upload-credentials-validated")
def test_strangers_add_nothing_to_a_published_project(
    registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """An upload into a project that is there, with no credentials or invented ones, is refused; its files stay as they were."""
    need_gate(registry)
    first = fresh.wheel("owned")
    before = content(registry.file(registry.publish(first)))
    name = first.name
    for who, wrong, id_ in (
        ("no credentials", None, "auth/upload-missing"),
        ("invented credentials", NOBODY, "auth/upload-invalid-token"),
    ):
        newer = fresh.wheel("", "1.1" if wrong is None else "1.2", name=name)
        other = fresh.wheel("", name=name, files={f"{len(who)}.py": "OTHER = True\n"})
        added = registry.upload(newer, credentials=wrong)
        replaced = registry.upload(other, credentials=wrong)
        if (added.ok or replaced.ok) and (proof := open_to_all(registry, fresh)) is not None:
            findings.not_offered(f"uploads are open to everybody: {said_of(proof)}")
            return
        judge_refusal(findings, registry, newer, added, who, id_)
        findings.expect(
            not replaced.ok,
            expected=f"a refusal: other bytes under the name of a published file came with {who}",
            got=replaced.said,
            at=replaced,
            why=BREACH,
            advice="check user and password of every upload",
            requirement=(id_, "auth/upload-credentials-validated"),
        )
        kept = judge_kept(
            findings,
            registry,
            first,
            before,
            replaced,
            after=f"an upload with {who} was answered {replaced.status}",
            why="anybody can replace what others install",
            advice="check the credentials before anything is stored",
            requirement=(id_, "auth/upload-credentials-validated"),
        )
        if not kept:
            return


@requirement("auth/upload-auth-before-validation")
def test_credentials_are_looked_at_before_the_form(
    registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A form that lacks what it needs, sent without credentials, is answered for the credentials and not for the form."""
    need_gate(registry)
    wheel = fresh.wheel("unfinished")
    whole = upload_parts(wheel)
    forms = {
        "without name and version": changed(whole, drop=("name", "version")),
        "without content": changed(whole, drop=("content",)),
    }
    complete = registry.upload(fresh.wheel("finished"), credentials=None)
    if complete.ok:
        findings.not_offered(f"uploads need no credentials: without them {said_of(complete)}")
        return
    for what, parts in forms.items():
        answer = registry.post(parts, writes=wheel.name, credentials=None)
        findings.expect(
            answer.status in (*REFUSALS, complete.status) and (answer.status or 500) < 500,
            expected=f"401 or 403 for a form {what} and without credentials",
            got=answer.said,
            at=answer,
            also=[complete],
            why="strangers learn what a form needs and which files exist, and the registry works for them",
            advice="check the credentials before the body is read",
        )


@requirement("auth/upload-token-user")
def test_given_credentials_are_enough_to_upload(
    target: Target, published: Published, registry: Registry, findings: Findings
) -> None:
    """A URL, a user name and a password, sent as HTTP Basic, are all that an upload needs."""
    writer = need_gate(registry)
    attempts = published.attempts
    if any(attempt.accepted for attempt in attempts):
        findings.hold()
        findings.note(f"uploads are made as user {'__token__' if writer.username == '__token__' else 'NAME'}")
        return
    answer = attempts[0].exchange
    wants = [challenge.scheme for challenge in challenges(answer)]
    if answer.status != 401 or not (target.reads_need_credentials or (wants and "basic" not in wants)):
        findings.not_reached(f"no upload was accepted, maybe for other reasons: {answer.said}")
        return
    findings.expect(
        False,
        expected="the upload accepted: the same credentials are good for reading, and clients send Basic only",
        got=f"{answer.said}, {answer.header('www-authenticate') or 'no challenge'}",
        at=answer,
        why="twine, uv, poetry, pdm, hatch and flit have nothing else to send",
        advice="take user and password, or user __token__ and a token, in HTTP Basic",
    )


@requirement("auth/401-challenge", "auth/basic-realm")
def test_401_to_an_upload_comes_with_a_challenge(
    registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """Every 401 to an upload names in WWW-Authenticate how to log in."""
    need_gate(registry)
    wheel = fresh.wheel("unchallenged")
    for who in (None, NOBODY):
        judge_challenge(findings, registry.upload(wheel, credentials=who))


@requirement("auth/credentials-not-echoed")
def test_answers_to_uploads_do_not_repeat_the_password(
    registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """No answer to an upload repeats the password that came with it."""
    need_gate(registry)
    wheel = fresh.wheel("echo")
    answer = registry.upload(wheel, credentials=NOBODY)
    broken = registry.post([Part(":action", "file_upload")], writes=wheel.name, credentials=NOBODY)
    for reply in (answer, broken):
        text = reply.raw.decode("latin-1") + " ".join(value for _, value in reply.headers) + reply.reason
        findings.expect(
            MARK not in text and NOBODY.header.removeprefix("Basic ") not in text,
            expected="an answer without the password of the request",
            got="the password, or the whole Authorization value, in the answer",
            at=reply,
            why="twine and uv print the answer, and CI keeps the print",
            advice="leave credentials out of error messages and headers",
        )
