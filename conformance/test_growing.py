"""A project that grows: what comes later leaves what was there, in each form of its page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.judging.known import patience
from conformance.judging.moments import moment, same_moment
from conformance.judging.reading import as_version, by_name
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.pages import JsonPage, ListedFile
from fixtures.registry import Registry
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

FRACTION = re.compile(r"\.\d*[1-9]")
ORDER = "whatever comes first or later: publish from several jobs, and wheels often come after the sdist"


APPEARS, VERSIONS = "upload-legacy/appears-in-simple", "p700/versions-all-uploaded"
URLS, TIME = "consistency/file-urls-stay", "p700/upload-time-plausible"
STABLE = "p700/upload-time-stable"


@requirement(APPEARS, VERSIONS, URLS, TIME, STABLE)
def test_files_that_come_later_leave_the_others(
    registry: Registry, target: Target, fresh: Fresh, findings: Findings
) -> None:
    """An sdist, wheels of the same release after it, and another release: all stay listed, each by its URL and with its own time."""
    name = fresh.name("grows")
    sent = (
        fresh.sdist("", "1.0", name=name),
        fresh.wheel("", "1.0", name=name),
        fresh.wheel("", "1.0", name=name, build="1"),
        fresh.sdist("", "0.9", name=name),
    )
    listed = [registry.publish(sent[0])]
    first = listed[0]
    again = registry.wait_for(name, first.filename)
    listed += [registry.publish(file) for file in sent[1:]]
    wanted = {file.filename for file in sent}
    versions = {as_version(file.version) for file in sent}
    for form in (registry.json_page, registry.html_page):
        page = registry.settled(
            lambda form=form: form(name, fresh=True),  # type: ignore[misc]
            lambda page: page is None or wanted <= by_name(page.files).keys(),
            patience(target),
        )
        if page is None:
            continue
        missing = sorted(wanted - by_name(page.files).keys())
        findings.expect(
            not missing,
            expected=f"all {len(sent)} files of {name}, as each was listed after its upload",
            got=f"without {', '.join(missing)}",
            at=page.exchange,
            why="pip and uv no longer find what was published",
            advice=f"list all files of all releases, {ORDER}",
            requirement=APPEARS,
        )
        if not isinstance(page, JsonPage):
            continue
        judge_own_times(findings, page)
        judge_times_stay(findings, listed, page)
        told = page.data.get("versions")
        if not isinstance(told, list):
            continue
        findings.expect(
            versions <= {as_version(str(text)) for text in told},
            expected="0.9 and 1.0 in the list of versions",
            got=told,
            at=page.exchange,
            why="tools that read the list do not see these versions",
            advice="make the list anew with each upload",
            requirement=VERSIONS,
        )
    # else its URLs are made anew for each page, as signed ones are
    if again is not None and again.url == first.url:
        judge_old_url(findings, registry, name, first)
    else:
        findings.not_reached("the URL of a file is another one each time that the page is read", URLS)


def judge_old_url(findings: Findings, registry: Registry, name: str, first: ListedFile) -> None:
    """Judge that a URL from before the latest uploads gives the file, wherever the page says now that it is."""
    answer = registry.get(first.url, accept="*/*", fresh=True)
    now = registry.wait_for(name, first.filename)
    findings.expect(
        answer.ok or now is None or now.url == first.url,
        expected=f"{first.filename} at the URL that the page gave for it before other files came",
        got=f"{answer.said}; the page says {now.url if now else ''} now",
        at=answer,
        why="uv, poetry and pdm keep the URLs of files in lock files: what is locked can't be installed after the next upload",
        advice="give a file one URL for as long as it is there; its digest in the path is a good one",
        requirement=URLS,
    )


def judge_own_times(findings: Findings, page: JsonPage) -> None:
    """Judge that files that came one after the other, each when the one before was listed, have not one time to the fraction of a second."""
    told = [file.upload_time for file in page.files if file.upload_time]
    exact = [text for text in told if isinstance(text, str) and FRACTION.search(text)]
    alike = {text: exact.count(text) for text in exact if exact.count(text) > 1}
    if not exact:
        findings.not_reached("there are no upload times with fractions of a second", TIME)
        return
    findings.expect(
        not alike,
        expected=f"{len(exact)} different times: each file was uploaded when the one before was listed",
        got=", ".join(f"{text} for {times} files" for text, times in alike.items()),
        at=page.exchange,
        why="uv --exclude-newer and pip --uploaded-prior-to let in files that came later",
        advice="keep the time of each upload with its file, not with the release",
        requirement=TIME,
    )


def judge_times_stay(findings: Findings, listed: Iterable[ListedFile], page: JsonPage) -> None:
    """Judge that files still have the times with which they were listed before others came."""
    now = {file.filename: file.upload_time for file in page.files}
    for before in listed:
        time = now.get(before.filename)
        if moment(before.upload_time) is None or moment(time) is None:
            continue
        findings.expect(
            same_moment(before.upload_time, time),
            expected=f"{before.upload_time} for {before.filename}, as before other files came",
            got=time,
            at=page.exchange,
            why="uv --exclude-newer and pip --uploaded-prior-to no longer find what they found before the last upload",
            advice="keep the time of each upload with its file, and leave it when others come",
            requirement=STABLE,
        )
    findings.not_offered("no file has an upload time that can be read, before and after others came", STABLE)


@requirement("yank/still-listed")
def test_uploads_leave_yanks(
    registry: Registry, operator: Operator, fresh: Fresh, findings: Findings
) -> None:
    """A yanked file is still marked after the next release was uploaded."""
    if why := operator.missing:
        findings.not_reached(why)
        return
    first = fresh.wheel("withdrawn", "1.0")
    registry.publish(first)
    operator.yank(first.name, first.filename, "broken")
    if registry.wait_for(first.name, first.filename, lambda file: bool(file.yanked)) is None:
        findings.not_reached("the yank does not show")
        return
    registry.publish(fresh.wheel("", "1.1", name=first.name))
    now = registry.wait_for(first.name, first.filename, lambda file: bool(file.yanked))
    page = registry.page_now(first.name)
    findings.expect(
        now is not None,
        expected=f"{first.filename} marked as yanked, as it was before 1.1 came",
        got="listed without a mark, or not at all",
        at=page.exchange if page else "",
        why="pip and uv choose the file again that was yanked",
        advice="keep yanks with the files; a page that is made anew reads them from there",
    )
