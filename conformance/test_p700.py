"""Versions, sizes and upload times in JSON pages (PEP 700)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judging.known import Renewed
from conformance.judging.pypi_json_reading import json_api
from conformance.judging.reading import as_version, content, fetched
from fixtures.pages import JsonPage
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement

GROUNDS = "the JSON pages name version 1.0, before sizes and versions came (A-04)"


def pages(subjects: Subjects, offers: Offers, findings: Findings) -> Iterator[tuple[Subject, JsonPage]]:
    """The JSON pages that name version 1.1 or later."""
    offers.json_pages()
    for subject, page in subjects.json_pages:
        if (page.api_version or (1, 0)) >= (1, 1):
            yield subject, page
        else:
            findings.not_offered(GROUNDS)


def versions(page: JsonPage) -> list[str]:
    """The strings in the list of versions."""
    listed = page.data.get("versions")
    return [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []


def entries(
    subjects: Subjects, offers: Offers, findings: Findings
) -> Iterator[tuple[JsonPage, Mapping[str, Any]]]:
    """Every file object of those pages."""
    for _, page in pages(subjects, offers, findings):
        for entry in page.entries:
            yield page, entry


@requirement("p700/versions-present", "p700/html-unchanged", "p700/private-latest")
def test_pages_list_versions(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """A project page in JSON lists the project's versions."""
    for _, page in pages(subjects, offers, findings):
        findings.expect(
            "versions" in page.data,
            expected="the key versions at the top of the page",
            got=f"no such key among {', '.join(sorted(page.data))}",
            at=page.exchange,
            why="tools that read the list (and pip index versions of tomorrow) find no release",
            advice="send every version that was ever uploaded, or name version 1.0 of the API",
        )
        private = sorted(key for key in page.data if key.startswith("_") and "latest" in key.lower())
        findings.note(f"private keys about the latest version: {private or 'none'}", "p700/private-latest")
    findings.note("HTML pages are asked for none of this", "p700/html-unchanged")


@requirement("p700/versions-strings")
def test_versions_are_strings(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """That list is an array of strings."""
    for _, page in pages(subjects, offers, findings):
        if "versions" in page.data:
            listed = page.data["versions"]
            findings.expect(
                isinstance(listed, list) and all(isinstance(text, str) for text in listed),
                expected="an array of strings",
                got=listed,
                at=page.exchange,
                why="uv and pypi-simple refuse the whole page",
                advice='send ["1.0", "1.1"]',
            )


@requirement("p700/versions-all-uploaded")
def test_versions_name_all_uploads(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The list names every version that was uploaded, pre-releases and yanked ones too."""
    renewed = Renewed(registry)
    for subject, kept in pages(subjects, offers, findings):
        if subject.distributions and "versions" in kept.data:
            uploaded = {d.version for d in subject.distributions}
            page = renewed.page(subject.name, kept, lambda page, wanted=uploaded: not unlisted(page, wanted))  # type: ignore[misc]
            missing = unlisted(page, uploaded)
            findings.expect(
                not missing,
                expected=f"all versions of {subject.name} that were uploaded",
                got=f"without {', '.join(sorted(missing))}: {versions(page)}",
                at=page.exchange,
                why="tools that read the list do not see these versions",
                advice="add a version with its first upload, be it a pre-release, a post-release or an epoch",
            )


def unlisted(page: JsonPage, uploaded: set[str]) -> set[str]:
    """The versions that the list of a page lacks, however it spells them."""
    listed = {as_version(text) for text in versions(page)}
    return {version for version in uploaded if as_version(version) not in listed}


@requirement("p700/versions-no-duplicates", "p700/versions-unordered")
def test_no_version_stands_twice(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """No string stands twice in the list."""
    for _, page in pages(subjects, offers, findings):
        listed = versions(page)
        if not listed:
            continue
        findings.expect(
            len(set(listed)) == len(listed),
            expected="each version once",
            got=listed,
            at=page.exchange,
            why="the list is a set (PEP 700)",
            advice="list each version once, however many files it has",
        )
        spelled: dict[object, list[str]] = {}
        for text in sorted(set(listed)):
            spelled.setdefault(as_version(text) or text, []).append(text)
        for texts in (texts for texts in spelled.values() if len(texts) > 1):
            findings.note(f"{page.exchange.url}: one version in several spellings: {', '.join(texts)} (A-05)")
        findings.note("any order is legal", "p700/versions-unordered")


@requirement("p700/files-have-version", "p700/versions-without-files", "p700/versions-legacy-allowed")
def test_every_file_belongs_to_a_version(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """Every file that is listed belongs to a version in the list."""
    for _, page in pages(subjects, offers, findings):
        if "versions" not in page.data:
            continue
        listed = {as_version(text) for text in versions(page)}
        own = {file.parsed[1]: file.filename for file in page.files if file.parsed}
        for version, filename in own.items():
            findings.expect(
                version in listed,
                expected=f"{version} in the list of versions, as {filename} is listed",
                got=versions(page),
                at=page.exchange,
                why="tools that start from the list never find the file",
                advice="make the list of versions and the list of files from one source",
            )
        bare = sorted(str(version) for version in listed if version is not None and version not in own)
        findings.note(f"{page.exchange.url}: versions without a file: {bare}", "p700/versions-without-files")
        findings.note(f"legacy strings in the list: {None in listed}", "p700/versions-legacy-allowed")


@requirement("p700/versions-normalized")
def test_versions_are_in_normal_form(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """Versions in the list are in normal form where they have one."""
    for _, page in pages(subjects, offers, findings):
        raw = [text for text in versions(page) if (v := as_version(text)) is not None and str(v) != text]
        if versions(page):
            findings.expect(
                not raw,
                expected="versions in their normal form (Version specifiers, Normalization)",
                got=raw,
                at=page.exchange,
                why="tools that compare texts take 1.0-RC.1 and 1.0rc1 for two versions",
                advice="write str(packaging.version.Version(text)) for all that parse",
            )


@requirement("p700/size-present")
def test_files_have_a_size(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """Every file in JSON has a size."""
    for _, page in pages(subjects, offers, findings):
        without = [str(entry.get("filename")) for entry in page.entries if "size" not in entry]
        if page.entries:
            findings.expect(
                not without,
                expected="the key size for every file",
                got=f"{len(without)} of {len(page.entries)} files have none: {', '.join(without[:5])}",
                at=page.exchange,
                why="tools can't tell how much they will download; the key is mandatory from version 1.1 on",
                advice="send the number of bytes, or name version 1.0 of the API",
            )


@requirement("p700/size-integer")
def test_sizes_are_whole_numbers(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """The size is a whole number."""
    for page, entry in entries(subjects, offers, findings):
        if "size" in entry:
            size = entry["size"]
            findings.expect(
                isinstance(size, int) and not isinstance(size, bool) and size >= 0,
                expected=f"a whole number of bytes for {entry.get('filename')}",
                got=repr(size),
                at=page.exchange,
                why="uv refuses the whole page for null or a string",
                advice="send a JSON number without decimals",
            )


@requirement("p700/size-correct")
def test_sizes_are_those_of_the_bytes(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The size is the number of the file's bytes."""
    for subject, page in pages(subjects, offers, findings):
        for file, answer in fetched(registry, subject, page.files):
            data = content(answer)
            if data is not None and file.size is not None:
                findings.expect(
                    file.size == len(data),
                    expected=f"{len(data)}, as many bytes as {file.url} gives",
                    got=file.size,
                    at=page.exchange,
                    also=[answer],
                    why="progress, quotas and checks for truncated downloads go wrong",
                    advice="take the size of the stored file",
                )


@requirement("p700/json-api-agree")
def test_json_api_has_the_same_sizes_and_times(offers: Offers, site: Site, findings: Findings) -> None:
    """Size and upload time are the same in PyPI's JSON API."""
    offers.json_pages()
    for document in json_api(site).documents:
        page = document.subject.json
        there = {file.get("filename"): file for file in document.files}
        for file in page.files if page else ():
            other = there.get(file.filename, {})
            pairs = (
                ("size", file.size, other.get("size")),
                ("upload time", moment(file.upload_time), moment(other.get("upload_time_iso_8601"))),
            )
            for name, value, told in pairs:
                if value is not None and told is not None:
                    findings.expect(
                        value == told,
                        expected=f"the {name} of {file.filename} that the simple page tells: {value}",
                        got=told,
                        at=document.exchange,
                        also=[page.exchange] if page else [],
                        why="Dependabot and Renovate take them from here, uv and pip from there",
                        advice="make both answers from one stored value",
                    )


def moment(text: object) -> str | None:
    """An upload time to the second, or None."""
    return text[:19] if isinstance(text, str) and len(text) >= 19 else None
