"""Labels of pages: what Content-Type says, whether it is true, and what caches are told."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from conformance.judging.accepting import (
    Endpoint,
    endpoints,
    form,
    list_endpoint,
    looks_like_json,
    page_endpoint,
)
from conformance.judging.cache_reading import may_be_kept
from conformance.judging.known import known_projects, patience
from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.http import PIP_ACCEPT
from fixtures.pages import HTML_TYPE, HTML_TYPES, JSON_TYPE, HtmlPage, normalize, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, not_offered, requirement
from sample_packages.naming import belongs_to_suite

ASKED = (JSON_TYPE, HTML_TYPE, "text/html", PIP_ACCEPT, "*/*", None)
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")
BROTLI_OR_GZIP = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def pages(site: Site) -> Iterator[Exchange]:
    """The successful answers of the list and of a page, to several Accept headers, and those of the other pages to one each."""
    for endpoint in endpoints(site):
        yield from (answer for answer in map(endpoint.ask, ASKED) if answer.ok)
    for subject in site.subjects:
        for accept in (JSON_TYPE, HTML_ACCEPT):
            answer = site.registry.page(subject.name, accept)
            if answer.ok:
                yield answer


def looks_like_html(answer: Exchange) -> bool:
    """Whether the body begins as markup does."""
    body = content(answer) or b""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


@requirement("negotiation/content-type-always")
def test_every_page_has_a_content_type(site: Site, findings: Findings) -> None:
    """Every answer of the index says with Content-Type what its body is."""
    for answer in pages(site):
        label = answer.header("content-type")
        names_it = answer.media_type in HTML_TYPES | {JSON_TYPE} or not (
            looks_like_json(answer) or looks_like_html(answer)
        )
        findings.expect(
            label is not None and TOKEN.fullmatch(answer.media_type) is not None and names_it,
            expected="one Content-Type that names the form of the page",
            got="no Content-Type" if label is None else label,
            at=answer,
            why="pip skips the page, uv stops with Missing Content-Type",
            advice="send Content-Type with every page",
        )


@requirement("negotiation/json-content-type")
def test_json_is_labelled_so(site: Site, findings: Findings) -> None:
    """A JSON page is labelled application/vnd.pypi.simple.v1+json."""
    answers = [answer for answer in pages(site) if looks_like_json(answer)]
    if not answers:
        not_offered("no answer is JSON")
    for answer in answers:
        findings.expect(
            answer.media_type == JSON_TYPE,
            expected=JSON_TYPE,
            got=answer.header("content-type") or "no Content-Type",
            at=answer,
            why="pip skips the page, uv stops, poetry reads it as HTML and finds no version",
            advice="label JSON pages with exactly this type",
        )


@requirement("negotiation/html-content-type")
def test_html_is_labelled_so(site: Site, findings: Findings) -> None:
    """An HTML page is labelled application/vnd.pypi.simple.v1+html or text/html."""
    answers = [answer for answer in pages(site) if looks_like_html(answer)]
    if not answers:
        not_offered("no answer is HTML")
    for answer in answers:
        findings.expect(
            answer.media_type in HTML_TYPES,
            expected="application/vnd.pypi.simple.v1+html or text/html",
            got=answer.header("content-type") or "no Content-Type",
            at=answer,
            why="pip skips the page, uv stops with Unsupported Content-Type",
            advice="label HTML pages text/html",
        )


@requirement("negotiation/body-matches-label")
def test_body_is_what_the_label_says(site: Site, findings: Findings) -> None:
    """The body of an answer is of the type that its label names."""
    for answer in pages(site):
        kind = form(answer)
        body = content(answer)
        packed = body is not None and body.startswith(BROTLI_OR_GZIP)
        right = body is not None and not packed and (kind == "JSON") == looks_like_json(answer)
        if kind:
            findings.expect(
                right,
                expected=f"a body in {kind}, as the label {answer.media_type} says",
                got="compressed bytes without Content-Encoding" if packed else repr((body or b"")[:60]),
                at=answer,
                why="clients choose their parser by the label and find nothing",
                advice="set the label where the body is made",
            )


@requirement("negotiation/media-type-case-and-params")
def test_labels_are_written_as_clients_compare_them(site: Site, findings: Findings) -> None:
    """Labels are in lower case, with no space before a parameter."""
    for answer in pages(site):
        if form(answer):
            label = answer.header("content-type") or ""
            findings.expect(
                label.partition(";")[0] == answer.media_type,
                expected=f"{answer.media_type}, in lower case and with nothing before a semicolon",
                got=label,
                at=answer,
                why="uv compares the text as it stands and stops; poetry reads such JSON as HTML",
                advice="write the type in lower case, a semicolon right behind it if there is a parameter",
            )


@requirement("negotiation/text-html-alias", "negotiation/html-only-clients-keep-working")
def test_text_html_gets_the_html_page(
    site: Site, subjects: Subjects, target: Target, findings: Findings
) -> None:
    """Who asks for text/html gets the same page as who asks for the v1 HTML type, and never JSON."""
    judged = False
    for endpoint in endpoints(site):
        plain, named = endpoint.ask("text/html"), endpoint.ask(HTML_TYPE)
        if "HTML" not in {form(plain), form(named), form(endpoint.ask(HTML_ACCEPT))}:
            continue
        judged = True
        findings.expect(
            form(plain) != "JSON",
            expected="HTML for Accept: text/html, since the registry has HTML",
            got=plain.said,
            at=plain,
            also=[named],
            why="dependabot and old tools read HTML only",
            advice="answer text/html with HTML",
            requirement="negotiation/html-only-clients-keep-working",
        )
        expect_alias(findings, endpoint, plain, named, known_projects(site), patience(target))
    if not judged:
        raise NotOffered("no answer is HTML")


def expect_alias(
    findings: Findings, endpoint: Endpoint, plain: Exchange, named: Exchange, known: set[str], wait: float
) -> None:
    """Both names of HTML get the same page; a registry that does not know the longer one sends what it likes."""
    same = (
        form(named) != "HTML"
        or links(plain) == links(named)
        or come_to_agree(endpoint, known, time.monotonic() + wait)
    )
    findings.expect(
        same,
        expected="the page that Accept: application/vnd.pypi.simple.v1+html gets",
        got=f"{plain.said}, with {len(links(plain))} links; the other has {len(links(named))}",
        at=plain,
        also=[named],
        why="dependabot and old tools ask for text/html and see another page than pip",
        advice="treat text/html as another name of application/vnd.pypi.simple.v1+html",
        requirement="negotiation/text-html-alias",
    )


def come_to_agree(endpoint: Endpoint, known: set[str], until: float) -> bool:
    """Whether the pages under both names list the same, but for what this run made meanwhile: caches may keep each for a while."""

    def lasting(answer: Exchange) -> set[str]:
        shown, kept = links(answer), may_be_kept(answer)
        return {text for text in shown if not (kept and belongs_to_suite(text)) or normalize(text) in known}

    while (
        True
    ):  # projects of others come and go: the one has to fit what the other was before it, or just after
        before, named, after = (
            lasting(endpoint.ask(accept, fresh=True)) for accept in ("text/html", HTML_TYPE, "text/html")
        )
        if before & after <= named <= before | after:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.5)


def links(answer: Exchange) -> set[str]:
    """What a page in HTML lists: the texts of its anchors."""
    page = read_page(answer) if answer.ok else None
    return {anchor.text for anchor in page.anchors} if isinstance(page, HtmlPage) else set()


@requirement("negotiation/vary-accept")
def test_negotiated_pages_say_so(site: Site, target: Target, findings: Findings) -> None:
    """A page that depends on Accept says so in Vary."""
    found = [endpoint for endpoint in endpoints(site) if endpoint.negotiates]
    if not found:
        not_offered("every URL has one form, whatever Accept says")
    for endpoint in found:
        asked = [
            (accept, encoding) for accept in (JSON_TYPE, HTML_ACCEPT) for encoding in ("identity", "gzip")
        ]
        for answer in (endpoint.ask(accept, encoding=encoding) for accept, encoding in asked):
            findings.expect(
                bool(answer.listed("vary") & {"accept", "*"}) or not shared(answer, target),
                expected="Vary with Accept in it",
                got=f"Vary: {', '.join(answer.header_values('vary')) or 'none'}; "
                f"Cache-Control: {answer.header('cache-control') or 'none'}",
                at=answer,
                why="a shared cache gives pip and uv the form that somebody else asked for",
                advice="send Vary: Accept with every page that depends on Accept",
            )


def shared(answer: Exchange, target: Target) -> bool:
    """Whether a shared cache may keep the answer (RFC 9111 sections 3 and 3.5)."""
    control = {name.partition("=")[0] for name in answer.listed("cache-control")}
    if control & {"no-store", "private"}:
        return False
    return not target.reads_need_credentials or bool(control & {"public", "s-maxage", "must-revalidate"})


@requirement("negotiation/head-like-get")
@pytest.mark.parametrize("accept", [JSON_TYPE, HTML_ACCEPT, None], ids=["json", "html", "none"])
def test_head_gives_status_and_type_of_get(site: Site, findings: Findings, accept: str | None) -> None:
    """HEAD on a page gives the status and the type that GET gives."""
    for endpoint in endpoints(site):
        get, head = endpoint.ask(accept), endpoint.ask(accept, method="HEAD")
        findings.expect(
            (head.status, head.media_type) == (get.status, get.media_type),
            expected=f"{get.status} {get.media_type}, as GET",
            got=head.said,
            at=head,
            also=[get],
            why="pip asks with HEAD first when the index URL looks like an archive",
            advice="handle HEAD as GET without its body",
        )
    name = f"registry-conformance-none-{site.run_id}"
    get, head = (site.registry.page(name, accept, method=method) for method in ("GET", "HEAD"))
    findings.expect(
        get.ok or not head.ok,
        expected=f"{get.status}, as GET of a project that does not exist",
        got=head.said,
        at=head,
        also=[get],
        why="whoever asks with HEAD whether a name is free is told that it is taken",
        advice="handle HEAD as GET without its body (RFC 9110 section 9.3.2)",
    )


UNHEARD_OF = "application/x-nothing"
FILE_ACCEPTS = (JSON_TYPE, "text/html", UNHEARD_OF, None)


@requirement("negotiation/files-excluded")
def test_files_are_not_negotiated(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """A file comes as its bytes whatever Accept says."""
    for subject in list(subjects)[:2]:
        for file in subject.files[:2]:
            plain = registry.file(file)
            if plain.ok:
                for accept in FILE_ACCEPTS:
                    answer = registry.get(file.url, accept=accept)
                    if accept == UNHEARD_OF and answer.status == 406:  # RFC 9110 section 15.5.7
                        findings.note(f"a file asked for as {accept} is answered {answer.said}")
                        continue
                    findings.expect(
                        answer.ok and content(answer) == content(plain),
                        expected=f"the bytes of {file.filename}, {f'with Accept: {accept}' if accept else 'without Accept'}",
                        got=answer.said,
                        at=answer,
                        also=[plain],
                        why="pip and uv stop with an error or a hash mismatch",
                        advice="send files as they are, and ignore Accept for them",
                    )


@requirement("negotiation/root-and-detail", "negotiation/offer-three-types")
def test_list_and_pages_offer_the_same(site: Site, findings: Findings) -> None:
    """The types that project pages offer are offered for the project list as well."""
    if not site.target.root_offered:
        not_offered("the registry has no project list (LV-08)")
    listed, page = list_endpoint(site), page_endpoint(site)
    findings.expect(
        page.labels <= listed.labels,
        expected=f"{' and '.join(sorted(page.labels))} for the list, as for project pages",
        got=", ".join(sorted(listed.labels)) or listed.ask(JSON_TYPE).said,
        at=listed.ask(JSON_TYPE if "JSON" in page.labels - listed.labels else HTML_ACCEPT),
        also=[page.ask(JSON_TYPE)],
        why="a client that reads one form only can use the pages and not the list",
        advice="negotiate for the project list as for project pages",
    )
    findings.note(f"asked for each of the three types: {offered(page)}", "negotiation/offer-three-types")


def offered(endpoint: Endpoint) -> str:
    """What comes for each of the three types."""
    answers = (endpoint.ask(accept) for accept in (JSON_TYPE, HTML_TYPE, "text/html"))
    return ", ".join(answer.said for answer in answers)
