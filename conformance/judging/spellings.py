"""Spellings of one name, and what their URLs lead to (Name normalization)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from fixtures.exchange import Exchange, origin
from fixtures.pages import last_segment, normalize, read_page
from fixtures.site import Site
from fixtures.subjects import Subject
from fixtures.verdicts import Findings

OTHERS = 6  # entries of others that are followed
T = TypeVar("T")


def sample(rows: Sequence[T], seed: int, most: int = OTHERS) -> list[T]:
    """A few of the rows; the seed decides which."""
    return list(rows) if len(rows) <= most else random.Random(seed).sample(rows, most)  # noqa: S311


def spellings(name: str) -> dict[str, str]:
    """Spellings of a name by kind, none of them the normalized one; test_properties_names.py tries others at random."""
    normalized = normalize(name)
    found = {
        "as its owner writes it": name,
        "upper case": normalized.upper(),
        "underscores": normalized.replace("-", "_"),
        "dots": normalized.replace("-", "."),
        "a run of separators": normalized.replace("-", "-_.", 1),
    }
    return {kind: spelling for kind, spelling in found.items() if spelling != normalized}


def is_other_spelling(url: str, normalized: str) -> bool:
    """Whether the path of a URL ends in the same name, spelled otherwise."""
    last = last_segment(url.partition("?")[0].rstrip("/"))
    return last != normalized and normalize(last) == normalized


def same_path(url: str, other: str) -> bool:
    """Whether two URLs have the same path; behind proxies one registry has several hosts."""
    return unquote(urlsplit(url).path) == unquote(urlsplit(other).path)


def stays(url: str, location: str) -> bool:
    """Whether a redirect keeps scheme, host and port; from http to https on the same host is fine, too."""
    here, there = origin(url), origin(location)
    return here == there or (here[0] == "http" and there[0] == "https" and here[1] == there[1])


def judge_spelling(site: Site, findings: Findings, subject: Subject, spelling: str, kind: str) -> None:
    """Another spelling in the URL redirects to the normalized URL, shows the same page, or is not found (LV-06)."""
    answer = site.registry.page_spelled(quote(spelling), follow=False)
    if is_fallback(site, answer):
        return
    if answer.location is not None:
        answer = site.registry.page_spelled(quote(spelling))
    problem = other_page(answer, subject)
    findings.expect(
        not problem,
        expected=f"the page of {subject.normalized}, a redirect to it, or 404, for {spelling} ({kind})",
        got=problem,
        at=answer,
        why="Octopus only lowers the case of names, so it asks with dots and underscores",
        advice="redirect to the normalized URL with 301, or answer 404",
        requirement="names/unnormalized-url-redirect",
    )
    if answer.via:
        expect_canonical(site, findings, subject, answer)


def other_page(answer: Exchange, subject: Subject) -> str:
    """What is wrong with the answer for another spelling; "" when nothing is."""
    if not answer.complete or answer.status is None:
        return answer.said
    if answer.status >= 500 and not answer.via:
        return answer.said
    page = read_page(answer) if answer.ok else None
    strangers = (
        [f.filename for f in page.files if f.parsed and f.parsed[0] != subject.normalized] if page else []
    )
    return f"a page with {strangers[0]}" if strangers else ""


def expect_canonical(site: Site, findings: Findings, subject: Subject, answer: Exchange) -> None:
    """The redirect ends at the normalized URL; one that takes several steps is told."""
    wanted = site.target.page_url(subject.normalized)
    direct = site.registry.page(subject.name)
    ends_there = same_path(answer.url, wanted) or same_path(answer.url, direct.url)
    findings.expect(
        ends_there and answer.ok,
        expected=f"a redirect to {wanted}",
        got=" -> ".join([*(hop.location or "?" for hop in answer.via), answer.said]),
        at=answer.via[0],
        also=[answer],
        why="the client ends at a page that is not there, or is not this project's",
        advice="redirect to the base URL, the normalized name and a slash",
        requirement="names/unnormalized-redirect-target",
    )
    if len(answer.via) > 1:
        findings.note(
            f"{answer.via[0].url} takes {len(answer.via)} redirects; Octopus loses its login on each"
        )


def handed_on(answer: Exchange) -> bool:
    """Whether a redirect led to another server: what that one answers, or that it can't be reached, is not this registry's (LV-37)."""
    return any(hop.location is not None and not stays(hop.url, hop.location) for hop in answer.via)


def is_fallback(site: Site, answer: Exchange) -> bool:
    """Whether a redirect only hands on what is not known here, to where a name that does not exist is sent as well (LV-37)."""
    if answer.location is None or stays(answer.url, answer.location):
        return False
    unknown = site.registry.page(unknown_name(site), follow=False)
    return unknown.location is not None and origin(unknown.location) == origin(answer.location)


def unknown_name(site: Site) -> str:
    """A valid name that no registry has."""
    return f"rct-no-such-project-{site.prepared.seed % 100000}-{site.run_id}"
