"""Uploads with random inputs: any version and any legal metadata come back as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from conformance.judging.known import patience
from conformance.judging.reading import as_version, content, digest, inner_metadata, specifiers
from conformance.judging.uploading import (
    NO_SERVER_ERROR,
    UNCHANGED,
    Outcome,
    closed_to,
    judge_bytes,
    judge_manners,
    need_uploads,
    said,
    tried,
    turned_away,
)
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.properties import Properties, Trial
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Published
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, requirement

if TYPE_CHECKING:
    from conformance.judging.generated import Values

MANNERS = frozenset({NO_SERVER_ERROR})
APPEARS, RELEASE = "upload-legacy/appears-in-simple", "upload-legacy/auto-create-release"
NAMED, NORMAL = "p700/versions-all-uploaded", "versions/normal-forms-recognised"
ACCEPTED, SIDECAR, HASH = (
    "upload-meta/legal-values-accepted",
    "metadata/identical-to-dist",
    "metadata/digest-correct",
)
PYTHONS = {HtmlPage: "simple-html/requires-python-value", JsonPage: "simple-json/requires-python-value"}


@requirement(APPEARS, RELEASE, NORMAL, NAMED, UNCHANGED, NO_SERVER_ERROR)
def test_any_versions_are_published(
    published: Published, registry: Registry, target: Target, properties: Properties
) -> None:
    """Releases of any versions, in any spelling, are accepted, listed under their versions, and come back unchanged."""
    from conformance.judging import generated

    need_uploads(published)

    def judge(versions: tuple[str, ...], trial: Trial) -> None:
        name = trial.fresh.name("v")
        taken: list[Outcome] = []
        for number, version in enumerate(versions):
            make = trial.fresh.sdist if number % 2 else trial.fresh.wheel
            wait = trial.patience(patience(target))
            outcome = tried(registry, f"version {version}", make("", version, name=name), patience=wait)
            judge_manners(trial.findings, outcome, ids=MANNERS)
            judge_release(trial, registry, outcome)
            judge_bytes(trial.findings, registry, outcome)
            taken += [outcome] if outcome.listed is not None else []
        judge_list(trial, registry, taken, trial.patience(patience(target)))

    properties.hold(generated.versions(), judge, uploads=True, shown=", ".join)


def judge_release(trial: Trial, registry: Registry, outcome: Outcome) -> None:
    """Judge that a release was taken and is listed. Epochs, local parts and other spellings may be refused (LV-47)."""
    version, spelled = Version(outcome.sent.version), outcome.sent.version
    usual = spelled == str(version) and not version.epoch and not version.local
    if not outcome.answer.ok and not usual:
        trial.findings.note(f"version {spelled} is refused: {outcome.answer.said}")
        if spelled != str(version):  # which may be refused, or taken for the normal form
            trial.findings.hold(NORMAL)
        return
    if closed_to(outcome.sent, outcome.answer):
        trial.findings.note(f"version {spelled} is refused by a rule of the registry: {said(outcome.answer)}")
        return
    if turned_away(trial.findings, registry, trial.fresh, outcome.answer, [RELEASE]):
        return
    if outcome.refused or outcome.answer.ok:
        trial.findings.expect(
            outcome.answer.ok,
            expected=f"{outcome.sent.filename} (version {spelled}) accepted",
            got=said(outcome.answer),
            at=outcome.answer,
            why="no client can publish this release",
            advice="accept every version of the scheme (Version specifiers)",
            requirement=RELEASE,
        )
    if outcome.answer.ok:
        listed = outcome.listed
        trial.findings.expect(
            listed is not None and listed.parsed is not None and listed.parsed[1] == version,
            expected=f"{outcome.sent.filename} (version {spelled}) listed as {version}",
            got=[file.filename for file in outcome.files],
            at=outcome.answer,
            why="pip and uv do not find the release, or under another version",
            advice="list every file under the name that it was uploaded with",
            requirement=(APPEARS, *([] if spelled == str(version) else [NORMAL])),
        )


def judge_list(trial: Trial, registry: Registry, taken: list[Outcome], wait: float) -> None:
    """Judge that `versions` of the JSON page names each listed release (PEP 700), however the page spells it."""

    def look() -> JsonPage | None:
        return registry.json_page(taken[0].sent.name, fresh=True)

    # the files may have been seen in HTML, or at another node
    page = registry.settled(look, lambda page: not unlisted(page, taken), wait) if taken else None
    missing = unlisted(page, taken)
    if page is None or missing is None:
        trial.findings.not_offered("no JSON page lists versions", NAMED)
        return
    trial.findings.expect(
        not missing,
        expected=f"{', '.join(o.sent.version for o in taken)} in the list of versions",
        got=f"without {', '.join(missing)}: {page.data['versions']}",
        at=page.exchange,
        why="tools that read the list do not see these versions",
        advice="add a version with its first upload, in its normal form, with all its parts",
        requirement=NAMED,
    )


def unlisted(page: JsonPage | None, taken: list[Outcome]) -> list[str] | None:
    """The versions that the list of a page lacks; None where there is no such list."""
    found = page.data.get("versions") if page else None
    if page is None or not isinstance(found, list) or (page.api_version or (1, 0)) < (1, 1):
        return None
    shown = [as_version(text) for text in found if isinstance(text, str)]
    return [o.sent.version for o in taken if Version(o.sent.version) not in shown]


@requirement(ACCEPTED, APPEARS, UNCHANGED, *PYTHONS.values(), SIDECAR, HASH, NO_SERVER_ERROR)
def test_any_metadata_are_kept(
    published: Published, registry: Registry, site: Site, findings: Findings, properties: Properties
) -> None:
    """A file with any legal metadata is accepted, and what the index tells of its metadata is what the file says."""
    from conformance.judging import generated

    need_uploads(published)
    for page, pages in ((JsonPage, site.offers.json_pages), (HtmlPage, site.offers.html_pages)):
        try:
            pages()
        except NotOffered as proof:
            findings.not_offered(str(proof), PYTHONS[page])

    def judge(values: Values, trial: Trial) -> None:
        sent = trial.fresh.wheel(
            "m",
            summary=values.summary,
            description=values.description,
            requires_python=values.requires_python or None,
            requires_dist=values.requires_dist,
            extra_metadata=values.headers,
        )
        wait = trial.patience(patience(site.target))
        outcome = tried(registry, f"metadata with {values.shown}", sent, patience=wait)
        judge_manners(trial.findings, outcome, ids=MANNERS)
        if turned_away(trial.findings, registry, trial.fresh, outcome.answer, [ACCEPTED]):
            return
        if not judge_accepted(trial, outcome):
            return
        judge_bytes(trial.findings, registry, outcome)
        for ask in (registry.json_page, registry.html_page):
            page = ask(sent.name, fresh=True)
            for file in page.files if page else ():
                if page is not None and file.filename == sent.filename:
                    judge_pythons(trial, page, file, values.requires_python)
                    judge_sidecar(trial, registry, page, file, outcome)

    properties.hold(generated.values(), judge, uploads=True, shown=lambda values: values.shown)


def judge_accepted(trial: Trial, outcome: Outcome) -> bool:
    """Judge that the values were accepted and the file is listed; a server error has its own row."""
    if outcome.refused or outcome.answer.ok:
        trial.findings.expect(
            outcome.answer.ok,
            expected=f"{outcome.what} accepted",
            got=said(outcome.answer),
            at=outcome.answer,
            why="twine, uv, poetry, hatch and pdm can't publish a project that says such things of itself",
            advice="accept every value that the core metadata specifications allow",
            requirement=ACCEPTED,
        )
    return outcome.answer.ok and trial.findings.expect(
        outcome.listed is not None,
        expected=f"{outcome.sent.filename} on its project page, after {outcome.what}",
        got=[file.filename for file in outcome.files],
        at=outcome.answer,
        why="the upload is told as a success, and pip and uv do not find the file",
        advice="answer with success only when the file is, or surely will be, listed",
        requirement=APPEARS,
    )


def judge_pythons(trial: Trial, page: HtmlPage | JsonPage, file: ListedFile, truth: str) -> None:
    """Judge the Python versions that a page shows, as sets of clauses (A-09); it need not show any."""
    row = PYTHONS[type(page)]
    if not file.requires_python:
        trial.findings.not_offered("no page shows the Python versions of a file", row)
        return
    trial.findings.expect(
        specifiers(file.requires_python) == specifiers(truth),
        expected=f"{truth or 'nothing'}, the Requires-Python of {file.filename}",
        got=file.requires_python,
        at=page.exchange,
        why="pip offers a release that does not fit, or hides one that does; uv skips the file",
        advice="take Requires-Python from the file's own metadata as it is; escape it once in HTML, never in JSON",
        requirement=row,
    )


def judge_sidecar(
    trial: Trial, registry: Registry, page: HtmlPage | JsonPage, file: ListedFile, outcome: Outcome
) -> None:
    """Judge promised metadata: byte for byte those of the file, under their own hash (PEP 658)."""
    if not file.core_metadata:
        trial.findings.not_offered("no file promises metadata", (SIDECAR, HASH))
        return
    answer = registry.metadata(file, fresh=True)
    data, truth = content(answer), inner_metadata(outcome.sent.filename, outcome.sent.content)
    if data is None:  # whether promised metadata are there is metadata/served-at-suffix
        return
    trial.findings.expect(
        data == truth,
        expected=f"the {len(truth or b'')} bytes of METADATA in {file.filename}, with {outcome.what}",
        got=f"{len(data)} other bytes",
        at=answer,
        also=[outcome.answer],
        why="pip stops as the two are inconsistent; uv, poetry and pdm install by the wrong dependencies",
        advice="take METADATA out of the stored file as bytes and serve them as they are",
        requirement=SIDECAR,
    )
    for name, value in file.core_metadata.items() if not isinstance(file.core_metadata, bool) else ():
        right = digest(name, data)
        if right is not None:
            trial.findings.expect(
                value.lower() == right,
                expected=f"the {name} of the metadata that {answer.url} gives: {right}",
                got=value,
                at=page.exchange,
                also=[answer],
                why="pip and uv stop with a hash mismatch",
                advice="hash the METADATA that is served",
                requirement=HASH,
            )
