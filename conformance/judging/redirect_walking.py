"""Redirects, step by step, and never off the registry's own hosts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from fixtures.exchange import Exchange, origin
from fixtures.http import PIP_ACCEPT, REDIRECTS
from fixtures.registry import Registry
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target

MOST = 12


@dataclass(frozen=True)
class Walk:
    """The answers from a URL on to where its redirects end, or leave the registry's host."""

    steps: tuple[Exchange, ...]

    @property
    def end(self) -> Exchange:
        """The last answer."""
        return self.steps[-1]

    @property
    def redirects(self) -> tuple[Exchange, ...]:
        """The answers that redirect."""
        return tuple(step for step in self.steps if step.status in REDIRECTS)

    @property
    def leaves(self) -> bool:
        """Whether it ends with a redirect to another origin."""
        end = self.end
        return (
            end.status in REDIRECTS and end.location is not None and origin(end.location) != origin(end.url)
        )

    @property
    def loops(self) -> bool:
        """Whether it came back to where it had been, or did not end."""
        seen = [step.url for step in self.steps]
        return len(set(seen)) < len(seen) or len(self.redirects) >= MOST


def walk(registry: Registry, url: str, accept: str = PIP_ACCEPT) -> Walk:
    """Follow redirects within one origin, one at a time; an answer may be one of them that leads elsewhere."""
    steps: list[Exchange] = []
    while True:
        answer = registry.get(url, accept=accept, follow=False)
        again = any(step.url == answer.url for step in steps)
        steps.append(answer)
        target = answer.location if answer.status in REDIRECTS else None
        if target is None or again or len(steps) > MOST or not _same_host(target, url):
            return Walk(tuple(steps))
        url = target.partition("#")[0]


def _same_host(one: str, other: str) -> bool:
    return origin(one) == origin(other)


def as_page(walked: Walk) -> Exchange:
    """The page at the end, so that relative URLs in it are resolved against its own URL."""
    return replace(walked.end, via=walked.steps[:-1])


def misspelled(subject: Subject) -> str:
    """Another spelling of a project's name with the same normalized form."""
    other = subject.normalized.upper().replace("-", "_")
    return (
        other if other != subject.normalized else f"{subject.normalized[0]}{subject.normalized[1:]}".title()
    )


def slashless(target: Target, spelling: str) -> str:
    """The URL of a project page without its slash."""
    return target.page_url(spelling).rstrip("/")


def first_with_files(subjects: Subjects) -> Subject:
    """The first subject that has files, else the first one."""
    return next((subject for subject in subjects if subject.files), subjects[0])


def base_path(target: Target) -> str:
    """The path of the base URL."""
    return urlsplit(target.base_url).path
