"""Hashes: what a page says about the bytes of a file is true, and in a form that every client reads."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judging.reading import (
    HEX,
    USABLE,
    both_forms,
    content,
    digest,
    fetched,
    fragment,
    hash_items,
    hex_length,
    is_digest,
)
from fixtures.exchange import Exchange
from fixtures.pages import HtmlPage, ListedFile
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement


def linked(subjects: Subjects, offers: Offers) -> Iterator[tuple[Subject, HtmlPage, ListedFile]]:
    """Every file link of every HTML page; not offered when there is no HTML."""
    offers.html_pages()
    for subject, page in subjects.html_pages:
        for file in page.files:
            yield subject, page, file


def judged_items(file: ListedFile) -> list[tuple[str, str]]:
    """The hashes of a link that count: when one of them is right, private ones beside it do not (A-08)."""
    items = [(name, value) for name, value in hash_items(fragment(file)) if name]
    if any(hex_length(name) and is_digest(name, value) for name, value in items):
        return [(name, value) for name, value in items if hex_length(name)]
    return items


@requirement("hashes/html-fragment")
def test_links_carry_a_hash(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """The link of each file in HTML carries a hash of the file."""
    offers.html_pages()
    for _, page in subjects.html_pages:
        bare = [f.filename for f in page.files if not any(name for name, _ in hash_items(fragment(f)))]
        if page.files:
            findings.expect(
                not bare,
                expected="a hash behind the # of every file link",
                got=f"{len(bare)} of {len(page.files)} links have none: {', '.join(bare[:5])}",
                at=page.exchange,
                why="pip installs such a file unverified; uv and poetry lock it without a hash or download it to hash it",
                advice="add #sha256=<hex digest> to the href of every file",
            )


@requirement("hashes/html-fragment-syntax")
def test_hash_in_link_is_name_equals_value(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """A hash in a link is written as name=value after the number sign."""
    for _, page, file in linked(subjects, offers):
        items = hash_items(fragment(file))
        if items:
            findings.expect(
                any(name.replace("-", "").replace("_", "").isalnum() for name, _ in items),
                expected="<hashname>=<hashvalue> after the #",
                got=f"#{fragment(file)}",
                at=page.exchange,
                why="uv refuses the whole page; pip takes the file for one without a hash",
                advice="write the algorithm's name and an equals sign before the digest: #sha256=...",
            )


@requirement("hashes/html-hashname-lowercase")
def test_hash_names_in_links_are_lower_case(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """The name of the hash in a link is in lower case."""
    for _, page, file in linked(subjects, offers):
        for name, _ in hash_items(fragment(file)):
            if name:
                findings.expect(
                    name == name.lower(),
                    expected="the name of the hash in lower case",
                    got=f"#{fragment(file)}",
                    at=page.exchange,
                    why="clients compare the name as it is and take the file for one without a hash",
                    advice="write sha256, not SHA256",
                )


@requirement("hashes/html-value-hex")
def test_hash_values_in_links_are_hex_digests(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """The value in a link is the hex digest, as long as its algorithm's digests are."""
    for _, page, file in linked(subjects, offers):
        for name, value in judged_items(file):
            findings.expect(
                is_digest(name, value),
                expected=f"{hex_length(name) or 'only'} hex digits for {name.lower()}",
                got=f"{len(value)} characters: {value}",
                at=page.exchange,
                why="pip stops with THESE PACKAGES DO NOT MATCH THE HASHES; poetry and pdm lock a hash that never fits",
                advice="write the whole digest in hexadecimal: not base64, not cut",
            )


@requirement("hashes/html-hash-from-hashlib")
def test_hash_in_link_is_of_a_common_algorithm(
    subjects: Subjects, offers: Offers, findings: Findings
) -> None:
    """The hash in a link is of an algorithm that every Python has."""
    for _, page, file in linked(subjects, offers):
        names = [name.lower() for name, _ in hash_items(fragment(file)) if name]
        if names:
            findings.expect(
                any(name in USABLE for name in names),
                expected=f"one of {', '.join(sorted(USABLE))}",
                got=", ".join(names),
                at=page.exchange,
                why="uv refuses the whole page for a hash that it does not know; pip takes the file for one without a hash",
                advice="give sha256",
            )


@requirement("hashes/sha256-recommended", "hashes/hex-case")
def test_files_have_a_sha256(subjects: Subjects, findings: Findings) -> None:
    """Files have a sha256 hash."""
    for subject in subjects:
        for page in (subject.html, subject.json):
            if page is None or not page.files:
                continue
            without = [f.filename for f in page.files if "sha256" not in {n.lower() for n in f.hashes}]
            capitals = sum(value != value.lower() for file in page.files for value in file.hashes.values())
            told = (
                f"{capitals} digests have capital letters, which pdm and poetry do not read"
                if capitals
                else ""
            )
            findings.note(told or "digests are in lower case", "hashes/hex-case")
            findings.expect(
                not without,
                expected="a sha256 for every file",
                got=f"{len(without)} of {len(page.files)} files have none: {', '.join(without[:5])}",
                at=page.exchange,
                why="pdm and poetry download every file without one to compute it; uv knows few other algorithms",
                advice="compute sha256 once, when the file is stored, and show it on every page",
            )


@requirement("hashes/html-digest-correct")
def test_links_have_the_hash_of_the_bytes(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The hash in a link is that of the bytes behind it."""
    offers.html_pages()
    for subject, page in subjects.html_pages:
        for file, answer in fetched(registry, subject, page.files):
            items = [(name, value) for name, value in judged_items(file) if HEX.fullmatch(value)]
            expect_digests(findings, file, dict(items), page.exchange, answer)


@requirement("hashes/json-digest-correct")
def test_json_digests_are_the_files_digests(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Every hash in JSON is that of the file's bytes."""
    offers.json_pages()
    for subject, page in subjects.json_pages:
        for file, answer in fetched(registry, subject, page.files):
            expect_digests(findings, file, dict(file.hashes), page.exchange, answer)


def expect_digests(
    findings: Findings, file: ListedFile, hashes: dict[str, str], at: Exchange, answer: Exchange
) -> None:
    """Judge published hashes against the bytes that the file's URL gives."""
    if not answer.ok:
        return  # whether a listed file can be fetched is judged elsewhere
    data = content(answer)
    for name, value in hashes.items():
        right = digest(name, data) if data is not None else None
        if data is not None and right is None:
            continue
        findings.expect(
            value.lower() == right,
            expected=f"the {name} of the bytes that {file.url} gives: {right or 'they do not decode'}",
            got=value,
            at=at,
            also=[answer],
            why="pip, uv, poetry and pdm refuse the file: its hash does not match; Octopus deploys it unchecked",
            advice="compute the digest of the stored bytes, again after every change of them, "
            "and serve them without a Content-Encoding that is not theirs",
        )


@requirement("hashes/html-json-agree")
def test_html_and_json_give_the_same_hashes(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """The hash in HTML and the hashes in JSON are of the same bytes."""
    for pair in both_forms(offers, subjects):
        for filename, html, data in pair.shared:
            told = {name.lower(): value.lower() for name, value in data.hashes.items()}
            for name, value in html.hashes.items():
                if name in told:
                    findings.expect(
                        value.lower() == told[name],
                        expected=f"the {name} of {filename} that JSON gives: {told[name]}",
                        got=value,
                        at=pair.html.exchange,
                        also=[pair.json.exchange],
                        why="what one client locked, another one refuses",
                        advice="make both forms from one stored digest",
                    )


@requirement("hashes/upload-roundtrip")
def test_published_hash_is_of_the_uploaded_bytes(subjects: Subjects, findings: Findings) -> None:
    """The published hash is that of the bytes that were uploaded."""
    for subject in subjects:
        for page in (subject.json, subject.html):
            for file in page.files if page else ():
                ours = subject.distribution(file.filename)
                for name, value in file.hashes.items() if ours else ():
                    right = digest(name, ours.content) if ours else None
                    if right is not None and page is not None:
                        findings.expect(
                            value.lower() == right,
                            expected=f"the {name} of {file.filename} as it was uploaded: {right}",
                            got=value,
                            at=page.exchange,
                            why="uv publish --check-url takes the file for another one; signatures and attestations break",
                            advice="store and serve the bytes of the upload as they came",
                        )


@requirement("hashes/stable-over-time")
def test_bytes_and_hash_stay(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The bytes and the hash behind a file name never change."""
    for subject in list(subjects)[:3]:
        first = {file.filename: file for file in subject.files}
        again = {file.filename: file for file in registry.files_now(subject.name)}
        for filename in sorted(first.keys() & again.keys())[:2]:
            before, now = first[filename], again[filename]
            shared = {name.lower() for name in before.hashes} & {name.lower() for name in now.hashes}
            findings.expect(
                all(lowered(before)[name] == lowered(now)[name] for name in shared),
                expected=f"the hashes of {filename} as before: {lowered(before)}",
                got=lowered(now),
                at=registry.page(subject.name),
                why="a lock file or a pinned hash that was right a moment ago is refused",
                advice="never change a published file; a new build needs a new name or version",
            )
            expect_same_bytes(findings, registry, before, now)


def expect_same_bytes(findings: Findings, registry: Registry, before: ListedFile, now: ListedFile) -> None:
    """Judge two downloads of one file."""
    one, two = registry.file(before), registry.file(now, fresh=True)
    first, second = content(one), content(two)
    if first is not None and second is not None:
        findings.expect(
            first == second,
            expected=f"the same {len(first)} bytes of {before.filename} as before",
            got=f"{len(second)} bytes with sha256 {digest('sha256', second)}",
            at=two,
            also=[one],
            why="the file that was locked can no longer be had",
            advice="serve one file under one name, from every node",
        )


def lowered(file: ListedFile) -> dict[str, str]:
    """The hashes of a file, all in lower case."""
    return {name.lower(): value.lower() for name, value in file.hashes.items()}
