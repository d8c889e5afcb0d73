"""Yanked files as pages show them, and what it means when there are none (PEP 592)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judging.reading import forms
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.staged import Staged, YankedProject
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotOffered, NotReached

ABSENT = "no page marks a file as yanked, or has a key for that; to yank is optional (PEP 592)"


def yanked_files(subjects: tuple[Subject, ...]) -> Iterator[tuple[Subject, HtmlPage | JsonPage, ListedFile]]:
    """Every yanked file of every form of these projects' pages."""
    for subject in subjects:
        for page in forms(subject):
            for file in page.files:
                if file.yanked:
                    yield subject, page, file


def is_told(staged: Staged) -> bool:
    """Whether any page says something of yanks, be it that a file is not yanked."""
    pages = (page for subject in staged.with_yanked() for page in forms(subject))
    return any({"yanked", "data-yanked"} & file.raw.keys() for page in pages for file in page.files)


def scene(staged: Staged) -> YankedProject:
    """The project with yanked files; ends the check as not offered or not reached when it can't be had."""
    try:
        return staged.yanked()
    except NotReached as reason:
        if is_told(staged):
            raise
        raise NotOffered(f"{ABSENT}; {reason}") from None


def why_none(staged: Staged, findings: Findings) -> None:
    """Say why no yanked file was there to judge."""
    try:
        scene(staged)
    except NotReached as reason:
        findings.not_reached(f"no yanked file was found on any page, and {reason}")
    except NotOffered as proof:
        findings.not_offered(str(proof))
    findings.not_reached("no yanked file was found on any page")


def live_files(staged: Staged, *, html: bool) -> Iterator[tuple[Subject, ListedFile, HtmlPage | JsonPage]]:
    """The files that this run uploaded and that are not yanked now."""
    try:
        yanked = {file.filename for file in staged.yanked().yanked}
    except NotReached:
        yanked = set()
    for subject in staged.with_yanked():
        page = subject.html if html else subject.json
        for file in page.files if page else ():
            if page is not None and subject.distribution(file.filename) and file.filename not in yanked:
                yield subject, file, page
