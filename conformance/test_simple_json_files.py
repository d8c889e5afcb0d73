"""JSON project pages: the name, the files, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judging.known import Renewed, accepted_files
from conformance.judging.reading import to_fetch
from conformance.test_simple_html_files import judge_file
from fixtures.pages import JSON_TYPE, JsonPage, last_segment, normalize
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement


@requirement("simple-json/detail-name-normalized")
def test_page_names_the_project(subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """A project page gives the project's normalized name."""
    offers.json_pages()
    for subject, page in subjects.json_pages:
        if not page.problem:
            findings.expect(
                page.data.get("name") == subject.normalized,
                expected=f"the name {subject.normalized}",
                got=page.data.get("name", f"no key name among {', '.join(page.data)}"),
                at=page.exchange,
                why="pypi-simple fails without the name; other tools take it for another project",
                advice="write the normalized name (PEP 503), not the one that is shown to people",
            )


@requirement("simple-json/detail-files-array", "simple-json/empty-files-legal", "simple-json/files-unordered")
def test_page_has_an_array_of_files(offers: Offers, findings: Findings) -> None:
    """A project page has an array of objects named files, in any order; it may be empty."""
    for page in offers.json_pages():
        if page.problem:
            continue
        files = page.data.get("files")
        findings.expect(
            isinstance(files, list) and all(isinstance(entry, dict) for entry in files),
            expected="an array of objects under the key files",
            got=files if "files" in page.data else f"the keys {', '.join(page.data)}",
            at=page.exchange,
            why="uv refuses the page, poetry stops with KeyError, pip and pdm find no version",
            advice='send "files": [...], with [] for a project without files',
        )
        findings.hold(("simple-json/empty-files-legal", "simple-json/files-unordered"))


def entries(offers: Offers) -> Iterator[tuple[JsonPage, Mapping[str, Any]]]:
    """Every file object of every JSON page; not offered when there is no JSON."""
    for page in offers.json_pages():
        for entry in page.entries:
            yield page, entry


@requirement("simple-json/file-filename")
def test_every_file_has_its_name(offers: Offers, subjects: Subjects, findings: Findings) -> None:
    """Each file has its name as a string, each name once, and no file of the project is missing."""
    for page, entry in entries(offers):
        name = entry.get("filename")
        findings.expect(
            isinstance(name, str) and bool(name) and "/" not in name,
            expected="the file's name under the key filename, a string",
            got=name if "filename" in entry else f"the keys {', '.join(entry)}",
            at=page.exchange,
            why="uv refuses the page, poetry stops with KeyError, Octopus cannot choose a file",
            advice="send the name alone, without a path",
        )
    for subject, page in subjects.json_pages:
        names = [entry.get("filename") for entry in page.entries]
        doubled = sorted({str(name) for name in names if names.count(name) > 1})
        if names:
            findings.expect(
                not doubled,
                expected=f"every file of {subject.name} once",
                got=", ".join(doubled[:5]),
                at=page.exchange,
                why="poetry writes the hash twice into its lock; which of the two is installed is chance",
                advice="list a file once",
            )


@requirement("simple-json/no-pagination")
def test_every_file_is_listed(site: Site, subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """A JSON answer lists all files of the project."""
    offers.json_pages()
    renewed = Renewed(site.registry)
    for subject, page in subjects.json_pages:
        known = accepted_files(site, subject)
        page = renewed.page(subject.name, page, lambda page, known=known: not unlisted(page, known))  # type: ignore[misc]
        missing = unlisted(page, known)
        if known and not page.problem:
            findings.expect(
                not missing,
                expected=f"all {len(known)} files of {subject.name}",
                got=f"{len(missing)} are missing: {', '.join(missing[:5])}",
                at=page.exchange,
                why="pip and uv miss releases",
                advice="list every file of the project, of whatever release and kind, in one answer",
            )


def unlisted(page: JsonPage, known: frozenset[str]) -> list[str]:
    """The files that a page lacks."""
    return sorted(known - {file.filename for file in page.files})


FETCHED = (
    "simple-json/file-url",
    "simple-json/inherits-503",
    "simple-json/url-relative-allowed",
    "simple-json/url-last-segment",
)


@requirement(*FETCHED)
def test_urls_lead_to_the_files(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """Each file has a URL as a string, absolute or relative, from which its bytes come."""
    for page, entry in entries(offers):
        findings.expect(
            isinstance(entry.get("url"), str) and bool(entry["url"]),
            expected=f"a URL for {entry.get('filename')}, a string",
            got=entry["url"] if "url" in entry else f"the keys {', '.join(entry)}",
            at=page.exchange,
            why="uv refuses the page, poetry stops with KeyError, pip and pdm skip the file",
            advice="send the file's URL, absolute or relative to the URL of the page",
        )
    for subject, page in subjects.json_pages:
        for file in to_fetch(subject, page.files):
            judge_file(findings, registry, subject, page, file, FETCHED[:2])
            findings.hold(FETCHED[2])
            if last_segment(file.url) != file.filename:
                findings.note(f"{file.url} does not end in {file.filename}: pip and pdm skip the file")
            findings.hold(FETCHED[3])


@requirement("simple-json/url-structure-same")
def test_json_is_at_the_same_urls(
    site: Site, subjects: Subjects, offers: Offers, registry: Registry, target: Target, findings: Findings
) -> None:
    """JSON is at the same URLs as HTML: the normalized name with a slash."""
    offers.json_pages()
    for subject in subjects:
        answer = registry.page(subject.name, JSON_TYPE)
        if not answer.ok and subject.html is None:
            continue
        if subject.json is None and site.prepared.published is None:
            # an index may be put together from several, some of which have HTML only: the form is the server's choice
            findings.note(f"{answer.url} has no JSON, pages of other projects have")
            continue
        findings.expect(
            subject.json is not None,
            expected=f"JSON at {target.page_url(subject.normalized)}, as for other projects",
            got=answer.said,
            at=answer,
            why="pip and uv ask there and nowhere else",
            advice="serve both forms at the normalized URL with its slash",
        )


@requirement("simple-json/detail-belongs-to-project")
def test_files_belong_to_the_project(subjects: Subjects, findings: Findings) -> None:
    """Every file on a page, in either form, is a file of that page's project."""
    for subject in subjects:
        for page in (subject.json, subject.html):
            strangers = [f.filename for f in page.files if is_stranger(f.filename, subject)] if page else []
            if page and page.files:
                findings.expect(
                    not strangers,
                    expected=f"files of {subject.normalized} alone",
                    got=", ".join(strangers[:5]),
                    at=page.exchange,
                    why="uv stops: the index returned metadata for the wrong package",
                    advice="look files up by the whole normalized name, not by its beginning",
                )


def is_stranger(filename: str, subject: Subject) -> bool:
    """Whether a file name is one of another project; old names that can be read in several ways are not (A-23)."""
    from fixtures.pages import parse_filename

    parsed = parse_filename(filename)
    if parsed is None or parsed[0] == subject.normalized:
        return False
    ours = normalize(filename).startswith(f"{subject.normalized}-")
    return filename.endswith(".whl") or not ours or extends(filename, subject)


def extends(filename: str, subject: Subject) -> bool:
    """Whether an sdist's name begins with the project's name and goes on with letters: another, longer name."""
    rest = normalize(filename)[len(subject.normalized) + 1 :]
    return not (rest[:1].isdigit() or rest[:2].lstrip("v")[:1].isdigit())
