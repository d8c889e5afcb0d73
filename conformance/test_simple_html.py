"""HTML pages as documents: valid, decodable, and the same for every parser."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.judging.documents import (
    NO_DOCTYPE,
    ParseError,
    html_answers,
    parse_errors,
    required_root,
    root_answer,
    seen_by_html5,
    seen_by_stdlib,
    strict_text,
)
from fixtures.exchange import Exchange
from fixtures.pages import HTML_TYPE, HTML_TYPES
from fixtures.registry import Registry
from fixtures.root_list import BOUND
from fixtures.site import Offers, Site
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

VARIANTS = 3  # projects whose pages are asked for in further ways


def expect_valid(findings: Findings, registry: Registry, answer: Exchange, name: str) -> None:
    """The page has no parse error that alters what clients read; smaller ones are told."""
    errors = registry.http.read(answer, parse_errors)
    grave = [e for e in errors if e.altering]
    findings.expect(
        not grave,
        expected="a valid HTML5 document",
        got=f"{len(grave)} parse errors that alter the page: {listed(grave)}",
        at=answer,
        why="pip, uv and dependabot see other anchors or attributes than those that were written",
        advice="close what is opened, quote and escape attribute values, send the page whole",
        requirement=name,
    )
    small = [e for e in errors if not e.altering and not e.code.startswith(NO_DOCTYPE)]
    if small:
        findings.note(f"{answer.url} has {len(small)} parse errors that change nothing: {listed(small)}")


def listed(errors: Iterable[ParseError]) -> str:
    """The first errors, in words."""
    return ", ".join(str(error) for error in list(errors)[:3])


@requirement("simple-html/root-is-html5")
def test_project_list_is_valid_html(site: Site, registry: Registry, findings: Findings) -> None:
    """The project list is a valid HTML5 document."""
    expect_valid(findings, registry, required_root(site), "simple-html/root-is-html5")


@requirement("simple-html/detail-is-html5", "simple-html/html-may-be-dropped", "simple-html/extra-elements")
def test_project_pages_are_valid_html(
    site: Site, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Every project page is a valid HTML5 document, whatever else it holds."""
    if not site.subjects.html_pages:
        findings.note("the registry offers JSON only", "simple-html/html-may-be-dropped")
    for page in offers.html_pages():
        expect_valid(findings, registry, page.exchange, "simple-html/detail-is-html5")
        findings.hold(("simple-html/html-may-be-dropped", "simple-html/extra-elements"))


@requirement("simple-html/all-html-valid")
def test_html_in_every_variant_is_valid(
    site: Site, subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """HTML is valid however it was asked for."""
    offers.html_pages()
    answers = [
        registry.page(s.name, accept) for s in list(subjects)[:VARIANTS] for accept in (HTML_TYPE, None)
    ]
    root = root_answer(registry, site)
    if root is not None and len(root.raw) <= BOUND:
        answers += [registry.root(HTML_TYPE), registry.root(None)]
    for answer in answers:
        if answer.ok and answer.media_type in HTML_TYPES:
            expect_valid(findings, registry, answer, "simple-html/all-html-valid")


@requirement("simple-html/doctype")
def test_pages_begin_with_the_doctype(
    site: Site, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Every HTML page begins with the HTML doctype, in any case of letters."""
    for answer in html_answers(site, offers):
        errors = registry.http.read(answer, parse_errors)
        missing = any(e.code.startswith(NO_DOCTYPE) for e in errors)
        findings.expect(
            not missing,
            expected="<!DOCTYPE html> before anything else",
            got=answer.text[:60].strip(),
            at=answer,
            why="a page without it is not valid HTML5; pip 22.0 and 22.1 refused it",
            advice="begin the page with <!DOCTYPE html>",
        )


@requirement("simple-html/decodable")
def test_pages_decode_as_they_declare(site: Site, offers: Offers, findings: Findings) -> None:
    """A page decodes without error in the charset that it declares, or in UTF-8 when it declares none."""
    for answer in html_answers(site, offers):
        problem = ""
        try:
            strict_text(answer)
        except (UnicodeDecodeError, LookupError) as error:
            problem = str(error)
        findings.expect(
            not problem,
            expected="a page in the charset that its Content-Type or meta element names, else in UTF-8",
            got=problem,
            at=answer,
            why="pip and pdm stop with UnicodeDecodeError or LookupError",
            advice="send UTF-8, and say charset=utf-8 in Content-Type",
        )


@requirement("simple-html/stdlib-parsable")
def test_stdlib_sees_the_same_anchors(
    site: Site, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Python's own HTML parser finds the same anchors in a page as an HTML5 parser does."""
    for page in offers.html_pages():
        theirs = seen_by_stdlib(page.exchange)
        ours = seen_by_html5(page)
        odd = [str(a) for a, b in zip(theirs, ours, strict=False) if a != b]
        findings.expect(
            theirs == ours,
            expected=f"{len(ours)} anchors with the same links and data attributes",
            got=f"{len(theirs)} anchors; the first that differs: {odd[0] if odd else 'the last ones'}",
            at=page.exchange,
            why="pip and pdm parse with html.parser and would see other files than uv",
            advice="write plain anchors: attributes quoted and escaped once, nothing inside comments or CDATA",
        )
