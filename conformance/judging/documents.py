"""HTML documents as documents: what an HTML5 parser and Python's own parser say about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.judging.anchors import read_plain
from fixtures.exchange import Exchange
from fixtures.pages import HTML_TYPES, HtmlPage
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Offers, Site
from fixtures.verdicts import NotOffered, NotReached

JUDGED = 1024 * 1024  # bytes of a huge page that are parsed strictly: a tree of all of it would take minutes
IN_UNQUOTED = "unexpected-character-in-unquoted-attribute-value"
NO_DOCTYPE = "expected-doctype-but-got-"
# What moves, drops or invents parts of the page. Other parse errors (a stray </p>, a bare &) leave what clients read as it is.
ALTERING = frozenset(
    {
        "duplicate-attribute",
        "invalid-character-in-attribute-name",
        "invalid-character-after-attribute-name",
        "unexpected-character-after-attribute-value",
        IN_UNQUOTED,
        "expected-attribute-value-but-got-right-bracket",
        "expected-tag-name",
        "expected-tag-name-but-got-right-bracket",
        "non-html-root",
        "two-heads-are-not-better-than-one",
        "missing-end-tags",
        "end-tag-too-early",
        "end-tag-too-early-named",
        "unexpected-frameset-in-frameset-innerhtml",
        "unexpected-char-implies-table-voodoo",
        "unexpected-start-tag-implies-table-voodoo",
        "unexpected-doctype",
        "null-character",
    }
)
ALTERING_STARTS = (
    "eof-in-",
    "adoption-agency-",
    "expected-closing-tag",
    "expected-attribute-name-but-got-eof",
)
ABOUT_ANCHORS = frozenset(
    {
        "unexpected-start-tag-implies-end-tag",
        "expected-named-closing-tag-but-got-eof",
        "expected-one-end-tag-but-got-another",
        "unexpected-start-tag",
        "unexpected-end-tag",
    }
)
# What is no equals sign and must not stand in such a value.
ODD_UNQUOTED = re.compile(r"""=[ \t]*[^\s"'<>=`][^\s>]*["'<`]""")
READ_TAGS = frozenset({"a", "head", "body", "html", "meta", "base"})


@dataclass(frozen=True)
class ParseError:
    """One parse error of the HTML standard."""

    code: str
    line: int
    about: str  # the tag

    @property
    def altering(self) -> bool:
        """Whether the page that clients read is another than the one that was written."""
        if self.code in ABOUT_ANCHORS:
            return self.about in READ_TAGS
        return self.code in ALTERING or self.code.startswith(ALTERING_STARTS)

    def __str__(self) -> str:
        return f"{self.code}{f' <{self.about}>' if self.about else ''} in line {self.line}"


def parse_errors(exchange: Exchange) -> tuple[ParseError, ...]:
    """The parse errors of a page, in order; of a huge page those of its beginning."""
    import html5lib

    body = exchange.body
    whole = len(body) <= JUDGED
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    text = body[:JUDGED].decode(declared_charset(exchange) or "utf-8", "replace").removeprefix("\ufeff")
    parser.parse(text)
    lines = text.splitlines()
    found = (ParseError(code, place[0], tag_of(data)) for place, code, data in parser.errors)
    return tuple(e for e in found if (whole or "eof" not in e.code) and not only_equals(e, lines))


def only_equals(error: ParseError, lines: list[str]) -> bool:
    """Whether it is about an equals sign in a value without quotes, as of href=x.whl#sha256=0f: every parser reads it as it stands."""
    if error.code != IN_UNQUOTED or not 0 < error.line <= len(lines):
        return False
    return ODD_UNQUOTED.search(lines[error.line - 1]) is None


def tag_of(data: object) -> str:
    """The tag that a parse error is about."""
    if not isinstance(data, dict):
        return ""
    return str(data.get("name") or data.get("startName") or data.get("gotName") or "")


META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)


def declared_charset(exchange: Exchange) -> str | None:
    """The charset of the header, else that of the meta element, else None (A-29); None for a name that Python does not know."""
    import codecs

    found = META_CHARSET.search(exchange.body[:4096])
    name = exchange.charset or (found[1].decode("ascii") if found else None)
    if name is None:
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def html_answers(site: Site, offers: Offers) -> Iterator[Exchange]:
    """The HTML answers of the list and of the project pages; ends the check as not offered when there are none."""
    pages = [page.exchange for page in offers.html_pages()]
    listed = root_answer(site.registry, site)
    yield from ([listed] if listed is not None else [])
    yield from pages


def root_answer(registry: Registry, site: Site) -> Exchange | None:
    """The list in HTML, or None."""
    if not site.target.root_offered:
        return None
    answer = registry.root(HTML_ACCEPT)
    return answer if answer.ok and answer.media_type in HTML_TYPES else None


def required_root(site: Site) -> Exchange:
    """The list in HTML; ends the check as not offered or not reached when there is none."""
    answer = root_answer(site.registry, site)
    if answer is not None:
        return answer
    if not site.target.root_offered:
        raise NotOffered(f"{site.target.base_url} itself is not found: there is no project list (LV-08)")
    given = site.registry.root(HTML_ACCEPT)
    if given.ok or given.status == 406:
        raise NotOffered(f"asked for text/html, {given.url} answered {given.said}")
    raise NotReached(f"asked for text/html, {given.url} answered {given.said}")


@dataclass(frozen=True)
class Seen:
    """An anchor as one parser sees it: its link and the attributes that clients read."""

    href: str
    attributes: tuple[tuple[str, str], ...]


def seen_by_stdlib(exchange: Exchange) -> list[Seen]:
    """The anchors with a link as Python's html.parser sees them."""
    return [
        _seen(anchor.href, {k: v or "" for k, v in reversed(anchor.attributes)})
        for anchor in read_plain(exchange).anchors
        if anchor.href is not None
    ]


def seen_by_html5(page: HtmlPage) -> list[Seen]:
    """The anchors with a link as an HTML5 parser sees them."""
    return [_seen(anchor.href, dict(anchor.attributes)) for anchor in page.anchors]


def _seen(href: str, attributes: dict[str, str]) -> Seen:
    kept = {k: " ".join(v.split()) for k, v in attributes.items() if k.startswith("data-")}
    return Seen(href.strip(" \t\r\n\f"), tuple(sorted(kept.items())))


def strict_text(exchange: Exchange) -> str:
    """The page decoded as it declares. Raises `UnicodeDecodeError`, or `LookupError` for a charset that nobody knows."""
    found = META_CHARSET.search(exchange.body[:4096])
    name = exchange.charset or (found[1].decode("ascii") if found else "utf-8")
    return exchange.body.decode(name)
