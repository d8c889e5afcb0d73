"""How pages point to the provenance of a file (PEP 740; Simple repository API, living spec)."""

from __future__ import annotations

from conformance.judging.provenance import ACCEPT, FOLLOWED, is_secure, is_whole, none_found, pointers
from conformance.judging.reading import both_forms, forms
from fixtures.pages import HtmlPage, JsonPage
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.staged import Staged
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

WHY = "clients that verify attestations do not find them"


@requirement("attest/html-fully-qualified", "attest/html-attr-optional")
def test_html_pointers_are_whole_urls(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The pointer in HTML is a whole URL, with scheme and host."""
    offers.html_pages()
    told = 0
    for pointer in pointers(staged):
        if isinstance(pointer.page, HtmlPage):
            told += 1
            findings.expect(
                is_whole(pointer.url),
                expected=f"a URL with scheme and host as data-provenance of {pointer.file.filename}",
                got=pointer.url,
                at=pointer.page.exchange,
                why=WHY,
                advice="write the absolute URL; unlike the links of files, this one may not be relative",
            )
    findings.note(f"{told} links point to a provenance", "attest/html-attr-optional")
    none_found(staged, findings)


@requirement("attest/html-secure-origin")
def test_html_pointers_are_secure(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The pointer in HTML leads to a secure origin: https, or this machine itself."""
    offers.html_pages()
    for pointer in pointers(staged):
        if isinstance(pointer.page, HtmlPage) and is_whole(pointer.url):
            findings.expect(
                is_secure(pointer.url),
                expected=f"https in the data-provenance of {pointer.file.filename}",
                got=pointer.url,
                at=pointer.page.exchange,
                why="whoever sits on the line can change who vouches for the file",
                advice="point to https, also from behind a proxy that ends TLS",
            )
    none_found(staged, findings)


@requirement("attest/json-type", "attest/json-key-optional")
def test_json_pointer_is_text_or_null(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The provenance key is a string or null."""
    offers.json_pages()
    without = 0
    for subject in staged.with_attested():
        page = subject.json
        for entry in page.entries if page else ():
            without += "provenance" not in entry
            if "provenance" in entry and page is not None:
                value = entry["provenance"]
                findings.expect(
                    value is None or (isinstance(value, str) and value != ""),
                    expected=f"a URL or null as provenance of {entry.get('filename')}",
                    got=repr(value),
                    at=page.exchange,
                    why="uv refuses the whole page",
                    advice="send the URL of the provenance object, not the object or its digest (C-25)",
                )
    findings.note(f"{without} files have no key provenance", "attest/json-key-optional")
    none_found(staged, findings)


@requirement("attest/json-url-rules")
def test_json_pointers_are_whole_and_secure(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The pointer in JSON follows the rules of the one in HTML: a whole URL to a secure origin."""
    offers.json_pages()
    for pointer in pointers(staged):
        if isinstance(pointer.page, JsonPage):
            findings.expect(
                is_whole(pointer.url) and is_secure(pointer.url),
                expected=f"an absolute https URL as provenance of {pointer.file.filename}",
                got=pointer.url,
                at=pointer.page.exchange,
                why="pypi-simple refuses a relative one; over plain http anybody on the line can change it",
                advice="the living spec asks for the same as in HTML (C-06)",
            )
    none_found(staged, findings)


@requirement("attest/json-null-means-none")
def test_null_means_no_provenance(staged: Staged, offers: Offers, findings: Findings) -> None:
    """Null says that the file has no provenance."""
    for pair in both_forms(offers, staged.with_attested()):
        for filename, html, data in pair.shared:
            if "provenance" in data.raw and data.raw["provenance"] is None:
                findings.expect(
                    not html.provenance,
                    expected=f"no pointer for {filename} in HTML, as JSON says null",
                    got=html.provenance,
                    at=pair.html.exchange,
                    also=[pair.json.exchange],
                    why=WHY,
                    advice="make both forms from one stored pointer",
                )
    none_found(staged, findings)


@requirement("attest/html-json-agree")
def test_html_and_json_point_to_the_same(staged: Staged, offers: Offers, findings: Findings) -> None:
    """HTML and JSON give the same pointers."""
    for pair in both_forms(offers, staged.with_attested()):
        for filename, html, data in pair.shared:
            if html.provenance and data.provenance:
                findings.expect(
                    html.provenance == data.provenance,
                    expected=f"one URL for {filename}; JSON has {data.provenance}",
                    got=html.provenance,
                    at=pair.html.exchange,
                    also=[pair.json.exchange],
                    why="two clients verify two different things",
                    advice="make both forms from one stored pointer",
                )
    none_found(staged, findings)


@requirement("attest/url-dereferences")
def test_pointers_lead_somewhere(staged: Staged, registry: Registry, findings: Findings) -> None:
    """The pointer leads to the provenance object."""
    whole = {pointer.url: pointer for pointer in pointers(staged) if is_whole(pointer.url)}
    for url, pointer in list(whole.items())[:FOLLOWED]:
        answer = registry.get(url, accept=ACCEPT)
        findings.expect(
            answer.ok,
            expected=f"200 with the provenance of {pointer.file.filename}",
            got=answer.said,
            at=answer,
            also=[pointer.page.exchange],
            why=WHY,
            advice="serve what the page points to, or do not point to it",
        )
    none_found(staged, findings)


@requirement("attest/absent-when-unattested")
def test_unattested_files_have_no_pointer(subjects: Subjects, staged: Staged, findings: Findings) -> None:
    """A file that came without attestations points to no provenance."""
    scene = staged.attested()
    if not scene.taken:
        findings.not_offered(scene.proof)
        return
    for subject in subjects:
        for page in forms(subject):
            for file in page.files:
                if subject.distribution(file.filename):
                    findings.expect(
                        not file.provenance,
                        expected=f"no pointer for {file.filename}, which came without attestations",
                        got=file.provenance,
                        at=page.exchange,
                        why="a pointer that leads to nothing looks like provenance that was taken away",
                        advice="point to a provenance object only where there is one",
                    )
