"""What checks of several areas read out of pages and files: digests, the metadata inside, both forms of a page side by side."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from fixtures.exchange import Exchange, NoAnswer
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.subjects import Subject

HEX = re.compile(r"[0-9a-fA-F]+")
LONG_HEX = re.compile(r"[0-9a-fA-F]{32,}")
WEAK = frozenset({"md5", "sha1"})
# Names that hashlib.new knows in every Python and that need no length (Simple repository API, JSON Project Detail).
USABLE = frozenset(name for name in hashlib.algorithms_guaranteed if not name.startswith("shake_"))


@dataclass(frozen=True)
class BothForms:
    """One project page in HTML and in JSON."""

    subject: Subject
    html: HtmlPage
    json: JsonPage

    @property
    def shared(self) -> Iterator[tuple[str, ListedFile, ListedFile]]:
        """The files that both forms list: file name, as HTML has it, as JSON has it."""
        other = by_name(self.json.files)
        for name, file in by_name(self.html.files).items():
            if name in other:
                yield name, file, other[name]


def both_forms(offers: Offers, subjects: Iterable[Subject]) -> list[BothForms]:
    """The pages that come in both forms. Ends the check as not offered when one of the forms does not exist at all."""
    offers.html_pages()
    offers.json_pages()
    pairs = ((s, s.html, s.json) for s in subjects)
    return [BothForms(s, html, data) for s, html, data in pairs if html is not None and data is not None]


def forms(subject: Subject) -> Iterator[HtmlPage | JsonPage]:
    """The page of a project in each form that there is."""
    for page in (subject.html, subject.json):
        if page is not None:
            yield page


def by_name(files: Iterable[ListedFile]) -> dict[str, ListedFile]:
    """File name -> the first entry with that name."""
    found: dict[str, ListedFile] = {}
    for file in files:
        found.setdefault(file.filename, file)
    return found


def to_fetch(subject: Subject, files: Iterable[ListedFile]) -> tuple[ListedFile, ...]:
    """The files that are worth a download: all of our own projects, a few small ones of others."""
    return subject.worth_fetching(files)


def content(answer: Exchange) -> bytes | None:
    """The bytes of an answer; None when they can't be had (the answer is no 2xx, is not whole, or does not decode)."""
    if not answer.ok:
        return None
    try:
        return answer.body
    except NoAnswer:
        return None


def digest(name: str, data: bytes) -> str | None:
    """The hex digest of some bytes; None for a name that `hashlib.new` can't make a digest from."""
    if name.lower() not in USABLE:
        return None
    return hashlib.new(name.lower(), data, usedforsecurity=False).hexdigest()


def hex_length(name: str) -> int | None:
    """How many hex digits the digests of an algorithm have; None when it is not known."""
    empty = digest(name, b"")
    return None if empty is None else len(empty)


def is_digest(name: str, text: str) -> bool:
    """Whether a text is hex, and as long as that algorithm's digests are."""
    length = hex_length(name)
    return HEX.fullmatch(text) is not None and length in (None, len(text))


def hash_items(text: str) -> list[tuple[str, str]]:
    """The (name, value) items of a URL fragment that mean to be a hash; the name is "" where only a digest stands.

    An empty fragment, `egg=` and the like mean none (LV-15). Several items may be joined by `&` (A-08).
    """
    found = []
    for item in text.split("&"):
        name, equals, value = item.partition("=")
        if not equals:
            if LONG_HEX.search(item):
                found.append(("", item))
        elif name.lower() not in ("egg", "subdirectory") and (
            looks_like_algorithm(name) or LONG_HEX.search(value)
        ):
            found.append((name, value))
    return found


def looks_like_algorithm(name: str) -> bool:
    """Whether a name is one of a hash, in any spelling."""
    plain = name.lower().replace("-", "").replace("_", "")
    return plain.startswith(("sha", "md5", "blake", "ripemd", "sm3", "crc"))


def fragment(file: ListedFile) -> str:
    """The fragment of a link, as the page has it."""
    try:
        return urlsplit(file.href).fragment
    except ValueError:
        return file.href.partition("#")[2]


@lru_cache(256)  # several checks look into the same files
def inner_metadata(filename: str, data: bytes) -> bytes | None:
    """The METADATA of a wheel's own dist-info folder, or the PKG-INFO at the top of an sdist; None when it can't be found.

    The folder is the one whose name and version are those of the file name (Binary distribution format, File contents).
    """
    try:
        if filename.endswith(".whl"):
            return _wheel_metadata(filename, data)
        if filename.endswith(".tar.gz"):
            return _sdist_metadata(data)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, KeyError, EOFError, ValueError):
        return None
    return None


def _wheel_metadata(filename: str, data: bytes) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
        folders = [top for top in tops if top.endswith(".dist-info")]
        if len(folders) > 1:
            stem = "-".join(filename.split("-")[:2])
            folders = [top for top in folders if _same_folder(top.removesuffix(".dist-info"), stem)]
        return archive.read(f"{folders[0]}/METADATA") if len(folders) == 1 else None


def _same_folder(left: str, right: str) -> bool:
    names, versions = zip(left.rpartition("-")[::2], right.rpartition("-")[::2], strict=True)
    return canonicalize_name(names[0]) == canonicalize_name(names[1]) and canonicalize_version(
        versions[0]
    ) == canonicalize_version(versions[1])


def _sdist_metadata(data: bytes) -> bytes | None:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            if member.isfile() and re.fullmatch(r"(\./)?[^/]+/PKG-INFO", member.name):
                file = archive.extractfile(member)
                return file.read() if file else None
    return None


@lru_cache(512)
def headers(metadata: bytes) -> Mapping[str, list[str]]:
    """The header fields of core metadata: lower-case name -> values in order (Core metadata: RFC 822 syntax)."""
    from email.parser import BytesHeaderParser
    from email.policy import compat32

    message = BytesHeaderParser(policy=compat32).parsebytes(metadata)
    found: dict[str, list[str]] = {}
    for name, value in message.items():
        found.setdefault(name.lower(), []).append(str(value).strip())
    return found


def as_version(text: str) -> Version | None:
    """A version, or None for what is none by today's rules (Version specifiers)."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def specifiers(text: str) -> frozenset[str]:
    """The clauses of a version specifier, without the spaces that mean nothing (A-09: compared as sets)."""
    return frozenset(re.sub(r"\s+", "", clause) for clause in text.split(",") if clause.strip())


def are_specifiers(text: str) -> bool:
    """Whether a text is a valid version specifier (Version specifiers)."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def fetched(
    registry: Registry, subject: Subject, files: Iterable[ListedFile]
) -> Iterator[tuple[ListedFile, Exchange]]:
    """The files that are worth it, with the answers to their downloads."""
    for file in to_fetch(subject, files):
        yield file, registry.file(file)
