"""The files of a feed as Octopus Deploy sees, chooses and downloads them."""

from __future__ import annotations

import time
from urllib.parse import urldefrag

import pytest

from conformance.judging.octopus_needs import (
    PATIENCE,
    Needs,
    Seen,
    content,
    feed_of,
    hops,
    lost_login,
    needs_of,
    on_index,
    readable_pages,
    seen_of,
    varied,
    wait_until,
)
from fixtures.fresh import Fresh
from fixtures.octopus import BODY_SECONDS, Unreadable, choose, entries, version_in
from fixtures.pages import ListedFile, read_page
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, not_offered, not_reached, requirement

pytestmark = pytest.mark.octopus

SLOW_PAGE = 5.0  # seconds
LATE = 60.0  # seconds after which a new file is worth a word
SUFFIXES = (".whl", ".tar.gz", ".zip")


def listed_files(seen: Seen) -> dict[str, ListedFile]:
    """The files of the page that Octopus got, as the specifications read them."""
    page = read_page(seen.answer)
    return {f.filename: f for f in page.files if f.filename.endswith(SUFFIXES)} if page is not None else {}


@requirement("octopus/url-shape")
def test_octopus_understands_file_urls(site: Site, subjects: Subjects, findings: Findings) -> None:
    """File URLs are absolute, or relative without a slash in front, and lead Octopus where they lead pip."""
    with needs_of(findings, site) as needs:
        for seen in readable_pages(site, subjects):
            theirs = listed_files(seen)
            for entry in seen.entries:
                meant = theirs.get(entry.filename)
                if meant is None:
                    continue
                needs.expect(
                    entry.url is not None,
                    expected="a URL with scheme and host, or one that does not begin with a slash",
                    got=f"{entry.filename} at {entry.link[:100]}",
                    at=seen.answer,
                    why="workers on Linux take a link that begins with a slash for a local file; pip does not mind",
                    advice="list absolute URLs, or ones like ../../files/NAME",
                    legal=True,
                )
                needs.expect(
                    entry.url is None or urldefrag(entry.url)[0] == meant.url,
                    expected=meant.url,
                    got=f"{entry.url}, when the link counts from the URL asked for",
                    at=seen.answer,
                    why="Octopus knows neither <base> nor the URL after a redirect, and asks for a file elsewhere",
                    advice="list absolute URLs",
                    legal=True,
                )


@requirement("octopus/html-anchors")
def test_octopus_pattern_finds_every_anchor(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The pattern with which Octopus searches HTML finds the files that a parser finds."""
    seen = readable_pages(site, subjects)
    if not any(page.answer.media_type for page in seen if not page.is_json):
        tell_about_html(site, subjects, registry, findings)
        not_offered(
            f"Octopus gets {seen[0].answer.media_type} from {seen[0].requested}, and reads no HTML here"
        )
    with needs_of(findings, site) as needs:
        for page in seen:
            if page.is_json:
                continue
            lost = sorted(set(listed_files(page)) - page.names)
            needs.expect(
                not lost,
                expected='every file as <a href="URL">NAME</a>, with double quotes and nothing but the name inside',
                got=f"{len(lost)} of {len(listed_files(page))} files are overlooked, such as {', '.join(lost[:2])}",
                at=page.answer,
                why="Octopus searches pages with a pattern and overlooks these files; pip does not mind",
                advice="write plain anchors, or answer Octopus' Accept header with JSON",
                legal=True,
            )


def tell_about_html(site: Site, subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """Say what would be lost if the registry ever gave Octopus HTML."""
    for subject in varied(subjects)[:4]:
        page = subject.html
        if page is None:
            continue
        try:
            found = {entry.filename for entry in entries(page.exchange, page.exchange.url)}
        except Unreadable:
            continue
        if lost := sorted({f.filename for f in page.files} - found):
            findings.note(
                f"in HTML, Octopus would overlook {lost[0]} and {len(lost) - 1} more of {subject.name}"
            )


@requirement("octopus/kinds-listed", "octopus/file-choice")
def test_octopus_sees_all_wheels_and_sdists(site: Site, subjects: Subjects, findings: Findings) -> None:
    """All files of a project are on the page that Octopus reads; the order decides which it takes."""
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects):
            seen = seen_of(feed, subject)
            if seen.problem:
                continue
            shown = {*listed_files(seen), *(seen.names if seen.is_json else ())}
            missing = sorted(name for name in expected_names(subject) if name not in shown)
            needs.expect(
                not missing,
                expected=f"all {len(expected_names(subject))} files of {subject.name}",
                got=f"{len(missing)} are missing, such as {', '.join(missing[:2])}",
                at=seen.answer,
                why="Octopus can't download what it does not see",
                advice="list the same files whatever a request's Accept header is",
                legal=False,
            )
            tell_choice(findings, seen)


def expected_names(subject: Subject) -> list[str]:
    """The wheels and sdists of a project, as we published them or as pip sees them."""
    names = [d.filename for d in subject.distributions] or [f.filename for f in subject.files]
    return [name for name in names if name.endswith(SUFFIXES)]


def tell_choice(findings: Findings, seen: Seen) -> None:
    """Say which of several wheels Octopus takes."""
    for version in sorted({version_in(name) or "" for name in seen.names} - {""}):
        wheels = [name for name in seen.names if name.endswith(".whl") and version_in(name) == version]
        chosen = choose(seen.entries, version)
        if chosen is not None and len(wheels) > 1:
            findings.note(
                f"of {len(wheels)} wheels of {seen.subject.name} {version}, Octopus takes {chosen.filename}",
                "octopus/file-choice",
            )
            return


@requirement("octopus/version-text")
def test_versions_can_be_asked_for_as_they_were_uploaded(
    site: Site, subjects: Subjects, findings: Findings
) -> None:
    """Octopus finds a file by the text of its version."""
    invisible: list[str] = []
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject in varied(subjects):
            seen = seen_of(feed, subject)
            if seen.problem or not (seen.is_json or not set(listed_files(seen)) - seen.names):
                continue
            for name in expected_names(subject):
                version = version_in(name)
                if version is None:
                    invisible.append(name)
                    continue
                needs.expect(
                    choose(seen.entries, version) is not None,
                    expected=f"a file of {subject.name} whose name has the version {version}",
                    got=f"{', '.join(sorted(seen.names)[:4])}",
                    at=seen.answer,
                    why="Octopus compares versions as text, and says that there is no such version",
                    advice="list files under the names that they were uploaded with",
                    legal=False,
                )
    if invisible:
        findings.note(
            f"Octopus can't read the version of {len(invisible)} files, such as {invisible[0]}: a matter of the packages"
        )


@requirement("octopus/time")
def test_pages_and_files_come_in_time(site: Site, subjects: Subjects, findings: Findings) -> None:
    """A page takes less than five seconds, and no file more than 100."""
    feed = feed_of(site)
    subject, file = largest(site, subjects)
    with needs_of(findings, site) as needs:
        asked = [feed.page(subject.normalized, fresh=True) for _ in range(2)]
        fastest = min(asked, key=lambda answer: answer.duration)
        needs.expect(
            fastest.duration <= SLOW_PAGE,
            expected=f"the page within {SLOW_PAGE:.0f} s",
            got=f"{fastest.duration:.1f} s",
            at=fastest,
            why="every deployment waits for it; after 100 s Octopus gives up",
            advice="look at what makes the page slow: a proxy that asks another index, or a list that is made each time",
            legal=True,
        )
        answer = feed.ask(file.url, fresh=True)
        if answer.ok and answer.raw:
            judge_throughput(needs, subjects, file, len(answer.raw) / max(answer.duration, 0.001))


def largest(site: Site, subjects: Subjects) -> tuple[Subject, ListedFile]:
    """The largest file that may be downloaded."""
    rows = [
        (file.size or getattr(subject.distribution(file.filename), "size", 0), number, subject, file)
        for number, (subject, file) in enumerate(every_file(subjects))
        if on_index(site.target, file.url)
    ]
    if not rows:
        not_reached("no file on the host of the index was found")
    return max(rows)[2:]


def every_file(subjects: Subjects) -> list[tuple[Subject, ListedFile]]:
    """All files that may be downloaded."""
    return [(subject, file) for subject in subjects for file in subject.worth_fetching(subject.files)]


def judge_throughput(needs: Needs, subjects: Subjects, file: ListedFile, speed: float) -> None:
    """Whether the largest file that is listed comes within the time that Octopus has."""
    sizes = {f.filename: f.size or 0 for subject in subjects for f in subject.files}
    name = max(sizes, key=lambda key: sizes[key])
    needs.expect(
        sizes[name] / speed <= BODY_SECONDS and sizes[name] < 2**31,
        expected=f"{name} ({sizes[name] / 1e6:.0f} MB) within {BODY_SECONDS:.0f} s",
        got=f"{speed / 1e6:.2f} MB/s for {file.filename}",
        at=file.url,
        why="Octopus has 100 s and 2 GiB for a file, and does not try again",
        advice="serve files faster, or smaller ones",
        legal=True,
    )


@requirement("octopus/fresh-in-time")
def test_a_new_file_shows_before_octopus_gives_up(
    site: Site, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A release that is made right after an upload finds its file."""
    wheel = fresh.wheel("octopus-fresh")
    first = fresh.wheel("", "0.9", name=wheel.name)
    registry.publish(first)
    feed = feed_of(site)
    feed.page(first.normalized)
    begun = time.monotonic()
    registry.publish(wheel)
    seen = [seen_of(feed, Subject(wheel.name, registry))]

    def is_there() -> bool:
        answer = feed.page(wheel.normalized, fresh=True)
        seen.append(Seen(seen[0].subject, seen[0].requested, answer))
        return wheel.filename.encode() in (content(answer) or b"")

    with needs_of(findings, site) as needs:
        there = wait_until(site.target, is_there)
        took = time.monotonic() - begun
        needs.expect(
            there and took <= PATIENCE,
            expected=f"{wheel.filename} within {PATIENCE:.0f} s, as pip sees it",
            got=f"{'there' if there else 'not there'} after {took:.0f} s",
            at=seen[-1].answer,
            why="a release that is made right after an upload fails: Octopus gives up after 150 s",
            advice="renew every form of a page with each upload",
            legal=True,
        )
    if there and took > LATE:
        findings.note(f"a new file shows after {took:.0f} s; Octopus has it at its fourth attempt or later")


@requirement("octopus/same-bytes")
def test_octopus_downloads_the_bytes_that_pip_downloads(
    site: Site, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The file is the same for both, and the one that was uploaded."""
    feed = feed_of(site)
    with needs_of(findings, site) as needs:
        for subject, file in subjects.files_to_fetch(6):
            if not on_index(site.target, file.url):
                continue
            answer, pip = feed.ask(file.url), registry.file(file)
            uploaded = subject.distribution(file.filename)
            right = uploaded.content if uploaded is not None else content(pip)
            if right is None or lost_login(answer) or answer.header("content-encoding"):
                continue
            needs.expect(
                answer.ok and answer.raw == right,
                expected=f"the {len(right)} bytes of {file.filename}",
                got=f"{hops(answer)}, other bytes" if answer.ok else hops(answer),
                at=answer,
                also=[pip],
                why="Octopus checks no hash and deploys whatever it was given",
                advice="serve the same file whatever the request's Accept and User-Agent are",
                legal=False,
            )
