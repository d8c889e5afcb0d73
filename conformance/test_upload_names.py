"""The file name of an upload: one plain name, whatever the form says, and never a path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.judging.uploading import (
    NO_SERVER_ERROR,
    NOTHING_LEFT,
    Outcome,
    Shot,
    as_sent,
    closed_to_tags,
    judge_bytes,
    judge_manners,
    judge_taken,
    need_uploads,
    said,
    tried,
)
from fixtures.fresh import Fresh
from fixtures.multipart import encode
from fixtures.registry import Registry
from fixtures.subjects import Published
from fixtures.verdicts import Findings, requirement

MANNERS = frozenset({NO_SERVER_ERROR, NOTHING_LEFT})
PATHS = {
    "parent": "../../{}",
    "deep": "x/../../../../tmp/{}",
    "absolute": "/tmp/{}",  # noqa: S108 - sent as a name, never opened
    "backslash": "..\\..\\{}",
    "drive": "C:\\temp\\{}",
    "encoded": "..%2f..%2f{}",
}
CONTROLS = {"nul": "\0", "tab": "\t", "escape": "\x1b", "delete": "\x7f"}


def try_name(registry: Registry, fresh: Fresh, what: str, pattern: str) -> Outcome:
    """Upload a good wheel under a name made of its own."""
    sent = fresh.wheel("name")
    named = pattern.format(sent.filename)
    form = [replace(part, filename=named) if part.name == "content" else part for part in as_sent(sent)]
    return tried(registry, f"a file name with {what}", Shot(sent, form))


@requirement("upload-legacy/filename-path-separators", NO_SERVER_ERROR, NOTHING_LEFT)
@pytest.mark.parametrize("kind", PATHS)
def test_file_names_with_a_path(
    kind: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A file name with a path is refused or cut down to its last part, and nothing is stored anywhere else."""
    need_uploads(published)
    outcome = try_name(registry, fresh, f"a path ({kind})", PATHS[kind])
    judge_manners(findings, outcome, ids=MANNERS)
    names = [file.filename for file in outcome.files]
    findings.expect(
        outcome.refused or (outcome.answer.ok and names in ([], [outcome.sent.filename])),
        expected=f"{PATHS[kind].format(outcome.sent.filename)} refused, or stored as {outcome.sent.filename}",
        got=f"{said(outcome.answer)}; the page lists {names}",
        at=outcome.answer,
        why="a name with a path can write outside the place for files, on the server and on who mirrors it",
        advice="refuse file names that are more than one plain name",
        requirement="upload-legacy/filename-path-separators",
    )
    judge_inert(findings, registry, outcome, "upload-legacy/filename-path-separators")


@requirement("upload-legacy/filename-control-chars", NO_SERVER_ERROR)
@pytest.mark.parametrize("kind", CONTROLS)
def test_file_names_with_control_characters(
    kind: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A file name with control characters never shows up in a listing."""
    need_uploads(published)
    sent = fresh.wheel("control")
    sent = replace(sent, filename=sent.filename.replace("-py3", f"{CONTROLS[kind]}-py3"))
    outcome = tried(registry, f"a file name with a control character ({kind})", Shot(sent))
    judge_manners(findings, outcome, ids=MANNERS - {NOTHING_LEFT})
    shown = [file.filename for file in outcome.files if not file.filename.isprintable()]
    findings.expect(
        not shown,
        expected="no file name with a control character on the page",
        got=shown,
        at=outcome.answer,
        why="such names break logs, terminals and the tools that write the file to disk",
        advice="refuse file names with control characters",
        requirement="upload-legacy/filename-control-chars",
    )


@requirement("upload-legacy/content-filename", NO_SERVER_ERROR)
@pytest.mark.parametrize("how", ["extended", "both"])
def test_two_ways_to_name_a_file(
    how: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A part with `filename*` is refused, or stored under the one name that both checks and listing use (RFC 7578, 4.2)."""
    need_uploads(published)
    sent, other = fresh.wheel("plain"), fresh.wheel("smuggled")
    content_type, body = encode(as_sent(sent))
    plain = f'filename="{sent.filename}"'.encode()
    extended = f"filename*=UTF-8''{other.filename if how == 'both' else sent.filename}".encode()
    body = body.replace(plain, plain + b"; " + extended if how == "both" else extended, 1)
    outcome = tried(registry, f"a file named with filename* ({how})", Shot(sent, None, body, content_type))
    judge_manners(findings, outcome, ids=frozenset({NO_SERVER_ERROR}))
    strays = [file.filename for file in outcome.files if file.filename != sent.filename]
    findings.expect(
        not strays,
        expected=f"{sent.filename} or nothing on the page",
        got=strays,
        at=outcome.answer,
        why="what is checked under one name must not be published under another",
        advice="refuse `filename*` in forms, or ignore it everywhere",
        requirement="upload-legacy/content-filename",
    )


def judge_inert(findings: Findings, registry: Registry, outcome: Outcome, requirement: str) -> None:
    """Judge that what was accepted comes back as it was sent."""
    if outcome.answer.ok and outcome.listed is not None:
        judge_bytes(findings, registry, outcome, requirement)


@requirement("upload-legacy/platform-tag-pyemscripten")
def test_wheels_for_pyodide(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """Wheels tagged pyemscripten_X_Y_wasm32 are accepted."""
    sent = fresh.wheel("pyodide", tags="cp314-cp314-pyemscripten_2026_0_wasm32")
    outcome = tried(registry, "a wheel for Pyodide", sent, patience=registry.target.visibility)
    if outcome.refused and closed_to_tags(outcome.answer):
        findings.not_reached(f"wheels for a platform are refused by a rule: {said(outcome.answer)}")
        return
    judge_taken(
        findings,
        registry,
        fresh,
        outcome,
        ["upload-legacy/platform-tag-pyemscripten"],
        why="wheels for the browser can't be published here (PEP 783)",
        advice="add pyemscripten_*_wasm32 to the platform tags that are accepted",
    )
