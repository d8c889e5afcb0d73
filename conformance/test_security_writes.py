"""Writing where nothing may be written: file URLs, other people's projects, names that are markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from conformance.judging.auth_asking import need_gate, open_to_all
from conformance.judging.keeping import judge_kept
from conformance.judging.reading import content
from conformance.judging.security_probing import trace_in
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.http import PIP_ACCEPT, Credentials
from fixtures.multipart import Part
from fixtures.operator import Operator
from fixtures.pages import SIMPLE_TYPES
from fixtures.registry import HTML_ACCEPT, Registry, changed, upload_parts
from fixtures.target import Target
from fixtures.verdicts import Findings, not_reached, requirement

OPEN = {
    "why": "anybody can delete or replace what others install",
    "advice": "take GET, HEAD and OPTIONS only, and answer 405 with Allow to all else",
}
METHODS = ("PUT", "DELETE", "PATCH")
FILENAMES = {
    "markup": '{stem}"><img src=x onerror=conformance(7)>.tar.gz',
    "a quote": "{stem}' onmouseover=conformance(7) '.tar.gz",
}


def send(
    registry: Registry, method: str, url: str, project: str, who: Credentials | None, body: bytes = b""
) -> Exchange:
    """Send a request that would change something of a project of this run."""
    headers = (("Accept", PIP_ACCEPT), ("Content-Type", "application/octet-stream"))
    return registry.http.send(method, url, writes=project, headers=headers, body=body, credentials=who)


@requirement("security/files-read-only-methods")
def test_files_can_not_be_written(registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """A POST to the URL of a file is refused and leaves the file as it is."""
    wheel = fresh.wheel("read-only")
    listed = registry.publish(wheel)
    before = content(registry.file(listed))
    answer = send(registry, "POST", listed.url, wheel.name, registry.writer, b"conformance")
    findings.expect(
        answer.complete and answer.status not in (500, 502, 504),
        expected="405, or another 4xx status",
        got=answer.said,
        at=answer,
        why="what can't be handled may be used",
        advice="answer 405 with Allow: GET, HEAD",
    )
    if answer.ok:
        findings.note(f"a POST to a file is answered {answer.said} and changes nothing")
    judge_kept(
        findings, registry, wheel, before, answer, after=f"a POST to it was answered {answer.said}", **OPEN
    )


@requirement("security/method-safety")
def test_strangers_change_nothing(registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """PUT, DELETE and PATCH without credentials are refused and change nothing."""
    need_gate(registry)
    wheel = fresh.wheel("safe")
    listed = registry.publish(wheel)
    before = content(registry.file(listed))
    answers = [
        send(registry, method, url, wheel.name, None, b"conformance")
        for url in (listed.url, registry.target.page_url(wheel.normalized))
        for method in METHODS
    ]
    for answer in answers:
        if answer.ok and (proof := open_to_all(registry, fresh)) is not None:
            findings.not_offered(f"everybody may write here: an upload by nobody was answered {proof.said}")
            return
        served = answer.ok and (answer.media_type in SIMPLE_TYPES or answer.raw == before)
        findings.expect(
            (not answer.ok or served) and answer.status not in (500, 502, 504),
            expected="405, 401 or 403",
            got=answer.said,
            at=answer,
            why="the status says that a stranger's change was made",
            advice="answer 405 with Allow, or 401, to what strangers may not do",
        )
        if served:
            findings.note(f"{answer.method} is answered as GET is: {answer.said}")
    judge_kept(
        findings, registry, wheel, before, answers[1], after="PUT, DELETE and PATCH by a stranger", **OPEN
    )


@requirement("security/405-allow")
def test_405_names_what_is_allowed(registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """An answer with status 405 names the methods that are allowed."""
    wheel = fresh.wheel("allowed")
    listed = registry.publish(wheel)
    upload = registry.target.upload_url or registry.target.base_url
    asked = [
        send(registry, "PATCH", registry.target.page_url(wheel.normalized), wheel.name, registry.writer),
        send(registry, "PATCH", listed.url, wheel.name, registry.writer),
        registry.get(upload, accept="*/*", method="HEAD"),
    ]
    for answer in asked:
        if answer.status != 405:
            findings.hold()
            continue
        findings.expect(
            answer.header("allow") is not None,
            expected="Allow, with the methods that there are",
            got="no Allow",
            at=answer,
            why="who gets the answer does not learn what to do instead",
            advice="send Allow with every 405 (RFC 9110 section 15.5.6)",
        )


@requirement("security/html-injection-filename")
@pytest.mark.parametrize("what", list(FILENAMES))
def test_file_names_are_no_markup(what: str, registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """A file name with quotes or angle brackets is refused, or escaped wherever a page shows it."""
    sdist = fresh.sdist("markup")
    odd = FILENAMES[what].format(stem=sdist.filename.removesuffix(".tar.gz"))
    parts = [part for part in upload_parts(sdist) if part.name != "content"]
    parts.append(Part("content", sdist.content, odd, "application/octet-stream"))
    answer = registry.post(parts, writes=sdist.name)
    page = registry.page(sdist.name, HTML_ACCEPT, fresh=True)
    judge_shown(findings, answer, page, "<img src=x", "' onmouseover=")


class Handlers(HTMLParser):
    """Finds the attributes that the file names of these checks bring in when they are not escaped."""

    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        self.found = self.found or any(name in ("onerror", "onmouseover") for name, _ in attrs)


def judge_shown(findings: Findings, upload: Exchange, page: Exchange, *marks: str) -> None:
    """Judge whether markup of an upload stands in a page as markup."""
    shown = page.text if page.ok and page.media_type.endswith("html") else ""
    reader = Handlers()
    reader.feed(shown)
    live = reader.found
    findings.expect(
        not live,
        expected="a refusal, or the name escaped",
        got=f"{upload.said}, and then the page shows it as markup ({', '.join(m for m in marks if m in shown)})",
        at=page,
        also=[upload],
        why="whoever may upload runs scripts in the browsers of all who look at the page",
        advice="refuse file names that no wheel or sdist can have, and escape what is shown",
    )


@requirement("security/upload-authz-by-normalized-name")
def test_other_spelling_gives_no_rights(
    target: Target, registry: Registry, operator: Operator, fresh: Fresh, findings: Findings
) -> None:
    """The right to a project does not depend on how its name is spelled."""
    owner = operator.admin
    if owner is None or owner == registry.writer:
        not_reached("a second account is needed to own the project, and the suite knows of none")
    need_gate(registry)
    first = fresh.wheel("owned")
    answer = registry.upload(first, credentials=owner)
    if not answer.ok or registry.wait_for(first.name, first.filename) is None:
        not_reached(f"the owner's upload of {first.filename} was answered {answer.said}")
    spelled = first.name.replace("-", "_").upper()
    plain = fresh.wheel("", "1.1", name=first.name)
    if registry.upload(plain).ok and "project-rights" not in target.offered:
        findings.not_offered(
            "whoever may upload may upload to every project: rights are not given by project"
        )
        return
    stranger = fresh.wheel("", "2.0", name=first.name)
    taken = registry.post(changed(upload_parts(stranger), name=spelled), writes=first.name)
    listed = {file.filename for file in registry.files_now(first.name)}
    findings.expect(
        not taken.ok and stranger.filename not in listed,
        expected=f"403: {first.name} belongs to another user, however it is spelled",
        got=f"{taken.said} for name={spelled}; listed: {', '.join(sorted(listed))}",
        at=taken,
        also=[answer],
        why="pip and uv install what a stranger published under the owner's name",
        advice="normalize the name before the rights are checked",
    )


@requirement("security/error-no-stacktrace")
def test_upload_errors_show_no_traceback(registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """Answers to uploads that can't be read hold no traceback."""
    wheel = fresh.wheel("traceback")
    name = wheel.name
    answers = [
        registry.post_body(b"conformance", "multipart/form-data; boundary=conformance", writes=name),
        registry.post_body(b"{}", "application/json", writes=name),
        registry.post([Part(":action", "file_upload"), Part("name", name)], writes=name),
        registry.post(changed(upload_parts(wheel), metadata_version="none"), writes=name),
        registry.post(changed(upload_parts(wheel), version="\x00"), writes=name),
    ]
    for answer in answers:
        line = "" if answer.ok else trace_in(answer)
        findings.expect(
            not line,
            expected="an error without the inner life of the server",
            got=f"{answer.said}: {line}",
            at=answer,
            why="paths, versions and settings of the server help an attacker; twine prints all of it",
            advice="log tracebacks, and answer with one sentence",
        )
