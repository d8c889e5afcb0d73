"""Accept headers, and what the index answers to them (Simple repository API, Version + Format Selection)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.http import PIP_ACCEPT
from fixtures.pages import HTML_TYPE, HTML_TYPES, JSON_TYPE, SIMPLE_TYPES
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.root_list import BOUND
from fixtures.site import Site
from fixtures.verdicts import NotReached

TEXT = "text/html"
LATEST_JSON = "application/vnd.pypi.simple.latest+json"
LATEST_HTML = "application/vnd.pypi.simple.latest+html"
UV = f"{JSON_TYPE}, {HTML_TYPE};q=0.2, {TEXT};q=0.01"
POETRY = f"{JSON_TYPE}, */*;q=0.1"
OCTOPUS = f"{JSON_TYPE}, {TEXT}; q=0.9"
ONE_FORM = "every URL has one form, whatever Accept says (Endpoint Configuration)"
REFUSALS = frozenset({300, 303, 406})  # what a request without a match may get beside a page (C-27 for 303)
SIMPLE_LABEL = re.compile(r"application/vnd\.pypi\.simple\.([^+]+)\+(\w+)")
SYSTEM = '"distro":{"id":"bookworm","libc":{"lib":"glibc","version":"2.36"},"name":"Debian GNU/Linux","version":"12"}'
USER_AGENTS = {  # as these clients send them (pip network/session.py, uv-client/src/linehaul.rs, twine utils.py, poetry utils/authenticator.py)
    "pip": f'pip/26.3 {{"ci":null,"cpu":"x86_64",{SYSTEM},"implementation":{{"name":"CPython","version":"3.11.7"}},'
    '"installer":{"name":"pip","version":"26.3"},"openssl_version":"OpenSSL 3.0.19 27 Jan 2026","python":"3.11.7"}',
    "uv": f'uv/0.13.9 {{"installer":{{"name":"uv","version":"0.13.9","subcommand":["pip","install"]}},"python":"3.11.7",{SYSTEM},"cpu":"x86_64","ci":null}}',
    "twine": "twine/7.0.0 CPython/3.11.7",
    "poetry": "poetry/2.5.1 CPython/3.11.7 Linux/6.8.0",
    "pdm": "pdm/2.29.4 CPython/3.11.7",
    "requests": "python-requests/2.34.2",
}


@dataclass(frozen=True)
class Endpoint:
    """The project list or a project page, as the thing that is negotiated about."""

    kind: str
    url: str
    registry: Registry

    def ask(self, accept: str | None, url: str = "", **options: object) -> Exchange:
        """The answer to an Accept header."""
        return self.registry.get(url or self.url, accept=accept, **options)

    @property
    def labels(self) -> frozenset[str]:
        """The forms that this URL gives to who asks for one alone: HTML, JSON."""
        answers = [self.ask(JSON_TYPE), self.ask(HTML_ACCEPT)]
        if len(answers[0].raw) <= BOUND:
            answers.append(self.ask(HTML_TYPE))
        return frozenset(form(a) for a in answers if form(a))

    @property
    def negotiates(self) -> bool:
        """Whether both forms are there; with one alone there is nothing to choose (Endpoint Configuration)."""
        return len(self.labels) > 1


def form(answer: Exchange) -> str:
    """The form of a page by its label: HTML, JSON, or "" for no page of the index."""
    if not answer.ok:
        return ""
    return "JSON" if answer.media_type == JSON_TYPE else "HTML" if answer.media_type in HTML_TYPES else ""


def endpoints(site: Site) -> Iterator[Endpoint]:
    """The list (where there is one, and not too long to be asked for so often) and a project page.

    Ends the check as not reached when the page can't be had at all.
    """
    if site.target.root_offered and len(site.registry.root(HTML_ACCEPT).raw) <= BOUND:
        yield list_endpoint(site)
    yield page_endpoint(site)


def list_endpoint(site: Site) -> Endpoint:
    """The project list."""
    return Endpoint("list", site.target.base_url, site.registry)


def page_endpoint(site: Site) -> Endpoint:
    """A project page. Ends the check as not reached when it can't be had at all."""
    subject = site.subjects[0]
    page = Endpoint("page", site.target.page_url(subject.normalized), site.registry)
    if not any(page.ask(accept).ok for accept in (PIP_ACCEPT, HTML_ACCEPT, JSON_TYPE, None)):
        raise NotReached(f"{page.url} gave no page to any Accept: {page.ask(PIP_ACCEPT).said}")
    return page


def is_page(answer: Exchange) -> bool:
    """Whether an answer is a page with a label of the Simple API."""
    return answer.ok and answer.media_type in SIMPLE_TYPES


def is_page_or_refusal(answer: Exchange) -> bool:
    """A page in any of the types, or one of the refusals that the API allows."""
    return is_page(answer) or (answer.complete and answer.status in REFUSALS) or _to_other_choice(answer)


def is_answer(answer: Exchange) -> bool:
    """A page under whatever label, or one of the refusals: for checks that look at one thing about the label."""
    return answer.ok or is_page_or_refusal(answer)


def _to_other_choice(answer: Exchange) -> bool:
    """A 303 that was followed to its end."""
    return (
        any(hop.status in (300, 303) for hop in answer.via)
        and answer.complete
        and (answer.status or 500) < 500
    )


def shown(accept: str | None) -> str:
    """An Accept header in a message."""
    return "no Accept" if accept is None else f"Accept: {accept}"


def looks_like_json(answer: Exchange) -> bool:
    """Whether the body is a JSON object or array."""
    body = content(answer)
    if body is None or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
