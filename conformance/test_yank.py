"""Yanked files: both forms of a page tell the same, truly, and a yanked file is still there for who pinned it."""

from __future__ import annotations

import re

from conformance.judging.reading import as_version, both_forms, content, digest
from conformance.judging.yank_pages import ABSENT, live_files, why_none, yanked_files
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry
from fixtures.site import Offers
from fixtures.staged import Staged
from fixtures.verdicts import Findings, requirement

DENIALS = frozenset({"false", "no", "0", "none", "null"})
VALUELESS = re.compile(r"\sdata-yanked(?=[\s/>])", re.IGNORECASE)


@requirement(
    "yank/html-presence-means-yanked",
    "yank/html-attr-optional",
    "yank/html-empty-value",
    "yank/html-any-string",
    "yank/per-file-granularity",
)
def test_html_attribute_means_yanked(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The attribute stands on yanked files only: whatever its value, it means yanked."""
    offers.html_pages()
    marked = plain = 0
    for subject in staged.with_yanked():
        page = subject.html
        for file in page.files if page else ():
            plain += not file.yanked
            if file.yanked and page is not None:
                marked += 1
                findings.expect(
                    str(file.yanked).strip().lower() not in DENIALS,
                    expected=f"no data-yanked on {file.filename} when it is not yanked",
                    got=f'data-yanked="{file.yanked}"',
                    at=page.exchange,
                    why="pip, uv and poetry skip a file that has the attribute, also when it says false",
                    advice="leave the attribute away for files that are not yanked",
                )
                tell_html_value(findings, page, file)
    findings.note(f"{marked} links are marked as yanked, {plain} are not", "yank/html-attr-optional")
    why_none(staged, findings)


def tell_html_value(findings: Findings, page: HtmlPage, file: ListedFile) -> None:
    """Tell what is legal about the attribute, and which clients overlook it."""
    if file.yanked is not True:
        findings.note(f"{file.filename} gives a reason", "yank/html-any-string")
    else:
        bare = "; without a value, which pip and pdm overlook" if VALUELESS.search(page.exchange.text) else ""
        findings.note(f"{file.filename} is yanked without a reason{bare}", "yank/html-empty-value")
    mates = [
        f for f in page.files if f is not file and f.parsed and file.parsed and f.parsed[1] == file.parsed[1]
    ]
    state = "as" if all(bool(mate.yanked) for mate in mates) else "though not all of"
    findings.note(f"{file.filename} is yanked {state} its version", "yank/per-file-granularity")


@requirement("yank/html-absent-when-live")
def test_live_files_have_no_attribute(staged: Staged, offers: Offers, findings: Findings) -> None:
    """A file that is known not to be yanked has no yank attribute."""
    offers.html_pages()
    for subject, file, page in live_files(staged, html=True):
        findings.expect(
            "data-yanked" not in file.raw,
            expected=f"no attribute data-yanked on {file.filename}, which nobody yanked",
            got=f'data-yanked="{file.raw.get("data-yanked")}"',
            at=page.exchange,
            why=f"pip, uv and poetry skip the file: {subject.name} looks as if it had no such version",
            advice="write the attribute for yanked files only",
        )


@requirement("yank/json-type", "yank/json-optional")
def test_json_value_is_boolean_or_text(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The yank key is true, false or a text that is not empty."""
    offers.json_pages()
    without = 0
    for subject in staged.with_yanked():
        page = subject.json
        for entry in page.entries if page else ():
            without += "yanked" not in entry
            if "yanked" in entry and page is not None:
                value = entry["yanked"]
                findings.expect(
                    isinstance(value, bool) or (isinstance(value, str) and value != ""),
                    expected=f"true, false or a reason that is not empty for {entry.get('filename')}",
                    got=repr(value),
                    at=page.exchange,
                    why="uv refuses the page for null; pip and pdm install a file that was yanked with an empty text",
                    advice="send true for a yank without a reason",
                )
    findings.note(f"{without} files have no key yanked", "yank/json-optional")
    findings.not_offered(ABSENT)


@requirement("yank/json-truthy-is-yanked")
def test_json_value_marks_yanked_files_only(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The key is true or a text for yanked files only; the text false means yanked."""
    offers.json_pages()
    for _, page, file in yanked_files(staged.with_yanked()):
        if isinstance(page, JsonPage):
            findings.expect(
                str(file.yanked).strip().lower() not in DENIALS,
                expected=f"false, as a boolean, when {file.filename} is not yanked",
                got=repr(file.yanked),
                at=page.exchange,
                why="pip and uv skip the file: any text that is not empty means yanked",
                advice="send the JSON value false",
            )
    for _, file, page in live_files(staged, html=False):
        findings.expect(
            not file.yanked,
            expected=f"false or no key for {file.filename}, which nobody yanked",
            got=repr(file.yanked),
            at=page.exchange,
            why="pip and uv skip the file",
            advice="mark yanked files only",
        )


@requirement("yank/html-json-agree")
def test_html_and_json_tell_the_same_yanks(staged: Staged, offers: Offers, findings: Findings) -> None:
    """HTML and JSON tell the same yanks with the same reasons."""
    for pair in both_forms(offers, staged.with_yanked()):
        for filename, html, data in pair.shared:
            same = bool(html.yanked) == bool(data.yanked)
            told = [file.yanked for file in (html, data) if isinstance(file.yanked, str)]
            findings.expect(
                same and len(set(told)) <= 1,
                expected=f"one yank state and one reason for {filename}; JSON says {data.yanked!r}",
                got=f"HTML says {html.yanked!r}",
                at=pair.html.exchange,
                also=[pair.json.exchange],
                why="one client installs what another one skips",
                advice="make both forms from one stored mark and reason",
            )


@requirement("yank/file-still-downloadable")
def test_yanked_files_can_be_fetched(staged: Staged, registry: Registry, findings: Findings) -> None:
    """A yanked file that is listed can still be fetched, with its right bytes."""
    for _, page, file in yanked_files(staged.with_yanked()):
        answer = registry.file(file)
        data, right = content(answer), file.hashes.get("sha256", "").lower()
        findings.expect(
            data is not None and (not right or digest("sha256", data) == right),
            expected=f"200 with the bytes of {file.filename}",
            got=answer.said,
            at=answer,
            also=[page.exchange],
            why="who pinned the version, or has it in a lock file, can no longer install it",
            advice="a yank only marks a file; go on serving it",
        )
    why_none(staged, findings)


@requirement("yank/metadata-still-served")
def test_metadata_of_yanked_files_is_served(staged: Staged, registry: Registry, findings: Findings) -> None:
    """A yanked file that promises its metadata still serves it."""
    for _, page, file in yanked_files(staged.with_yanked()):
        if file.core_metadata:
            answer = registry.metadata(file)
            findings.expect(
                answer.ok,
                expected=f"200 with the metadata of {file.filename}",
                got=answer.said,
                at=answer,
                also=[page.exchange],
                why="pip and uv stop when a pinned requirement names the yanked file",
                advice="serve the metadata, or stop promising it",
            )
    why_none(staged, findings)


@requirement("yank/versions-still-list")
def test_versions_list_yanked_ones(staged: Staged, offers: Offers, findings: Findings) -> None:
    """A version whose files are all yanked stays in the list of versions."""
    offers.json_pages()
    for subject in staged.with_yanked():
        page = subject.json
        if (
            page is None
            or not isinstance(page.data.get("versions"), list)
            or (page.api_version or (1, 0)) < (1, 1)
        ):
            continue
        parsed = [(file.parsed[1], bool(file.yanked)) for file in page.files if file.parsed]
        gone = {version for version, _ in parsed} - {version for version, yanked in parsed if not yanked}
        listed = {str(text) for text in page.data["versions"]}
        for version in sorted(gone):
            findings.expect(
                any(same_version(text, str(version)) for text in listed),
                expected=f"{version} in the list of versions, though it is yanked",
                got=sorted(listed),
                at=page.exchange,
                why="tools that read the list take the version for one that never was",
                advice="make the list from all uploads; a yank takes nothing out of it (PEP 700)",
            )
    why_none(staged, findings)


def same_version(left: str, right: str) -> bool:
    """Whether two texts are one version."""
    parsed = as_version(left)
    return parsed is not None and parsed == as_version(right)
