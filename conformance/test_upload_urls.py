"""Where uploads go: the upload URL, that URL without its slash, and URLs that are for reading."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.judging.uploading import Outcome, as_sent, files_after, is_unharmed, said
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.http import REDIRECTS
from fixtures.registry import Registry, changed
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution


def posted(registry: Registry, sent: Distribution, url: str, what: str) -> Outcome:
    """Post the ordinary form of a file to some URL and look at the project page."""
    answer = registry.post(as_sent(sent), writes=sent.name, url=url)
    return Outcome(
        what, sent, answer, files_after(registry, sent, registry.target.visibility if answer.ok else 0.0)
    )


@requirement("upload-legacy/get-not-upload", "upload-legacy/error-4xx-not-5xx")
def test_the_simple_index_takes_no_uploads(
    fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A POST to the simple index, which is not the upload URL, is refused."""
    if target.base_url.rstrip("/") == (target.upload_url or "").rstrip("/"):
        raise NotReached("the simple index and the upload URL are the same here")
    outcome = posted(registry, fresh.wheel("elsewhere"), target.base_url, "an upload to the simple index")
    if outcome.answer.ok and is_unharmed(registry, outcome):
        findings.note("uploads to the URL of the simple index are taken too", "upload-legacy/get-not-upload")
        return
    findings.expect(
        (outcome.answer.status or 0) < 500 and outcome.answer.complete,
        expected="no server error for an upload to the simple index",
        got=said(outcome.answer),
        at=outcome.answer,
        why="twine sends the whole file up to five times more",
        advice="answer 405 with Allow: GET, HEAD",
        requirement="upload-legacy/error-4xx-not-5xx",
    )
    findings.expect(
        not outcome.answer.ok and not leads_to_a_page(registry, outcome.answer),
        expected="an upload to the simple index refused",
        got=said(outcome.answer),
        at=outcome.answer,
        why="twine, uv, poetry, pdm, hatch and flit report success for a file that was lost",
        advice="answer 405, which lets uv explain the mistake",
        requirement="upload-legacy/get-not-upload",
    )
    if outcome.refused and outcome.answer.status != 405:
        findings.note(
            f"an upload to the simple index is answered with {outcome.answer.status}; uv explains 405"
        )


def leads_to_a_page(registry: Registry, answer: Exchange) -> bool:
    """Whether a redirect makes flit's and uv's POST end as a GET that looks like success."""
    where = answer.location
    if answer.status not in REDIRECTS or where is None or answer.status in (307, 308):
        return False
    return registry.get(where, accept="*/*").ok


@requirement("upload-legacy/missing-slash")
def test_the_upload_url_without_its_slash(
    fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A POST without the last slash is refused, answered in place, or redirected with its method kept."""
    url = target.upload_url or ""
    if not url.endswith("/") or urlsplit(url).path in ("", "/"):
        raise NotReached(f"the upload URL {url} has no slash that could be missing")
    outcome = posted(registry, fresh.wheel("slash"), url.rstrip("/"), "an upload without the last slash")
    answer = outcome.answer
    if answer.ok:
        findings.expect(
            is_unharmed(registry, outcome),
            expected="an accepted file published",
            got=f"{answer.said}, and the page does not list the file",
            at=answer,
            why="all clients report success for a file that was lost",
            advice="take the upload, redirect it with 308, or answer 404",
        )
        return
    findings.expect(
        answer.complete and (answer.status or 0) < 500,
        expected="no server error",
        got=said(answer),
        at=answer,
        why="twine sends the whole file up to five times more",
        advice="redirect with 308, or answer 404",
    )
    findings.expect(
        not leads_to_a_page(registry, answer),
        expected="a redirect that keeps the method (307, 308), or one whose target does not answer a GET with success",
        got=f"{answer.said} to {answer.location}",
        at=answer,
        why="flit turns the POST into a GET and reports success for a file that was lost",
        advice="redirect with 308",
    )
    if answer.status in REDIRECTS:
        findings.note(
            f"the upload URL without its slash is redirected with {answer.status}; only uv follows (LV-42)"
        )


@requirement("upload-legacy/action-in-query")
def test_the_action_in_the_query(
    fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """The action may also be named in the URL's query."""
    sent = fresh.wheel("query")
    url = target.upload_url or ""
    joint = "&" if "?" in url else "?"
    form = changed(as_sent(sent), drop=(":action",))
    answer = registry.post(form, writes=sent.name, url=f"{url}{joint}:action=file_upload")
    files = files_after(registry, sent, target.visibility if answer.ok else 0.0)
    outcome = Outcome("an upload with its action in the query", sent, answer, files)
    findings.expect(
        answer.complete and (answer.status or 0) < 500 and (not answer.ok or is_unharmed(registry, outcome)),
        expected="an upload whose action stands in the query taken, or refused",
        got=said(answer),
        at=answer,
        why="no client sends it so, but what is accepted has to be published",
        advice="read :action from the form, and from the query if you like",
    )
    findings.note(f"an upload with its action in the query is answered with {answer.status}")


@requirement("upload-legacy/error-negotiation", "upload-legacy/error-4xx-not-5xx")
def test_refusals_in_json(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """With Accept: application/json a refusal may come as JSON, and then is JSON."""
    sent = fresh.wheel("json")
    form = changed(as_sent(sent), drop=(":action", "content"))
    answer = registry.post(
        form, writes=sent.name, headers=(("Accept", "application/json, text/plain;q=0.9"),)
    )
    findings.expect(
        answer.complete and (answer.status or 0) < 500,
        expected="no server error for a form that lacks its action and its file",
        got=said(answer),
        at=answer,
        why="twine sends the whole file up to five times more",
        advice="answer 400",
        requirement="upload-legacy/error-4xx-not-5xx",
    )
    is_json = answer.media_type.endswith("json")
    if is_json:
        findings.expect(
            parses(answer),
            expected="a body of type application/json that is JSON",
            got=said(answer),
            at=answer,
            why="uv shows the raw body instead of the reason",
            advice="send JSON, or label the text as text/plain",
            requirement="upload-legacy/error-negotiation",
        )
    findings.note(
        f"asked for JSON, a refusal comes as {answer.media_type or 'a body without a type'}",
        "upload-legacy/error-negotiation",
    )


def parses(answer: Exchange) -> bool:
    """Whether a body is JSON."""
    try:
        answer.json()
    except ValueError:
        return False
    return True
