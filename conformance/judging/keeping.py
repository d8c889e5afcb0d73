"""Whether a published file is still what its owner published, after somebody did something to it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.registry import Registry
from fixtures.verdicts import Findings
from sample_packages.model import Distribution


def judge_kept(
    findings: Findings,
    registry: Registry,
    file: Distribution,
    before: bytes | None,
    at: Exchange,
    *,
    after: str,
    why: str,
    advice: str,
    requirement: str | Iterable[str] = (),
) -> bool:
    """Judge whether a file is listed and has the bytes that it had `before` the exchange `at`, which is told as `after` in words.

    A file that could not be read before (None) tells nothing.
    """
    if before is None:
        findings.not_reached(f"{file.filename} could not be downloaded before that", requirement)
        return False
    listed = registry.wait_for(file.name, file.filename)
    served = registry.file(listed, fresh=True) if listed is not None else None
    if listed is not None and served is not None and content(served) != before:
        served = registry.file(listed, fresh=True)  # a file that changes by itself is judged elsewhere
    return findings.expect(
        served is not None and content(served) == before,
        expected=f"{file.filename} as its owner published it, after {after}",
        got="it is not listed any more" if served is None else f"{served.said}, other bytes",
        at=at,
        also=[served] if served is not None else [],
        why=why,
        advice=advice,
        requirement=requirement,
    )
