"""Uploads with attestations (PEP 740, Upload endpoint changes). Judged only where the registry publishes what it was given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.judging.uploading import closed_to, turned_away
from fixtures.attestation import attest, with_broken_signature
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import Registry, changed, upload_parts
from fixtures.staged import AttestedProject, Staged
from fixtures.verdicts import Findings, not_offered, not_reached, requirement
from sample_packages.model import Distribution

OTHER = "another_project-9.9-py3-none-any.whl"


def taking(staged: Staged) -> AttestedProject:
    """The attested project; ends the check when the registry does not take our attestations."""
    scene = staged.attested()
    if scene.taken:
        return scene
    if scene.listed is None and scene.answer.status in (401, 403):
        not_reached(f"attestations need other rights: {scene.proof}")
    return not_offered(scene.proof)


def upload_with(registry: Registry, distribution: Distribution, text: str) -> Exchange:
    """Upload a distribution with this text in the field attestations."""
    parts = changed(upload_parts(distribution), add=[Part("attestations", text)])
    return registry.upload(distribution, parts=parts)


@requirement("attest/upload-field-accepted", "attest/upload-ignored-elsewhere")
def test_attestations_may_come_along(
    staged: Staged, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """An upload may carry attestations in a form field of that name."""
    scene = staged.attested()
    if not scene.taken:
        findings.note(scene.proof, "attest/upload-ignored-elsewhere")
        findings.not_offered(scene.proof)
        return
    findings.not_offered("the registry takes attestations", "attest/upload-ignored-elsewhere")
    sdist = fresh.sdist("attested-sdist")
    answer = upload_with(registry, sdist, json.dumps([attest(sdist.filename, sdist.content)]))
    if turned_away(findings, registry, fresh, answer):
        return
    findings.expect(
        answer.ok or closed_to(sdist, answer),
        expected=f"2xx for {sdist.filename} with one attestation, as for a wheel before",
        got=answer.said,
        at=answer,
        also=[scene.answer],
        why="twine --attestations and uv publish can't upload the file",
        advice="take the field attestations with every kind of distribution",
    )


@requirement("attest/superset-of-upload")
def test_later_uploads_leave_attestations(
    staged: Staged, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A source distribution that came with attestations points to its provenance as wheels do, also after another file came without any."""
    taking(staged)
    sdist = fresh.sdist("attested-first")
    answer = upload_with(registry, sdist, json.dumps([good(sdist)]))
    if not answer.ok:
        findings.not_reached(f"a source distribution with attestations was answered {answer.said}")
        return
    for moment in ("after its upload", "after 1.1 came without attestations"):
        shown = registry.settled(lambda: is_attested(registry, sdist), bool)
        page = registry.page_now(sdist.name)
        if not findings.expect(
            shown,
            expected=f"{sdist.filename} with a pointer to its provenance {moment}",
            got="listed without one, or not at all",
            at=page.exchange if page else answer,
            why="who verifies attestations refuses the file",
            advice="keep provenance with its file, of whatever kind; a page that is made anew reads it from there",
        ):
            return
        if moment == "after its upload":
            registry.publish(fresh.wheel("", "1.1", name=sdist.name))


def is_attested(registry: Registry, sent: Distribution) -> bool:
    """Whether a form of the page points to a file's provenance now; one of them may do without (attest/html-attr-optional)."""
    pages = (registry.json_page(sent.name, fresh=True), registry.html_page(sent.name, fresh=True))
    files = (file for page in pages if page is not None for file in page.files)
    return any(file.filename == sent.filename and file.provenance for file in files)


Maker = Callable[[Distribution], Any]


def good(sent: Distribution) -> dict[str, Any]:
    """A right attestation."""
    return attest(sent.filename, sent.content)


WRONG: tuple[tuple[str, str, Maker], ...] = (
    ("attest/upload-json-array", "an object instead of an array", good),
    ("attest/upload-json-array", "a text instead of an array", lambda wheel: "attestation"),
    ("attest/upload-json-array", "an array of texts", lambda wheel: [json.dumps(good(wheel))]),
    ("attest/upload-non-empty", "an empty array", lambda wheel: []),
    ("attest/upload-reject-unverifiable", "a wrong signature", lambda w: [with_broken_signature(good(w))]),
    (
        "attest/upload-reject-unverifiable",
        "a right signature and a wrong one",
        lambda wheel: [good(wheel), with_broken_signature(good(wheel))],
    ),
    ("attest/upload-reject-wrong-digest", "other bytes", lambda w: [attest(w.filename, w.content + b"!")]),
    ("attest/upload-reject-wrong-name", "another file name", lambda w: [attest(OTHER, w.content)]),
    ("attest/upload-reject-version", "version 2", lambda w: [attest(w.filename, w.content, version=2)]),
)


@pytest.mark.parametrize(
    ("what", "make"),
    [
        pytest.param(what, make, id=what.replace(" ", "-"), marks=requirement(name))
        for name, what, make in WRONG
    ],
)
def test_wrong_attestations_are_refused(
    staged: Staged, fresh: Fresh, registry: Registry, findings: Findings, what: str, make: Maker
) -> None:
    """An upload is refused as a whole when one of its attestations is wrong."""
    taking(staged)
    wheel = fresh.wheel("wrongly-attested")
    answer = upload_with(registry, wheel, json.dumps(make(wheel)))
    if answer.status is None:
        not_reached(f"the upload got no answer: {answer.said}")
    listed = [file.filename for file in registry.files_now(wheel.name)]
    findings.expect(
        not answer.ok and wheel.filename not in listed,
        expected=f"4xx for an upload whose attestations are or have {what}, and nothing listed",
        got=answer.said + (", and the file is listed" if wheel.filename in listed else ""),
        at=answer,
        why="a file is published with provenance that nobody can verify, or that vouches for something else",
        advice="verify every attestation before the file is published, and refuse all when one does not hold",
    )
