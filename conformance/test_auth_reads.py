"""Reading with and without credentials: who may read gets everything, who may not is told how to."""

from __future__ import annotations

from conformance.auth_asking import (
    MARK,
    NOBODY,
    challenges,
    declared,
    locked_things,
    lower_scheme,
    need_lock,
    said_of,
    with_files,
    wrong_credentials,
)
from fixtures.exchange import Exchange
from fixtures.http import PIP_ACCEPT, Credentials
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

LEAK = "whoever guesses the URL reads what was meant to be private"
MALFORMED = ("Basic", "Basic !!!", "Basic bm8tY29sb24=", "Basic //46/w==", "Bearer", "Unheard-Of x", "")


@requirement("auth/anonymous-read")
def test_strangers_get_the_page_or_a_refusal(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Somebody without credentials gets the page, or is refused; not a login form, not an error."""
    answer = registry.anonymous().page(subjects[0].name)
    index = answer.ok and answer.media_type in SIMPLE_TYPES
    told = read_page(answer) if index else None
    empty = told is not None and not told.files and bool(subjects[0].files)
    findings.expect(
        bool(answer.status and 400 <= answer.status < 500) or (index and not empty) or rightly_odd(answer),
        expected="the page of the project, or a refusal with a 4xx status",
        got=f"{answer.said} at {answer.url}" + (" without any file" if empty else ""),
        at=answer,
        why="pip and uv read a login form as a project without releases",
        advice="answer 401 with WWW-Authenticate; forms are for browsers",
    )
    findings.note(
        "reading is open to everybody" if answer.ok else f"a stranger's read is answered {answer.said}"
    )


def rightly_odd(answer: Exchange) -> bool:
    """A page under a wrong type is the fault of another requirement."""
    return answer.ok and answer.media_type not in SIMPLE_TYPES and b".whl" in answer.raw


@requirement("auth/basic-on-simple")
def test_private_pages_take_basic_credentials(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Pages and files of a private index are given to who sends HTTP Basic."""
    need_lock(target, subjects, registry)
    asked = [registry.page(s.name, accept) for s in list(subjects)[:3] for accept in (JSON_TYPE, HTML_ACCEPT)]
    asked += [registry.file(file) for file in with_files(subjects).files[:2] if on_index(target, file.url)]
    if target.root_offered:
        asked.append(registry.root())
    for answer in asked:
        findings.expect(
            answer.status not in (401, 403, 407),
            expected="200 for the right user and password in HTTP Basic",
            got=f"{answer.said}, {answer.header('www-authenticate') or 'no challenge'}",
            at=answer,
            why="Basic is all that pip, uv, poetry, pdm and Octopus can send",
            advice="take Basic credentials for every page and every file",
        )


def on_index(target: Target, url: str) -> bool:
    """Whether a URL is on the host of the index, where clients send its credentials."""
    from fixtures.exchange import origin

    return origin(url) == origin(target.base_url)


@requirement("auth/netrc-and-url-userinfo")
def test_credentials_work_after_a_bare_request(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """What was refused to a bare request is given to the same request with credentials, at once."""
    need_lock(target, subjects, registry)
    for what, url, accept in locked_things(registry, subjects, target):
        if not on_index(target, url):
            continue
        bare = registry.anonymous().get(url, accept=accept, fresh=True)
        answer = registry.get(url, accept=accept, fresh=True)
        findings.expect(
            answer.ok,
            expected=f"{what}, after the request without credentials was answered {bare.status}",
            got=answer.said,
            at=answer,
            also=[bare],
            why="pip and uv with .netrc or a keyring ask without credentials first, and then with them",
            advice="never keep a refusal for those who do send credentials; want no cookie and no second header",
        )


@requirement("auth/scheme-case-insensitive")
def test_name_of_the_scheme_ignores_case(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The name of the authentication scheme may be written in any case."""
    credentials = need_lock(target, subjects, registry)
    url = target.page_url(subjects[0].normalized)
    header = (("Authorization", lower_scheme(credentials)),)
    answer = registry.http.get(url, accept=PIP_ACCEPT, headers=header, follow=False)
    findings.expect(
        answer.status not in (400, 401, 403) and answer.complete,
        expected="the page: the name of a scheme is not sensitive to case",
        got=answer.said,
        at=answer,
        why="some HTTP libraries and proxies write `basic`",
        advice="compare the scheme without regard to case (RFC 9110 section 11.1)",
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


@requirement("auth/404-after-auth")
def test_unknown_project_is_404_for_readers(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Who may read is told 404 about a project that does not exist, not 401 or 403."""
    need_lock(target, subjects, registry)
    answer = registry.page(unknown_name(subjects), follow=False)
    findings.expect(
        answer.status not in (401, 403, 407),
        expected="404",
        got=answer.said,
        at=answer,
        why="uv stops at 401 and 403 and asks no further index",
        advice="answer 404 to readers; only strangers get 401",
    )
    if answer.status != 404:
        findings.note(f"an unknown project is answered {answer.said}")


def unknown_name(subjects: Subjects) -> str:
    """A name in the form of the subjects' names, so long that nobody has it."""
    return f"conformance-unknown-{len(subjects)}-d41d8cd98f00b204e9800998"


@requirement("auth/no-existence-leak")
def test_strangers_do_not_learn_what_exists(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """To a stranger, a private project and one that does not exist look the same."""
    need_lock(target, subjects, registry)
    stranger = registry.anonymous()
    missing = stranger.page(unknown_name(subjects), follow=False)
    for subject in list(subjects)[:2]:
        answer = stranger.page(subject.name, follow=False)
        findings.expect(
            answer.status == missing.status,
            expected=f"{missing.status}, as for a project that does not exist",
            got=answer.said,
            at=answer,
            also=[missing],
            why="names of internal projects are what an attacker needs for dependency confusion",
            advice="check the right to read before looking for the project",
        )


@requirement("auth/credentials-validated")
def test_private_pages_stay_closed_without_the_right_credentials(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """A private page is given only to who proves to be allowed, in every form and by every method."""
    need_lock(target, subjects, registry)
    name = subjects[0].name
    stranger = registry.anonymous()
    asked = [("no credentials", stranger.page(name, accept)) for accept in (JSON_TYPE, HTML_ACCEPT)]
    asked += [("no credentials", stranger.page(name, method="HEAD"))]
    asked += [
        (who, registry.as_user(wrong).page(name, JSON_TYPE)) for who, wrong in wrong_credentials(target)
    ]
    user_alone = Credentials(NOBODY.username, "")
    asked.append(("a user name alone", registry.as_user(user_alone).page(name)))
    for who, answer in asked:
        findings.expect(
            not (answer.ok and gives(answer)),
            expected=f"a refusal for {who}",
            got=answer.said,
            at=answer,
            why=LEAK,
            advice="check user and password on every request, whatever its method and its Accept",
        )


def gives(answer: Exchange) -> bool:
    """Whether an answer shows an index page, or the head of one."""
    return answer.media_type in SIMPLE_TYPES and (
        answer.method == "HEAD" or (page := read_page(answer)) is None or bool(page.files)
    )


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


@requirement("auth/bad-credentials-on-public")
def test_needless_credentials_do_no_harm(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Credentials that nobody asked for lead to no server error."""
    if target.reads_need_credentials:
        findings.not_offered(
            "reading asks for credentials; wrong ones are judged by auth/wrong-credentials-401"
        )
        return
    guest = registry.as_user(NOBODY)
    asked = [guest.page(subjects[0].name, JSON_TYPE), guest.page(subjects[0].name, HTML_ACCEPT)]
    asked += [guest.file(file) for file in subjects[0].files[:1]]
    for answer in asked:
        findings.expect(
            answer.complete and (answer.status or 500) < 500,
            expected="the page, or a refusal with a 4xx status",
            got=answer.said,
            at=answer,
            why="clients send what .netrc or the URL holds, asked or not; pip and uv retry a server error",
            advice="overlook credentials where none are needed, or refuse wrong ones with 401",
        )
        if not answer.ok:
            findings.note(f"needless credentials are refused: {said_of(answer)}")


@requirement("auth/malformed-authorization")
def test_malformed_authorization_is_no_server_error(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """An Authorization header that makes no sense leads to a 4xx status, or counts as none; not to a server error."""
    url = target.page_url(subjects[0].normalized)
    for value in MALFORMED:
        answer = registry.http.get(url, headers=(("Authorization", value),), follow=False)
        findings.expect(
            answer.complete
            and (answer.status or 500) < 500
            and not (target.reads_need_credentials and answer.ok and gives(answer)),
            expected="401 or another 4xx status" + ("" if target.reads_need_credentials else ", or the page"),
            got=f"{answer.said} for Authorization: {value!r}",
            at=answer,
            why="a server error is retried by pip and uv, and may stand for a hole in the check",
            advice="treat what can't be decoded as wrong credentials",
        )


@requirement("auth/files-same-auth")
def test_files_take_the_credentials_of_the_index(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Files and metadata files on the index's host are given to the same credentials."""
    need_lock(target, subjects, registry)
    for subject in list(subjects)[:4]:
        for file in [f for f in subject.files if on_index(target, f.url)][:2]:
            answers = [registry.file(file)]
            answers += [registry.metadata(file)] if file.core_metadata else []
            for answer in answers:
                findings.expect(
                    answer.status not in (401, 403, 407),
                    expected="200 for the credentials with which the page was read",
                    got=answer.said,
                    at=answer,
                    why="pip, uv, poetry and pdm send what they sent for the page, and stop at the refusal",
                    advice="protect pages, files and metadata files with one and the same lock",
                )


@requirement("auth/presigned-urls")
def test_files_elsewhere_need_no_credentials(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Files on other hosts are given without the credentials of the index, which clients never send there."""
    elsewhere = 0
    for subject in list(subjects)[:6]:
        for file in subject.files[:2]:
            answer = registry.file(file)
            if on_index(target, answer.url):
                continue
            elsewhere += 1
            findings.expect(
                answer.status not in (401, 403, 407),
                expected="the file, without credentials: its host is not that of the index",
                got=answer.said,
                at=answer,
                why="pip, uv, poetry and pdm send no credentials to another host and stop",
                advice="sign the URLs, or serve the files from the host of the index",
            )
    if not elsewhere:
        findings.not_offered(f"all files are served by the host of the index, {target.base_url}")


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
    name = subjects[0].name
    before = registry.anonymous().page(name)
    with_credentials = registry.page(name, fresh=True)
    after = registry.anonymous().page(name, fresh=True)
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
    for answer in asked:
        judge_challenge(findings, answer)


def judge_challenge(findings: Findings, answer: Exchange) -> None:
    """Judge the challenge of an answer, if it has to have one."""
    if answer.status != 401:
        findings.hold(("auth/401-challenge", "auth/basic-realm"))
        return
    found = challenges(answer)
    findings.expect(
        bool(found),
        expected="WWW-Authenticate with a challenge",
        got=answer.header("www-authenticate") or "no WWW-Authenticate",
        at=answer,
        why="a client that sends credentials only when asked never sends them",
        advice='send WWW-Authenticate: Basic realm="..." with every 401 (RFC 9110 section 15.5.2)',
        requirement="auth/401-challenge",
    )
    for challenge in found:
        if challenge.scheme == "basic":
            findings.expect(
                "realm" in challenge.parameters,
                expected='Basic realm="..."',
                got=answer.header("www-authenticate") or "",
                at=answer,
                why="the realm says where the credentials hold; clients that keep them by realm can't use them",
                advice="give the challenge a realm (RFC 7617 section 2: it is required)",
                requirement="auth/basic-realm",
            )
