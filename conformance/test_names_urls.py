"""Names in URLs: other spellings, unknown names, and what is no name at all."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from conformance.judging.spellings import judge_spelling, sample, spellings, unknown_name
from fixtures.exchange import Exchange
from fixtures.pages import JSON_TYPE, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

FEW = 6  # projects whose other spellings are tried
HARM = {
    200: "uv takes it for a project without files and stops looking in other indexes",
    401: "uv stops looking in other indexes",
    403: "uv stops looking in other indexes",
}


def few(subjects: Subjects, seed: int) -> list[Subject]:
    """Some projects, those with another spelling than the normalized one first."""
    spelled = [s for s in subjects if s.name != s.normalized]
    rest = [s for s in subjects if s.name == s.normalized]
    return (spelled + sample(rest, seed, FEW))[:FEW]


@pytest.mark.long
@requirement("names/unnormalized-url-redirect", "names/unnormalized-redirect-target")
def test_other_spellings_lead_to_the_project(site: Site, findings: Findings) -> None:
    """Another spelling in the URL redirects to the normalized URL, shows the same page, or is not found."""
    for subject in few(site.subjects, site.prepared.seed):
        for kind, spelling in spellings(subject.name).items():
            judge_spelling(site, findings, subject, spelling, kind)


@requirement("names/unknown-project-404")
def test_unknown_project_is_not_found(site: Site, registry: Registry, findings: Findings) -> None:
    """A name that the registry does not know is answered with 404, and never with somebody's files."""
    judge_unknown(site, findings, registry.page(unknown_name(site), HTML_ACCEPT, follow=False))


@requirement("names/unknown-project-404-json", "simple-json/error-body-free")
def test_unknown_project_is_not_found_in_json(site: Site, registry: Registry, findings: Findings) -> None:
    """It is 404 as well when JSON is asked for; the body is free."""
    answer = registry.page(unknown_name(site), JSON_TYPE, follow=False)
    judge_unknown(site, findings, answer)
    findings.expect(
        answer.complete,
        expected="a whole answer, whatever its body",
        got=answer.said,
        at=answer,
        why="clients report a broken connection and not a missing project",
        advice="finish the answer",
        requirement="simple-json/error-body-free",
    )


def judge_unknown(site: Site, findings: Findings, answer: Exchange) -> None:
    """404 is what clients want. Other answers are legal (LV-37, LV-38): told, with the client that they hurt."""
    page = read_page(answer) if answer.ok else None
    listed = [file.filename for file in page.files] if page else []
    fine = answer.complete and (answer.status or 500) < 500 and not listed
    findings.expect(
        fine,
        expected="404",
        got=f"{answer.said}, with {len(listed)} files: {listed[0]}" if listed else answer.said,
        at=answer,
        why="uv and poetry repeat the request and then stop; with 404 they go on to the next index",
        advice="answer 404 for every name that is not known",
    )
    if fine and answer.status not in (404, 410):
        harm = HARM.get(answer.status or 0, "clients that know no other index find out late")
        findings.note(f"an unknown project is answered {answer.said}: {harm}")


NO_NAMES = (
    ("_index", "a name that begins with an underscore"),
    ("-", "a hyphen alone"),
    ("%00", "a null byte"),
    ("%2e%2e", "the parent folder, encoded"),
    ("%ff", "bytes that are not UTF-8"),
    ("%0d%0aX-Injected:%20yes", "a line break"),
    ("%3Cscript%3E", "a tag"),
)


@requirement("names/invalid-name-url")
@pytest.mark.parametrize(("path", "kind"), NO_NAMES, ids=[kind for _, kind in NO_NAMES])
def test_what_is_no_name_is_refused(
    target: Target, registry: Registry, findings: Findings, path: str, kind: str
) -> None:
    """A path that cannot be a project's name is answered with a 4xx, not with an error of the server."""
    base = urlsplit(target.base_url).path
    answer = registry.http.send(
        "GET",
        f"{target.base_url}no-name/",
        headers=(("Accept", HTML_ACCEPT),),
        credentials=registry.reader,
        raw_path=f"{base}{path}/".encode(),
    )
    injected = answer.header("x-injected") is not None
    page = read_page(answer) if answer.ok else None
    findings.expect(
        answer.complete and (answer.status or 500) < 500 and not injected and not (page and page.files),
        expected=f"a 4xx for {kind}: {base}{path}/",
        got="the line break of the path became a header" if injected else answer.said,
        at=answer,
        why="uv and poetry repeat a request that ended in a 5xx, and pip hides its cause",
        advice="match the name against the pattern of valid names before anything is looked up",
    )


@requirement("names/invalid-name-url")
def test_spaces_do_not_make_a_spelling(site: Site, registry: Registry, findings: Findings) -> None:
    """A name with a space or an exclamation mark in place of its hyphen is no spelling of the project."""
    for subject in [s for s in site.subjects if "-" in s.normalized][:2]:
        for mark in ("%20", "!"):
            spelling = subject.normalized.replace("-", mark)
            answer = registry.page_spelled(spelling, HTML_ACCEPT, follow=False)
            page = read_page(answer) if answer.ok else None  # a redirect would say which name is meant
            findings.expect(
                not (page and page.files),
                expected=f"a 4xx: the characters of {answer.url} make no name",
                got=f"{answer.said}, with {len(page.files) if page else 0} files",
                at=answer,
                why="rules that compare names (blocked, internal) see another name than the one that is served",
                advice="refuse names that do not match the pattern; do not strip or replace characters",
            )


@requirement("names/no-version-pages")
def test_page_of_a_version_is_no_server_error(site: Site, registry: Registry, findings: Findings) -> None:
    """There need be no page for a single version; asking for one does not break the server."""
    for subject in few(site.subjects, site.prepared.seed)[:2]:
        answer = registry.get(f"{site.target.page_url(subject.normalized)}1.0/", follow=False)
        findings.expect(
            answer.complete and (answer.status or 500) < 500,
            expected="any answer but a server error",
            got=answer.said,
            at=answer,
            why="some tools guess such URLs and repeat the request",
            advice="answer 404 for paths that mean nothing",
        )
