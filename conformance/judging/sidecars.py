"""The core metadata beside a file (PEP 658), as checks of several areas ask for it and judge it."""

from __future__ import annotations

from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.pages import ListedFile
from fixtures.registry import Registry
from fixtures.verdicts import Findings
from sample_packages.model import Distribution

THERE, IDENTICAL = "metadata/served-at-suffix", "metadata/identical-to-dist"


def sidecar(registry: Registry, file: ListedFile) -> Exchange:
    """The metadata of a file. With a query in the URL, both places where clients look are tried (A-12)."""
    answer = registry.metadata(file)
    if answer.ok or "?" not in file.url:
        return answer
    other = registry.get(f"{file.url}.metadata", accept="*/*")
    return other if other.ok else answer


def difference(right: bytes, got: bytes) -> str:
    """The first line in which two metadata differ."""
    ours, theirs = right.splitlines(), got.splitlines()
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one != other:
            return f"line {number} is {other[:120]!r} instead of {one[:120]!r}"
    if len(theirs) > len(ours):
        return f"line {len(ours) + 1} is {theirs[len(ours)][:120]!r}, where the file's own end"
    return "it ends early" if len(theirs) < len(ours) else "only line ends differ"


def judge_promise(findings: Findings, registry: Registry, file: ListedFile, sent: Distribution) -> None:
    """Judge that metadata which the page promises are there, byte for byte those of the file that was sent."""
    if not file.core_metadata:
        findings.not_offered(f"{file.filename} is listed without a promise of metadata", (THERE, IDENTICAL))
        return
    answer = sidecar(registry, file)
    findings.expect(
        answer.ok,
        expected=f"200 with the metadata of {file.filename}, which its page promises",
        got=answer.said,
        at=answer,
        why="pip and uv stop with an error; pdm locks the file without dependencies",
        advice="serve the metadata at <file URL>.metadata, or stop promising it",
        requirement=THERE,
    )
    data = content(answer)
    if data is None:
        findings.not_reached(f"the metadata of {file.filename} were answered {answer.said}", IDENTICAL)
        return
    findings.expect(
        data == sent.metadata,
        expected=f"the {len(sent.metadata)} bytes of metadata that are in {file.filename}",
        got=f"{len(data)} bytes: {difference(sent.metadata, data)}",
        at=answer,
        why="pip stops as the two are inconsistent; uv, poetry and pdm install by the wrong dependencies",
        advice="take METADATA out of the stored file as bytes, all of them, and serve them as they are",
        requirement=IDENTICAL,
    )
