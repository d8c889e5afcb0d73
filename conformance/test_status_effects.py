"""Project status markers: what a status does to uploads and downloads (Project Status Markers, living spec)."""

from __future__ import annotations

from conformance.judging.reading import content, forms
from conformance.judging.status_pages import scene, status_of, told, with_status
from conformance.judging.uploading import turned_away
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import JsonPage
from fixtures.registry import Registry
from fixtures.staged import Staged
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, NotReached, not_reached, requirement
from sample_packages.forge import forge_wheel

FETCHED = 8  # active projects of others of which a file is fetched


@requirement("status/active-accepts-upload")
def test_active_projects_take_uploads(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """An active project takes new uploads from those who may upload to it."""
    first = fresh.wheel("active", "1.0")
    registry.publish(first)
    answer = registry.upload(forge_wheel(first.name, "1.1"))
    findings.expect(
        answer.ok,
        expected=f"2xx for a second release of {first.name}, which has no status or is active",
        got=answer.said,
        at=answer,
        why="twine and uv can't publish the next release",
        advice="take uploads from whoever may upload to the project",
    )


@requirement("status/active-downloadable", "status/default-active")
def test_files_of_active_projects_can_be_fetched(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The files of an active project are listed and can be fetched; a project without a status is active."""
    active = [subject for subject in subjects if status_of(subject) == "active" and subject.files]
    others = [subject for subject in active if not subject.distributions][:FETCHED]
    for subject in (*(subject for subject in active if subject.distributions), *others):
        answer = registry.file(subject.files[0])
        silent = any(told(page) is None for page in forms(subject))
        findings.expect(
            content(answer) is not None,
            expected=f"200 with {subject.files[0].filename}",
            got=answer.said,
            at=answer,
            why="pip and uv can't install the project",
            advice="serve what is listed, whether or not the project has a status marker",
            requirement=("status/active-downloadable", "status/default-active")
            if silent
            else "status/active-downloadable",
        )
    findings.not_reached("no active project with files was found")
    findings.not_offered("every project has a status of its own", "status/default-active")


@requirement("status/archived-refuses-upload")
def test_archived_projects_refuse_uploads(staged: Staged, registry: Registry, findings: Findings) -> None:
    """An archived project takes no new upload."""
    expect_refusal(staged, "archived", registry, findings)


@requirement("status/quarantined-refuses-upload")
def test_quarantined_projects_refuse_uploads(staged: Staged, registry: Registry, findings: Findings) -> None:
    """A quarantined project takes no new upload."""
    expect_refusal(staged, "quarantined", registry, findings)


def expect_refusal(staged: Staged, status: str, registry: Registry, findings: Findings) -> None:
    """Upload one more release to a project with this status."""
    marked = scene(staged, status)
    answer = registry.upload(forge_wheel(marked.subject.name, "1.1"))
    if answer.status is None:
        not_reached(f"the upload got no answer: {answer.said}")
    findings.expect(
        not answer.ok,
        expected=f"a refusal (403 on PyPI) of a new release of {marked.subject.name}, which is {status}",
        got=answer.said,
        at=answer,
        why="what nobody maintains, or what is suspected of malware, gets new releases",
        advice="look at the status before an upload is taken",
    )


@requirement("status/archived-downloadable")
def test_files_of_archived_projects_can_be_fetched(
    staged: Staged, registry: Registry, findings: Findings
) -> None:
    """The files of an archived project are still listed and can be fetched."""
    expect_downloads(staged, "archived", registry, findings)


@requirement("status/deprecated-like-active")
def test_deprecated_projects_are_like_active_ones(
    staged: Staged, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A deprecated project is served and takes uploads as an active one does."""
    expect_downloads(staged, "deprecated", registry, findings)
    staged_upload = deprecated_upload(staged, registry)
    if staged_upload and not turned_away(findings, registry, fresh, staged_upload):
        findings.expect(
            staged_upload.ok,
            expected="2xx for a new release of a deprecated project",
            got=staged_upload.said,
            at=staged_upload,
            why="a deprecated project can't even publish the release that says so",
            advice="refuse uploads to archived and quarantined projects only",
        )


def deprecated_upload(staged: Staged, registry: Registry) -> Exchange | None:
    """The answer to one more release of the deprecated project; None when no project could be deprecated."""
    try:
        marked = staged.marked("deprecated")
    except NotReached:
        return None
    return registry.upload(forge_wheel(marked.subject.name, "1.1"))


def expect_downloads(staged: Staged, status: str, registry: Registry, findings: Findings) -> None:
    """Fetch a file of every project with this status, from every form of its page."""
    for subject, made in with_status(staged, status, findings):
        for page in forms(subject):
            file = next(iter(page.files), None)
            if file is None and made is None:
                continue  # a project that never had a file
            answer = registry.file(file) if file is not None else page.exchange
            findings.expect(
                file is not None and content(answer) is not None,
                expected=f"the files of {subject.name} listed and served, though it is {status}",
                got="no file is listed" if file is None else answer.said,
                at=answer,
                why="pip and uv can't install what worked yesterday",
                advice="only quarantine hides files",
            )


@requirement("status/quarantined-no-files-listed", "status/quarantined-versions")
def test_quarantined_projects_list_no_files(staged: Staged, findings: Findings) -> None:
    """No file of a quarantined project is listed."""
    for subject, _ in with_status(staged, "quarantined", findings):
        pages = list(forms(subject))
        for page in pages:
            findings.expect(
                not page.files,
                expected=f"no file on the page of {subject.name}, which is quarantined",
                got=[file.filename for file in page.files],
                at=page.exchange,
                why="pip and uv ignore the status and install what is listed",
                advice="list no file of a quarantined project, in either form",
            )
            if isinstance(page, JsonPage):
                findings.note(f"versions: {page.data.get('versions')}", "status/quarantined-versions")
        if not pages:
            findings.hold("status/quarantined-no-files-listed")  # no page lists no files


@requirement("status/quarantined-direct-url")
def test_quarantined_files_are_not_served(staged: Staged, registry: Registry, findings: Findings) -> None:
    """A file of a quarantined project is not served to who kept its URL."""
    marked = scene(staged, "quarantined")
    answer = registry.file(marked.listed, fresh=True)
    findings.expect(
        not answer.ok,
        expected=f"no {marked.listed.filename}: its project is quarantined",
        got=answer.said,
        at=answer,
        why="whoever has the URL in a lock file still installs what is suspected of malware",
        advice="refuse the files of a quarantined project, too (whether the spec demands it is open, A-10)",
    )


@requirement("status/quarantined-page-exists")
def test_quarantined_projects_have_a_page(staged: Staged, registry: Registry, findings: Findings) -> None:
    """A quarantined project has a page, which tells its status."""
    for subject, _ in with_status(staged, "quarantined", findings):
        answer = registry.page(subject.name)
        findings.expect(
            answer.ok,
            expected=f"200 with a page of {subject.name} that lists no file",
            got=answer.said,
            at=answer,
            why="uv takes a 404 as leave to look for the name in the next index",
            advice="keep the page and let it tell the status (PEP 792, examples)",
        )
        tell(subject, findings)


def tell(subject: Subject, findings: Findings) -> None:
    """Note what the pages of a quarantined project say."""
    for page in forms(subject):
        findings.note(f"{page.exchange.url} tells {told(page)!r}")
