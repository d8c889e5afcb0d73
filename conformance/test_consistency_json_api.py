"""One truth, many forms: PyPI's JSON API, where it is offered, tells what the project pages and the files tell."""

from __future__ import annotations

import contextlib
from itertools import islice

from conformance.judging.pypi_json_reading import Document, json_api, requirements
from conformance.judging.reading import as_version, content, fetched, headers, inner_metadata, specifiers
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotReached, not_offered, not_reached, requirement

WHY = "Dependabot, Renovate and others read it and propose something else than what pip installs"
ADVICE = "make both answers from the same stored facts"


def documents(site: Site, staged: Staged) -> list[Document]:
    """The documents of the projects that can be looked at, one with yanked files among them if that can be had."""
    api = json_api(site)
    subjects = [*api.subjects, *depending(site)]
    with contextlib.suppress(NotReached):
        subjects.append(staged.yanked().subject)
    every = {subject.normalized: subject for subject in subjects}.values()
    return [document for subject in every if (document := api.document(subject)).data]


def depending(site: Site) -> list[Subject]:
    """Some of our own projects that depend on others."""
    found = (s for s in site.subjects if any(b"\nRequires-Dist:" in d.metadata for d in s.distributions))
    return list(islice(found, 3))


@requirement("consistency/json-api-yanked")
def test_json_api_tells_the_same_yanks(site: Site, staged: Staged, findings: Findings) -> None:
    """PyPI's JSON API tells the yanks and reasons that the project pages tell."""
    found = documents(site, staged)
    if not any(file.yanked for document in found for file in document.subject.files):
        findings.not_reached(
            "no page marks a file as yanked; that no mark is there may be all that the pages can tell"
        )
        return
    for document in found:
        there = {file.get("filename"): file for file in document.files}
        for file in document.subject.files:
            other = there.get(file.filename)
            if other is None or "yanked" not in other:
                continue
            reasons = {
                reason
                for reason in (file.yanked, other.get("yanked_reason"))
                if isinstance(reason, str) and reason
            }
            lost = "yanked_reason" in other and bool(reasons) and not other["yanked_reason"]
            findings.expect(
                bool(file.yanked) == bool(other["yanked"]) and len(reasons) <= 1 and not lost,
                expected=f"what the simple page says of {file.filename}: yanked {file.yanked!r}",
                got=f"yanked {other['yanked']!r}, yanked_reason {other.get('yanked_reason')!r}",
                at=document.exchange,
                why=WHY,
                advice=ADVICE,
            )


@requirement("consistency/json-api-all-yanked")
def test_json_api_has_projects_that_are_yanked_whole(
    site: Site, fresh: Fresh, operator: Operator, registry: Registry, findings: Findings
) -> None:
    """PyPI's JSON API has a project whose releases are all yanked, as its page has."""
    api = json_api(site)
    if not any(True for _ in api.documents):
        not_offered("PyPI's JSON API has no document of any project")
    if operator.missing:
        not_reached(operator.missing)
    wheel = fresh.wheel("all-yanked")
    registry.publish(wheel)
    operator.yank(wheel.name, wheel.filename)
    answer = api.ask(api.project_url(wheel.normalized), fresh=True)
    findings.expect(
        answer.ok,
        expected=f"200 with the data of {wheel.name}, whose only release is yanked",
        got=answer.said,
        at=answer,
        why="Renovate takes the project for one that does not exist, though a pinned version still installs",
        advice="show the yanked release when there is no other",
    )


@requirement("consistency/json-api-versions")
def test_json_api_has_the_same_releases(site: Site, staged: Staged, findings: Findings) -> None:
    """The releases in PyPI's JSON API that have files are those of the project page."""
    for document in documents(site, staged):
        if not document.releases:
            continue
        there = {as_version(text) for text, files in document.releases.items() if files}
        here = {file.parsed[1] for file in document.subject.files if file.parsed}
        strange = {version for version in there - {None} if version not in here}
        findings.expect(
            here <= there and not strange,
            expected=f"the releases on the page: {sorted(map(str, here))}",
            got=sorted(str(version) for version in there),
            at=document.exchange,
            why=WHY,
            advice=ADVICE,
        )


@requirement("consistency/json-api-metadata")
def test_json_api_tells_the_metadata_of_a_file(
    site: Site, staged: Staged, registry: Registry, findings: Findings
) -> None:
    """Dependencies and Python versions in PyPI's JSON API are those of a file of that release."""
    for document in documents(site, staged):
        inside = files_metadata(registry, document)
        wanted = document.info.get("requires_dist")
        own = {requirements(fields.get("requires-dist", [])) for fields in inside}
        if len(own) == 1:
            expect_fact(findings, document, "requires_dist", requirements(wanted or []), own.pop())
        pythons = {specifiers(fields.get("requires-python", [""])[0]) for fields in inside}
        if len(pythons) == 1:
            shown = document.info.get("requires_python")
            told = specifiers(shown if isinstance(shown, str) else "")
            expect_fact(findings, document, "requires_python", told, pythons.pop())


def expect_fact(
    findings: Findings, document: Document, key: str, told: frozenset[str], own: frozenset[str]
) -> None:
    """Compare one fact of the release that is shown with what its files say."""
    findings.expect(
        told == own,
        expected=f"info.{key} of {document.subject.name} as its files have it: {sorted(own)}",
        got=sorted(told),
        at=document.exchange,
        why=WHY,
        advice="read the metadata out of the file, not out of the form alone",
    )


def files_metadata(registry: Registry, document: Document) -> list[dict[str, list[str]]]:
    """The metadata of the wheels of the release that is shown; an sdist may leave its dependencies open (PEP 643)."""
    files = [f for f in document.subject.files if f.is_wheel and f.parsed and f.parsed[1] == document.version]
    found = []
    for file, answer in fetched(registry, document.subject, files):
        data = content(answer)
        inside = inner_metadata(file.filename, data) if data is not None else None
        if inside is not None:
            found.append(dict(headers(inside)))
    return found
