"""How pages promise the core metadata beside a file (PEP 658, as renamed by PEP 714)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judging.reading import both_forms, hex_length, is_digest
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.site import Offers
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

NEW, OLD = "data-core-metadata", "data-dist-info-metadata"
JSON_NEW, JSON_OLD = "core-metadata", "dist-info-metadata"
HASH = re.compile(r"([A-Za-z0-9_]+)=([0-9A-Fa-f]+)")
STANDARD = (".whl", ".tar.gz", ".zip")


def links(offers: Offers) -> Iterator[tuple[HtmlPage, ListedFile]]:
    """Every file link of every HTML page."""
    for page in offers.html_pages():
        for file in page.files:
            yield page, file


def entries(offers: Offers) -> Iterator[tuple[JsonPage, Mapping[str, Any]]]:
    """Every file object of every JSON page."""
    for page in offers.json_pages():
        for entry in page.entries:
            yield page, entry


@requirement("metadata/html-attr-name", "metadata/html-attr-optional", "metadata/html-legacy-attr")
def test_html_promises_with_the_new_attribute(offers: Offers, findings: Findings) -> None:
    """The promise in HTML is the attribute data-core-metadata."""
    promised = both = total = 0
    for page, file in links(offers):
        total += 1
        if NEW in file.raw or OLD in file.raw:
            promised += 1
            both += NEW in file.raw and OLD in file.raw
            findings.expect(
                NEW in file.raw,
                expected=f"{NEW} on {file.filename}, beside the old {OLD}",
                got=f"{OLD} alone",
                at=page.exchange,
                why="clients that follow PEP 714 alone do not see it and download the file for its metadata",
                advice=f"write {NEW}; {OLD} may stay beside it with the same value",
            )
    findings.note(f"{promised} of {total} links promise metadata", "metadata/html-attr-optional")
    findings.note(f"{both} links have the old attribute beside the new one", "metadata/html-legacy-attr")
    findings.not_offered("no link in any HTML page promises metadata")


@requirement("metadata/html-legacy-equal")
def test_old_and_new_attribute_are_equal(offers: Offers, findings: Findings) -> None:
    """Where both attributes stand, they have one value."""
    for page, file in links(offers):
        if NEW in file.raw and OLD in file.raw:
            findings.expect(
                file.raw[NEW] == file.raw[OLD],
                expected=f'{OLD}="{file.raw[NEW]}" on {file.filename}, as {NEW} has it',
                got=f'{OLD}="{file.raw[OLD]}"',
                at=page.exchange,
                why="old and new clients compare the metadata with different hashes",
                advice="write the same value into both",
            )
    findings.not_offered(f"no link has both {NEW} and {OLD}")


@requirement("metadata/html-value-hash", "metadata/html-value-true")
def test_html_value_is_a_hash(offers: Offers, findings: Findings) -> None:
    """The value of the attribute is a hash of the metadata, written name=value."""
    for page in offers.html_pages():
        values = [file.raw.get(NEW, file.raw.get(OLD)) for file in page.files]
        bare = sum(value == "true" for value in values)
        hashed = sum(value is not None and "=" in value for value in values)
        findings.note(f"{bare} links promise metadata without a hash", "metadata/html-value-true")
        if hashed:
            findings.expect(
                not bare,
                expected="a hash for all files, as some of the page have one",
                got=f"{bare} of {bare + hashed} promises are a bare true",
                at=page.exchange,
                why="pdm takes any body for metadata when no hash is given, poetry can't check it",
                advice="give the hash of the metadata wherever it is served",
                requirement="metadata/html-value-hash",
            )
    findings.not_offered("no link in any HTML page gives a hash of its metadata")


@requirement("metadata/html-value-other")
def test_html_value_is_hash_or_true(offers: Offers, findings: Findings) -> None:
    """The attribute has no other value; false or nothing is not a way to say no."""
    for page, file in links(offers):
        for name in (NEW, OLD):
            if name in file.raw:
                value = str(file.raw[name])
                found = HASH.fullmatch(value)
                right = value == "true" or (
                    found is not None and found[1] == found[1].lower() and is_digest(found[1], found[2])
                )
                findings.expect(
                    right,
                    expected=f"true or <hashname>=<hex digest> as {name} of {file.filename}",
                    got=repr(value),
                    at=page.exchange,
                    why="pip takes any value as a promise, asks for the metadata and stops when it is not there",
                    advice="leave the attribute away for files without metadata",
                )
    findings.not_offered("no link in any HTML page promises metadata")


@requirement(
    "metadata/json-key",
    "metadata/json-key-optional",
    "metadata/json-legacy-alias",
    "metadata/json-legacy-discouraged",
)
def test_json_promises_with_the_new_key(offers: Offers, findings: Findings) -> None:
    """The promise in JSON is the key core-metadata."""
    old = without = 0
    for page, entry in entries(offers):
        told = [key for key in (JSON_OLD, OLD) if entry.get(key)]
        old += JSON_OLD in entry
        without += JSON_NEW not in entry
        if told or entry.get(JSON_NEW):
            findings.expect(
                JSON_NEW in entry,
                expected=f"the key {JSON_NEW} for {entry.get('filename')}",
                got=f"{', '.join(told)} alone",
                at=page.exchange,
                why="pdm and clients that follow PEP 714 do not see the promise and download the file",
                advice=f"send {JSON_NEW}",
            )
    findings.note(f"{without} files have no key {JSON_NEW}", "metadata/json-key-optional")
    for name in ("metadata/json-legacy-alias", "metadata/json-legacy-discouraged"):
        findings.note(f"{old} files have the key {JSON_OLD}, over which pip 22.3 to 23.1 may stumble", name)
    findings.not_offered("no file in any JSON page promises metadata")


@requirement("metadata/json-type")
def test_json_value_is_boolean_or_object(offers: Offers, findings: Findings) -> None:
    """The key is true, false, or an object of hash names and hex digests."""
    for page, entry in entries(offers):
        for key in (JSON_NEW, JSON_OLD):
            if key in entry:
                findings.expect(
                    isinstance(entry[key], (bool, dict)),
                    expected=f"true, false or an object as {key} of {entry.get('filename')}",
                    got=repr(entry[key]),
                    at=page.exchange,
                    why="uv refuses the whole page",
                    advice='send {"sha256": "<hex digest>"}, or leave the key away',
                )
    findings.not_offered(f"no file in any JSON page has the key {JSON_NEW}")


@requirement("metadata/json-object-hash-rules")
def test_json_hashes_follow_the_rules_of_files(offers: Offers, findings: Findings) -> None:
    """Hashes in that object follow the rules for hashes of files."""
    for page, entry in entries(offers):
        told = entry.get(JSON_NEW)
        if told == {}:
            findings.note(
                f"{entry.get('filename')} has an empty object: by Python's truth, no metadata (A-19)"
            )
        for name, value in told.items() if isinstance(told, dict) else ():
            if isinstance(value, str) and hex_length(name) is None:
                findings.note(
                    f"{entry.get('filename')} has a hash of its metadata with a private name: {name}"
                )
                continue
            findings.expect(
                isinstance(value, str) and is_digest(name, value),
                expected=f"a string of {hex_length(name) or 'only'} hex digits for the {name} of the metadata",
                got=f"{value!r} for {entry.get('filename')}",
                at=page.exchange,
                why="uv refuses the whole page; pip stops with a hash mismatch",
                advice="write the whole digest in hexadecimal",
            )
    findings.not_offered("no file in any JSON page gives a hash of its metadata")


@requirement("metadata/json-hash-recommended")
def test_json_gives_a_hash(offers: Offers, findings: Findings) -> None:
    """The key gives a hash rather than a bare true."""
    for page in offers.json_pages():
        told = [entry.get(JSON_NEW) for entry in page.entries]
        bare = sum(value is True for value in told)
        hashed = sum(isinstance(value, dict) and bool(value) for value in told)
        if bare and not hashed:
            findings.note(f"{page.exchange.url} promises metadata without any hash")
        if hashed:
            findings.expect(
                not bare,
                expected="a hash for all files, as some of the page have one",
                got=f"{bare} of {bare + hashed} promises are a bare true",
                at=page.exchange,
                why="pdm takes any body for metadata when no hash is given",
                advice="give the hash of the metadata wherever it is served",
            )
    findings.not_offered("no file in any JSON page gives a hash of its metadata")


@requirement("metadata/json-legacy-equal")
def test_old_and_new_key_are_equal(offers: Offers, findings: Findings) -> None:
    """Where both keys stand in JSON, they have one value."""
    for page, entry in entries(offers):
        if JSON_NEW in entry and JSON_OLD in entry:
            findings.expect(
                entry[JSON_NEW] == entry[JSON_OLD],
                expected=f"{JSON_OLD} of {entry.get('filename')} as {JSON_NEW} is: {entry[JSON_NEW]!r}",
                got=repr(entry[JSON_OLD]),
                at=page.exchange,
                why="old and new clients compare the metadata with different hashes",
                advice=f"leave {JSON_OLD} away, or write the same value into both",
            )
    findings.not_offered(f"no file in any JSON page has the key {JSON_OLD}")


@requirement("metadata/only-standard-dists")
def test_only_wheels_and_sdists_promise_metadata(subjects: Subjects, findings: Findings) -> None:
    """Metadata is promised for wheels and standard sdists only."""
    for subject in subjects:
        for page in (subject.html, subject.json):
            for file in page.files if page else ():
                if file.core_metadata and page is not None:
                    findings.expect(
                        file.filename.lower().endswith(STANDARD),
                        expected="a promise of metadata for wheels and sdists only",
                        got=file.filename,
                        at=page.exchange,
                        why="other kinds of files have no core metadata that an installer could rely on",
                        advice="promise metadata for .whl and .tar.gz",
                    )
    findings.not_offered("no file on any page promises metadata")


@requirement("metadata/html-json-agree", "metadata/unadvertised-free")
def test_html_and_json_promise_the_same(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """HTML and JSON promise the metadata of the same files, with the same hashes."""
    shared = [(pair, row) for pair in both_forms(offers, subjects) for row in pair.shared]
    in_html = any(html.core_metadata for _, (_, html, _) in shared)
    in_json = any(data.core_metadata for _, (_, _, data) in shared)
    for pair, (filename, html, data) in shared:
        if not html.core_metadata and not data.core_metadata:
            findings.note(f"{filename} promises nothing", "metadata/unadvertised-free")
            continue
        one_form = (not html.core_metadata and not in_html) or (data.core_metadata is None and not in_json)
        if one_form:
            findings.note("only one of the two forms promises metadata at all, which is legal")
            continue
        findings.expect(
            bool(html.core_metadata) == bool(data.core_metadata) and not clash(html, data),
            expected=f"one promise for {filename}; JSON says {data.core_metadata!r}",
            got=f"HTML says {html.core_metadata!r}",
            at=pair.html.exchange,
            also=[pair.json.exchange],
            why="one client downloads the file where another one trusts the metadata",
            advice="make both forms from one stored hash",
        )


def clash(html: ListedFile, data: ListedFile) -> bool:
    """Whether both forms give a hash of one algorithm, and not the same one."""
    left, right = html.core_metadata, data.core_metadata
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return False
    told = {name.lower(): value.lower() for name, value in right.items()}
    return any(told.get(name, value.lower()) != value.lower() for name, value in left.items())
