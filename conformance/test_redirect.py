"""Redirects: they end, at the right place, with everything that the request had."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from conformance.judging.reading import content
from conformance.judging.redirect_walking import (
    Walk,
    as_page,
    base_path,
    first_with_files,
    misspelled,
    slashless,
    walk,
)
from conformance.judging.spellings import is_fallback, stays
from fixtures.exchange import Exchange
from fixtures.http import REDIRECTS
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES, ListedFile, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

MOST = 5  # steps of a chain
PUBLIC = "pypi.org"  # where several products send requests for names that they do not have (LV-37)


def odd_walks(target: Target, registry: Registry, subjects: Subjects) -> list[tuple[str, Walk]]:
    """Requests that registries answer with redirects: a slash or a spelling is wrong, or both are."""
    subject = first_with_files(subjects)
    asked = [
        ("a page without its slash", slashless(target, subject.normalized)),
        ("another spelling", target.page_url(misspelled(subject))),
        ("another spelling without the slash", slashless(target, misspelled(subject))),
    ]
    if target.root_offered and base_path(target) != "/":
        asked.insert(0, ("the base URL without its slash", target.base_url.rstrip("/")))
    return [(what, walk(registry, url)) for what, url in asked]


@requirement("redirect/no-slash-root")
def test_base_url_without_slash_redirects(target: Target, registry: Registry, findings: Findings) -> None:
    """The base URL without its slash redirects to the base URL."""
    if base_path(target) == "/":
        findings.not_offered(f"the base URL {target.base_url} has no path")
        return
    if not target.root_offered:
        findings.not_offered(f"there is no page at {target.base_url}")
        return
    walked = walk(registry, target.base_url.rstrip("/"))
    last = (walked.end.location or "") if walked.leaves else walked.end.url
    passed = [step.url for step in walked.steps[1:]] + [last]  # the base URL may lead on
    findings.expect(
        bool(walked.redirects)
        and any(urlsplit(url).path.endswith("/") for url in passed)
        and (walked.end.ok or walked.leaves),
        expected=f"a redirect to {target.base_url}",
        got=f"{walked.steps[0].said}, and in the end {walked.end.said} at {last}",
        at=walked.steps[0],
        also=walked.steps[1:],
        why="an index URL without a slash is what many write into pip.conf; relative links go astray without it",
        advice="redirect to the URL with a slash",
    )


@requirement("redirect/both-at-once")
def test_wrong_spelling_without_slash(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A URL with the wrong spelling and without its slash leads to the page in three steps, or is refused."""
    subject = first_with_files(subjects)
    walked = walk(registry, slashless(target, misspelled(subject)))
    end = walked.end
    refused = end.status is not None and 400 <= end.status < 500
    page = read_page(end) if end.ok and end.media_type in SIMPLE_TYPES else None
    known = {file.filename for file in subject.files}
    strange = {file.filename for file in page.files} - known if page else set()
    findings.expect(
        refused
        or (len(walked.redirects) <= 3 and not walked.loops and (end.ok or walked.leaves) and not strange),
        expected=f"the page of {subject.normalized} after three redirects at most, or 404",
        got=f"{end.said} after {len(walked.redirects)} redirects"
        + (f", with {sorted(strange)[0]}" if strange else ""),
        at=walked.steps[0],
        also=walked.steps[1:],
        why="whoever types a name as its owner writes it gets an error or another project",
        advice="redirect to the normalized name with a slash in one step, or answer 404",
    )


@requirement("redirect/terminates")
def test_redirects_end(target: Target, registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Redirects come to an end, within five steps."""
    for what, walked in odd_walks(target, registry, subjects):
        judge_length(findings, what, walked.steps[0], len(walked.redirects), walked.loops, walked.end)
    for subject in list(subjects)[:4]:
        asked = [("a project page", registry.page(subject.name))]
        asked += [("a file", registry.file(file)) for file in subject.files[:2]]
        for what, answer in asked:
            endless = answer.error.startswith("more than")
            judge_length(findings, what, answer, len(answer.via), endless, answer)


def judge_length(
    findings: Findings, what: str, at: Exchange, steps: int, endless: bool, end: Exchange
) -> None:
    """Judge the length of one chain."""
    findings.expect(
        steps <= MOST and not endless,
        expected=f"{what} after {MOST} redirects at most",
        got=f"{steps} redirects" + (" that never end" if endless else "") + f", then {end.said}",
        at=at,
        also=[*at.via, end],
        why="uv breaks off after ten steps, pdm after twenty, pip after thirty with a traceback",
        advice="redirect to the final URL at once",
    )


@requirement("redirect/has-location")
def test_redirects_say_where_to(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A redirect says where it leads to."""
    for _, walked in odd_walks(target, registry, subjects):
        for step in walked.steps:
            findings.expect(
                step.status not in REDIRECTS or bool(step.header("location")),
                expected="Location, with a URL",
                got=f"{step.said}, Location: {step.header('location')}",
                at=step,
                why="no client can follow it",
                advice="send Location with every redirect (RFC 9110 section 15.4)",
            )


@requirement("redirect/same-scheme-host")
def test_redirects_stay_on_the_registry(
    site: Site, target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A redirect for a slash or a spelling keeps scheme, host, port and path prefix."""
    # where a right URL leads on, as the index may have its pages elsewhere, that is no redirect for a slash or a spelling
    right = {target.base_url, target.page_url(first_with_files(subjects).normalized)}
    for what, walked in odd_walks(target, registry, subjects):
        for step in (step for step in walked.redirects if step.url not in right):
            if step.location is None or urlsplit(step.location).hostname == PUBLIC or is_fallback(site, step):
                continue
            findings.expect(
                stays(step.url, step.location) and urlsplit(step.location).path.startswith(base_path(target)),
                expected=f"a redirect to a URL below {target.base_url}, for {what}",
                got=f"Location: {step.header('location')}",
                at=step,
                why="pip, uv, poetry and pdm drop the credentials when scheme, host or port change, and find nothing",
                advice="send Location without scheme and host, or take them from what the proxy forwards",
            )


@requirement("redirect/no-downgrade")
def test_https_stays_https(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """No redirect leads from https to http."""
    if not target.base_url.startswith("https:"):
        findings.not_offered(f"the index is not on https: {target.base_url}")
        return
    hops = [step for _, walked in odd_walks(target, registry, subjects) for step in walked.redirects]
    for subject in list(subjects)[:3]:
        for file in subject.files[:2]:
            hops += registry.file(file).via
    for step in hops:
        findings.expect(
            not (step.url.startswith("https:") and (step.location or "").lower().startswith("http:")),
            expected="a redirect to https",
            got=f"Location: {step.header('location')}",
            at=step,
            why="whoever is on the way reads the answer and may change it; Octopus does not follow",
            advice="take the scheme from what the proxy forwards",
        )
    findings.hold()


@requirement("redirect/keeps-query")
def test_redirects_keep_the_format(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A format that the URL asks for survives a redirect."""
    subject = first_with_files(subjects)
    query = f"?format={quote(JSON_TYPE, safe='/')}"
    plain = registry.page(subject.name, HTML_ACCEPT)
    known = registry.get(target.page_url(subject.normalized) + query, accept=HTML_ACCEPT)
    if known.media_type != JSON_TYPE or plain.media_type == JSON_TYPE:
        findings.not_offered(f"?format= makes no difference: {known.url} was answered {known.said}")
        return
    for url in (slashless(target, subject.normalized), target.page_url(misspelled(subject))):
        walked = walk(registry, url + query, HTML_ACCEPT)
        if walked.redirects and walked.end.ok:
            findings.expect(
                walked.end.media_type == JSON_TYPE,
                expected=f"{JSON_TYPE}, as ?format= asks",
                got=f"{walked.end.said} at {walked.end.url}",
                at=walked.steps[0],
                also=walked.steps[1:],
                why="who can choose the format only in the URL gets the wrong one",
                advice="keep the query in Location",
            )
    findings.hold()


@requirement("redirect/status-kind")
def test_redirects_have_a_known_status(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """Redirects of reads have one of the statuses 301, 302, 303, 307 and 308."""
    for what, walked in odd_walks(target, registry, subjects):
        for step in walked.steps:
            if step.status is None or not 300 <= step.status < 400:
                findings.hold()
                continue
            findings.note(f"{what} is answered {step.status}")
            findings.expect(
                step.status in REDIRECTS or (step.status == 300 and "accept" in step.listed("vary")),
                expected="301, 302, 303, 307 or 308",
                got=step.said,
                at=step,
                why="clients follow no other status",
                advice="redirect with 301 or 308",
            )


@requirement("redirect/files-may-redirect")
def test_redirected_files_arrive(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Where the URL of a file redirects, the file is at the end of it."""
    moved = [(s, f, registry.file(f)) for s in list(subjects)[:4] for f in s.files[:2]]
    moved = [row for row in moved if row[2].via]
    for subject, file, answer in moved:
        ours, data = subject.distribution(file.filename), content(answer)
        size = len(ours.content) if ours is not None else file.size
        findings.expect(
            data is not None and size in (None, len(data)),
            expected=f"{file.filename}" + (f", {size} bytes" if size is not None else ""),
            got=f"{answer.said} after {len(answer.via)} redirects",
            at=answer,
            also=answer.via,
            why="no client gets the file",
            advice="redirect to a URL that needs neither the index's credentials nor more time than a client takes",
        )
        findings.note(f"files redirect with {answer.via[0].status}")
    if not moved:
        findings.not_offered("no file URL redirects")


@requirement("redirect/metadata-suffix-on-listed-url")
def test_metadata_is_beside_the_listed_url(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """The metadata file is found under the listed URL of its file plus .metadata."""
    announced = [(s, f) for s in list(subjects)[:8] for f in s.files if f.core_metadata]
    for _, file in announced[:6]:
        answer = registry.metadata(file)
        if not answer.ok and urlsplit(file.url).query:  # pip appends behind the query
            answer = registry.get(f"{file.url}.metadata", accept="*/*")
        findings.expect(
            answer.ok,
            expected=f"the metadata of {file.filename}, which the page announces",
            got=answer.said,
            at=answer,
            also=answer.via,
            why="pip and uv append .metadata to the URL of the page, and stop when it is not there",
            advice="serve or redirect the listed URL plus .metadata as well as the listed URL",
        )
    if not announced:
        findings.not_offered("no file has its metadata announced")


@requirement("redirect/relative-base-after-redirect")
def test_links_are_right_where_the_page_came_from(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """Relative URLs in a page are right when they are resolved against the URL that the page came from."""
    subject = first_with_files(subjects)
    spellings = (subject.normalized, misspelled(subject))
    urls = [url for s in spellings for url in (slashless(target, s), target.page_url(s))]
    for accept in (JSON_TYPE, HTML_ACCEPT):
        for url in urls:
            walked = walk(registry, url, accept)
            if walked.end.ok and walked.end.media_type in SIMPLE_TYPES:
                judge_links(findings, registry, subject, walked)


def judge_links(findings: Findings, registry: Registry, subject: Subject, walked: Walk) -> None:
    """Judge the links of the page at the end of a walk; only those that differ from the usual page's are tried."""
    page = read_page(as_page(walked))
    usual = {file.filename: file.url for file in subject.files}
    files: tuple[ListedFile, ...] = page.files if page is not None else ()
    differing = [f for f in files if f.filename in usual and f.url != usual[f.filename]]
    findings.hold()
    for file in differing[:1]:
        answer = registry.file(file)
        findings.expect(
            answer.ok,
            expected=f"{file.filename} at {file.url}, to which the link leads from {walked.end.url}",
            got=answer.said,
            at=walked.end,
            also=[answer],
            why="pip, uv, poetry and pdm resolve links against the URL of the page and get 404",
            advice="redirect to the URL with a slash before sending a page with relative links, or make them absolute",
        )
