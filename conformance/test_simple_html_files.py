"""Files on HTML project pages: one anchor each, with the file's name and a link to its bytes."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urldefrag

from conformance.judging.known import BLOCKED, Renewed, accepted_files
from conformance.judging.reading import content, to_fetch
from fixtures.exchange import Exchange
from fixtures.pages import DISTRIBUTION_SUFFIXES, Anchor, HtmlPage, JsonPage, ListedFile, last_segment
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement

SUFFIXES = tuple(suffix.lower() for suffix in DISTRIBUTION_SUFFIXES)


def file_anchors(page: HtmlPage) -> list[tuple[Anchor, str]]:
    """The anchors that stand for distributions, with the last part of their link's path (A-14: others are ignored)."""
    pairs = ((anchor, last_segment(urldefrag(anchor.url)[0])) for anchor in page.anchors)
    return [
        (a, named)
        for a, named in pairs
        if named.lower().endswith(SUFFIXES) or a.text.lower().endswith(SUFFIXES)
    ]


@requirement(
    "simple-html/detail-anchor-per-file", "simple-html/empty-page-ok", "simple-html/manual-autoindex"
)
def test_one_anchor_for_each_file(site: Site, subjects: Subjects, offers: Offers, findings: Findings) -> None:
    """A project page holds exactly one anchor for each file of the project."""
    offers.html_pages()
    renewed = Renewed(site.registry)
    for subject, page in subjects.html_pages:
        findings.hold(("simple-html/empty-page-ok", "simple-html/manual-autoindex"))
        known = accepted_files(site, subject)
        page = renewed.page(subject.name, page, lambda page, known=known: known <= names_on(page))  # type: ignore[misc]
        counts = Counter(file.filename for file in page.files)
        problems = [f"{name} is missing" for name in sorted(known - counts.keys())]
        problems += [f"{name} has {count}" for name, count in counts.items() if count > 1]
        if known or counts:
            findings.expect(
                not problems,
                expected=f"one anchor for each file of {subject.name}",
                got="; ".join(problems[:5]),
                at=page.exchange,
                why="pip and uv cannot install a file that is not listed; poetry locks a doubled one twice",
                advice="list every file of the project once, of whatever release and kind",
            )


def names_on(page: HtmlPage) -> set[str]:
    """The file names on a page."""
    return {file.filename for file in page.files}


@requirement("simple-html/unique-filenames")
def test_no_filename_twice(offers: Offers, findings: Findings) -> None:
    """No file name stands twice on a project page."""
    for page in offers.html_pages():
        names = [anchor.text for anchor, _ in file_anchors(page) if anchor.text]
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if names:
            findings.expect(
                not doubled,
                expected="every file name once",
                got=", ".join(doubled[:5]),
                at=page.exchange,
                why="poetry writes the hash twice into its lock; which of the two is installed is chance",
                advice="list a file once; refuse a second upload of its name",
            )


@requirement("simple-html/anchor-text-is-filename")
def test_anchor_text_is_the_filename(offers: Offers, findings: Findings) -> None:
    """The text of a file's anchor is the file's name and the last part of the link's path."""
    for page in offers.html_pages():
        for anchor, named in file_anchors(page):
            findings.expect(
                anchor.text == named,
                expected=f"the text {named}, as the path of the link ends (percent-decoded)",
                got=anchor.text or "no text",
                at=page.exchange,
                why="pip takes the name from the URL; dependabot, renovate and Octopus take it from the text",
                advice="write the file's name as text, and end the URL's path with it",
            )


LOCATED = (
    "simple-html/href-is-file-location",
    "simple-html/relative-or-absolute-urls",
    "simple-html/files-hosted-anywhere",
)


@requirement(*LOCATED)
def test_links_lead_to_the_files(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The link of each file's anchor leads to the bytes of that file, wherever they lie and however it is written."""
    offers.html_pages()
    for subject, page in subjects.html_pages:
        for file in to_fetch(subject, page.files):
            judge_file(findings, registry, subject, page, file)
            findings.hold(LOCATED[1:])


def judge_file(
    findings: Findings,
    registry: Registry,
    subject: Subject,
    page: HtmlPage | JsonPage,
    file: ListedFile,
    names: tuple[str, ...] = (),
) -> None:
    """The URL of a listed file gives its bytes; a file that is gone is looked up again before it counts."""
    answer = registry.file(file)
    if not answer.ok:
        answer = listed_again(registry, subject, page, file) or answer
    if answer.status in BLOCKED and not subject.distributions:
        findings.note(f"{file.filename} is listed, yet its download was answered {answer.said} (LV-58)")
        return
    sent, known = content(answer), subject.distribution(file.filename)
    right = sent is not None and (known is None or sent == known.content)
    findings.expect(
        right,
        expected=f"the bytes of {file.filename}",
        got=answer.said
        if known is None or sent is None
        else f"{answer.said}: other bytes than were uploaded",
        at=page.exchange,
        also=[answer],
        why="pip, uv, poetry and pdm fail to install the file; Octopus repeats the request and fails",
        advice=f"{file.href} was resolved to {file.url}: make that the place of the file, or mend the link",
        requirement=names,
    )


def listed_again(
    registry: Registry, subject: Subject, page: HtmlPage | JsonPage, file: ListedFile
) -> Exchange | None:
    """The download by a page that was read anew: a signed URL may have run out (LV-04)."""
    again = (registry.html_page if isinstance(page, HtmlPage) else registry.json_page)(
        subject.name, fresh=True
    )
    same = [f for f in again.files if f.filename == file.filename] if again else []
    return registry.file(same[0], fresh=True) if same else None
