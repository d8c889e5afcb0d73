"""Upload times in JSON pages: a format that every client reads, and the truth (PEP 700)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.judging.moments import LOOSE, moment, same_moment
from conformance.judging.reading import by_name
from fixtures.exchange import Exchange
from fixtures.pages import JsonPage
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.staged import Staged
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

FORMAT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
KNOWN_CLOCK = timedelta(minutes=15)  # room when the registry's Date header tells its clock
UNKNOWN_CLOCK = timedelta(days=1)


def times(offers: Offers) -> Iterator[tuple[JsonPage, str, Any]]:
    """Every upload time that is there: page, file name, value as it is."""
    for page in offers.json_pages():
        for entry in page.entries:
            if "upload-time" in entry:
                yield page, str(entry.get("filename")), entry["upload-time"]


def no_times(findings: Findings) -> None:
    """What it means that no file has an upload time."""
    findings.not_offered("no file in any JSON page has the key upload-time, which is optional")


@requirement("p700/upload-time-format", "p700/upload-time-optional")
def test_upload_times_have_the_one_format(offers: Offers, findings: Findings) -> None:
    """An upload time is written as date, T, time with up to six decimals, and Z."""
    for page, filename, value in times(offers):
        findings.expect(
            isinstance(value, str) and FORMAT.fullmatch(value) is not None,
            expected=f"yyyy-mm-ddThh:mm:ss.ffffffZ for {filename}",
            got=repr(value),
            at=page.exchange,
            why="uv refuses the whole page; pip crashes with --uploaded-prior-to",
            advice="leave the key away when the time is not known; null is no time",
        )
    total = sum(len(page.entries) for page in offers.json_pages())
    known = sum(1 for _ in times(offers))
    findings.note(f"{known} of {total} files have an upload time", "p700/upload-time-optional")
    no_times(findings)


@requirement("p700/upload-time-utc")
def test_upload_times_are_utc(offers: Offers, findings: Findings) -> None:
    """An upload time is UTC and says so with Z."""
    for page, filename, value in times(offers):
        found = LOOSE.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            findings.expect(
                found["zone"] == "Z",
                expected=f"a Z at the end of the time of {filename}",
                got=value,
                at=page.exchange,
                why="without a zone uv refuses the whole page, and pip and pdm crash on comparing times",
                advice="convert to UTC and write Z, not +00:00",
            )
    no_times(findings)


@requirement("p700/upload-time-real-date")
def test_upload_times_exist(offers: Offers, findings: Findings) -> None:
    """An upload time is a date and time that exists."""
    for page, filename, value in times(offers):
        found = LOOSE.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            findings.expect(
                moment(value) is not None,
                expected=f"a real date and time for {filename}",
                got=value,
                at=page.exchange,
                why="pip crashes with Invalid isoformat string; uv refuses the whole page",
                advice="format a stored moment; never write zeros for an unknown one",
            )
    no_times(findings)


@requirement("p700/upload-time-plausible")
def test_upload_times_are_when_we_uploaded(
    subjects: Subjects, offers: Offers, site: Site, findings: Findings
) -> None:
    """The upload time of a file is when it was uploaded to this registry."""
    offers.json_pages()
    began = datetime.fromisoformat(site.prepared.started)
    for subject, page in subjects.json_pages:
        skew, room = clock(page.exchange)
        low, high = began + skew - room, datetime.now(UTC) + skew + room
        for file in page.files:
            told = moment(file.upload_time)
            if told is not None and subject.distribution(file.filename):
                findings.expect(
                    low <= told <= high,
                    expected=f"a time of this run, in UTC, for {file.filename}",
                    got=f"{file.upload_time}; {apart(told, low, high)}",
                    at=page.exchange,
                    why="uv --exclude-newer and pip --uploaded-prior-to let in or keep out the wrong files",
                    advice="store the moment of the upload in UTC; not the file's own time, not local time",
                )
    no_times(findings)


def clock(exchange: Exchange) -> tuple[timedelta, timedelta]:
    """How far the registry's clock is from ours, and how much room a judgement needs."""
    try:
        here = datetime.fromisoformat(exchange.started)
        return parsedate_to_datetime(exchange.header("date") or "") - here, KNOWN_CLOCK
    except (ValueError, TypeError):
        return timedelta(), UNKNOWN_CLOCK


def apart(told: datetime, low: datetime, high: datetime) -> str:
    """How far a time is from the run, in words that stay the same between runs."""
    days = (low - told if told < low else told - high).total_seconds() / 86400
    direction = "before" if told < low else "after"
    return f"{'more than a day' if days > 1 else 'hours'} {direction} the run"


@requirement("p700/upload-time-stable")
def test_upload_times_stay(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The upload time of a file stays the same between reads."""
    offers.json_pages()
    for subject, page in subjects.json_pages[:3]:
        again = registry.json_page(subject.name, fresh=True)
        now = {file.filename: file.upload_time for file in again.files} if again else {}
        for file in page.files:
            if file.upload_time is not None and now.get(file.filename) is not None and again is not None:
                findings.expect(
                    file.upload_time == now[file.filename],
                    expected=f"{file.upload_time} for {file.filename}, as before",
                    got=now[file.filename],
                    at=again.exchange,
                    also=[page.exchange],
                    why="uv --exclude-newer resolves to something else each time",
                    advice="store the time of the upload; do not take that of the request or of the process",
                )
    no_times(findings)


@requirement("p700/upload-time-stable")
def test_yanks_leave_upload_times(staged: Staged, offers: Offers, findings: Findings) -> None:
    """The upload time of a file stays what it was when the file, or another of its project, is yanked."""
    offers.json_pages()
    scene = staged.yanked()
    page, before = scene.subject.json, by_name(scene.listed)
    for file in page.files if page else ():
        told = before[file.filename].upload_time if file.filename in before else None
        if page is not None and moment(told) is not None and moment(file.upload_time) is not None:
            findings.expect(
                same_moment(told, file.upload_time),
                expected=f"{told} for {file.filename}, as before files of {scene.subject.name} were yanked",
                got=file.upload_time,
                at=page.exchange,
                why="uv --exclude-newer and pip --uploaded-prior-to no longer find what they found before the yank",
                advice="keep the time of the upload; a yank is another event",
            )
    no_times(findings)
