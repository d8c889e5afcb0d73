"""Random inputs that are legal, as hypothesis draws them: spellings of names, Accept headers, versions and metadata values.

Imports hypothesis, so checks import this module when they run. All strategies choose from short lists, as fixtures/drawing.py asks.
The first entry of each list is what a fault is shown with when nothing depends on it.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from packaging.version import InvalidVersion, Version

from fixtures.pages import HTML_TYPE, JSON_TYPE, SIMPLE_TYPES, normalize

# -- names (Names and normalization; PEP 503) -------------------------------------------------------------------------

ALPHANUMERIC = string.ascii_lowercase + string.digits + string.ascii_uppercase


def _text(alphabet: Sequence[str], least: int = 1, most: int = 4) -> SearchStrategy[str]:
    return st.lists(st.sampled_from(alphabet), min_size=least, max_size=most).map("".join)


def separators() -> SearchStrategy[str]:
    """A run of separators."""
    return _text("-_.", most=6)


def two_spellings() -> SearchStrategy[tuple[str, str]]:
    """The ends of two spellings of one name; both begin with separators."""
    case: SearchStrategy[Callable[[str], str]] = st.sampled_from((str.lower, str.upper, str.swapcase))
    word = st.tuples(separators(), separators(), _text(ALPHANUMERIC, most=3), case)

    def spelled(words: list[tuple[str, str, str, Callable[[str], str]]]) -> tuple[str, str]:
        one = "".join(first + text for first, _, text, _ in words)
        return one, "".join(second + change(text) for _, second, text, change in words)

    return st.lists(word, min_size=1, max_size=3).map(spelled)


def spelling_of(names: Sequence[str]) -> SearchStrategy[str]:
    """Any other spelling of one of these names: letters in either case, runs of any separators."""

    def spelled(name: str) -> SearchStrategy[str]:
        pieces = [
            separators() if c == "-" else st.sampled_from((c.lower(), c.upper())) for c in normalize(name)
        ]
        return st.tuples(*pieces).map("".join)

    return st.sampled_from(names).flatmap(spelled).filter(lambda spelling: spelling not in names)


def near_misses(names: Sequence[str]) -> SearchStrategy[str]:
    """Valid names that differ from these by one character, which may be a separator, and are none of them."""
    known = {normalize(name) for name in names}
    longest = max(len(name) for name in known)

    def missed(drawn: tuple[str, int, str, int]) -> str:
        name, place, put, gone = drawn
        place = place % (len(name) - 2) + 1  # both ends stay letters or digits
        return name[:place] + put + name[place + gone :]

    where = st.integers(0, min(longest, 99))
    put = st.sampled_from("_-_x.")
    drawn = st.tuples(st.sampled_from(sorted(known)), where, put, st.sampled_from((1, 0)))
    return drawn.map(missed).filter(lambda name: normalize(name) not in known)


# -- Accept (RFC 9110 sections 12.4.2 and 12.5.1) ---------------------------------------------------------------------

TYPES = (JSON_TYPE, "text/html", HTML_TYPE, "*/*", "text/*", "application/*", "image/png", "text/plain")
WEIGHTS = ("", "1", "0", "0.5", "0.001", "0.123", "0.999", "1.000", "1.", "0.25", "0.", "0.000", "0.9")
OTHERS = TYPES[3:]
WANTED = tuple(weight for weight in WEIGHTS if float(weight or 1) > 0)
SPACES = ("", " ", "\t", " \t ")  # OWS (RFC 9110 section 5.6.3)
COMMAS = (",", ", ", " ,", ",\t", ",,", " , , ")  # an empty element is ignored (RFC 9110 section 5.6.1.2)


@dataclass(frozen=True)
class Range:
    """One media range with its weight; one with parameters asks for a type that no index has."""

    kind: str
    weight: str = ""
    parameter: str = ""
    written: str = ""  # as the header has it

    @property
    def quality(self) -> float:
        """The weight as a number; 1 when there is none."""
        return float(self.weight or "1")

    def covers(self, media_type: str) -> bool:
        """Whether the type falls into the range."""
        main = self.kind.removesuffix("*")
        return self.kind in ("*/*", media_type) or (self.kind.endswith("/*") and media_type.startswith(main))


@dataclass(frozen=True)
class Accept:
    """A list of ranges, and the header that says it. `place` says which of two pages is asked for."""

    text: str
    ranges: tuple[Range, ...]
    place: int = 0

    def quality(self, media_type: str) -> float | None:
        """How much a type is wanted: the most specific range decides; None when no range covers it."""
        covering = [one for one in self.ranges if not one.parameter and one.covers(media_type)]
        covering.sort(key=lambda one: (one.kind == media_type, one.kind != "*/*"))
        return covering[-1].quality if covering else None

    def names(self, media_type: str) -> bool:
        """Whether a range names the type in full, with a weight above 0."""
        return any(one.kind == media_type and not one.parameter and one.quality > 0 for one in self.ranges)

    @property
    def plain(self) -> bool:
        """Whether no range has parameters: registries read these differently."""
        return not any(one.parameter for one in self.ranges)

    @property
    def takes_all(self) -> bool:
        """Whether every type that an index may have is wanted."""
        return self.plain and all((self.quality(name) or 0) > 0 for name in SIMPLE_TYPES)


def accepts() -> SearchStrategy[Accept]:
    """Any valid Accept header of up to six different ranges; every second one names all types of the index."""
    some = st.lists(_range(st.sampled_from(TYPES)), min_size=1, max_size=6, unique_by=lambda one: one.kind)
    every = st.tuples(*(_range(st.just(kind), WANTED) for kind in sorted(SIMPLE_TYPES)))
    others = st.lists(
        _range(st.sampled_from(OTHERS), ("0", "0.5", "0.000")), max_size=3, unique_by=lambda one: one.kind
    )
    whole = st.tuples(every, others).flatmap(lambda both: st.permutations([*both[0], *both[1]]))
    comma = st.lists(st.sampled_from(COMMAS), min_size=5, max_size=5)

    def joined(ranges: list[Range], commas: list[str], place: int) -> Accept:
        rest = zip(commas, ranges[1:], strict=False)
        text = ranges[0].written + "".join(comma + one.written for comma, one in rest)
        return Accept(text, tuple(ranges), place)

    return st.builds(joined, st.one_of(some, whole), comma, st.sampled_from((0, 1)))


def _range(kinds: SearchStrategy[str], weights: Sequence[str] = WEIGHTS) -> SearchStrategy[Range]:
    """One media range, in any spelling."""
    space, case = st.sampled_from(SPACES), st.sampled_from((str.lower, str.upper, str.title))
    parameter = st.sampled_from(("", "", "", "", "", "charset=utf-8", "level=1"))

    def written(
        kind: str, weight: str, parameter: str, before: str, after: str, q: str, change: Callable[[str], str]
    ) -> Range:
        parts = [part for part in (parameter, weight and f"{q}{weight}") if part]
        text = change(kind) + "".join(f"{before};{after}{part}" for part in parts)
        return Range(kind, weight, parameter, text)

    chosen = parameter if weights is WEIGHTS else st.just("")
    q = st.sampled_from(("q=", "Q="))
    return st.builds(written, kinds, st.sampled_from(weights), chosen, space, space, q, case)


# -- versions (Version specifiers; PEP 440) ---------------------------------------------------------------------------

NUMBERS = ("1", "0", "2", "10", "2024", "007", "99")
PRE = ("", "", "a1", "rc2", "b10", ".ALPHA_4", "-c5", "_preview.0")
POST = ("", "", ".post1", "-1", ".rev2", "post")
DEV = ("", "", ".dev1", ".dev10", "DEV", "-dev_3")
LOCAL = ("", "+a", "", "+1", "+Ubuntu-2.1", "+abc.007", "+1.g0ff1ce")


def versions() -> SearchStrategy[tuple[str, ...]]:
    """Up to three versions, every second one in its normal form, no two of them equal."""
    release = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4).map(".".join)
    epoch, prefix = st.sampled_from(("", "", "1!", "2024!")), st.sampled_from(("", "", "", "v"))
    ends = (st.sampled_from(part) for part in (PRE, POST, DEV, LOCAL))
    spelled = st.tuples(prefix, epoch, release, *ends).map("".join).filter(is_version)
    version = st.one_of(spelled.map(lambda text: str(Version(text))), spelled)
    return st.lists(version, min_size=1, max_size=3, unique_by=Version).map(tuple)


def is_version(text: str) -> bool:
    """Whether the parts make a version."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


# -- core metadata (Core metadata specifications) ---------------------------------------------------------------------

WORD = "abZ7<>&\"'(),:;#=%\\{}$/@éß\u0301日ж🐍"
LINES = ("a", " ", "\n", "<", "é", "🐍", "\t", "\x0c", "\x85", "\u2028", "\x0b", "-")
PYTHONS = ("3.8", "3.9.1", "3.10", "2.7", "3.13.0")
COMPARED = (">=", "!=", "<", "~=", "!=", "==", ">")
MARKERS = ("", "", ' ; python_version < "3.9"', '; sys_platform == "win32" or os_name != "nt"')
DEPENDED_ON = ("packaging", "Zope.Interface", "a-b_c.d", "six[x]", "requests[security,socks]")
LABELS = ("Source", "Bug Tracker", "lower case", "Docs (v2)", "Änderungen & mehr")
URLS = ("https://example.org/", "https://example.org/a?b=1&c=2#d", "https://example.org/~a/%20b;c=d")


@dataclass(frozen=True)
class Values:
    """The values of one file's metadata; "" and () mean that a field is left out."""

    summary: str
    author: str
    keywords: str
    description: str
    requires_python: str
    requires_dist: tuple[str, ...]
    project_urls: tuple[str, ...]

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The fields that stand as they are in METADATA."""
        rows = [("Author", self.author), ("Keywords", self.keywords)]
        rows += [("Project-URL", url) for url in self.project_urls]
        return tuple((name, value) for name, value in rows if value)

    @property
    def shown(self) -> str:
        """The fields that are there, for a message."""
        return ", ".join(f"{name} {value!r}" for name, value in vars(self).items() if value) or "no values"


def specifiers() -> SearchStrategy[str]:
    """A set of version specifiers, with or without spaces; "" is one that allows everything."""

    def clause(operator: str, space: str, number: str, prefix: bool) -> str:
        return operator + space + number + (".*" if prefix and operator in ("==", "!=") else "")

    one = st.builds(
        clause,
        st.sampled_from(COMPARED),
        st.sampled_from(("", "", " ")),
        st.sampled_from(PYTHONS),
        st.sampled_from((False, True, True)),
    )
    comma = st.sampled_from((",", ", "))
    several = st.lists(one, min_size=1, max_size=5)
    return _maybe(st.builds(lambda comma, clauses: comma.join(clauses), comma, several))


def _maybe(text: SearchStrategy[str]) -> SearchStrategy[str]:
    """The text, or none: what a fault does not need is left out in one step."""
    return st.one_of(st.just(""), text, text, text)


def values() -> SearchStrategy[Values]:
    """Legal values of the usual fields: one line each, but for the description."""
    words = _maybe(st.lists(_text(WORD, most=6), min_size=1, max_size=4).map(" ".join))
    dependency = st.builds(
        lambda name, wanted, marker: name + wanted + marker,
        st.sampled_from(DEPENDED_ON),
        specifiers(),
        st.sampled_from(MARKERS),
    )
    link = st.tuples(st.sampled_from(LABELS), st.sampled_from(URLS))
    links = st.lists(link, max_size=2, unique_by=lambda pair: pair[0])
    body = _text(LINES, least=4, most=16).map(lambda text: f"a{text}a\n")
    return st.builds(
        Values,
        summary=words,
        author=words,
        keywords=_maybe(st.lists(_text("abcéж-"), min_size=1, max_size=3).map(",".join)),
        description=_maybe(body),
        requires_python=specifiers(),
        requires_dist=st.lists(dependency, max_size=2).map(tuple),
        project_urls=links.map(lambda pairs: tuple(f"{label}, {url}" for label, url in pairs)),
    )
