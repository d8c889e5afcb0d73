"""PyPI's JSON API: the file objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urldefrag, urljoin

from conformance.judging.pypi_json_reading import Document, JsonApi, json_api, settled
from conformance.judging.reading import are_specifiers, by_name, content, digest, specifiers, to_fetch
from fixtures.exchange import Exchange
from fixtures.pages import ListedFile
from fixtures.site import Site
from fixtures.verdicts import Findings, requirement
from sample_packages.form import FILETYPES
from sample_packages.model import Distribution

KEPT = (
    *(
        "filename",
        "url",
        "digests",
        "packagetype",
        "size",
        "upload_time_iso_8601",
        "requires_python",
        "yanked",
    ),
)
OTHERS = (
    "comment_text",
    "core-metadata",
    "downloads",
    "has_sig",
    "md5_digest",
    "python_version",
    "upload_time",
)
ADVICE = "use the shape that docs.pypi.org/api/json documents"
PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?")
TAGS = re.compile(r"[a-z]{2}\d+(\.[a-z]{2}\d+)*")
POLICY = frozenset({401, 403, 429, 451})
FETCHED = 12  # files that are downloaded


def file_objects(site: Site) -> Iterator[tuple[Document, Mapping[str, Any]]]:
    """Every file object of the documents that are judged."""
    for document in json_api(site).documents:
        for file in document.files:
            yield document, file


@requirement("pypi-json/file-keys")
def test_files_have_their_keys(site: Site, findings: Findings) -> None:
    """Each file has the keys that clients read; others are told."""
    for document, file in file_objects(site):
        missing = [key for key in KEPT if key not in file]
        findings.expect(
            not missing,
            expected=f"the keys {', '.join(KEPT)}",
            got=f"no {', '.join(missing)} for {file.get('filename')}",
            at=document.exchange,
            why="Dependabot and Renovate know no date, so cooldown and minimumReleaseAge do nothing",
            advice="send the key with null where there is no value",
        )
        if others := [key for key in OTHERS if key not in file]:
            findings.note(f"files have no {', '.join(others)}")
            continue


@requirement("pypi-json/file-digests")
def test_digests_are_right(site: Site, findings: Findings) -> None:
    """Every digest is right, SHA-256 is among them, and md5_digest is the MD5."""
    for number, (document, file) in enumerate(file_objects(site)):
        digests = file.get("digests")
        told = digests if isinstance(digests, dict) else {}
        wrong = "" if isinstance(told.get("sha256"), str) else "no sha256"
        if told.get("md5") and file.get("md5_digest") not in (None, told["md5"]):
            wrong = wrong or f"md5_digest {file['md5_digest']} beside md5 {told['md5']}"
        wrong = wrong or (_wrong_digest(site, document, file, told) if number < FETCHED else "")
        findings.expect(
            not wrong,
            expected=f"right digests of {file.get('filename')}, SHA-256 among them",
            got=wrong,
            at=document.exchange,
            why="who verifies with them refuses the file",
            advice="compute digests from the stored bytes",
        )


def _wrong_digest(site: Site, document: Document, file: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """Which digest is not that of the bytes that the simple page's link gives; "" when all are right."""
    listed = by_name(document.subject.files).get(str(file.get("filename")))
    data = content(site.registry.file(listed)) if listed else None
    if data is None:
        return ""
    for name, value in told.items():
        made = digest("blake2b" if name == "blake2b_256" else name, data)
        if name == "blake2b_256":
            made = _blake2b_256(data)
        if made is not None and str(value).lower() != made:
            return f"{name} {value}, of the bytes {made}"
    return ""


def _blake2b_256(data: bytes) -> str:
    import hashlib

    return hashlib.blake2b(data, digest_size=32).hexdigest()


@requirement("pypi-json/file-core-metadata")
def test_core_metadata_are_told_alike(site: Site, findings: Findings) -> None:
    """What a file tells of core metadata is what the simple API tells."""
    for document, file in file_objects(site):
        listed = by_name(document.subject.files).get(str(file.get("filename")))
        page = document.subject.json
        if "core-metadata" not in file or listed is None or page is None:
            continue
        value, simple = file["core-metadata"], listed.core_metadata
        right = isinstance(value, bool) or (
            isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        )
        same = bool(value) == bool(simple) and (not isinstance(simple, dict) or not value or value == simple)
        findings.expect(
            right and same,
            expected=f"{simple if simple else False} for {listed.filename}, as on the simple page",
            got=repr(value),
            at=document.exchange,
            why="a client that asks for the metadata gets 404, or takes other metadata",
            advice="give false, or the digests, from the same data as the simple page",
        )


@requirement("pypi-json/file-yanked-bool")
def test_yanked_is_true_or_false(site: Site, findings: Findings) -> None:
    """yanked is true or false, and the reason stands apart or is null."""
    for document, file in file_objects(site):
        if "yanked" in file:
            reason = file.get("yanked_reason")
            findings.expect(
                isinstance(file["yanked"], bool) and (reason is None or isinstance(reason, str)),
                expected="true or false under yanked, text or null under yanked_reason",
                got=f"{file['yanked']!r} and {reason!r} for {file.get('filename')}",
                at=document.exchange,
                why="Renovate wants a boolean and drops the file",
                advice="the simple API has the reason in yanked, this one has not",
            )


@requirement("pypi-json/file-upload-time")
def test_times_have_their_form(site: Site, findings: Findings) -> None:
    """upload_time has no zone, and upload_time_iso_8601 is the same in UTC with a Z."""
    for document, file in file_objects(site):
        plain, full = file.get("upload_time"), file.get("upload_time_iso_8601")
        wrong = []
        if plain is not None and not (isinstance(plain, str) and PLAIN_TIME.fullmatch(plain)):
            wrong.append(f"upload_time {plain!r}")
        if full is not None and not (
            isinstance(full, str) and full.endswith("Z") and PLAIN_TIME.fullmatch(full[:-1])
        ):
            wrong.append(f"upload_time_iso_8601 {full!r}")
        if not wrong and isinstance(plain, str) and isinstance(full, str) and plain[:19] != full[:19]:
            wrong.append(f"two times, {plain} and {full}")
        findings.expect(
            not wrong,
            expected="YYYY-MM-DDThh:mm:ss under upload_time, the same and a Z under upload_time_iso_8601",
            got=" and ".join(wrong),
            at=document.exchange,
            why="Dependabot and Renovate know no date",
            advice=ADVICE,
        )


@requirement("pypi-json/deprecated-constants")
def test_deprecated_keys_are_constant(site: Site, findings: Findings) -> None:
    """downloads, has_sig and bugtrack_url hold no more than -1, false and null, where they are given."""
    for document in json_api(site).documents:
        downloads = document.info.get("downloads", {})
        counts = [*(downloads.values() if isinstance(downloads, dict) else [downloads])]
        counts += [file["downloads"] for file in document.files if "downloads" in file]
        found = [value for value in counts if value not in (-1, None)]
        findings.expect(
            not found and document.info.get("bugtrack_url") is None,
            expected="-1 for downloads, null for bugtrack_url",
            got=f"downloads {found[:3]}" if found else f"bugtrack_url {document.info.get('bugtrack_url')!r}",
            at=document.exchange,
            why="PyPI has had no such numbers for years; who finds one takes it for true",
            advice="leave the keys out, or send the constants",
        )
        if any(file.get("has_sig") for file in document.files):
            findings.note("has_sig is true for files that have a signature")


@requirement("pypi-json/file-values")
def test_values_are_those_of_the_file(site: Site, findings: Findings) -> None:
    """packagetype, python_version and requires_python of a file are those of its name and of its entry on the simple page."""
    api, in_vain = json_api(site), False
    for document in api.documents:
        found = document
        if wrong_values(document):
            look = partial(api.document, document.subject, fresh=True)
            found = look() if in_vain else settled(look, lambda d: not wrong_values(d), site)
        in_vain = in_vain or bool(wrong_values(found))
        if found.files:
            findings.expect(
                not wrong_values(found),
                expected=f"kinds and Python versions of {found.subject.name}'s files as their names and the simple page say",
                got="; ".join(wrong_values(found)[:3]),
                at=found.exchange,
                why="Dependabot and Poetry take a wheel for an sdist, or propose a release for a Python that it does not fit",
                advice="take the three values from the upload of the file, as the simple page does",
            )


def wrong_values(document: Document) -> list[str]:
    """Which files of a project are told otherwise than their names and the simple page do; null and "" tell nothing of kind and tag."""
    listed = by_name(document.subject.files)
    found = []
    for file in document.files:
        name, kind, tag = str(file.get("filename")), file.get("packagetype"), file.get("python_version")
        ours = document.subject.distribution(name)
        wanted = FILETYPES[ours.kind] if ours else FILETYPES["wheel"] if name.endswith(".whl") else None
        if kind and wanted and kind != wanted:
            found.append(f"{name} has the packagetype {kind!r}, not {wanted!r}")
        if ours is not None and tag and not _may_be_tag(str(tag), ours):
            found.append(f"{name} has the python_version {tag!r}")
        if "requires_python" in file and name in listed:
            found += _wrong_pythons(document, listed[name], file["requires_python"])
    return found


def _may_be_tag(told: str, ours: Distribution) -> bool:
    """Whether a python_version fits a wheel of ours: its tag is among those told. A number, or what an sdist is given, is not compared."""
    tag = dict(ours.form)["pyversion"]
    tags = told.lower().split(".")
    return ours.kind == "sdist" or "." in tag or not TAGS.fullmatch(told.lower()) or tag in tags


def _wrong_pythons(document: Document, listed: ListedFile, told: object) -> list[str]:
    """What is wrong with the Python versions of a file that the simple page shows; those of another file of the release will do (A-09)."""
    if not listed.requires_python or listed.parsed is None or not are_specifiers(listed.requires_python):
        return []
    mates = (f for f in document.subject.files if f.parsed == listed.parsed)
    shown = {specifiers(mate.requires_python or "") for mate in mates}
    right = specifiers(str(told or "")) in shown
    return [] if right else [f"{listed.filename} asks for {told!r}, on the page {listed.requires_python!r}"]


@requirement("pypi-json/file-url")
def test_urls_give_the_files(site: Site, findings: Findings) -> None:
    """The URL of a file gives the bytes that its link on the simple page gives."""
    api = json_api(site)
    for document in api.documents:
        for listed in to_fetch(document.subject, document.subject.files)[:1]:
            data = content(site.registry.file(listed))
            answer = _at_its_url(api, document, listed.filename)
            if data is None or answer is None:
                continue
            if content(answer) != data:  # the link may have been for a while only
                answer = (
                    _at_its_url(api, api.document(document.subject, fresh=True), listed.filename) or answer
                )
            if answer.status is None or answer.status in POLICY:
                findings.not_reached(f"{answer.url} was answered {answer.said}")
                continue
            findings.expect(
                content(answer) == data,
                expected=f"the {len(data)} bytes of {listed.filename}, as from its link on the simple page",
                got=f"{answer.said}, {'other bytes' if answer.ok else 'no file'}",
                at=answer,
                also=[document.exchange],
                why="who takes links from this API, as Poetry does at PyPI, can't download the file or gets another one",
                advice="make the link from the same stored location as that of the simple page",
            )


def _at_its_url(api: JsonApi, document: Document, filename: str) -> Exchange | None:
    """The answer to the URL that the data give for a file; None where they give none."""
    urls = (file.get("url") for file in document.files if file.get("filename") == filename)
    url = next((url for url in urls if isinstance(url, str) and url), None)
    if url is None:
        return None
    return api.registry.get(urldefrag(urljoin(document.exchange.url, url)).url, accept="*/*")
