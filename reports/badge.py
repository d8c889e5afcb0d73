"""The badge: `badge.json` in the endpoint format of shields.io (https://shields.io/badges/endpoint-badge)."""

from __future__ import annotations

from reports.counts import by_level
from reports.model import Report

LABEL = "registry conformance"


def badge(report: Report) -> dict[str, object]:
    """Give the badge: how many MUSTs held of how many; green only when the gate is."""
    must = by_level(report.requirements).get("MUST")
    if must is None or not (must.held or must.broken or must.known):
        return _badge("not judged", "lightgrey")
    said = f"MUST {must.held}/{must.total}"
    if must.broken or must.known:
        return _badge(
            f"{said}, {must.broken + must.known} broken", "orange" if report.gate.exit_code == 0 else "red"
        )
    missing = must.not_reached + must.not_run + must.error
    if missing:
        said += f", {missing} not reached"
    if report.gate.exit_code != 0:
        return _badge(said, "red" if report.gate.exit_code == 1 else "lightgrey")
    return _badge(said, "yellowgreen" if missing else "brightgreen")


def _badge(message: str, color: str) -> dict[str, object]:
    return {"schemaVersion": 1, "label": LABEL, "message": message, "color": color}
