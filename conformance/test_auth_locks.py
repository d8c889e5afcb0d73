"""The lock of a private index: strangers and wrong credentials stay outside, and are told how to come in."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import pytest

from conformance.judging.auth_asking import (
    INVENTED_BEARERS,
    MARK,
    NOBODY,
    declared,
    gives,
    is_listed,
    judge_challenge,
    locked_things,
    names_count,
    need_almost,
    need_file_lock,
    need_lock,
    odd_logins,
    on_index,
    said_of,
    unknown_name,
    users_alone,
    with_files,
    wrong_credentials,
)
from conformance.judging.lock_picking import CONDITIONS, other_shapes, rarer_shapes
from conformance.judging.provenance import ACCEPT, pointers
from conformance.judging.pypi_json_reading import json_api
from conformance.judging.reading import content
from conformance.judging.uploading import shown_by_json_api
from fixtures.exchange import Exchange
from fixtures.http import Credentials
from fixtures.pages import JSON_TYPE, ListedFile
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, requirement

pytestmark = pytest.mark.late

LEAK = "whoever guesses the URL reads what was meant to be private"
REFUSED = frozenset({401, 403, 404})  # 404 hides what is forbidden (RFC 9110 section 15.5.4)
MALFORMED = (
    *("Basic", "Basic !!!", "Basic bm8tY29sb24=", "Basic //46/w==", "Basic Og==", "Unheard-Of x", ""),
    *("Bearer", *INVENTED_BEARERS),
)


@requirement("auth/401-not-404-or-403")
def test_missing_credentials_are_answered_with_401(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """A project that may only be read with credentials is answered with 401 to a stranger."""
    need_lock(target, subjects, registry)
    for subject in list(subjects)[:2]:
        answer = registry.anonymous().page(subject.name)
        hidden = answer.status == 404  # RFC 9110 section 15.5.4 allows to hide what is forbidden; LV-38
        known = answer.status in declared(target, "read-without-credentials")
        findings.expect(
            answer.status == 401 or hidden or known or answer.ok,
            expected="401",
            got=answer.said,
            at=answer,
            why="pip asks its keyring and its user on 401 only; poetry and pdm go to the next index",
            advice="answer 401 with a challenge; 403 is for those whose credentials do not suffice",
        )
        if hidden or known:
            findings.note(
                f"a stranger's read is answered {answer.status}: pip never asks for credentials then"
            )


@requirement("auth/no-existence-leak")
def test_strangers_do_not_learn_what_exists(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """To a stranger, a private project and one that does not exist look the same, also when the name is spelled in another way."""
    need_lock(target, subjects, registry)
    stranger, unknown = registry.anonymous(), unknown_name(subjects)
    for subject in list(subjects)[:2]:
        for spell in (str, other_spelling):
            missing = stranger.page_spelled(spell(unknown), follow=False)
            answer = stranger.page_spelled(spell(subject.normalized), follow=False)
            if looks(answer) != looks(missing) and is_listed(subject, stranger):
                findings.not_offered(
                    f"the list of projects tells everybody that there is {subject.normalized}"
                )
                break
            findings.expect(
                looks(answer) == looks(missing),
                expected=f"{' '.join(looks(missing))}, as for a project that does not exist",
                got=" ".join(looks(answer)),
                at=answer,
                also=[missing],
                why="names of internal projects are what an attacker needs for dependency confusion",
                advice="check the right to read before looking for the project, and before a redirect",
            )


def other_spelling(name: str) -> str:
    """A spelling of a normalized name that registries may redirect."""
    return name.replace("-", "_").capitalize()


def looks(answer: Exchange) -> tuple[str, ...]:
    """What must not differ between a project and none: the status, and whether there is a serial number of the project."""
    serial = answer.header("x-pypi-last-serial")
    return (str(answer.status), *(["with X-PyPI-Last-Serial"] if serial is not None else []))


@requirement("auth/credentials-validated")
def test_private_pages_stay_closed_without_the_right_credentials(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """A private page is given only to who proves to be allowed, in every form and by every method."""
    need_lock(target, subjects, registry)
    name = subjects[0].name
    stranger = registry.anonymous()
    asked = [("no credentials", stranger.page(name, accept)) for accept in (JSON_TYPE, HTML_ACCEPT)]
    if not any(answer.ok for _, answer in asked):  # else it may be the head of a login form
        asked += [("no credentials", stranger.page(name, JSON_TYPE, method="HEAD"))]
    asked += [
        (who, registry.as_user(wrong).page(name, JSON_TYPE)) for who, wrong in wrong_credentials(target)
    ]
    asked += [
        (f"{who} without a password", registry.as_user(Credentials(user, "")).page(name))
        for who, user in users_alone(target)
    ]
    for who, answer in asked:
        findings.expect(
            not (answer.ok and gives(answer)),
            expected=f"a refusal for {who}",
            got=answer.said,
            at=answer,
            why=LEAK,
            advice="check user and password on every request, whatever its method and its Accept",
        )
    if target.renamed is not None and not names_count(target):  # else it is among the wrong ones
        answer = registry.as_user(target.renamed).page(name, JSON_TYPE)
        if answer.ok and gives(answer):
            findings.note(
                "the password opens pages under the name of a user that does not exist, too: right for a token, not for a password"
            )


@requirement("auth/credentials-validated")
def test_almost_the_right_password_opens_no_private_page(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The password with a letter more or less, or in another case, opens no private page."""
    need_lock(target, subjects, registry)
    name = subjects[0].name
    tried = [
        (row.what, registry.as_user(row.credentials).page(name, JSON_TYPE)) for row in need_almost(target)
    ]
    right = registry.page(name, JSON_TYPE, fresh=True)
    for who, answer in tried if right.ok else [row for row in tried if row[1].ok]:
        findings.expect(
            not (answer.ok and gives(answer)),
            expected=f"a refusal for {who}",
            got=answer.said,
            at=answer,
            why=LEAK,
            advice="compare the whole password, letter by letter and with its case; check how it is hashed and kept",
        )
    if not right.ok:  # refused for another reason than the password
        findings.not_reached(f"after wrong passwords the right one is refused, too: {right.said}")


@requirement("auth/wrong-credentials-401")
def test_wrong_credentials_are_refused(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Wrong credentials on a read are answered with 401."""
    need_lock(target, subjects, registry)
    for who, wrong in wrong_credentials(target):
        answer = registry.as_user(wrong).page(subjects[0].name, JSON_TYPE)
        findings.expect(
            answer.status in (401, 403, 404),
            expected=f"401 for {who}",
            got=answer.said,
            at=answer,
            why="pip asks for better credentials on 401 only; a server error makes it retry",
            advice="answer 401 with a challenge",
        )
        if answer.status in (403, 404):
            findings.note(
                f"{who} is answered {answer.status}: clients do not ask for better credentials then"
            )


@requirement("auth/malformed-authorization")
def test_malformed_authorization_is_no_server_error(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """An Authorization header that makes no sense leads to a 4xx status, or counts as none; not to a server error."""
    url = target.page_url(subjects[0].normalized)
    for what, value in [*((repr(value), value) for value in MALFORMED), *odd_logins(target)]:
        answer = registry.http.get(url, headers=(("Authorization", value),), follow=False)
        findings.expect(
            answer.complete
            and (answer.status or 500) < 500
            and not (target.reads_need_credentials and answer.ok and gives(answer)),
            expected="401 or another 4xx status" + ("" if target.reads_need_credentials else ", or the page"),
            got=f"{answer.said} for Authorization: {what}",
            at=answer,
            why="a server error is retried by pip and uv, and may stand for a hole in the check",
            advice="treat what can't be decoded or compared as wrong credentials: bcrypt takes no password above 72 bytes, databases take no NUL",
        )


@requirement("auth/vary-authorization", "security/no-cross-user-cache")
def test_private_answers_stay_private(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """What was read with credentials is neither marked for shared caches nor given to the next stranger."""
    need_lock(target, subjects, registry)
    for _, url, accept in locked_things(registry, subjects, target):
        answer = registry.get(url, accept=accept)
        if not (answer.ok and answer.credentials_sent):
            continue
        findings.expect(
            not shared(answer),
            expected="Cache-Control: private, no-store or no-cache, or Vary: Authorization, or none of them",
            got=f"Cache-Control: {answer.header('cache-control')}, Vary: {answer.header('vary')}",
            at=answer,
            why="public and s-maxage allow every cache on the way to hand the answer to strangers (RFC 9111 section 3.5)",
            advice="say private to those who sent credentials",
            requirement="auth/vary-authorization",
        )
    url = f"{target.page_url(subjects[0].normalized)}?conformance=private"  # a URL that nobody has asked for
    before = registry.anonymous().get(url, fresh=True)
    with_credentials = registry.get(url, fresh=True)
    after = registry.anonymous().get(url, fresh=True)
    findings.expect(
        before.ok or not after.ok,
        expected=f"{before.status}, as before somebody with credentials asked",
        got=after.said,
        at=after,
        also=[before, with_credentials],
        why=LEAK,
        advice="keep pages for the user they were made for, or not at all",
        requirement="security/no-cross-user-cache",
    )


def shared(answer: Exchange) -> bool:
    """Whether an answer may be given by a shared cache to somebody else, unasked (RFC 9111 section 3.5)."""
    said = answer.listed("cache-control")
    names = {item.partition("=")[0] for item in said}
    if names & {"private", "no-store", "no-cache"} or answer.listed("vary") & {"authorization", "*"}:
        return False
    if "s-maxage" in names:
        return not said & {"s-maxage=0", 's-maxage="0"'}
    return "public" in names and "max-age=0" not in said


@requirement("auth/credentials-not-echoed")
def test_refusals_do_not_repeat_the_password(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """No answer repeats the password that came with the request."""
    answer = registry.as_user(NOBODY).page(subjects[0].name, JSON_TYPE)
    pair = NOBODY.header.removeprefix("Basic ")
    heads = " ".join(value for _, value in answer.headers)
    text = answer.raw.decode("latin-1")
    findings.expect(
        not any(secret in place for secret in (MARK, pair) for place in (heads, text)),
        expected="an answer without the password of the request",
        got="the password, or the whole Authorization value, in the answer",
        at=answer,
        why="answers end in logs, in CI output and in caches",
        advice="leave credentials out of error messages and headers",
    )


@requirement("auth/401-challenge", "auth/basic-realm")
def test_401_comes_with_a_challenge(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Every 401 to a read names in WWW-Authenticate how to log in."""
    stranger, guest = registry.anonymous(), registry.as_user(NOBODY)
    asked = [stranger.page(subjects[0].name), guest.page(subjects[0].name, JSON_TYPE)]
    asked += [stranger.head(target.page_url(subjects[0].normalized))]
    if target.reads_need_credentials:
        asked += [
            stranger.get(url, accept=kind) for _, url, kind in locked_things(registry, subjects, target)
        ]
        asked += [stranger.page(unknown_name(subjects), follow=False)]
    elif target.files_need_credentials:
        asked += [stranger.file(file) for file in subjects[0].files[:1] if on_index(target, file.url)]
    for answer in asked:
        judge_challenge(findings, answer)


@requirement("auth/files-locked-alike")
def test_a_closed_file_stays_closed(
    target: Target, subjects: Subjects, staged: Staged, registry: Registry, findings: Findings
) -> None:
    """What a plain GET does not give to a stranger is not given for another header or method, nor are its metadata, provenance or other files."""
    need_file_lock(target, subjects, registry)
    stranger = registry.anonymous()
    chosen = one_of_each_kind([f for s in list(subjects)[:12] for f in s.files if on_index(target, f.url)])
    plain = [("a plain GET", stranger.file(file)) for file in chosen]
    if not any(answer.status in REFUSED for _, answer in plain):
        raise NotOffered("files on the index's host ask nobody for credentials; their URLs may be the secret")
    asked = [(what, answer) for what, answer in plain if answer.ok]
    pages_open = not target.reads_need_credentials
    if pages_open:  # then metadata and some of the files may be open on purpose, too
        chosen = tuple(f for f, (_, answer) in zip(chosen, plain, strict=True) if answer.status in REFUSED)
        asked = []
    for file in chosen:
        asked.append(("HEAD", stranger.head(file.url, accept="*/*")))
        for headers in ((("Range", "bytes=0-0"),), CONDITIONS):
            names = " and ".join(f"{name}: {value}" for name, value in headers)
            asked.append((names, stranger.get(file.url, accept="*/*", headers=headers)))
        if file.core_metadata and not pages_open:
            asked.append(("a GET of its metadata", stranger.metadata(file)))
        known = content(registry.file(file))  # another answer may be the page of a web site
        shapes = [*other_shapes(stranger, file.url)]
        shapes += rarer_shapes(stranger, file.url) if file is chosen[0] else ()
        asked += [row for row in shapes if not row[1].ok or content(row[1]) == known]
    if not pages_open:
        shown = [pointer.url for pointer in pointers(staged) if on_index(target, pointer.url)]
        asked += [("a GET of a provenance", stranger.get(url, accept=ACCEPT)) for url in shown[:1]]
    for what, answer in asked:
        findings.expect(
            not answer.ok and answer.status != 304,
            expected="a refusal, as a plain GET of a file gets",
            got=f"{answer.said} for {what} without credentials",
            at=answer,
            also=[other for _, other in plain if other.status in REFUSED][:1],
            why=LEAK,
            advice="ask for the right to read before anything else, for every kind of file and every method",
        )


@requirement("auth/files-locked-alike")
def test_a_closed_page_stays_closed(
    site: Site, target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """What is listed on a page that a stranger is refused is not told for another spelling of its URL, for a header or by the JSON API."""
    need_lock(target, subjects, registry)
    subject, stranger = with_files(subjects), registry.anonymous()
    url = target.page_url(subject.normalized)
    plain = stranger.page(subject.name)
    if plain.status not in REFUSED:
        findings.not_reached(f"a stranger is not refused: {said_of(plain)}")
        return
    asked = [("a plain GET", plain), *other_shapes(stranger, url), *rarer_shapes(stranger, url)]
    asked.append(("a condition", stranger.get(url, headers=CONDITIONS)))
    asked.append(("?format=", stranger.get(f"{url}?format={quote(JSON_TYPE, safe='/')}", accept="*/*")))
    document = shown_by_json_api(site, subject.normalized)
    if document is not None and on_index(target, document.exchange.url):
        asked.append(("the JSON API", stranger.get(document.exchange.url, accept="application/json")))
        release = json_api(site).release_url(subject.normalized, str(document.info.get("version")))
        asked.append(("a release in the JSON API", stranger.get(release, accept="application/json")))
    names = [file.filename for file in subject.files]
    for what, answer in asked:
        findings.expect(
            answer.status != 304 and not any(name in answer.text for name in names),
            expected="a refusal that names no file, as a plain GET of the page should get",
            got=f"{answer.said}{'' if answer.status == 304 else ' with the names of files'}, for {what} without credentials",
            at=answer,
            also=[plain],
            why=LEAK,
            advice="ask for the right to read where the page is made, and not by the spelling of the URL or by who a header says that asks",
        )


def one_of_each_kind(files: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
    """A wheel and a source distribution, as far as there are any; best with a metadata file."""
    ordered = sorted(files, key=lambda file: not file.core_metadata)
    wheel = next((file for file in ordered if file.is_wheel), None)
    sdist = next((file for file in ordered if not file.is_wheel), None)
    return tuple(file for file in (wheel, sdist) if file is not None)
