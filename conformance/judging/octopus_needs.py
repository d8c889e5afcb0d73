"""What the Octopus checks share: the feed in its credential modes, the pages as Octopus reads them, and what may be blamed.

Much of what keeps Octopus from a registry is legal. Such things are told in every run, and are broken (CLIENT) only for those who ask for
them with `-m octopus`; what no specification excuses is broken in any run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from fixtures.exchange import Exchange, NoAnswer, origin
from fixtures.http import Credentials
from fixtures.octopus import Entry, Feed, Unreadable, entries
from fixtures.pages import ListedFile
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached

LEGAL = "the specifications leave this to the registry; judged for Octopus with -m octopus"
NOBODY = Credentials("conformance-nobody", "not-a-password-8f14e45f")  # made up; opens nothing
PATIENCE = 150.0  # seconds: what all attempts of Octopus take together, by default
PROJECTS = 10  # that are looked at


@dataclass
class Needs:
    """Collects what Octopus would stumble over, and settles it at the end."""

    findings: Findings
    asked: bool  # -m octopus
    missed: list[str] = field(default_factory=list)
    met: int = 0

    def expect(
        self,
        ok: bool,
        *,
        expected: str,
        got: str,
        at: Exchange | str,
        why: str,
        advice: str,
        legal: bool,
        also: Iterable[Exchange] = (),
    ) -> bool:
        """Judge one thing. `legal` says that the registry may be as it is, for all that the specifications say."""
        if ok:
            self.met += 1
        elif legal and not self.asked:
            self.missed.append(f"Octopus: {why}: {got}")
        else:
            self.findings.expect(False, expected=expected, got=got, at=at, why=why, advice=advice, also=also)
        return ok

    def settle(self) -> None:
        """Held when something was met and nothing missed."""
        for text in dict.fromkeys(self.missed):
            self.findings.note(text)
        if self.missed:
            self.findings.not_reached(LEGAL)
        elif self.met:
            self.findings.hold()


@contextmanager
def needs_of(findings: Findings, site: Site) -> Iterator[Needs]:
    """Collect needs; they are settled when the block ends, however it ends."""
    needs = Needs(findings, site.options.octopus)
    try:
        yield needs
    finally:
        needs.settle()


def feed_of(site: Site, who: Credentials | bool | None = True) -> Feed:
    """The feed as somebody would enter it in Octopus: with the credentials that reading needs, or with these."""
    credentials = site.target.read_credentials if who is True else (who or None)
    return Feed(site.http, site.target.base_url, credentials)


def modes(site: Site) -> tuple[tuple[str, Credentials | None], ...]:
    """The credential modes of a feed, as far as this run has what they need."""
    known, token = site.target.credentials, site.prepared.token
    rows: list[tuple[str, Credentials | None]] = [("no credentials", None)]
    if known is not None and known.username and known != token:
        rows.append(("user name and password", known))
    if known is not None and not known.username and token is None:
        token = Credentials(
            "__token__", known.password
        )  # what Octopus makes of a password without a user name
    if token is not None:
        rows.append(("a token", token))
    return tuple(rows)


def other_name(known: Credentials | None, mode: Credentials | None) -> bool:
    """Whether a mode sends another user name than the registry wants beside this token (legal: LV-39)."""
    return bool(known and mode and known.username != mode.username)


@dataclass(frozen=True)
class Seen:
    """A project's page as Octopus gets and reads it."""

    subject: Subject
    requested: str
    answer: Exchange
    entries: tuple[Entry, ...] = ()
    problem: str = ""  # why Octopus can't read it

    @property
    def names(self) -> frozenset[str]:
        """The file names that Octopus sees."""
        return frozenset(entry.filename for entry in self.entries)

    @property
    def is_json(self) -> bool:
        """Whether Octopus reads the page as JSON."""
        return "json" in self.answer.media_type


def seen_of(feed: Feed, subject: Subject) -> Seen:
    """Look at the page of one project."""
    requested = feed.page_url(subject.normalized)
    answer = feed.page(subject.normalized)
    if not answer.ok:
        return Seen(subject, requested, answer, problem=f"the page was answered {answer.said}")
    try:
        return Seen(subject, requested, answer, entries(answer, requested))
    except Unreadable as problem:
        return Seen(subject, requested, answer, problem=str(problem))


def readable_pages(site: Site, subjects: Subjects) -> tuple[Seen, ...]:
    """The pages that Octopus can read; ends the check as not reached when there are none."""
    feed = feed_of(site)
    looked = tuple(seen_of(feed, subject) for subject in varied(subjects))
    found = tuple(seen for seen in looked if not seen.problem)
    if not found:
        why = looked[0].problem if looked else "no project with files was found"
        raise NotReached(f"Octopus can read no page here: {why}")
    return found


def varied(subjects: Subjects) -> tuple[Subject, ...]:
    """A few projects with files, of as many kinds as there are: wheels, several wheels, sdists, odd names."""
    kinds: dict[object, list[Subject]] = {}
    for subject in subjects:
        files = subject.files
        wheels = Counter(file.parsed and file.parsed[1] for file in files if file.is_wheel)
        several = max(wheels.values(), default=0)
        kind = (min(several, 2), len(files) > wheels.total(), subject.name.lower() == subject.normalized)
        if files:
            kinds.setdefault(kind, []).append(subject)
    rounds = range(max((len(of) for of in kinds.values()), default=0))
    return tuple(of[turn] for turn in rounds for of in kinds.values() if turn < len(of))[:PROJECTS]


def one_with_files(subjects: Subjects) -> tuple[Subject, ListedFile]:
    """The first project with files, and a file of it."""
    for subject in subjects:
        for file in subject.worth_fetching(subject.files):
            return subject, subject.registry.current(file)
    raise NotReached("no project with files was found")


def lost_login(answer: Exchange) -> bool:
    """Whether a redirect stands before an answer that refuses: Octopus followed it without its credentials."""
    return bool(answer.via) and not answer.ok


def hops(answer: Exchange) -> str:
    """The way to an answer, in words."""
    way = "".join(f"{hop.status} to {hop.header('location')}, then " for hop in answer.via)
    return f"{way}{answer.said}"


def raw(answer: Exchange) -> bytes | None:
    """The bytes that Octopus stores: as transferred. None when they did not come whole."""
    return answer.raw if answer.ok else None


def content(answer: Exchange) -> bytes | None:
    """The bytes with their coding undone; None when they can't be had."""
    try:
        return answer.body if answer.ok else None
    except NoAnswer:
        return None


def on_index(target: Target, url: str) -> bool:
    """Whether a URL is on the host of the index."""
    return origin(url) == origin(target.base_url)


def wait_until(target: Target, done: Callable[[], bool], longest: float = PATIENCE) -> bool:
    """Look until something is done; False when the registry's time for making things visible, or `longest`, is over."""
    until = time.monotonic() + min(target.visibility, longest)
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(target.poll)
    return True


def with_user_agent(feed: Feed) -> Feed:
    """The same feed, asked by a client that says its name."""
    return replace(feed, headers=())
