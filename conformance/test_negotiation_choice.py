"""Which form a registry with both chooses, and the format parameter."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from conformance.judging.accepting import (
    LATEST_JSON,
    ONE_FORM,
    TEXT,
    UV,
    Endpoint,
    endpoints,
    form,
    is_page,
    is_page_or_refusal,
    shown,
)
from fixtures.exchange import Exchange
from fixtures.http import PIP_ACCEPT
from fixtures.pages import HTML_TYPE, JSON_TYPE
from fixtures.registry import HTML_ACCEPT
from fixtures.site import Site
from fixtures.verdicts import Findings, not_offered, requirement


def negotiating(site: Site) -> list[Endpoint]:
    """The endpoints with both forms; ends the check as not offered when there is none."""
    found = [endpoint for endpoint in endpoints(site) if endpoint.negotiates]
    return found or not_offered(ONE_FORM)


CHOICES = (
    (JSON_TYPE, {"JSON"}),
    (TEXT, {"HTML"}),
    (f"{TEXT}, {HTML_TYPE}", {"HTML"}),
    (f"{JSON_TYPE}, application/x-nothing", {"JSON"}),
    (f"{JSON_TYPE}, {TEXT}", {"JSON", "HTML"}),
    (PIP_ACCEPT, {"JSON", "HTML"}),
    (UV, {"JSON", "HTML"}),
)


@requirement("negotiation/select-from-list", "negotiation/endpoint-config")
def test_a_listed_type_is_chosen(site: Site, findings: Findings) -> None:
    """The registry answers with a type that the request lists, whenever it has the page in one."""
    found = [endpoint for endpoint in endpoints(site) if endpoint.negotiates]
    findings.note("it negotiates" if found else ONE_FORM, "negotiation/endpoint-config")
    for endpoint in found or not_offered(ONE_FORM):
        for accept, wanted in CHOICES:
            answer = endpoint.ask(accept)
            findings.expect(
                form(answer) in wanted,
                expected=f"{' or '.join(sorted(wanted))} for {shown(accept)}",
                got=answer.said,
                at=answer,
                why="clients list what they can read; pip skips and uv refuses anything else",
                advice="choose among the listed types that you have",
            )


@requirement("negotiation/order-irrelevant")
def test_order_in_accept_means_nothing(site: Site, findings: Findings) -> None:
    """The order of the types in Accept makes no difference."""
    for endpoint in negotiating(site):
        for left, right in ((JSON_TYPE, TEXT), (JSON_TYPE, HTML_TYPE)):
            one, other = endpoint.ask(f"{left}, {right}"), endpoint.ask(f"{right}, {left}")
            findings.expect(
                form(one) == form(other),
                expected=f"the same form for {left}, {right} in either order",
                got=f"{one.said}, and {other.said}",
                at=other,
                also=[one],
                why="clients write their list in any order; weights are what tells a preference",
                advice="choose by weight, then by your own preference",
            )


WEIGHED = (
    (f"{JSON_TYPE};q=0.1, {TEXT};q=0.9", "HTML"),
    (f"{JSON_TYPE};q=0.9, {TEXT};q=0.1", "JSON"),
    (f"{JSON_TYPE};q=0, {TEXT}", "HTML"),
    (f"{TEXT};q=0, {JSON_TYPE}", "JSON"),
    (PIP_ACCEPT, "JSON"),
)
TOLD = ("negotiation/quality-values", "negotiation/q-zero", "negotiation/highest-version-first")


@requirement(*TOLD)
def test_what_becomes_of_weights(site: Site, findings: Findings) -> None:
    """The registry follows the weights in Accept, or it does not: either way a page comes."""
    for endpoint in negotiating(site):
        for accept, preferred in WEIGHED:
            answer = endpoint.ask(accept)
            findings.expect(
                is_page(answer),
                expected=f"a page for {shown(accept)}",
                got=answer.said,
                at=answer,
                why="clients that weigh their types get no page",
                advice="follow weights or ignore them, but answer",
                requirement=TOLD,
            )
            if form(answer) != preferred:
                findings.note(f"{shown(accept)} gets {form(answer) or answer.said} and not {preferred}")


@requirement("negotiation/latest-supported")
def test_latest_json_gets_an_answer(site: Site, findings: Findings) -> None:
    """A registry that has JSON answers a request for the latest JSON version with JSON, or as one without a match."""
    found = [endpoint for endpoint in endpoints(site) if "JSON" in endpoint.labels]
    for endpoint in found or not_offered("no answer is JSON"):
        answer = endpoint.ask(LATEST_JSON)
        findings.expect(
            is_page_or_refusal(answer),
            expected=f"a page or 406, for {shown(LATEST_JSON)}",
            got=answer.said,
            at=answer,
            why="a client that asks for the newest version gets no usable answer",
            advice="take latest for the newest version that you have, or for a type without a match",
        )
        if form(answer) != "JSON":
            findings.note(f"{shown(LATEST_JSON)} gets {answer.said} and not JSON (A-16)")


def with_format(endpoint: Endpoint, value: str, accept: str | None) -> Exchange:
    """The answer to the format parameter."""
    return endpoint.ask(accept, url=f"{endpoint.url}?format={quote(value, safe='')}")


def format_works(endpoint: Endpoint) -> bool:
    """Whether the parameter decides: it gives a form that the same Accept does not give without it."""
    tries = ((JSON_TYPE, HTML_ACCEPT), (TEXT, JSON_TYPE), (JSON_TYPE, None), (TEXT, None))
    for value, accept in tries:
        wanted = "JSON" if value == JSON_TYPE else "HTML"
        if form(with_format(endpoint, value, accept)) == wanted != form(endpoint.ask(accept)):
            return True
    return False


@requirement("negotiation/format-param", "negotiation/format-param-ignored")
def test_format_parameter_is_taken_or_ignored(site: Site, findings: Findings) -> None:
    """A format parameter in the URL chooses the type, is ignored, or is refused."""
    for endpoint in endpoints(site):
        for value in (JSON_TYPE, TEXT):
            answer = with_format(endpoint, value, HTML_ACCEPT)
            findings.expect(
                answer.complete and (is_page_or_refusal(answer) or 400 <= (answer.status or 500) < 500),
                expected="a page or a 4xx",
                got=answer.said,
                at=answer,
                why="links with the parameter, as documentation has them, break the server",
                advice="choose by the parameter, ignore it, or refuse it",
                requirement=("negotiation/format-param", "negotiation/format-param-ignored"),
            )
        findings.note(f"the {endpoint.kind} {'takes' if format_works(endpoint) else 'ignores'} ?format=")


@requirement("negotiation/format-param-precedence")
def test_format_parameter_outweighs_accept(site: Site, findings: Findings) -> None:
    """Where the format parameter works, it outweighs Accept."""
    found = [endpoint for endpoint in endpoints(site) if format_works(endpoint)]
    for endpoint in found or not_offered("the format parameter changes nothing"):
        cases = [(JSON_TYPE, HTML_ACCEPT, "JSON"), (TEXT, JSON_TYPE, "HTML")]
        for value, accept, wanted in cases:
            if wanted not in endpoint.labels and form(with_format(endpoint, value, None)) != wanted:
                continue
            answer = with_format(endpoint, value, accept)
            findings.expect(
                form(answer) == wanted,
                expected=f"{wanted} for ?format={value} with {shown(accept)}",
                got=answer.said,
                at=answer,
                why="a link to one form shows the other in a browser, which sends an Accept of its own",
                advice="look at the parameter before Accept",
            )


@requirement("negotiation/format-param-unsupported-value")
@pytest.mark.parametrize(
    "value", ["foo/bar", "", "*/*", f"{JSON_TYPE},{TEXT}", "application/vnd.pypi.simple.v2+json"]
)
def test_unknown_format_is_no_server_error(site: Site, findings: Findings, value: str) -> None:
    """A value of the format parameter that the registry does not know falls back to Accept, or is refused."""
    for endpoint in endpoints(site):
        answer = with_format(endpoint, value, HTML_ACCEPT)
        findings.expect(
            answer.complete and (is_page_or_refusal(answer) or 400 <= (answer.status or 500) < 500),
            expected="a page or a 4xx",
            got=answer.said,
            at=answer,
            why="a wrong link breaks the server, and tools repeat the request",
            advice="treat an unknown value as no match: 406, or go by Accept",
        )


@requirement("negotiation/zero-config-discovery")
def test_json_is_found_by_accept(site: Site, findings: Findings) -> None:
    """A registry that has JSON at a URL gives it there to who asks for it in Accept."""
    judged = False
    for endpoint in endpoints(site):
        others = (with_format(endpoint, JSON_TYPE, HTML_ACCEPT), endpoint.ask("application/json"))
        elsewhere = [answer for answer in others if form(answer) == "JSON"]
        found = endpoint.ask(JSON_TYPE)
        if form(found) != "JSON" and not elsewhere:
            continue
        judged = True
        findings.expect(
            form(found) == "JSON",
            expected=f"JSON for {shown(JSON_TYPE)}",
            got=f"{found.said}, yet {elsewhere[0].url} gives JSON" if elsewhere else found.said,
            at=found,
            also=elsewhere,
            why="pip and uv ask with Accept alone and never see the JSON form",
            advice="choose the form by Accept",
        )
    if not judged:
        not_offered("no answer is JSON")
