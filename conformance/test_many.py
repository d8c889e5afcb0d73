"""More than a page of a careless registry holds: over a hundred files of a project, and over a hundred projects, in one answer."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from conformance.judging.known import known_projects, patience
from conformance.judging.lists import ProjectList, lists
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import HtmlPage, JsonPage
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution

ENOUGH = 105  # where somebody cuts pages, they have 10, 20, 25, 50 or 100 entries
LONG = "many-files-" + "-".join(
    ["with-a-long-name"] * 7
)  # so that pages pass 64 KiB, where a text column may end
LONGEST = 10.0  # seconds after which no further upload is begun
AT_ONCE = 8  # uploads
FORMS = {"HTML": "simple-html/no-pagination", "JSON": "simple-json/no-pagination"}
Page = HtmlPage | JsonPage
Span = tuple[datetime, datetime]  # begin and end


@pytest.mark.long
@requirement("simple-html/no-pagination", "simple-json/no-pagination")
def test_a_page_has_room_for_all_files(
    registry: Registry, target: Target, fresh: Fresh, findings: Findings
) -> None:
    """A project with more than a hundred files is listed whole, in one answer, also when its page is long."""
    first = first_of_many(registry, fresh, findings)
    name = first.name

    def look(offered: Collection[str] = ()) -> dict[str, Page]:
        forms = {"HTML": registry.html_page(name, fresh=True), "JSON": registry.json_page(name, fresh=True)}
        given = {form: page for form, page in forms.items() if page is not None}
        return {form: page for form, page in given.items() if page.files or form in offered}

    offered = look().keys()
    wheels = [fresh.wheel("", f"1.{number}", name=name) for number in range(ENOUGH)]
    wanted = {first.filename, *(wheel.filename for wheel, _ in uploaded(registry, wheels, findings))}

    def whole(pages: dict[str, Page]) -> bool:
        return all(wanted <= files_of(page) for page in pages.values())

    pages = registry.settled(lambda: look(offered), whole, patience(target))
    later = pages
    if not whole(pages):  # is there no room for them, or were they lost? One more tells
        registry.upload(fresh.wheel("", "2.0", name=name))
        time.sleep(target.poll)
        later = look(offered)
    for form, page in pages.items():
        missing = sorted(wanted - files_of(page))
        if missing and len(files_of(later.get(form, page))) > len(files_of(page)):
            reason = f"there was room for more; {len(missing)} files that came beside others were lost"
            findings.not_reached(reason, FORMS[form])
            continue
        findings.expect(
            not missing,
            expected=f"all {len(wanted)} files of {name} in one answer",
            got=f"{len(files_of(page))} files on {len(page.exchange.raw)} bytes; {len(missing)} are missing: {missing[0]} ..."
            if missing
            else "",
            at=page.exchange,
            why="pip and uv ask once: they miss releases, others after each upload",
            advice="list every file of a project in one answer, however many there are",
            requirement=FORMS[form],
        )
    for form in FORMS.keys() - pages.keys():
        tell = findings.not_reached if form in offered else findings.not_offered
        tell(f"{registry.target.page_url(name)} lists no file in this form", FORMS[form])


def first_of_many(registry: Registry, fresh: Fresh, findings: Findings) -> Distribution:
    """The first file of a project with a long name, or with a short one where that one is not taken: names may have a limit (LV-47)."""
    wheel = fresh.wheel(LONG, "0.0")
    answer = registry.upload(wheel)
    if answer.ok and registry.wait_for(wheel.name, wheel.filename) is not None:
        return wheel
    findings.note(f"judged with a short name: {wheel.filename} was answered {answer.said}")
    wheel = fresh.wheel("many-files", "0.0")
    registry.publish(wheel)
    return wheel


@pytest.mark.long
@requirement("simple-html/no-pagination", "simple-json/no-pagination")
def test_the_list_has_room_for_all_projects(
    site: Site, registry: Registry, target: Target, fresh: Fresh, findings: Findings
) -> None:
    """More than a hundred projects are listed whole, in one answer."""
    shown = min(len(listed.names) for listed in lists(registry, target, fresh=True))
    wheels = [fresh.wheel("one-of-many") for _ in range(max(ENOUGH - shown, 1))]
    when = {wheel.normalized: span(answer) for wheel, answer in uploaded(registry, wheels, findings)}
    when |= spans(site)

    def look() -> dict[str, ProjectList]:
        return {listed.form: listed for listed in lists(registry, target, fresh=True)}

    found = registry.settled(
        look, lambda found: all(when.keys() <= listed.names for listed in found.values()), patience(target)
    )
    for form, listed in found.items():
        missing = sorted(when.keys() - listed.names)
        if missing and is_behind(when, missing):
            findings.not_reached("the list does not show the newest projects yet (LV-09)", FORMS[form])
            continue
        findings.expect(
            not missing,
            expected=f"all of {len(when)} projects in the list, in one answer",
            got=f"{len(listed.names)} projects; {len(missing)} are missing: {', '.join(missing[:3])} ...",
            at=listed.exchange,
            why="mirrors and tools that walk the list miss projects",
            advice="list every project in one answer, however many there are",
            requirement=FORMS[form],
        )
    for form in FORMS.keys() - found.keys():
        findings.not_offered("the list is not offered in this form", FORMS[form])


def uploaded(
    registry: Registry, wheels: Sequence[Distribution], findings: Findings
) -> list[tuple[Distribution, Exchange]]:
    """Upload several at a time; gives those that were taken. None is begun once one was refused, or when the time is over."""
    stopped: list[str] = []
    until = time.monotonic() + LONGEST

    def upload(wheel: Distribution) -> tuple[Distribution, Exchange] | None:
        if stopped or time.monotonic() > until:
            return None
        try:
            answer = registry.upload(wheel)
        except NotReached as problem:
            stopped.append(str(problem))
            return None
        if not answer.ok:
            stopped.append(f"{wheel.filename} was answered {answer.said}")
            return None
        return wheel, answer

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="many") as pool:
        begun = [pool.submit(contextvars.copy_context().run, upload, wheel) for wheel in wheels]
        taken = [made for future in begun if (made := future.result()) is not None]
    if len(taken) < len(wheels):
        why = stopped[0] if stopped else f"more were not begun within {LONGEST:.0f} s"
        findings.note(f"judged with {len(taken)} of {len(wheels)} uploads: {why}")
    return taken


def files_of(page: Page) -> set[str]:
    """The file names on a page."""
    return {file.filename for file in page.files}


def span(answer: Exchange) -> Span:
    """When an upload was sent and answered: in between it came to be known."""
    begun = datetime.fromisoformat(answer.started)
    return begun, begun + timedelta(seconds=answer.duration)


def spans(site: Site) -> dict[str, Span]:
    """When each sample project that is known to be there came to be."""
    known, projects = (
        known_projects(site),
        site.prepared.published.projects if site.prepared.published else {},
    )
    return {
        p.normalized: min(span(attempt.exchange) for attempt in p.attempts if attempt.accepted)
        for p in projects.values()
        if p.normalized in known
    }


def is_behind(when: dict[str, Span], missing: Sequence[str]) -> bool:
    """Whether there was a moment before which all projects that a list has may have come, and after which those that it lacks."""
    there = [begun for name, (begun, _) in when.items() if name not in missing]
    return not there or max(there) <= min(when[name][1] for name in missing)
