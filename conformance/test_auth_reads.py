"""Reading with and without credentials: who may read gets everything, who may not is told how to."""

from __future__ import annotations

import pytest

from conformance.judging.auth_asking import (
    NOBODY,
    locked_things,
    lower_scheme,
    need_file_lock,
    need_lock,
    on_index,
    said_of,
    unknown_name,
    with_files,
)
from fixtures.exchange import Exchange
from fixtures.http import PIP_ACCEPT
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

LEAK = "whoever guesses the URL reads what was meant to be private"


@requirement("auth/anonymous-read")
def test_strangers_get_the_page_or_a_refusal(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
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
    open_to = f"reading {'pages ' if target.files_need_credentials else ''}is open to everybody"
    findings.note(open_to if answer.ok else f"a stranger's read is answered {answer.said}")
    if target.files_need_credentials:
        findings.note(
            "pages are open and files on the host of the index are not: they are read with the credentials of the run"
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


@pytest.mark.late
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
            (answer.status or 500) < 500,
            expected="the page, or a refusal with a 4xx status",
            got=answer.said,
            at=answer,
            why="clients send what .netrc or the URL holds, asked or not; pip and uv retry a server error",
            advice="overlook credentials where none are needed, or refuse wrong ones with 401",
        )
        if not answer.ok:
            findings.note(f"needless credentials are refused: {said_of(answer)}")


@requirement("auth/files-same-auth")
def test_files_take_the_credentials_of_the_index(
    target: Target, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Files and metadata files on the index's host are given to the same credentials."""
    need_file_lock(target, subjects, registry)
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
