"""The core metadata beside a file: it is there when promised, and it is the file's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.judging.reading import (
    as_version,
    content,
    digest,
    forms,
    headers,
    inner_metadata,
    specifiers,
    to_fetch,
)
from conformance.judging.sidecars import difference, sidecar
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import HtmlPage, JsonPage, ListedFile, normalize
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

PROBED = 8  # files that say false and are asked all the same


@dataclass(frozen=True)
class Promise:
    """One file whose metadata a page promises."""

    subject: Subject
    page: HtmlPage | JsonPage
    file: ListedFile


def promises(subjects: Subjects, findings: Findings) -> Iterator[Promise]:
    """Every promise that is worth a request, in each form. No promise anywhere: not offered."""
    found = [
        Promise(subject, page, file)
        for subject in subjects
        for page in forms(subject)
        for file in to_fetch(subject, (file for file in page.files if file.core_metadata))
    ]
    for promise in found:
        promise.subject.registry.soon([promise.file], metadata=True)
    yield from found
    if not found:
        findings.not_offered("no file on any page promises metadata")


def served(
    registry: Registry, subjects: Subjects, findings: Findings
) -> Iterator[tuple[Promise, Exchange, bytes]]:
    """The metadata that are there, each once, with their bytes. Whether they are there is judged by its own check."""
    seen: set[str] = set()
    for promise in promises(subjects, findings):
        if promise.file.url not in seen:
            seen.add(promise.file.url)
            answer = sidecar(registry, promise.file)
            data = content(answer)
            if data is not None:
                yield promise, answer, data


def is_own(registry: Registry, file: ListedFile, data: bytes) -> bool:
    """Whether these metadata are, byte for byte, what the file itself says: then the uploader answers for them."""
    whole = content(registry.file(file))
    return whole is not None and inner_metadata(file.filename, whole) == data


@requirement("metadata/served-at-suffix")
def test_promised_metadata_is_there(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """Metadata that a page promises is at the file's URL with .metadata at the end."""
    for promise in promises(subjects, findings):
        answer = sidecar(registry, promise.file)
        findings.expect(
            answer.ok,
            expected=f"200 with the metadata of {promise.file.filename}",
            got=answer.said,
            at=answer,
            also=[promise.page.exchange],
            why="pip and uv stop with an error; pdm locks the file without dependencies",
            advice="serve the metadata at <file URL>.metadata, or stop promising it",
        )


@requirement("metadata/digest-correct")
def test_promised_hash_is_that_of_the_metadata(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The hash that a page gives for the metadata is that of the bytes served."""
    hashed = False
    for promise in promises(subjects, findings):
        told = promise.file.core_metadata
        answer = sidecar(registry, promise.file)
        if not answer.ok or isinstance(told, bool) or told is None:
            continue
        hashed, data = True, content(answer)
        for name, value in told.items():
            right = digest(name, data) if data is not None else ""
            if right is not None:
                findings.expect(
                    value.lower() == right,
                    expected=f"the {name} of the bytes that {answer.url} gives: {right or 'they do not decode'}",
                    got=value,
                    at=promise.page.exchange,
                    also=[answer],
                    why="pip and uv stop with a hash mismatch",
                    advice="hash the METADATA that is served, not the wheel; serve it without any change",
                )
    if not hashed:
        findings.not_offered("no page gives a hash of metadata")


@requirement("metadata/identical-to-dist")
def test_metadata_is_the_files_own(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The metadata served is, byte for byte, the file's own METADATA or PKG-INFO."""
    for promise, answer, data in served(registry, subjects, findings):
        file = registry.file(promise.file)
        whole = content(file)
        inside = inner_metadata(promise.file.filename, whole) if whole is not None else None
        if inside is not None:
            findings.expect(
                data == inside,
                expected=f"the {len(inside)} bytes of metadata that are in {promise.file.filename}",
                got=f"{len(data)} bytes: {difference(inside, data)}",
                at=answer,
                also=[file],
                why="pip stops as the two are inconsistent; uv, poetry and pdm install by the wrong dependencies",
                advice="take METADATA (or PKG-INFO) out of the stored file as bytes and serve them as they are",
            )


SUMMARY = "A line that is longer than what tools for mail leave on one line, " * 4 + "to its end."
UNTIDY = b"First.\r\nEnds as in Windows.\r\nFrom here on no mail folder may touch it.\n.\n\ttabs, and blanks at the end   \n\xc3\xa9\n\n\n"


@requirement("metadata/identical-to-dist")
def test_untidy_metadata_is_served_as_it_is(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """Long headers, lines that end as in Windows or begin with From, and empty lines at the end stay as they are."""
    name = fresh.name("untidy")
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nSummary: {SUMMARY}\n\n".encode()
    wheel = fresh.wheel("", name=name, summary=SUMMARY, metadata=head + UNTIDY)
    judge_own(
        findings,
        registry,
        wheel,
        expected=f"the {len(wheel.metadata)} bytes of metadata that are in {wheel.filename}",
        why="pip stops as the two are inconsistent, where a hash is given; the bytes are not those that were signed or locked",
        advice="take METADATA out of the stored file as bytes; no reader of mail or text may come between",
    )


@requirement("metadata/no-normalising-rewrite")
def test_metadata_is_not_rewritten(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The registry does not rewrite the metadata that it serves, labels of project URLs included."""
    for promise, answer, data in served(registry, subjects, findings):
        ours = promise.subject.distribution(promise.file.filename)
        if ours is not None:
            findings.expect(
                data == ours.metadata,
                expected=f"the metadata of {ours.filename} as it was uploaded",
                got=difference(ours.metadata, data),
                at=answer,
                why="pip stops as the metadata and the wheel differ",
                advice="serve the bytes; whoever shows metadata may tidy them up, the index may not (PEP 753)",
            )


@requirement("metadata/wheel-source-file")
def test_metadata_comes_from_the_wheels_own_folder(
    fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """For a wheel it is the METADATA of its own dist-info folder, also when the wheel holds another one."""
    wheel = fresh.wheel("vendoring", "1.0", vendored=True)
    judge_own(
        findings,
        registry,
        wheel,
        expected=f"the metadata of {wheel.filename}, from its own dist-info folder",
        why="uv stops as the name does not match; pip discards the wheel",
        advice="take the folder whose name is that of the wheel, not the first that ends in .dist-info",
    )


def judge_own(
    findings: Findings, registry: Registry, wheel: Distribution, *, expected: str, why: str, advice: str
) -> None:
    """Publish a wheel, and judge that the metadata promised beside it are, byte for byte, its own."""
    listed = registry.publish(wheel)
    if not listed.core_metadata:
        findings.not_offered(f"{listed.filename} is listed without a promise of metadata")
        return
    answer = sidecar(registry, listed)
    data = content(answer)
    if data is None:
        findings.not_reached(f"the metadata of {listed.filename} was answered {answer.said}")
        return
    findings.expect(
        data == wheel.metadata,
        expected=expected,
        got=difference(wheel.metadata, data),
        at=answer,
        why=why,
        advice=advice,
    )


@requirement("metadata/parses")
def test_metadata_parses(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The metadata served is core metadata with its version, a name and a version."""
    for promise, answer, data in served(registry, subjects, findings):
        found = headers(data)
        missing = [name for name in ("metadata-version", "name", "version") if len(found.get(name, ())) != 1]
        if missing and is_own(registry, promise.file, data):
            findings.note(f"{promise.file.filename} itself lacks {', '.join(missing)}: its uploader's fault")
            continue
        findings.expect(
            not missing,
            expected="one Metadata-Version, one Name and one Version",
            got=f"{', '.join(missing)} missing or repeated in {data[:80]!r}",
            at=answer,
            why="pip crashes, uv says that all versions have invalid metadata, poetry and pdm lock no dependencies",
            advice="serve the file's own METADATA; no page for humans, no error with status 200",
        )


@requirement("metadata/name-version-match")
def test_metadata_is_of_this_file(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The name and version in the metadata are those of the file name and the page."""
    for promise, answer, data in served(registry, subjects, findings):
        found, parsed = headers(data), promise.file.parsed
        if parsed is None or "name" not in found or "version" not in found:
            continue
        name, version = normalize(found["name"][0]), as_version(found["version"][0])
        right = name == parsed[0] and version == parsed[1]
        if not right and is_own(registry, promise.file, data):
            findings.note(
                f"{promise.file.filename} itself claims to be {name} {version}: its uploader's fault"
            )
            continue
        findings.expect(
            right,
            expected=f"Name {parsed[0]} and Version {parsed[1]}",
            got=f"{found['name'][0]} {found['version'][0]}",
            at=answer,
            why="uv stops; pip discards the file; poetry and pdm lock the dependencies of another one",
            advice="serve each file its own metadata",
        )


@requirement("metadata/utf8")
def test_metadata_is_utf8(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The metadata served is UTF-8."""
    for promise, answer, data in served(registry, subjects, findings):
        problem = ""
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            problem = str(error)
        if problem and is_own(registry, promise.file, data):
            findings.note(f"{promise.file.filename} itself is not UTF-8: its uploader's fault")
            continue
        findings.expect(
            not problem,
            expected=f"UTF-8 in the metadata of {promise.file.filename}",
            got=problem,
            at=answer,
            why="clients can't read the metadata",
            advice="serve the bytes of the file, without any change of their encoding",
        )


@requirement("metadata/requires-python-consistent")
def test_page_and_metadata_ask_for_the_same_python(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The Python versions on the page are those in the metadata served."""
    rows = [
        (promise, answer, headers(data).get("requires-python", [""])[0])
        for promise, answer, data in served(registry, subjects, findings)
    ]
    for promise, answer, inside in rows:
        shown = promise.file.requires_python
        if not shown:
            continue  # to leave it out is legal (a MAY)
        mates = [own for other, _, own in rows if mate(other, promise)]
        same = specifiers(shown) == specifiers(inside)
        if not same and any(specifiers(shown) == specifiers(own) for own in mates):
            findings.note(f"{promise.file.filename} shows what another file of its release asks for (A-09)")
            continue
        findings.expect(
            same,
            expected=f"what the metadata of {promise.file.filename} says: {inside!r}",
            got=repr(shown),
            at=promise.page.exchange,
            also=[answer],
            why="pip and uv skip the file for a Python that it is made for, or choose it for one that it is not",
            advice="show the Requires-Python of the file itself",
        )


def mate(one: Promise, other: Promise) -> bool:
    """Whether two files are of one release."""
    left, right = one.file.parsed, other.file.parsed
    return one is not other and left is not None and left == right


@requirement("metadata/sdist-only-if-reliable")
def test_sdists_promise_only_what_a_build_keeps(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Metadata is promised for an sdist only when building it cannot change what the metadata says."""
    found = False
    for promise, answer, data in served(registry, subjects, findings):
        if not promise.file.filename.lower().endswith((".tar.gz", ".zip")):
            continue
        found = True
        fields = headers(data)
        version = as_version(fields.get("metadata-version", ["0"])[0])
        numbers = version.release if version else (0,)
        dynamic = fields.get("dynamic", [])
        if numbers >= (2, 6) and dynamic:
            findings.note(
                f"{promise.file.filename} has Dynamic fields, which may only grow from 2.6 on (C-42)"
            )
            continue
        findings.expect(
            numbers >= (2, 2) and not dynamic,
            expected="no promise for an sdist whose metadata is older than 2.2 or has Dynamic fields",
            got=f"Metadata-Version {fields.get('metadata-version')}, Dynamic {dynamic}",
            at=promise.page.exchange,
            also=[answer],
            why="the dependencies that a resolver reads are not those of the wheel that is built",
            advice="promise metadata for wheels, and for sdists only from 2.2 on and without Dynamic (PEP 643)",
        )
    if not found:
        findings.not_offered("no sdist on any page promises metadata")


@requirement("metadata/no-content-encoding-surprise", "metadata/content-type-free")
def test_metadata_comes_uncompressed(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """Metadata asked for without compression comes uncompressed."""
    for promise, answer, _ in served(registry, subjects, findings):
        coding = (answer.header("content-encoding") or "identity").strip().lower()
        findings.expect(
            coding == "identity",
            expected="no Content-Encoding when identity was asked for",
            got=f"Content-Encoding: {coding}",
            at=answer,
            why="pip keeps the bytes as they come and stops with a hash mismatch",
            advice="honour Accept-Encoding: identity for metadata files",
        )
        kind = answer.media_type or "no media type"
        findings.note(f"{promise.file.filename}.metadata comes as {kind}", "metadata/content-type-free")


@requirement("metadata/false-means-absent")
def test_false_means_that_there_is_none(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Where JSON says false, there is no metadata beside the file."""
    offers.json_pages()
    denied = [
        (page, file)
        for _, page in subjects.json_pages
        for file in page.files
        if file.raw.get("core-metadata") is False
    ]
    for page, file in denied[:PROBED]:
        answer = sidecar(registry, file)
        data = content(answer)
        findings.expect(
            data is None or "metadata-version" not in headers(data),
            expected=f"no metadata beside {file.filename}, as JSON says",
            got=answer.said,
            at=answer,
            also=[page.exchange],
            why="clients believe the false and download the whole file",
            advice="say true or give the hash, now that the metadata is there",
        )
    if not denied:
        findings.not_offered("no file in any JSON page says false")
