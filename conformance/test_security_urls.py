"""URLs of an attacker: they are refused, and what they hold comes back neither as a file, nor as markup, nor as a header."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest

from conformance.judging.redirect_walking import first_with_files
from conformance.judging.security_probing import (
    HTML_LIKE,
    below_base,
    passwords_in,
    raw_get,
    trace_in,
)
from fixtures.exchange import Exchange, origin
from fixtures.pages import SIMPLE_TYPES
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

UP = b"..%2f"
TRAVERSALS = {
    "encoded slashes": UP * 9 + b"etc%2fpasswd",
    "encoded slashes and a final slash": UP * 9 + b"etc%2fpasswd/",
    "encoded dots": b"%2e%2e/" * 9 + b"etc/passwd",
    "plain dots": b"../" * 9 + b"etc/passwd",
    "encoded backslashes": b"..%5c" * 9 + b"etc%5cpasswd",
    "encoded twice": b"..%252f" * 9 + b"etc%252fpasswd",
    "overlong UTF-8": b"..%c0%af" * 9 + b"etc%c0%afpasswd",
    "an absolute path": b"%2fetc%2fpasswd",
    "a NUL": UP * 9 + b"etc%2fpasswd%00.whl",
}
MARKUP = "<script>conformance(7)</script>"
ENCODED = b"%3Cscript%3Econformance(7)%3C%2Fscript%3E"
INJECTIONS = {
    "a name": ENCODED + b"/",
    "a name without slash": ENCODED,
    "a name with letters around": b"a" + ENCODED.replace(b"%2F", b"/") + b"b/",
    "a raw name": MARKUP.replace("/", "%2F").encode() + b"/",
    "a query": b"?" + ENCODED,
    "a raw query": b"?" + MARKUP.encode(),
    "a format": b"?format=" + ENCODED,
}
HEADER = "x-conformance-injected"
SPLITS = {
    "a name": b"conformance%0d%0aX-Conformance-Injected:%20yes/",
    "a name without slash": b"Conformance%0d%0aX-Conformance-Injected:%20yes",
    "a line feed": b"Conformance%0aX-Conformance-Injected:%20yes",
    "a query": b"?x=%0d%0aX-Conformance-Injected:%20yes",
    "a query without slash": b"Conformance?format=%0d%0aX-Conformance-Injected:%20yes",
}
ODD = {
    "a name of 3000 letters": b"a" * 3000 + b"/",
    "a name of 300 letters": b"a" * 300 + b"/",
    "bytes that are no UTF-8": b"%ff%fe/",
    "a percent sign": b"%/",
    "no hexadecimal digits": b"%zz/",
    "a NUL": b"a%00b/",
    "a line feed": b"a%0ab/",
    "another script": b"%D0%B8%D0%BC%D1%8F/",
    "a surrogate": b"%ed%a0%80/",
    "a very long query": b"?" + b"x" * 3000,
}


@requirement("security/path-traversal-read")
@pytest.mark.parametrize("how", list(TRAVERSALS))
@pytest.mark.parametrize("where", ["base", "project", "file"])
def test_paths_never_lead_out_of_the_registry(
    how: str, where: str, target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """Dots, slashes and NULs that are encoded into a URL lead to no file of the server."""
    if where == "file":
        files = [file.url for file in first_with_files(subjects).files if on_index(target, file.url)]
        if not files:
            findings.not_offered("files are not served by the host of the index")
            return
        begin = urlsplit(files[0]).path.rpartition("/")[0].encode("ascii", "ignore") + b"/"
    else:
        name = first_with_files(subjects).normalized.encode() + b"/" if where == "project" else b""
        begin = below_base(target, name)
    answer = raw_get(registry, target, begin + TRAVERSALS[how])
    foreign = answer.ok and answer.media_type not in SIMPLE_TYPES | HTML_LIKE
    findings.expect(
        not passwords_in(answer) and not foreign,
        expected="a refusal, or the page that the URL means",
        got=f"{answer.said}" + (", the server's list of users" if passwords_in(answer) else ""),
        at=answer,
        why="anybody can read the files of the server: keys, configuration, private packages",
        advice="look names up in a list of what is published; never join them to a path",
    )
    judge_refusal(findings, answer)


def on_index(target: Target, url: str) -> bool:
    """Whether a URL is on the host of the index."""
    return urlsplit(url).netloc == urlsplit(target.base_url).netloc


def judge_refusal(findings: Findings, answer: Exchange) -> None:
    """An odd request is answered, and not with a server error."""
    findings.expect(
        answer.status is not None and answer.status < 500,
        expected="a 4xx status, or a page",
        got=answer.said,
        at=answer,
        why="what can't be handled may be used; clients retry a server error and hide the real reason",
        advice="refuse what can be no name with 400 or 404",
    )


@requirement("security/html-injection-project-name")
@pytest.mark.parametrize("where", list(INJECTIONS))
def test_urls_do_not_come_back_as_markup(
    where: str, target: Target, registry: Registry, findings: Findings
) -> None:
    """What stands in a URL does not come back as markup."""
    answer = raw_get(registry, target, below_base(target, INJECTIONS[where]), accept="text/html")
    plain = re.sub(rb"\s+", b" ", answer.raw)
    findings.expect(
        answer.media_type not in HTML_LIKE | SIMPLE_TYPES - {"application/vnd.pypi.simple.v1+json"}
        or MARKUP.encode() not in plain,
        expected="an answer without the markup of the URL, or with it escaped",
        got=f"{answer.said} with {MARKUP}",
        at=answer,
        why="a link to the registry runs a stranger's script in the browser of whoever is logged in there",
        advice="escape what is shown, also in error pages, or send errors as plain text",
    )


@requirement("security/header-injection")
@pytest.mark.parametrize("where", list(SPLITS))
def test_urls_do_not_come_back_as_headers(
    where: str, target: Target, registry: Registry, findings: Findings
) -> None:
    """Line ends that are encoded into a URL do not end a header of the answer."""
    answer = raw_get(registry, target, below_base(target, SPLITS[where]), HTML_ACCEPT)
    illegal = answer.status is None and "illegal header" in answer.error.lower()
    findings.expect(
        answer.header(HEADER) is None and not illegal,
        expected="no header from the URL",
        got=f"{HEADER}: {answer.header(HEADER)}" if answer.status else answer.error,
        at=answer,
        why="an attacker writes headers and pages into caches, for all who ask next",
        advice="encode what goes into Location; refuse control characters in a path",
    )


STRANGE_HOST = "conformance.invalid"


@requirement("security/open-redirect")
@pytest.mark.parametrize("end", ["", "/"], ids=["no slash", "a slash"])
def test_a_host_in_the_path_is_not_redirected_to(
    end: str, target: Target, registry: Registry, findings: Findings
) -> None:
    """A path of two slashes and a host name is not redirected to that host."""
    path = f"//{STRANGE_HOST}/conformance{end}"
    answer = raw_get(registry, target, path.encode(), accept="text/html")
    leads = urljoin(target.base_url, (answer.header("location") or "").replace("\\", "/"))  # as browsers do
    findings.expect(
        origin(leads)[1] != STRANGE_HOST,
        expected="a refusal, or a redirect that keeps the host",
        got=f"{answer.said} for {path}, Location: {answer.header('location')}",
        at=answer,
        why="a link that begins with the registry's own address leads to a stranger's page, which may ask for the password",
        advice="begin a Location with one slash only, or with scheme and host",
    )


@requirement("security/long-and-odd-urls")
@pytest.mark.parametrize("what", list(ODD))
def test_odd_urls_are_refused(what: str, target: Target, registry: Registry, findings: Findings) -> None:
    """Very long names and broken escapes are refused, without a server error."""
    if ODD[what].startswith(b"?") and not target.root_offered:  # without a list 501 is as good as 404
        findings.not_offered("the index has no list of projects, to whose URL a query could be added")
        return
    judge_refusal(findings, raw_get(registry, target, below_base(target, ODD[what])))


@requirement("security/error-no-stacktrace")
def test_errors_show_no_traceback(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """Error answers hold no traceback."""
    odd = [
        *list(ODD.values())[::3],
        SPLITS["a name"],
        TRAVERSALS["encoded slashes"],
        b"conformance-unknown-project/",
    ]
    answers = [raw_get(registry, target, below_base(target, path)) for path in odd]
    answers += [registry.get(file.url + "x", accept="*/*") for file in first_with_files(subjects).files[:1]]
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
