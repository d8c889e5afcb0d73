"""A project that grows: what comes later leaves what was there, in each form of its page."""

from __future__ import annotations

from conformance.judging.known import patience
from conformance.judging.reading import as_version, by_name
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.registry import Registry
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

ORDER = "whatever comes first or later: publish from several jobs, and wheels often come after the sdist"


@requirement("upload-legacy/appears-in-simple", "p700/versions-all-uploaded")
def test_files_that_come_later_leave_the_others(
    registry: Registry, target: Target, fresh: Fresh, findings: Findings
) -> None:
    """An sdist, wheels of the same release after it, and another release: all stay listed, and each version is named."""
    name = fresh.name("grows")
    sent = (
        fresh.sdist("", "1.0", name=name),
        fresh.wheel("", "1.0", name=name),
        fresh.wheel("", "1.0", name=name, build="1"),
        fresh.sdist("", "0.9", name=name),
    )
    wanted: set[str] = set()
    for file in sent:
        registry.publish(file)
        wanted.add(file.filename)
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
            requirement="upload-legacy/appears-in-simple",
        )
        told = page.data.get("versions") if hasattr(page, "data") else None
        if not isinstance(told, list):
            continue
        findings.expect(
            versions <= {as_version(str(text)) for text in told},
            expected="0.9 and 1.0 in the list of versions",
            got=told,
            at=page.exchange,
            why="tools that read the list do not see these versions",
            advice="make the list anew with each upload",
            requirement="p700/versions-all-uploaded",
        )


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
