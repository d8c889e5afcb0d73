"""The projects that are known to be in the registry, whether it shows them or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar, cast

from conformance.judging.lists import Entry, ProjectList, lists
from fixtures.pages import HtmlPage, JsonPage
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import PublishedProject, Subject
from fixtures.target import Target
from fixtures.verdicts import not_reached
from sample_packages.naming import belongs_to_suite

P = TypeVar("P", bound=HtmlPage | JsonPage)
MEBIBYTE = 1024 * 1024
BLOCKED = frozenset({401, 403, 451})  # a policy may close a page that the list still names (LV-58)


def patience(target: Target) -> float:
    """Seconds that a page may stay behind; the embedded registry shows at once what it shows at all."""
    return min(target.visibility, 2.0) if target.embedded else target.visibility


class Renewed:
    """Kept pages, and those that lack something as they are now: the same form of them, until it is there or the time for that is over.

    A check waits once, as what came at one time shows at one time: after a wait in vain other pages get one more look.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._patience = patience(registry.target)

    def page(self, project: str, kept: P, good: Callable[[P], bool]) -> P:
        """The kept page of a project, or a newer one when that is not good."""
        if good(kept):
            return kept
        ask = self._registry.json_page if isinstance(kept, JsonPage) else self._registry.html_page

        def look() -> P:
            return cast(P, ask(project, fresh=True) or kept)

        found = self._registry.settled(look, good, self._patience)
        if not good(found):
            self._patience = 0.0
        return found


def own_projects(site: Site) -> tuple[PublishedProject, ...]:
    """The projects that the registry took files for, visible or not; when none is visible it is slow, not wrong."""
    if site.prepared.published is None:
        return ()
    taken = [p for p in site.prepared.published.projects.values() if any(a.accepted for a in p.attempts)]
    if taken and not any(p.distributions for p in taken):
        not_reached("none of the published projects became visible within the deadline of the profile")
    return tuple(taken)


def known_projects(site: Site) -> set[str]:
    """The normalized names of the projects that are known to be in the registry."""
    own = {p.normalized for p in own_projects(site) if p.distributions}
    return own or {subject.normalized for subject in site.subjects}


def of_others(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no run of this suite made: what checks publish now may be listed before its page is there, what is deleted after it."""
    return [entry for entry in entries if not belongs_to_suite(entry.normalized)]


def settled_lists(registry: Registry, target: Target, known: set[str]) -> tuple[ProjectList, ...]:
    """The lists, once they name all known projects or the time for that is over."""
    until = time.monotonic() + patience(target)
    found = lists(registry, target)
    while any(name not in listed.names for listed in found for name in known) and time.monotonic() < until:
        time.sleep(
            max(target.poll, len(found[0].exchange.raw) / MEBIBYTE)
        )  # a long list is not asked for often
        found = lists(registry, target, fresh=True)
    return found


def is_late(site: Site, listed: ProjectList, missing: Collection[str]) -> bool:
    """Whether a list is from before the newest projects: it lacks them and no older one (LV-09).

    A list without a single entry is no old list but a wrong one.
    """
    taken = site.prepared.published.projects.values() if site.prepared.published else ()
    when = {
        p.normalized: min(a.exchange.started for a in p.attempts if a.accepted)
        for p in taken
        if p.distributions
    }
    if not missing or not listed.entries or any(name not in when for name in missing):
        return False
    there = [moment for name, moment in when.items() if name not in missing]
    return min(when[name] for name in missing) > max(there, default="")


def accepted_files(site: Site, subject: Subject) -> frozenset[str]:
    """The files of a project that the registry took, listed or not; none for a project of others."""
    taken = site.prepared.published.projects.values() if site.prepared.published else ()
    own = (p for p in taken if p.normalized == subject.normalized)
    return frozenset(a.distribution.filename for p in own for a in p.attempts if a.accepted)
