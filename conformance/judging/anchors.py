"""Anchors as Python's own HTML parser sees them, with the tags as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from fixtures.exchange import Exchange


@dataclass(frozen=True)
class PlainAnchor:
    """One <a> as Python's own parser sees it."""

    attributes: tuple[tuple[str, str | None], ...]
    text: str
    raw: str  # the start tag as written

    @property
    def href(self) -> str | None:
        """The link."""
        return dict(reversed(self.attributes)).get("href")


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
            self._finish()
            self._open = []
            self.anchors.append(PlainAnchor(tuple(attrs), "", self.get_starttag_text() or ""))

    def handle_data(self, data: str) -> None:
        """Collect the text of the anchor that is open."""
        if self._open is not None:
            self._open.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Finish an anchor."""
        if tag == "a":
            self._finish()

    def close(self) -> None:
        """End the page."""
        super().close()
        self._finish()

    def _finish(self) -> None:
        if self._open is not None:
            last = self.anchors[-1]
            self.anchors[-1] = PlainAnchor(last.attributes, "".join(self._open), last.raw)
            self._open = None


def read_plain(exchange: Exchange) -> AnchorReader:
    """Read a page with the standard library's parser."""
    reader = AnchorReader()
    reader.feed(exchange.text)
    reader.close()
    return reader
