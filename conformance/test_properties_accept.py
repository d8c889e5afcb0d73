"""Accept with random inputs: whatever ranges, weights, spaces and order, a page comes that the request allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging.accepting import (
    ONE_FORM,
    Endpoint,
    endpoints,
    form,
    is_page,
    is_page_or_refusal,
    looks_like_json,
    shown,
)
from fixtures.exchange import Exchange
from fixtures.pages import HTML_TYPE, JSON_TYPE
from fixtures.properties import Properties, Trial
from fixtures.site import Site
from fixtures.verdicts import Findings, requirement

if TYPE_CHECKING:
    from conformance.judging.generated import Accept

FORMS = {JSON_TYPE: "JSON", "text/html": "HTML", HTML_TYPE: "HTML"}
UNDERSTOOD, NO_MATCH = "negotiation/quality-default", "negotiation/no-match-options"
LISTED, LABEL = "negotiation/select-from-list", "negotiation/body-matches-label"


@requirement(UNDERSTOOD, NO_MATCH, LISTED, LABEL)
def test_any_accept_is_understood(site: Site, findings: Findings, properties: Properties) -> None:
    """Any valid Accept gets a page that it allows, or a refusal where it allows none; and the page is what its label says."""
    from conformance.judging import generated

    found = list(endpoints(site))[::-1]  # a project page is the smaller one
    if not any(endpoint.negotiates for endpoint in found):
        findings.not_offered(ONE_FORM, LISTED)

    def judge(accept: Accept, trial: Trial) -> None:
        endpoint = found[accept.place % len(found)]
        answer = endpoint.ask(accept.text)
        certain = accept.takes_all
        trial.findings.expect(
            is_page(answer) if certain else is_page_or_refusal(answer),
            expected=f"{'200 with a page' if certain else 'a page, 406 or 300'}, for {shown(accept.text)}",
            got=answer.said,
            at=answer,
            why="clients that send such a header get no page",
            advice="parse Accept as RFC 9110 section 12.5.1 says; without a match send a default page or 406",
            requirement=UNDERSTOOD if certain else NO_MATCH,
        )
        judge_choice(trial, endpoint, accept, answer)
        if kind := form(answer):
            trial.findings.expect(
                (kind == "JSON") == looks_like_json(answer),
                expected=f"a body in {kind}, as the label {answer.media_type} says, for {shown(accept.text)}",
                got=repr(answer.raw[:60]),
                at=answer,
                why="clients choose their parser by the label and find nothing",
                advice="set the label where the body is made",
                requirement=LABEL,
            )

    properties.hold(generated.accepts(), judge, shown=lambda accept: shown(accept.text))


def judge_choice(trial: Trial, endpoint: Endpoint, accept: Accept, answer: Exchange) -> None:
    """A registry with both forms gives one that is listed by name, if it has it. It need not follow weights (LV-26)."""
    if not accept.plain or not endpoint.negotiates:
        return
    offered = [name for name, kind in FORMS.items() if form(endpoint.ask(name)) == kind]
    named = [name for name in offered if accept.names(name)]
    if not named:
        return
    fine = {FORMS[name] for name in offered if accept.quality(name) is not None}
    trial.findings.expect(
        form(answer) in fine,
        expected=f"{' or '.join(sorted(fine))}, for {shown(accept.text)}",
        got=answer.said,
        at=answer,
        why="clients list what they can read; pip skips and uv refuses anything else",
        advice="choose among the listed types that you have; the most specific range decides about a type",
        requirement=LISTED,
    )
