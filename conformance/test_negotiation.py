"""Content negotiation: every Accept gets a page in a type that the API knows, or a refusal that it allows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.judging.accepting import (
    LATEST_HTML,
    LATEST_JSON,
    OCTOPUS,
    POETRY,
    SIMPLE_LABEL,
    TEXT,
    UV,
    endpoints,
    is_answer,
    is_page,
    is_page_or_refusal,
    shown,
)
from fixtures.http import PIP_ACCEPT
from fixtures.pages import HTML_TYPE, JSON_TYPE
from fixtures.site import Site
from fixtures.verdicts import Findings, requirement

PAGE = "200 with a page in one of the three types"
REFUSAL = "a page in any of the three types, 406 or 300"


@dataclass(frozen=True)
class Ask:
    """One Accept header, and whether it has to lead to a page."""

    id: str
    accept: str | None
    certain: bool  # whether the header accepts every type that a registry may have

    @property
    def expected(self) -> str:
        """What may come."""
        return PAGE if self.certain else REFUSAL


ANYTHING = (Ask("none", None, True), Ask("any", "*/*", True))
RANGES = (
    Ask("text", "text/*", False),
    Ask("application", "application/*", False),
    Ask("text-or-any", "text/*, */*;q=0.1", True),
    Ask("both-ranges", "text/*, application/*", True),
)
WEIGHTS = (
    Ask("three-decimals", f"{JSON_TYPE};q=0.123, {TEXT};q=0.999, */*;q=0.001", True),
    Ask("spaces", f"{JSON_TYPE} ; q=0.5 , {HTML_TYPE} ; q=0.25 , {TEXT} ; q=0.125", True),
    Ask("no-spaces", f"{JSON_TYPE};q=0.5,{HTML_TYPE};q=0.25,{TEXT};q=0.125", True),
    Ask("one-and-point", f"{JSON_TYPE};q=1.000,{HTML_TYPE};q=1.,{TEXT};q=1", True),
    Ask("tiny", f"{JSON_TYPE};q=0.001,{HTML_TYPE};q=0.001,{TEXT};q=0.001", True),
    Ask("capital-q", f"{JSON_TYPE};Q=0.5, {TEXT};Q=0.4", True),
)
NO_MATCH = (
    Ask("unknown-type", "application/x-nothing", False),
    Ask("image", "image/png", False),
    Ask("unknown-list", "application/x-nothing, image/*;q=0.5", False),
    Ask("json-alone", JSON_TYPE, False),
    Ask("html-alone", HTML_TYPE, False),
    Ask("text-alone", TEXT, False),
    Ask("json-refused", f"{JSON_TYPE};q=0, application/x-nothing", False),
)


def judge(site: Site, findings: Findings, ask: Ask, why: str = "") -> None:
    """Every endpoint answers the header with what it may."""
    for endpoint in endpoints(site):
        answer = endpoint.ask(ask.accept)
        findings.expect(
            is_page(answer) if ask.certain else is_page_or_refusal(answer),
            expected=f"{ask.expected}, for {shown(ask.accept)}",
            got=answer.said,
            at=answer,
            why=why or "clients that send such a header get no page",
            advice="parse Accept as RFC 9110 section 12.5.1 says; without a match send a default page or 406",
        )


def rows(asks: tuple[Ask, ...]) -> pytest.MarkDecorator:
    """Parametrize a check with these headers."""
    return pytest.mark.parametrize("ask", asks, ids=[ask.id for ask in asks])


@requirement("negotiation/no-accept-is-any")
def test_no_accept_gets_a_page(site: Site, findings: Findings) -> None:
    """A request without Accept gets a page."""
    judge(site, findings, ANYTHING[0], why="curl scripts, old tools and Renovate's second try send none")


@requirement("negotiation/any-accept")
def test_any_accept_gets_a_page(site: Site, findings: Findings) -> None:
    """Accept */* gets a page in some type that the API knows."""
    judge(site, findings, ANYTHING[1], why="curl and old tools send it")


@requirement("negotiation/type-range")
@rows(RANGES)
def test_ranges_are_understood(site: Site, findings: Findings, ask: Ask) -> None:
    """A range such as text/* gets a page, or what a request without any match gets."""
    judge(site, findings, ask)


@requirement("negotiation/quality-default")
@rows(WEIGHTS)
def test_weights_are_understood(site: Site, findings: Findings, ask: Ask) -> None:
    """Weights with up to three decimals, with or without spaces, are understood."""
    judge(site, findings, ask, why="uv, pip and poetry send weights with every request")


@requirement("negotiation/no-match-options")
@rows(NO_MATCH)
def test_no_match_gets_a_default_or_a_refusal(site: Site, findings: Findings, ask: Ask) -> None:
    """A request that accepts none of the registry's types gets a page in a default type, a 406 or a 300."""
    judge(site, findings, ask, why="clients know what to do with these three answers and with no other")


@requirement("negotiation/no-300", "negotiation/prefer-406", "negotiation/endpoint-config-200")
@rows(NO_MATCH[:3])
def test_no_match_is_not_answered_with_300(site: Site, findings: Findings, ask: Ask) -> None:
    """The registry does not answer with 300, which nobody understands."""
    for endpoint in endpoints(site):
        answer = endpoint.ask(ask.accept)
        findings.expect(
            answer.status != 300 and all(hop.status != 300 for hop in answer.via),
            expected="a page in a default type, or 406",
            got=answer.said,
            at=answer,
            why="no client can choose from the list of a 300",
            advice="answer 406, or send the default type",
        )
        findings.note(
            f"the {endpoint.kind} answers {shown(ask.accept)} with {answer.said}",
            ("negotiation/prefer-406", "negotiation/endpoint-config-200"),
        )


@requirement("negotiation/pip-accept-line")
@pytest.mark.parametrize("accept", [PIP_ACCEPT, UV, POETRY, OCTOPUS], ids=["pip", "uv", "poetry", "octopus"])
def test_accept_lines_of_clients_get_a_page(site: Site, findings: Findings, accept: str) -> None:
    """The Accept lines of real clients get a page in one of the three types."""
    judge(site, findings, Ask("client", accept, True), why="the client sends this line with every page")


LATEST = (
    ("negotiation/latest-json", LATEST_JSON),
    ("negotiation/latest-html", LATEST_HTML),
    ("negotiation/latest-html", f"{LATEST_HTML}, {TEXT};q=0.1"),
)


@requirement("negotiation/latest-json", "negotiation/latest-html")
def test_latest_is_answered_with_a_real_version(site: Site, findings: Findings) -> None:
    """A request for the latest version is answered with the label of a real version, never with latest."""
    for endpoint in endpoints(site):
        for name, accept in LATEST:
            answer = endpoint.ask(accept)
            findings.expect(
                is_answer(answer) and "latest" not in answer.media_type,
                expected=f"{REFUSAL}, never labelled latest, for {shown(accept)}",
                got=answer.said,
                at=answer,
                why="no client knows the label, and none can tell which version it got",
                advice="label the page with the version that it has: application/vnd.pypi.simple.v1+json",
                requirement=name,
            )


UNKNOWN = tuple(f"application/vnd.pypi.simple.{version}" for version in ("v2+json", "v2+html", "v99+json"))


@requirement("negotiation/unknown-version")
@pytest.mark.parametrize("accept", [*UNKNOWN, f"{UNKNOWN[0]}, {JSON_TYPE};q=0.5"])
def test_unknown_version_is_not_pretended(site: Site, findings: Findings, accept: str) -> None:
    """A page is never labelled with an API version that the registry does not have."""
    for endpoint in endpoints(site):
        answer = endpoint.ask(accept)
        label = SIMPLE_LABEL.fullmatch(answer.media_type)
        findings.expect(
            is_answer(answer) and (label is None or label[1] == "v1"),
            expected=f"{REFUSAL}, labelled v1, for {shown(accept)}",
            got=answer.said,
            at=answer,
            why="the client reads a page by the rules of a version that it is not in",
            advice="take only the types that you have from Accept; label the page with its own type",
        )


MALFORMED = (
    ";;;,/,q=",
    "text",
    f"{JSON_TYPE};q=abc",
    f"{TEXT};q=-1, {JSON_TYPE};q=17",
    "*/json, /, ;q=1",
    ",,,,",
    f'{TEXT};level="1',
    "\xff\xfe",
    ", ".join([TEXT] * 400),
)


@requirement("negotiation/malformed-accept")
@pytest.mark.parametrize("accept", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_accept_is_no_server_error(site: Site, findings: Findings, accept: str) -> None:
    """An Accept that nobody can parse does not lead to a server error."""
    for endpoint in endpoints(site):
        answer = endpoint.ask(accept)
        findings.expect(
            answer.complete and (answer.status or 500) < 500,
            expected="a page or a 4xx",
            got=answer.said,
            at=answer,
            why="a proxy that mangles a header takes the index down, and clients repeat the request",
            advice="ignore what can't be parsed in Accept, or answer 400 or 406",
        )


@requirement("negotiation/application-json-no-alias")
@pytest.mark.parametrize("accept", ["application/json", "application/json, */*;q=0.1"])
def test_application_json_is_no_label(site: Site, findings: Findings, accept: str) -> None:
    """The label application/json is not used on pages of the index, also when a request asks for it."""
    for endpoint in endpoints(site):
        answer = endpoint.ask(accept)
        findings.expect(
            # The text of a refusal is no page of the index, so it may be JSON.
            is_answer(answer) and not (answer.ok and answer.media_type == "application/json"),
            expected=f"{REFUSAL}, for {shown(accept)}",
            got=answer.said,
            at=answer,
            why="pip skips the page, uv stops, poetry reads it as HTML and finds no version",
            advice="label JSON pages application/vnd.pypi.simple.v1+json, and nothing else",
        )
