"""Facts about files on project pages: the Python versions they ask for, and their signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from conformance.judging.anchors import read_plain
from conformance.judging.reading import content, headers, inner_metadata, specifiers, to_fetch
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry, changed, upload_parts
from fixtures.site import Offers
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, not_offered, requirement

SIGNED = 6  # signatures that are looked up in one page
ESCAPE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
ARMOR = b"-----BEGIN PGP"


def asked_pythons(registry: Registry, subject: Subject, file: ListedFile) -> str | None:
    """The Requires-Python of the file itself: "" when it has none, None when it can't be known."""
    known = subject.distribution(file.filename)
    if known is not None:
        return known.requires_python or ""
    answer = registry.metadata(file) if file.core_metadata else registry.file(file)
    data = content(answer)
    metadata = data if file.core_metadata or data is None else inner_metadata(file.filename, data)
    if metadata is None:
        return None
    return (headers(metadata).get("requires-python") or [""])[0]


@requirement("simple-html/requires-python-value", "simple-html/requires-python-optional")
def test_html_tells_the_python_versions_of_the_file(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """If a file's anchor names the Python versions, they are those of the file's own metadata."""
    offers.html_pages()
    judge_pythons(subjects.html_pages, registry, findings)


@requirement("simple-json/requires-python-value", "simple-json/requires-python-optional")
def test_json_tells_the_python_versions_of_the_file(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """If a file in JSON names its Python versions, they are a string with those of the file's own metadata."""
    offers.json_pages()
    judge_pythons(subjects.json_pages, registry, findings)
    for page in offers.json_pages():
        for entry in page.entries:
            value = entry.get("requires-python")
            findings.expect(
                value is None or isinstance(value, str),
                expected="a string, or no such key (null is tolerated: PyPI sends it)",
                got=value,
                at=page.exchange,
                why="uv refuses the page",
                advice="send the text of Requires-Python, or leave the key out",
            )


def judge_pythons(
    pages: Iterable[tuple[Subject, HtmlPage | JsonPage]], registry: Registry, findings: Findings
) -> None:
    """Compare the shown Python versions with those of the files, as sets of clauses (A-09, LV-20)."""
    value, optional = findings.requirements
    silent = 0
    for subject, page in pages:
        of_release: dict[object, set[frozenset[str]]] = {}
        shown = [f for f in to_fetch(subject, page.files) if f.requires_python]
        silent += len(page.files) - len([f for f in page.files if f.requires_python])
        truths = {f.filename: asked_pythons(registry, subject, f) for f in to_fetch(subject, page.files)}
        for file in to_fetch(subject, page.files):
            key = file.parsed[1] if file.parsed else file.filename
            of_release.setdefault(key, set()).add(specifiers(truths[file.filename] or ""))
        for file in shown:
            truth = truths[file.filename]
            if truth is None:
                continue
            told = specifiers(file.requires_python or "")
            key = file.parsed[1] if file.parsed else file.filename
            expect_pythons(findings, page.exchange, file, truth, told in of_release[key], value)
            if told != specifiers(truth) and told in of_release[key]:
                findings.note(
                    f"{file.filename} is shown with the Python versions of another file of its release"
                )
    findings.note(f"{silent} files are shown without Python versions", optional)
    findings.not_offered("no page shows the Python versions of a file", value)


def expect_pythons(
    findings: Findings, at: Exchange, file: ListedFile, truth: str, right: bool, name: str
) -> None:
    """The shown versions are those of a file of the release."""
    findings.expect(
        right,
        expected=f"{truth or 'nothing'}, the Requires-Python of {file.filename}",
        got=file.requires_python,
        at=at,
        why="pip offers a release that does not fit, or hides one that does; uv skips the file",
        advice="take Requires-Python from the file's own metadata, and escape it once",
        requirement=name,
    )


RAW_VALUE = re.compile(r"data-requires-python\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)


@requirement("simple-html/requires-python-lt-gt-encoded")
def test_angle_brackets_are_encoded(offers: Offers, registry: Registry, findings: Findings) -> None:
    """Angle brackets in the attribute for the Python versions are written as character references."""
    for page in offers.html_pages():
        for anchor in registry.http.read(page.exchange, read_plain).anchors:
            found = RAW_VALUE.search(anchor.raw)
            if found is None:
                continue
            raw = found[1] or found[2] or found[3] or ""
            findings.expect(
                "<" not in raw and ">" not in raw,
                expected="&lt; and &gt; (or numeric references) in data-requires-python",
                got=raw,
                at=page.exchange,
                why="Octopus misses an anchor with a raw > before its href",
                advice="write < and > as &lt; and &gt;, as the specification asks",
            )
    findings.not_offered("no page shows the Python versions of a file")


@requirement("simple-json/requires-python-not-escaped")
def test_python_versions_in_json_are_plain(offers: Offers, findings: Findings) -> None:
    """The Python versions in JSON stand as they are, without HTML escapes."""
    for page in offers.json_pages():
        for file in page.files:
            if file.requires_python:
                findings.expect(
                    ESCAPE.search(file.requires_python) is None,
                    expected="plain < and > in requires-python",
                    got=file.requires_python,
                    at=page.exchange,
                    why="uv cannot parse an escaped value and says that there are no versions",
                    advice="do not pass JSON through the escaping of HTML templates",
                )
    findings.not_offered("no page shows the Python versions of a file")


@requirement("simple-html/gpg-sig-attr", "simple-html/gpg-sig-attr-on-all")
def test_signature_attribute_is_used_for_all_files(offers: Offers, findings: Findings) -> None:
    """Anchors tell with true or false whether there is a signature, on all files of a page or on none."""
    for page in offers.html_pages():
        values = [str(file.raw["data-gpg-sig"]) for file in page.files if "data-gpg-sig" in file.raw]
        findings.expect(
            all(value in ("true", "false") for value in values),
            expected="data-gpg-sig with the value true or false, or no such attribute",
            got=", ".join(values[:3]),
            at=page.exchange,
            advice="write true or false",
            requirement="simple-html/gpg-sig-attr",
        )
        findings.expect(
            len(values) in (0, len(page.files)),
            expected="data-gpg-sig on every anchor of the page, or on none",
            got=f"on {len(values)} of {len(page.files)}",
            at=page.exchange,
            why="a missing attribute says nothing, so tools have to look for each signature",
            advice="write data-gpg-sig=false where there is no signature",
            requirement="simple-html/gpg-sig-attr-on-all",
        )


@requirement("simple-json/gpg-sig-bool")
def test_signature_key_is_a_boolean(offers: Offers, findings: Findings) -> None:
    """A file in JSON may say with true or false whether it has a signature."""
    for page in offers.json_pages():
        for entry in page.entries:
            value = entry.get("gpg-sig")
            findings.expect(
                value is None or isinstance(value, bool),
                expected="true, false, or no such key",
                got=value,
                at=page.exchange,
                advice="send a boolean",
            )


@requirement("simple-html/gpg-sig-attr-truth", "simple-html/gpg-sig-location")
def test_signature_attribute_is_true(offers: Offers, registry: Registry, findings: Findings) -> None:
    """What the signature attribute says of a file is so."""
    judge_signatures(offers.html_pages(), registry, findings)


@requirement("simple-json/gpg-sig-truth")
def test_signature_key_is_true(offers: Offers, registry: Registry, findings: Findings) -> None:
    """What the signature key says of a file is so; a missing key says nothing (A-28)."""
    judge_signatures(offers.json_pages(), registry, findings)


def judge_signatures(pages: Iterable[HtmlPage | JsonPage], registry: Registry, findings: Findings) -> None:
    """true has a signature, false has none. Nothing is claimed by a page that does not say (A-28)."""
    claims = [(page, file) for page in pages for file in page.files if file.gpg_sig is not None]
    if not claims:
        not_offered("no page says whether a file has a signature")
    chosen = [c for c in claims if c[1].gpg_sig][:SIGNED] + [c for c in claims if not c[1].gpg_sig][:SIGNED]
    for page, file in chosen:
        answers = list(signature_answers(registry, file))
        there = any(is_signature(answer) for answer in answers)
        beside = findings.requirements if file.gpg_sig else findings.requirements[:1]
        findings.expect(
            there == file.gpg_sig,
            expected="a signature beside the file" if file.gpg_sig else "no signature beside the file",
            got=answers[0].said,
            at=page.exchange,
            also=answers,
            why="tools that verify signatures fail, or take a signed file for an unsigned one",
            advice="say true only for files whose URL with .asc gives the signature",
            requirement=beside,
        )


def signature_answers(registry: Registry, file: ListedFile) -> Iterator[Exchange]:
    """The answers to the file's URL with .asc: after the path, and after the query where there is one (A-12)."""
    parts = urlsplit(file.url)
    yield registry.get(parts._replace(path=f"{parts.path}.asc").geturl(), accept="*/*")
    if parts.query:
        yield registry.get(f"{file.url}.asc", accept="*/*")


def is_signature(answer: Exchange) -> bool:
    """Whether an answer is a signature, armored or binary; a page that says sorry is none."""
    data = content(answer)
    return data is not None and (ARMOR in data or (bool(data) and data[0] >= 0x80))


SIGNATURE = b"""-----BEGIN PGP SIGNATURE-----

iQEzBAABCAAdFiEEAAAAAAAAAAAAAAAAAAAAAAAAAAAFAmAAAAAACgkQAAAAAAAA
AAAAAAAA
=AAAA
-----END PGP SIGNATURE-----
"""


@requirement("simple-html/gpg-sig-location")
def test_uploaded_signature_lies_beside_its_file(
    fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A file's signature, where there is one, is at the file's URL with .asc at the end."""
    wheel = fresh.wheel("signed")
    part = Part("gpg_signature", SIGNATURE, f"{wheel.filename}.asc", "application/octet-stream")
    answer = registry.upload(wheel, parts=changed(upload_parts(wheel), add=[part]))
    if not answer.ok:
        not_offered(f"an upload with a signature was answered {answer.said}")
    listed = registry.wait_for(wheel.name, wheel.filename)
    page = registry.html_page(wheel.name, fresh=True)
    told = [f for f in page.files if f.filename == wheel.filename] if page else []
    if not any(f is not None and f.gpg_sig for f in (listed, *told)):
        not_offered(f"{wheel.filename} was taken with a signature and is listed without one")
    assert listed is not None
    found = list(signature_answers(registry, listed))
    findings.expect(
        any(content(a) == SIGNATURE for a in found),
        expected=f"the uploaded signature at {listed.url}.asc",
        got=found[0].said,
        at=found[0],
        why="tools that verify signatures look there and nowhere else",
        advice="serve the signature at the file's URL with .asc appended",
    )
