"""What the checks about caching and ranges share: validators, dates, ranges and codings as data, and what they are tried on."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES, HtmlPage, JsonPage, ListedFile, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.subjects import Subjects
from fixtures.verdicts import NotReached

ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')
IMF_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT"
)
CONTENT_RANGE = re.compile(r"bytes +(\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)
SMALLEST = 200  # bytes of a file on which ranges are tried
LARGE = 1024 * 1024
LARGEST = 8 * 1024 * 1024
PROJECTS = 2  # whose pages are looked at


@dataclass(frozen=True)
class AskedPage:
    """A page in one form: what was asked for, and the answer."""

    url: str
    accept: str
    answer: Exchange

    @property
    def etag(self) -> str | None:
        """The ETag as sent."""
        return self.answer.header("etag")


def project_pages(registry: Registry, subjects: Subjects) -> list[AskedPage]:
    """The pages of a few projects, in each form that there is. The root is left out: other checks change it."""
    found: list[AskedPage] = []
    for subject in list(subjects)[:PROJECTS]:
        for accept in (JSON_TYPE, HTML_ACCEPT):
            answer = registry.page(subject.name, accept)
            seen = {page.answer.media_type for page in found if page.url == answer.url}
            if answer.ok and answer.media_type in SIMPLE_TYPES and answer.media_type not in seen:
                found.append(AskedPage(answer.url, accept, answer))
    if not found:
        raise NotReached("no page of a project could be read")
    return found


def some_files(registry: Registry, subjects: Subjects, count: int = 3) -> list[tuple[ListedFile, Exchange]]:
    """A few files that can be fetched, of different projects and kinds, with the answers to their downloads."""
    kinds: dict[bool, int] = {True: 0, False: 0}
    found: list[tuple[ListedFile, Exchange]] = []
    for subject in subjects:
        for file in subject.files:
            if len(found) == count:
                return found
            if kinds[file.is_wheel] > count // 2 or (file.size or 0) > LARGEST:
                continue
            answer = registry.file(file)
            if answer.ok and SMALLEST <= len(answer.raw) <= LARGEST:
                kinds[file.is_wheel] += 1
                found.append((file, answer))
                break
    if not found:
        raise NotReached("no file could be fetched")
    return found


def large_files(registry: Registry, subjects: Subjects) -> list[tuple[ListedFile, Exchange]]:
    """One file that is known to be larger than the blocks in which servers and storage read, with the answer to its download."""
    for subject in subjects:
        for file in subject.worth_fetching(subject.files):
            ours = subject.distribution(file.filename)
            size = ours.size if ours is not None else file.size
            if size is not None and LARGE <= size <= LARGEST and (answer := registry.file(file)).ok:
                return [(file, answer)]
    return []


def roots(registry: Registry, **options: object) -> list[AskedPage]:
    """The project list in each form that there is; none where it is so long that it should not be asked for often."""
    asked = [(accept, registry.root(accept, **options)) for accept in (JSON_TYPE, HTML_ACCEPT)]
    found = {a.media_type: AskedPage(a.url, accept, a) for accept, a in reversed(asked) if a.ok}
    return [page for kind, page in found.items() if kind in SIMPLE_TYPES and len(page.answer.raw) < LARGE]


def filenames(answer: Exchange) -> frozenset[str] | None:
    """The files that a page lists; None when it is no page, or does not decode."""
    if not answer.ok or content(answer) is None:
        return None
    page: HtmlPage | JsonPage | None = read_page(answer)
    return None if page is None else frozenset(file.filename for file in page.files)


def is_strong(etag: str | None) -> bool:
    """Whether this is a strong entity tag."""
    return etag is not None and not etag.startswith("W/")


def opaque(etag: str) -> str:
    """The tag without its weakness mark, as the weak comparison takes it (RFC 9110 section 8.8.3.2)."""
    return etag.removeprefix("W/")


def http_date(text: str) -> datetime | None:
    """A date in the one form in which it may be sent (RFC 9110 section 5.6.7), else None."""
    if not IMF_FIXDATE.fullmatch(text.strip()):
        return None
    try:
        return datetime.strptime(text.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def directives(answer: Exchange) -> dict[str, str]:
    """Cache-Control as names, lower case, with their values."""
    pairs = (item.partition("=") for item in answer.listed("cache-control"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def kept_for(answer: Exchange) -> int | None:
    """How many seconds a cache may give this answer without asking; None when it does not say."""
    said = directives(answer)
    if said.keys() & {"no-store", "no-cache"}:
        return 0
    ages = [said[name] for name in ("max-age", "s-maxage") if said.get(name, "").isdigit()]
    if ages:
        return max(map(int, ages))
    until = http_date(answer.header("expires") or "")
    if until is None:
        return None
    since = http_date(answer.header("date") or "") or datetime.now(UTC)
    return max(0, int((until - since).total_seconds()))  # RFC 9111 section 5.3


def may_be_kept(answer: Exchange) -> bool:
    """Whether a cache may have had this answer for a while: it says so, or comes with an Age (RFC 9111 sections 4.2 and 5.1)."""
    return bool(kept_for(answer)) or answer.header("age") is not None


def content_range(answer: Exchange) -> tuple[int, int, int | None] | None:
    """First byte, last byte and whole length of a Content-Range; None when there is none that can be read."""
    found = CONTENT_RANGE.fullmatch((answer.header("content-range") or "").strip())
    if not found:
        return None
    return int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])


def codings(answer: Exchange) -> list[str]:
    """The content codings of an answer; `identity` means none."""
    names = (name.strip().lower() for name in ",".join(answer.header_values("content-encoding")).split(","))
    return [name for name in names if name not in ("", "identity")]


def decoded(answer: Exchange) -> bytes | None:
    """The body with gzip codings undone, strictly: every byte belongs to a member (RFC 1952). None when it can't be done."""
    body = answer.raw
    for name in reversed(codings(answer)):
        plain = gunzip(body) if name in ("gzip", "x-gzip") else None
        if plain is None:
            return None
        body = plain
    return body


def gunzip(data: bytes) -> bytes | None:
    """Undo gzip; None for what is no gzip from its first byte to its last."""
    parts, rest = [], data
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(rest, LARGEST * 16))
        except zlib.error:
            return None
        if not member.eof:
            return None
        rest = member.unused_data
    return b"".join(parts) if parts else None


def ranged(registry: Registry, file: ListedFile, spec: str, *more: tuple[str, str]) -> Exchange:
    """Ask for a part of a file."""
    return registry.file(file, headers=(("Range", spec), *more))


def serves_ranges(registry: Registry, file: ListedFile, whole: Exchange) -> bool:
    """Whether the registry announces ranges for a file, or answers one with 206 (LV-50: it need not)."""
    return "bytes" in whole.listed("accept-ranges") or ranged(registry, file, "bytes=0-9").status == 206


def ranged_files(registry: Registry, subjects: Subjects) -> Iterator[tuple[ListedFile, Exchange]]:
    """The files of which parts can be had; ends the check as not offered when there are none."""
    from fixtures.verdicts import NotOffered

    files = some_files(registry, subjects)
    offering = [(file, whole) for file, whole in files if serves_ranges(registry, file, whole)]
    if not offering:
        file, _ = files[0]
        answer = ranged(registry, file, "bytes=0-9")
        raise NotOffered(f"no Accept-Ranges, and a range of {file.url} is answered {answer.said}")
    yield from offering


def body_parts(answer: Exchange) -> list[tuple[tuple[int, int, int | None] | None, bytes]] | None:
    """The parts of a multipart/byteranges answer, as (Content-Range, bytes); None when it can't be taken apart."""
    boundary = re.search(r'boundary="?([^";]+)"?', answer.header("content-type") or "", re.IGNORECASE)
    if not boundary:
        return None
    pieces = (b"\r\n" + answer.raw).split(b"\r\n--" + boundary[1].strip().encode("latin-1"))
    parts: list[tuple[tuple[int, int, int | None] | None, bytes]] = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return parts
        head, blank, data = piece.partition(b"\r\n\r\n")
        named = re.search(rb"(?im)^content-range: *(.*?)\r?$", head)
        found = CONTENT_RANGE.fullmatch(named[1].decode("latin-1").strip()) if named else None
        span = (
            None
            if found is None
            else (int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3]))
        )
        if not blank:
            return None
        parts.append((span, data))
    return None
