"""What becomes of a yank that the operator sets: it shows, it reads back, it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judging.reading import by_name, forms
from conformance.judging.yank_pages import scene
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.site import Offers
from fixtures.staged import REASON, Staged, YankedProject
from fixtures.verdicts import Findings, requirement


def marked(yanked: YankedProject) -> Iterator[tuple[HtmlPage | JsonPage, ListedFile]]:
    """The file that was yanked with a reason, in each form that lists it."""
    for page in forms(yanked.subject):
        file = by_name(page.files).get(yanked.reasoned.filename)
        if file is not None:
            yield page, file


@requirement("yank/still-listed", "yank/mirror-may-omit")
def test_yanked_files_stay_listed_and_marked(staged: Staged, findings: Findings) -> None:
    """A registry that yanks a file goes on listing it, with its mark."""
    yanked = scene(staged)
    for page in forms(yanked.subject):
        found = by_name(page.files)
        for distribution in yanked.yanked:
            file = found.get(distribution.filename)
            findings.expect(
                file is not None and bool(file.yanked),
                expected=f"{distribution.filename} listed, and marked as yanked",
                got="not listed" if file is None else "listed without a mark",
                at=page.exchange,
                why="unmarked, pip goes on choosing it; unlisted, a pinned requirement or a lock can't be installed",
                advice="list the file with data-yanked in HTML and yanked in JSON (PEP 592)",
            )
    findings.note("only mirrors are told that they may leave yanked files out", "yank/mirror-may-omit")


@requirement("yank/html-escaped")
def test_reason_is_escaped_in_html(staged: Staged, offers: Offers, findings: Findings) -> None:
    """A reason with quotes, ampersands or angle brackets is escaped and reads back as it was given."""
    offers.html_pages()
    yanked = scene(staged)
    page = yanked.subject.html
    if page is None:
        return
    file = by_name(page.files).get(yanked.reasoned.filename)
    if file is None or not isinstance(file.yanked, str):
        return  # a yank may be shown without its reason (LV-34); whether it shows at all is judged above
    special = REASON.partition(";")[0]
    findings.expect(
        file.yanked.startswith(special),
        expected=f"the reason {special!r}, escaped where HTML gives its characters a meaning",
        got=repr(file.yanked),
        at=page.exchange,
        why="an unescaped quote ends the attribute: the rest of the reason becomes markup",
        advice="escape & < > and quotes once when the attribute is written",
    )


@requirement("yank/reason-roundtrip")
def test_reason_reads_back(staged: Staged, findings: Findings) -> None:
    """The reason shown is the reason given, in any script."""
    for page, file in marked(scene(staged)):
        if isinstance(file.yanked, str):
            findings.expect(
                file.yanked == REASON,
                expected=f"the reason {REASON!r}",
                got=repr(file.yanked),
                at=page.exchange,
                why="pip and uv show the reason to who installs the file",
                advice="keep the text as it was given, as Unicode",
            )
        elif file.yanked:
            findings.note(f"the page of {file.filename} shows the yank without its reason")


@requirement("yank/reversible")
def test_a_yank_can_be_taken_back(staged: Staged, findings: Findings) -> None:
    """A yank may be taken back and set again."""
    yanked = scene(staged)
    for page in forms(yanked.subject):
        file = by_name(page.files).get(yanked.restored.filename)
        if file is not None:
            findings.expect(
                not file.yanked,
                expected=f"no mark on {file.filename}, whose yank was taken back",
                got=repr(file.yanked),
                at=page.exchange,
                why="the release stays hidden from everybody who does not pin it",
                advice="show the state as it is now",
            )
