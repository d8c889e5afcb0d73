"""Core metadata in uploads: what has to be accepted is, what should be refused is, and the rest gets an answer."""

from __future__ import annotations

import json

import pytest

from conformance.judging.upload_metadata import ACCEPTED, OPEN, REFUSED, Value
from conformance.judging.uploading import (
    NO_SERVER_ERROR,
    NOTHING_LEFT,
    UNCHANGED,
    Shot,
    as_sent,
    judge_bytes,
    judge_manners,
    judge_refused,
    judge_taken,
    need_uploads,
    said,
    shown_by_json_api,
    tried,
)
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import Registry, changed
from fixtures.site import Site
from fixtures.subjects import Published
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, requirement

MANNERS = (NO_SERVER_ERROR, NOTHING_LEFT)
VERSIONS = "upload-meta/metadata-versions"
STRICT = "upload-meta/strict-processing"
CURRENT = ("2.1", "2.2", "2.3", "2.4", "2.5")  # what today's build tools write
OLD_OR_NEW = ("1.0", "1.1", "1.2", "2.6")
NEVER = ("1.3", "2.0")


@requirement(VERSIONS)
@pytest.mark.parametrize("version", CURRENT)
def test_metadata_versions_of_today(
    version: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """An upload with a metadata version that today's build tools write is accepted."""
    sent = fresh.wheel("metadata", metadata_version=version)
    outcome = tried(registry, f"an upload with metadata {version}", sent, patience=target.visibility)
    judge_taken(
        findings,
        registry,
        fresh,
        outcome,
        [VERSIONS],
        why="twine, uv, poetry, hatch and pdm can't publish what new build tools make",
        advice="accept every minor version of a known major version (Core metadata, Metadata-Version)",
    )


@requirement(VERSIONS, *MANNERS)
@pytest.mark.parametrize("version", [*OLD_OR_NEW, *NEVER])
def test_other_metadata_versions_are_answered(
    version: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Old, very new and never released metadata versions may be refused (C-17, LV-47), without a server error."""
    need_uploads(published)
    sent = fresh.wheel("metadata", metadata_version=version)
    outcome = tried(registry, f"an upload with metadata {version}", sent)
    judge_manners(findings, outcome, ids=frozenset(MANNERS))
    findings.note(
        f"metadata {version}: {'accepted' if outcome.answer.ok else said(outcome.answer)}", VERSIONS
    )


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.key, marks=requirement(*c.judges, STRICT, *MANNERS)) for c in REFUSED]
)
def test_dependencies_that_should_be_refused(
    case: Value, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """An upload with a dependency that no tool can use is refused."""
    need_uploads(published)
    outcome = tried(registry, case.what, case.make(fresh))
    judge_manners(findings, outcome, ids=frozenset(MANNERS))
    judge_refused(
        findings,
        registry,
        outcome,
        (*case.judges, STRICT),
        why=case.why,
        advice="parse requires_dist with the grammar of the dependency specifiers and refuse the rest",
    )


@pytest.mark.parametrize("case", [pytest.param(c, id=c.key, marks=requirement(*c.judges)) for c in ACCEPTED])
def test_dependencies_that_have_to_be_accepted(
    case: Value, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """An upload with a dependency for an extra is accepted."""
    outcome = tried(registry, case.what, case.make(fresh), patience=target.visibility)
    advice = "read dependencies with a library that knows the grammar"
    judge_taken(findings, registry, fresh, outcome, case.judges, why=case.why, advice=advice)


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.key, marks=requirement(*c.judges, *MANNERS, UNCHANGED)) for c in OPEN]
)
def test_values_that_may_be_refused(
    case: Value, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A value that the registry may refuse is refused, or the file is published as it was sent."""
    need_uploads(published)
    outcome = tried(registry, case.what, case.make(fresh))
    judge_manners(findings, outcome, ids=frozenset(MANNERS))
    findings.expect(
        outcome.refused or outcome.answer.ok,
        expected=f"{case.what} refused (4xx) or accepted (2xx)",
        got=said(outcome.answer),
        at=outcome.answer,
        why="nobody learns what is wrong with the upload, and twine sends it again",
        advice="answer 400 with the reason, or accept the value",
        requirement=case.judges,
    )
    if outcome.listed is not None:
        judge_bytes(findings, registry, outcome)
    else:
        findings.not_reached(f"{case.what} is not published", UNCHANGED)
    verdict = "accepted" if outcome.answer.ok else f"refused: {said(outcome.answer)}"
    findings.note(f"{case.what}: {verdict}")


@requirement("upload-meta/sbom-no-unknown-reject", NO_SERVER_ERROR)
@pytest.mark.parametrize("kind", ["unknown-standard", "unknown-version", "no-json"])
def test_bills_of_materials_of_any_kind(
    kind: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A wheel is not refused because its bill of materials is of a kind, version or shape that the registry does not know."""
    boms = {
        "unknown-standard": ("any.other.json", json.dumps({"standard": "rct-bom", "parts": [1, 2]})),
        "unknown-version": (
            "next.cdx.json",
            json.dumps({"bomFormat": "CycloneDX", "specVersion": "99.0", "unheard": {}}),
        ),
        "no-json": ("list.spdx", "SPDXVersion: SPDX-99.9\n"),
    }
    filename, text = boms[kind]
    name = fresh.name("sbom")
    folder = f"{name.replace('-', '_')}-1.0.dist-info/sboms"
    sent = fresh.wheel("", name=name, metadata_version="2.4", files={f"{folder}/{filename}": text})
    plain = fresh.wheel("plain", metadata_version="2.4")
    outcome = tried(
        registry, f"a wheel with the bill of materials {filename}", sent, patience=target.visibility
    )
    judge_manners(findings, outcome, ids=frozenset({NO_SERVER_ERROR}))
    if not outcome.answer.ok and not registry.upload(plain).ok:
        findings.not_reached(f"a wheel without one is refused too: {said(outcome.answer)}")
        return
    findings.expect(
        outcome.answer.ok,
        expected=f"{outcome.what} accepted",
        got=said(outcome.answer),
        at=outcome.answer,
        why="PEP 770 forbids registries to refuse bills of materials that they do not understand",
        advice="pass over what stands in .dist-info/sboms and is not known",
    )


@requirement("upload-meta/labels-kept-raw")
def test_labels_are_shown_as_sent(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A project URL's label that is not a well-known one is shown as it was sent."""
    labels = ("My Odd-Label", "lower case only", "Wiki & more")
    headers = tuple(("Project-URL", f"{label}, https://example.org/{n}") for n, label in enumerate(labels))
    sent = fresh.wheel("labels", extra_metadata=headers)
    parts = tuple(Part("project_urls", text) for _, text in headers)
    form = changed(as_sent(sent), drop=("project_urls",), add=parts)
    outcome = tried(registry, "project URLs", Shot(sent, form), patience=target.visibility)
    if not outcome.answer.ok:
        findings.not_reached(f"the upload was answered {said(outcome.answer)}")
        return
    document = shown_by_json_api(site, sent.normalized)
    if document is None:
        raise NotOffered("no JSON API shows the labels of project URLs")
    shown = document.info.get("project_urls")
    if not isinstance(shown, dict) or len(shown) < len(labels):
        findings.note("the JSON API does not show all project URLs")
        findings.not_reached("the JSON API does not show all project URLs")
        return
    findings.expect(
        set(labels) <= shown.keys(),
        expected=f"the labels {list(labels)}",
        got=list(shown),
        at=document.exchange,
        why="labels are for people; normal forms are only for finding the well-known ones (PEP 753)",
        advice="keep the label beside its normal form",
    )
