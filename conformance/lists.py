"""The project list: its entries in both forms, read so that a list of any size stays cheap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from fixtures.exchange import Exchange
from fixtures.pages import (
    DISTRIBUTION_SUFFIXES,
    HTML_TYPES,
    JSON_TYPE,
    JsonPage,
    normalize,
    read_json,
)
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.target import Target
from fixtures.verdicts import NotOffered, NotReached

# Names and normalization, Name format: the prose says ASCII.
VALID_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE | re.ASCII)
NO_LIST = frozenset({401, 403, 404, 405, 410, 501})  # answers that say: there is no list here (LV-08)


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


@dataclass(frozen=True)
class ProjectList:
    """A project list in one form."""

    exchange: Exchange
    entries: tuple[Entry, ...]
    form: str  # HTML or JSON

    @property
    def names(self) -> frozenset[str]:
        """The normalized names."""
        return frozenset(entry.normalized for entry in self.entries)


def html_list(registry: Registry, target: Target, *, fresh: bool = False) -> ProjectList:
    """The list in HTML; ends the check as not offered when there is none."""
    answer = _asked(registry, target, HTML_ACCEPT, fresh)
    if answer.media_type not in HTML_TYPES:
        raise NotOffered(f"asked for text/html, {answer.url} answered {answer.said}")
    return ProjectList(answer, tuple(registry.http.read(answer, read_entries)), "HTML")


def json_list(registry: Registry, target: Target, *, fresh: bool = False) -> ProjectList:
    """The list in JSON; ends the check as not offered when there is none."""
    page = json_list_page(registry, target, fresh=fresh)
    rows = page.data.get("projects")
    names = [row.get("name") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    entries = tuple(Entry(name) for name in names if isinstance(name, str))
    return ProjectList(page.exchange, entries, "JSON")


def json_list_page(registry: Registry, target: Target, *, fresh: bool = False) -> JsonPage:
    """The document of the list in JSON; ends the check as not offered when there is none."""
    answer = _asked(registry, target, JSON_TYPE, fresh)
    if answer.media_type != JSON_TYPE:
        raise NotOffered(f"asked for {JSON_TYPE}, {answer.url} answered {answer.said}")
    return registry.http.read(answer, read_json)


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
    if answer.status in NO_LIST or answer.status == 406:
        raise NotOffered(f"asked for {accept}, {answer.url} answered {answer.said}")
    if not answer.ok:
        raise NotReached(f"{answer.url} asked for {accept} was answered {answer.said}")
    return answer


@dataclass(frozen=True)
class PlainAnchor:
    """One <a> as Python's own parser sees it."""

    attributes: tuple[tuple[str, str | None], ...]
    text: str
    raw: str  # the start tag as written

    @property
    def href(self) -> str | None:
        """The link."""
        return dict(self.attributes).get("href")


class AnchorReader(HTMLParser):
    """Reads anchors and the base element with the standard library, as pip does (pip index/collector.py)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: list[PlainAnchor] = []
        self.base: str | None = None
        self._open: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up an anchor."""
        if tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")
        if tag == "a":
            self._close()
            self._open = []
            self.anchors.append(PlainAnchor(tuple(attrs), "", self.get_starttag_text() or ""))

    def handle_data(self, data: str) -> None:
        """Collect the text of the anchor that is open."""
        if self._open is not None:
            self._open.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Finish an anchor."""
        if tag == "a":
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            last = self.anchors[-1]
            self.anchors[-1] = PlainAnchor(last.attributes, "".join(self._open), last.raw)
            self._open = None


def read_plain(exchange: Exchange) -> AnchorReader:
    """Read a page with the standard library's parser."""
    reader = AnchorReader()
    reader.feed(exchange.text)
    reader.close()
    reader.handle_endtag("a")
    return reader


def read_entries(exchange: Exchange) -> list[Entry]:
    """The project anchors of a list; navigation, parent folders and files are none (A-14, LV-14)."""
    reader = read_plain(exchange)
    base = _joined(exchange.url, reader.base or "")
    return list(_entries(reader.anchors, base, exchange.url))


def _entries(anchors: Iterable[PlainAnchor], base: str, page_url: str) -> Iterator[Entry]:
    for anchor in anchors:
        if anchor.href is None or anchor.href.startswith(("#", "?")):
            continue
        url = _joined(base, anchor.href.strip(" \t\r\n\f")).partition("#")[0]
        path = urlsplit(url).path
        segment = unquote(path.rstrip("/").rpartition("/")[2])
        shown = anchor.text.strip().rstrip("/")  # an autoindex writes a slash after the names of folders
        same = bool(shown) and VALID_NAME.fullmatch(shown) and normalize(shown) == normalize(segment)
        folder = path.endswith("/") and is_below(path, page_url) and VALID_NAME.fullmatch(segment)
        a_file = not path.endswith("/") and segment.lower().endswith((".html", ".txt", ".xml", *SUFFIXES))
        if (same or folder) and not a_file:
            yield Entry(shown, url, segment)


SUFFIXES = tuple(suffix.lower() for suffix in DISTRIBUTION_SUFFIXES)


def is_below(path: str, page_url: str) -> bool:
    """Whether a path lies exactly one level below a page."""
    here = urlsplit(page_url).path
    here = here if here.endswith("/") else here + "/"
    return path.startswith(here) and path[len(here) :].strip("/").count("/") == 0 and path != here


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href
