"""The report of one run, as plain data; `report.json` is this, written down.

The published schema is reports/schema/report-1.schema.json. Everything that people look at (page, summary, badge, matrix)
is made from a `Report` and from nothing else. All texts are free of secrets before they get here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

SCHEMA_VERSION = "1.0"

Level = Literal["MUST", "SHOULD", "MAY", "CLIENT"]
VerdictName = Literal["held", "broken", "not offered", "not reached", "error"]
LEVELS: tuple[Level, ...] = ("MUST", "CLIENT", "SHOULD", "MAY")
VERDICTS: tuple[VerdictName, ...] = ("held", "broken", "not offered", "not reached", "error")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RecordedExchange:
    """One request and what came back. Bodies are excerpts; sizes are whole. Secrets are already masked."""

    id: str  # "e17", unique within the report
    method: str
    url: str
    request_headers: Headers
    request_body: str  # excerpt, "" when none
    request_body_size: int
    status: int | None  # None: no complete response head arrived
    reason: str
    http_version: str
    response_headers: Headers
    response_body: str  # excerpt as text (undecodable bytes are shown escaped)
    response_body_size: int
    response_sha256: str  # of the whole body as received, "" when no body
    error: str  # why no complete response arrived, "" when it did
    started: str  # ISO 8601, UTC
    duration_s: float
    curl: str  # one line that shows it again (credentials as $REGISTRY_USERNAME:$REGISTRY_PASSWORD)


@dataclass(frozen=True)
class Finding:
    """One mismatch, as a check found it."""

    requirement: str
    expected: str
    got: str
    where: str  # the thing judged: a URL, a file name, a header
    why: str  # why it matters, to which client
    advice: str  # what to do next
    fingerprint: str  # stable over runs: no run id, no host, no time
    exchanges: tuple[str, ...] = ()
    reproduction: str = ""  # command or script that shows the fault without the suite, "" when there is none


@dataclass(frozen=True)
class CheckResult:
    """What one check (one pytest item) ended with."""

    nodeid: str
    requirements: tuple[str, ...]
    outcome: Literal["passed", "failed", "xfailed", "skipped", "error"]
    verdicts: dict[str, VerdictName]
    reasons: dict[str, str]  # requirement -> why not reached / not offered (the proof) / error
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]  # capabilities and observations, told and never judged
    exchanges: tuple[str, ...]
    duration_s: float
    title: str = ""  # the docstring
    limits: tuple[str, ...] = ()  # requirements not reached for want of means (no example, no operator call)


@dataclass(frozen=True)
class RequirementResult:
    """The verdict on one requirement, with what the ledger says of it."""

    id: str
    area: str
    level: Level
    text: str
    source: str
    url: str
    api: str
    mode: str
    status: str  # of the ledger row: tested, not-observable, binds-clients, policy, draft
    verdict: VerdictName | None  # None: the ledger has it, no check judged it in this run
    reason: str
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]
    clients: dict[str, str]  # client -> how it is hurt when this is broken
    notes: tuple[str, ...] = ()
    known: str = ""  # baseline: why this is a known fault, "" when it is none
    limit: bool = False  # not reached for want of means that nobody gave, not because something failed
    documented: str = ""  # link to the vendor's own statement of the limitation


@dataclass(frozen=True)
class TargetDescription:
    """What was judged, as the header of the run says it."""

    name: str
    url: str
    upload_url: str
    user: str
    profile: str
    profile_reason: str
    read_only: bool
    read_only_reason: str
    emulation: str = ""  # which vendor documents an emulated registry follows, "" for a real one


@dataclass(frozen=True)
class RunDescription:
    """How it was judged."""

    id: str
    started: str  # ISO 8601, UTC
    duration_s: float
    suite_version: str
    seed: int
    python: str
    platform: str
    command: str
    requests: int
    repeats: int
    clients: dict[str, str] = field(default_factory=dict)  # real client -> version
    written: tuple[str, ...] = ()  # what was written to the registry and is still there


@dataclass(frozen=True)
class Gate:
    """What the run means for CI."""

    fail_on: Literal["must", "client", "should"]
    exit_code: int
    reason: str  # one sentence
    known: tuple[str, ...] = ()  # requirement ids accepted by the baseline
    stale: tuple[str, ...] = ()  # baseline entries whose fault is gone
    expired: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything about one run."""

    run: RunDescription
    target: TargetDescription
    gate: Gate
    requirements: tuple[RequirementResult, ...]
    checks: tuple[CheckResult, ...]
    exchanges: tuple[RecordedExchange, ...]
    schema_version: str = SCHEMA_VERSION


def to_text(report: Report) -> str:
    """Give the report as JSON text (`report.json`)."""
    return json.dumps(report, default=vars)


def plain(value: object) -> object:
    """Give a dataclass of this module, or whatever it holds, as dicts, lists and scalars."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return {name: plain(item) for name, item in vars(value).items()}


def from_json(data: dict[str, Any]) -> Report:
    """Read what `to_text` gave, parsed. Raises `ValueError` when it is not a report of this schema."""
    try:
        if str(data["schema_version"]).split(".")[0] != SCHEMA_VERSION.split(".")[0]:
            raise ValueError(f"report schema {data['schema_version']} is not readable by this version")
        return Report(
            run=RunDescription(**{**data["run"], "written": tuple(data["run"].get("written", ()))}),
            target=TargetDescription(**data["target"]),
            gate=_gate(data["gate"]),
            requirements=tuple(_requirement(row) for row in data["requirements"]),
            checks=tuple(check_from_json(row) for row in data["checks"]),
            exchanges=tuple(exchange_from_json(row) for row in data["exchanges"]),
            schema_version=str(data["schema_version"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a conformance report: {error}") from error


def load(path: Path) -> Report:
    """Read a report.json. Raises `ValueError` with one clear line when it is none."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: not a readable report: {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path}: not a conformance report: the top level is not an object")
    return from_json(data)


def _finding(row: dict[str, Any]) -> Finding:
    return Finding(**{**row, "exchanges": tuple(row.get("exchanges", ()))})


def _gate(row: dict[str, Any]) -> Gate:
    return Gate(**{**row, **{key: tuple(row.get(key, ())) for key in ("known", "stale", "expired")}})


def check_from_json(row: dict[str, Any]) -> CheckResult:
    """Read one row of `checks`."""
    return CheckResult(
        **{
            **row,
            "requirements": tuple(row["requirements"]),
            "findings": tuple(_finding(finding) for finding in row["findings"]),
            "notes": tuple(row["notes"]),
            "exchanges": tuple(row["exchanges"]),
            "limits": tuple(row.get("limits", ())),
        }
    )


def _requirement(row: dict[str, Any]) -> RequirementResult:
    return RequirementResult(
        **{
            **row,
            "checks": tuple(row["checks"]),
            "findings": tuple(_finding(finding) for finding in row["findings"]),
            "notes": tuple(row.get("notes", ())),
        }
    )


def exchange_from_json(row: dict[str, Any]) -> RecordedExchange:
    """Read one row of `exchanges`."""
    pairs = {
        key: tuple((name, value) for name, value in row[key])
        for key in ("request_headers", "response_headers")
    }
    return RecordedExchange(**{**row, **pairs})
