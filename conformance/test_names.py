"""Names: the normalized name leads to the project, whatever its owner writes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

from conformance.judging.known import BLOCKED, is_late, known_projects, of_others, own_projects, settled_lists
from conformance.judging.lists import VALID_NAME, lists
from conformance.judging.spellings import is_other_spelling, sample, spellings
from fixtures.exchange import Exchange
from fixtures.pages import normalize, read_page
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, NotReached, requirement
from sample_packages.naming import belongs_to_check

FEW = 3  # projects whose other spellings are tried when no page is found


def pages_by_name(site: Site) -> Iterator[tuple[str, Exchange]]:
    """The pages of our own projects and of those that the run was pointed at."""
    known = [p.name for p in own_projects(site)]
    for name in known or [subject.name for subject in site.subjects]:
        answer = site.registry.page(name)
        yield name, answer if answer.ok or known else site.registry.page(name, fresh=True)


@requirement("names/project-url-format", "names/base-url-anywhere")
def test_project_page_at_normalized_name(site: Site, findings: Findings) -> None:
    """Each project has its page at <base>/<normalized name>/."""
    hidden_under_other_names(site, findings)
    for name, answer in pages_by_name(site):
        findings.expect(
            answer.ok or answer.status in BLOCKED,
            expected=f"200 with the page of {name}",
            got=answer.said,
            at=answer,
            why="pip and uv ask for the normalized name and for nothing else",
            advice="serve every project at its normalized name (PEP 503), however it was spelled at upload",
        )
        if answer.ok:
            findings.hold("names/base-url-anywhere")


def hidden_under_other_names(site: Site, findings: Findings) -> None:
    """Projects that are visible nowhere may be slow, or have their pages under another form of the name."""
    published = site.prepared.published
    if published is None or any(published):
        return
    for project in islice((p for p in published.projects.values() if p.attempts[0].accepted), FEW):
        wanted = {attempt.distribution.filename for attempt in project.attempts}
        for spelling in spellings(project.name).values():
            answer = site.registry.page_spelled(quote(spelling))
            page = read_page(answer) if answer.ok else None
            findings.expect(
                not (page and wanted & {file.filename for file in page.files}),
                expected=f"the page of {project.name} at {site.target.page_url(project.normalized)}",
                got=f"it is at {answer.url}",
                at=answer,
                why="pip and uv ask for the normalized name and for nothing else",
                advice="normalize as PEP 503 does: lower case, every run of . - _ becomes one -",
            )


@requirement("names/client-must-not-need-redirect")
def test_normalized_url_needs_no_other_spelling(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The normalized URL is never redirected to another spelling of the name."""
    for subject in subjects:
        answer = registry.page(subject.name)
        targets = [hop.location or "" for hop in answer.via]
        wrong = [url for url in targets if is_other_spelling(url, subject.normalized)]
        findings.expect(
            not wrong,
            expected=f"the page of {subject.normalized} at its own URL (a redirect to storage is fine)",
            got=f"a redirect to {wrong[0]}" if wrong else "",
            at=answer.via[0] if answer.via else answer,
            why="clients may rely on the normalized URL alone; Octopus loses its login on any redirect",
            advice="make the normalized URL the canonical one, and redirect the other spellings to it",
        )


@requirement("names/normalization-rule", "names/registered-empty-project")
def test_every_listed_name_has_a_page(site: Site, findings: Findings) -> None:
    """Whatever name the project list shows, the page is at its normalized form, also without any file."""
    ours = {p.normalized for p in own_projects(site)}
    looked = []
    for listed in lists(site.registry, site.target):
        rest = sorted(of_others(listed.entries), key=lambda entry: entry.normalized)
        known = [e for e in listed.entries if e.normalized in ours]
        chosen = known + sample(rest, site.prepared.seed)
        looked += [(listed, entry, site.registry.page(entry.normalized)) for entry in chosen]
    missing = any(not answer.ok for _, _, answer in looked)
    again = lists(site.registry, site.target, fresh=True) if missing else ()
    for listed, entry, answer in looked:
        if not answer.ok and all(entry.normalized not in later.names for later in again):
            continue  # deleted since the list was read
        findings.expect(
            answer.ok or answer.status in BLOCKED,
            expected=f"200 with the page of {entry.shown or entry.segment}, which may list no file",
            got=answer.said,
            at=answer,
            also=[listed.exchange],
            why="pip, uv, poetry and pdm normalize the name and ask only for that URL",
            advice="normalize as PEP 503 does: lower case, every run of . - _ becomes one -",
            requirement=("names/normalization-rule", "names/registered-empty-project"),
        )


@requirement("names/root-one-entry-per-normal-form")
def test_list_names_each_project_once(registry: Registry, target: Target, findings: Findings) -> None:
    """No two entries of the project list normalize to the same name."""
    for listed in lists(registry, target):
        findings.expect(
            not listed.doubled,
            expected=f"each project once in the {listed.form} list",
            got=f"more than once: {', '.join(listed.doubled[:5])}",
            at=listed.exchange,
            why="mirrors and search tools take one project for several",
            advice="list projects by their normalized name, not files and not spellings",
        )


@requirement("names/page-implies-listed")
def test_every_project_is_listed(site: Site, registry: Registry, target: Target, findings: Findings) -> None:
    """A project that has a page is named in the project list."""
    known = known_projects(site)
    for listed in settled_lists(registry, target, known):
        missing = sorted(name for name in known if name not in listed.names)
        if is_late(site, listed, missing):
            findings.not_reached(f"the {listed.form} list does not show the newest projects yet (LV-09)")
            continue
        findings.expect(
            not missing,
            expected=f"all {len(known)} projects of this run in the {listed.form} list",
            got=f"{len(missing)} are missing: {', '.join(missing[:5])}",
            at=listed.exchange,
            why="mirrors and tools that walk the list never see the project",
            advice="add a project to the list with its first file",
        )


@requirement("names/valid-format", "names/valid-format-ascii-only")
def test_shown_names_are_valid(site: Site, registry: Registry, target: Target, findings: Findings) -> None:
    """Every name that the registry shows is a valid name."""
    for shown, where in shown_names(site, registry, target):
        ascii_only = shown.isascii()
        findings.expect(
            ascii_only,
            expected="names of ASCII characters",
            got=shown,
            at=where,
            why="the name looks like another one, and no client can ask for it",
            advice="match names with ASCII letters only",
            requirement="names/valid-format-ascii-only",
        )
        findings.expect(
            VALID_NAME.fullmatch(shown) is not None or not ascii_only,
            expected="ASCII letters, digits, . _ and -, with a letter or digit at both ends",
            got=shown,
            at=where,
            why="clients refuse such a name before they ask for it",
            advice="refuse the name at upload; show the name, not a file or path, in the list",
            requirement="names/valid-format",
        )


def shown_names(site: Site, registry: Registry, target: Target) -> Iterator[tuple[str, Exchange]]:
    """The names in the lists and in JSON pages; files in the folder of an autoindex are no names.

    Not those that checks, also of earlier runs, made ill on purpose: that they are refused is judged there, and when they come is chance.
    """
    try:
        for listed in lists(registry, target):
            # a text that says something else than the link is no name: simple-html/anchor-text-is-project-name
            shown = (e.shown for e in listed.entries if e.shown and normalize(e.shown) == e.normalized)
            yield from ((name, listed.exchange) for name in shown if not belongs_to_check(name))
    except (NotOffered, NotReached):
        pass
    for _, page in site.subjects.json_pages:
        name = page.data.get("name")
        if isinstance(name, str):
            yield name, page.exchange
