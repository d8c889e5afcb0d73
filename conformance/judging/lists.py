"""The project list: its entries in both forms, whatever its length.

Of a list that is so long that it is read as a stream (fixtures/root_list.py), all names are known, but only some entries are kept: those
of this run, those that look wrong, and a sample of the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from fixtures.exchange import Exchange
from fixtures.pages import (
    DISTRIBUTION_SUFFIXES,
    HTML_TYPES,
    INDEX_FILE,
    JSON_TYPE,
    Anchor,
    HtmlPage,
    JsonPage,
    normalize,
)
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.root_list import BOUND, Reservoir, read_html_root, read_json_root, survey
from fixtures.target import Target
from fixtures.verdicts import NotOffered, NotReached

# Names and normalization, Name format: the prose says ASCII.
VALID_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE | re.ASCII)
NO_LIST = frozenset({401, 403, 404, 405, 406, 410, 501})  # answers that say: there is no list here (LV-08)
NO_PROJECTS = (".html", ".txt", ".xml", *(suffix.lower() for suffix in DISTRIBUTION_SUFFIXES))
KEPT = 50  # entries of a long list that are kept of each kind
OWN = "rct-"  # what the names of this suite begin with


@dataclass(frozen=True)
class Entry:
    """One entry of a project list. `url` is "" in JSON, where clients build it themselves."""

    shown: str
    url: str = ""
    segment: str = ""  # last part of the link's path

    @property
    def normalized(self) -> str:
        """The normalized name: by the link in HTML (its text is judged on its own), by the name in JSON."""
        return normalize(self.segment or self.shown)

    @property
    def said(self) -> str:
        """The normalized name that its text says, where that is a name; else that of its link. Whether the text is a name is judged on its own."""
        return normalize(self.shown) if VALID_NAME.fullmatch(self.shown) else self.normalized

    @property
    def odd(self) -> bool:
        """Whether something about it looks wrong."""
        return VALID_NAME.fullmatch(self.shown) is None or normalize(self.shown) != self.normalized


@dataclass(frozen=True)
class ProjectList:
    """A project list in one form."""

    exchange: Exchange
    form: str  # HTML or JSON
    entries: tuple[Entry, ...]
    names: AbstractSet[str]  # normalized
    doubled: tuple[str, ...]  # normalized names with more than one entry


def html_list(registry: Registry, target: Target, *, fresh: bool = False) -> ProjectList:
    """The list in HTML; ends the check as not offered when there is none."""
    answer = _asked(registry, target, HTML_ACCEPT, fresh)
    if answer.media_type not in HTML_TYPES:
        raise NotOffered(f"asked for text/html, {answer.url} answered {answer.said}")
    return registry.http.read(answer, read_html_list)


def json_list(registry: Registry, target: Target, *, fresh: bool = False) -> ProjectList:
    """The list in JSON; ends the check as not offered when there is none."""
    return registry.http.read(json_list_page(registry, target, fresh=fresh).exchange, read_json_list)


def json_list_page(registry: Registry, target: Target, *, fresh: bool = False) -> JsonPage:
    """The document of the list in JSON; ends the check as not offered when there is none."""
    answer = _asked(registry, target, JSON_TYPE, fresh)
    if answer.media_type != JSON_TYPE:
        raise NotOffered(f"asked for {JSON_TYPE}, {answer.url} answered {answer.said}")
    return registry.http.read(answer, read_json_root)


def lists(registry: Registry, target: Target, *, fresh: bool = False) -> tuple[ProjectList, ...]:
    """The list in every form that there is; ends the check when there is none."""
    found = []
    reason: NotOffered | NotReached = NotOffered("the registry has no project list")
    for read in (html_list, json_list):
        try:
            found.append(read(registry, target, fresh=fresh))
        except (NotOffered, NotReached) as none:
            reason = none
    if not found:
        raise reason
    return tuple(found)


def _asked(registry: Registry, target: Target, accept: str, fresh: bool) -> Exchange:
    if not target.root_offered:
        raise NotOffered(f"{target.base_url} itself is not found: the registry has no project list (LV-08)")
    answer = registry.root(accept, fresh=fresh)
    if answer.status in NO_LIST:
        raise NotOffered(f"asked for {accept}, {answer.url} answered {answer.said}")
    if not answer.ok:
        raise NotReached(f"{answer.url} asked for {accept} was answered {answer.said}")
    return answer


def read_html_list(exchange: Exchange) -> ProjectList:
    """Read the list in HTML."""
    page = read_html_root(exchange)
    return _made(page, "HTML", _entries(page.anchors, exchange.url))


def read_json_list(exchange: Exchange) -> ProjectList:
    """Read the list in JSON."""
    page = read_json_root(exchange)
    rows = page.data.get("projects")
    names = (row.get("name") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return _made(page, "JSON", (Entry(name) for name in names if isinstance(name, str)))


def _made(page: HtmlPage | JsonPage, form: str, entries: Iterable[Entry]) -> ProjectList:
    if len(page.exchange.body) > BOUND:
        return ProjectList(
            page.exchange, form, _some(entries), page.projects.keys(), survey(page).duplicates.first
        )
    every = tuple(entries)
    counts = Counter(entry.normalized for entry in every)
    doubled = tuple(name for name, count in counts.items() if count > 1)
    return ProjectList(page.exchange, form, every, frozenset(counts), doubled)


def _some(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Our own entries, some odd ones, and a sample."""
    own: list[Entry] = []
    odd: list[Entry] = []
    rest: Reservoir = Reservoir(KEPT, KEPT)
    by_name: dict[str, Entry] = {}
    for entry in entries:
        if entry.normalized.startswith(OWN):
            own.append(entry)
        elif entry.odd and len(odd) < KEPT:
            odd.append(entry)
        else:
            rest.add(f"{entry.shown}\n{entry.url}\n{entry.segment}")
    for row in rest.names:
        entry = Entry(*row.split("\n", 2))
        by_name[entry.normalized] = entry
    return (*own, *odd, *by_name.values())


def _entries(anchors: Iterable[Anchor], page_url: str) -> Iterator[Entry]:
    """The project anchors of a list; navigation, parent folders and files are none (A-14, LV-14).

    A link that leads elsewhere is one only when its folder is called as that of the index, or the name is one of this suite: links to
    a login, to documentation or to a vendor are called after their last segment as well.
    """
    here = urlsplit(page_url).path.removesuffix(INDEX_FILE).rstrip("/")
    for anchor in anchors:
        if anchor.href.startswith(("#", "?")):
            continue
        path = urlsplit(anchor.url).path.removesuffix(INDEX_FILE)
        segment = unquote(path.rstrip("/").rpartition("/")[2])
        shown = anchor.text.strip().rstrip("/")  # an autoindex writes a slash after the names of folders
        same = VALID_NAME.fullmatch(shown) is not None and normalize(shown) == normalize(segment)
        below = is_below(path, page_url)
        alike = here != "" and _last(path.rstrip("/").rpartition("/")[0]) == _last(here)
        same = same and (below or alike or normalize(segment).startswith(OWN))
        folder = path.endswith("/") and below and VALID_NAME.fullmatch(segment)
        a_file = not path.endswith("/") and segment.lower().endswith(NO_PROJECTS)
        if (same or folder) and not a_file:
            yield Entry(shown, anchor.url.partition("#")[0], segment)


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def is_below(path: str, page_url: str) -> bool:
    """Whether a path lies exactly one level below a page."""
    here = urlsplit(page_url).path
    here = here if here.endswith("/") else here + "/"
    return path.startswith(here) and path[len(here) :].strip("/").count("/") == 0 and path != here
