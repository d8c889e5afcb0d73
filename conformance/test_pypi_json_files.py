"""PyPI's JSON API: the file objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judging.pypi_json_reading import Document, json_api
from conformance.judging.reading import by_name, content, digest
from fixtures.site import Site
from fixtures.verdicts import Findings, requirement

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
