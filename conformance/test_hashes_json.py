"""Hashes in JSON pages: the object `hashes` of every file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judging.reading import (
    HEX,
    USABLE,
    WEAK,
    content,
    digest,
    fetched,
    fragment,
    hash_items,
    hex_length,
    is_digest,
)
from fixtures.pages import JsonPage
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement


def entries(offers: Offers) -> Iterator[tuple[JsonPage, Mapping[str, Any]]]:
    """Every file object of every JSON page; not offered when there is no JSON."""
    for page in offers.json_pages():
        for entry in page.entries:
            yield page, entry


def hash_objects(offers: Offers) -> Iterator[tuple[JsonPage, Mapping[str, Any], Mapping[str, Any]]]:
    """Every file object that has an object of hashes, with it."""
    for page, entry in entries(offers):
        hashes = entry.get("hashes")
        if isinstance(hashes, dict):
            yield page, entry, hashes


@requirement("hashes/json-present", "hashes/json-may-be-empty")
def test_every_file_has_an_object_of_hashes(offers: Offers, findings: Findings) -> None:
    """Every file in JSON has an object of hashes, be it empty."""
    empty = 0
    for page, entry in entries(offers):
        empty += entry.get("hashes") == {}
        findings.expect(
            isinstance(entry.get("hashes"), dict),
            expected=f"an object under the key hashes of {entry.get('filename')}",
            got=entry["hashes"] if "hashes" in entry else f"no such key among {', '.join(sorted(entry))}",
            at=page.exchange,
            why="uv refuses the whole page: missing field `hashes`",
            advice="always send the key; an empty object says that no hash is known (PEP 691)",
        )
    findings.note(f"{empty} files have an empty object of hashes", "hashes/json-may-be-empty")


@requirement("hashes/json-names-lowercase")
def test_hash_names_are_in_lower_case(offers: Offers, findings: Findings) -> None:
    """Names of hashes in JSON are in lower case."""
    for page, entry, hashes in hash_objects(offers):
        if hashes:
            findings.expect(
                all(name == name.lower() for name in hashes),
                expected="names of hashes in lower case",
                got=f"{', '.join(hashes)} for {entry.get('filename')}",
                at=page.exchange,
                why="clients look for sha256 as it is written and take the file for one without a hash",
                advice="write sha256, not SHA256",
            )


@requirement("hashes/json-secure-present")
def test_every_file_has_a_secure_hash(offers: Offers, findings: Findings) -> None:
    """Every file in JSON has a hash of a secure algorithm that every Python has."""
    for page in offers.json_pages():
        weak = [
            str(entry.get("filename"))
            for entry in page.entries
            if isinstance(entry.get("hashes"), dict)
            and not {name.lower() for name in entry["hashes"]} & (USABLE - WEAK)
        ]
        if page.entries:
            findings.expect(
                not weak,
                expected="a hash of a secure algorithm (sha256 is recommended) for every file",
                got=f"{len(weak)} of {len(page.entries)} files have none: {', '.join(weak[:5])}",
                at=page.exchange,
                why="pip installs a file without hashes unverified; poetry and pdm download it to hash it",
                advice="always include sha256",
            )


@requirement("hashes/json-name-usable")
def test_hash_names_are_known_to_hashlib(offers: Offers, findings: Findings) -> None:
    """Names of hashes in JSON are such that Python's hashlib makes the hash from the name alone."""
    for page, entry, hashes in hash_objects(offers):
        strange = [name for name in hashes if name.lower() not in USABLE]
        if hashes:
            findings.expect(
                not strange,
                expected="names that hashlib.new() takes and that need no further argument",
                got=f"{', '.join(strange)} for {entry.get('filename')}",
                at=page.exchange,
                why="pip computes every hash that is listed and stops with Unknown hash name",
                advice="leave out hashes with private names, and those of no fixed length (shake)",
            )


@requirement("hashes/json-value-hex")
def test_hash_values_are_hex_digests(offers: Offers, findings: Findings) -> None:
    """Hashes in JSON are hex strings, as long as their algorithm's digests are."""
    for page, entry, hashes in hash_objects(offers):
        for name, value in hashes.items():
            if isinstance(value, str) and hex_length(name) is None:
                continue  # a private name: what its values look like is nobody's rule
            findings.expect(
                isinstance(value, str) and is_digest(name, value),
                expected=f"a string of {hex_length(name) or 'only'} hex digits for the {name} of {entry.get('filename')}",
                got=value,
                at=page.exchange,
                why="uv refuses the whole page; pip stops with a hash mismatch",
                advice="write the whole digest in hexadecimal: not base64, not cut, no prefix",
            )


@requirement("hashes/fragment-not-part-of-json-url")
def test_hash_in_a_json_url_is_right(
    offers: Offers, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """URLs of files in JSON have no hash in them; if one does, it is right."""
    offers.json_pages()
    for subject, page in subjects.json_pages:
        marked = [file for file in page.files if hash_items(fragment(file))]
        findings.note(f"{len(marked)} of {len(page.files)} URLs carry a hash", findings.requirements)
        for file, answer in fetched(registry, subject, marked):
            data = content(answer)
            for name, value in hash_items(fragment(file)):
                right = digest(name, data) if data is not None else None
                if right is not None and HEX.fullmatch(value):
                    findings.expect(
                        value.lower() == right,
                        expected=f"no hash in the URL of {file.filename}, or the right one: {right}",
                        got=fragment(file),
                        at=page.exchange,
                        why="pip merges a hash of the URL with the others and stops when none fits",
                        advice="leave the fragment away: JSON has the key hashes for it",
                    )
