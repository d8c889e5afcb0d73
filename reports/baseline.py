"""Known faults: a TOML file that binds a requirement to what was observed, why it is accepted, and until when.

A known fault does not fail a run; another failure of the same requirement does. A fixed one is named as stale. An expired entry fails.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reports.model import Report, RequirementResult
from reports.text import first_link, one_line, web_link

if TYPE_CHECKING:
    from tomlkit.items import Table

VERSION = 1
FIELDS = frozenset(["requirement", "fingerprint", "reason", "link", "expires", "observed"])
NEEDED = ("requirement", "fingerprint", "reason", "expires")
WRITTEN_LEVELS = frozenset(["MUST", "CLIENT", "SHOULD"])
DAYS = 180  # how long a freshly written entry lasts
NO_REASON = "not explained yet"


class BaselineError(ValueError):
    """The file is wrong; the message is one line that names file and entry."""


@dataclass(frozen=True)
class Known:
    """One accepted fault."""

    requirement: str
    fingerprint: str
    reason: str
    expires: datetime.date
    link: str = ""

    @property
    def label(self) -> str:
        """How people find the entry."""
        return f"{self.requirement} {self.fingerprint}"


@dataclass(frozen=True)
class Baseline:
    """All accepted faults of a file."""

    entries: tuple[Known, ...] = ()

    def accepts(self, requirement: str, fingerprint: str, today: datetime.date) -> bool:
        """Whether a finding is a known fault that has not expired."""
        return any(
            entry.requirement == requirement and entry.fingerprint == fingerprint and entry.expires >= today
            for entry in self.entries
        )


@dataclass(frozen=True)
class Applied:
    """A run seen through a baseline; each text names requirement and fingerprint."""

    requirements: tuple[RequirementResult, ...]  # with `known` set where every finding is a known fault
    known: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


def load(path: Path) -> Baseline:
    """Read a baseline. Raises `BaselineError` with one clear line when it is wrong."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BaselineError(f"{path}: {error}") from error
    if data.get("version") != VERSION:
        raise BaselineError(f"{path}: wants version = {VERSION} at the top, has {data.get('version')!r}")
    if unknown := set(data) - {"version", "fault"}:
        raise BaselineError(f"{path}: unknown key {sorted(unknown)[0]!r}; faults are [[fault]] tables")
    rows = data.get("fault", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BaselineError(f"{path}: faults are written as [[fault]] tables")
    entries = tuple(_entry(path, number, row) for number, row in enumerate(rows, 1))
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        if entry.label in seen:
            raise BaselineError(
                f"{path}: fault {number} ({entry.requirement}): the same fault is there twice"
            )
        seen.add(entry.label)
    return Baseline(entries)


def apply(requirements: Sequence[RequirementResult], baseline: Baseline, today: datetime.date) -> Applied:
    """Say which findings are known, new, stale (fixed or changed) or expired."""
    entries = {(entry.requirement, entry.fingerprint): entry for entry in baseline.entries}
    marked, known, new = [], [], []
    for row in requirements:
        labels = [(f"{row.id} {f.fingerprint}", entries.get((row.id, f.fingerprint))) for f in row.findings]
        accepted = [(label, entry) for label, entry in labels if entry and entry.expires >= today]
        known += [label for label, _ in accepted]
        new += [label for label, entry in labels if entry is None]
        whole = row.verdict == "broken" and labels and len(accepted) == len(labels)
        marked.append(replace(row, known=_why(accepted[0][1])) if whole else row)
    rows = {row.id: row for row in requirements}
    stale = [entry.label for entry in baseline.entries if _gone(entry, rows)]
    expired = [entry.label for entry in baseline.entries if entry.expires < today and not _gone(entry, rows)]
    return Applied(
        tuple(marked), tuple(dict.fromkeys(known)), tuple(dict.fromkeys(new)), tuple(stale), tuple(expired)
    )


def accept_documented(applied: Applied) -> Applied:
    """Take broken requirements that the vendor's own documents name for known; a baseline's entry comes first."""
    rows, found = [], []
    for row in applied.requirements:
        taken = row.verdict == "broken" and bool(row.documented) and not row.known
        rows.append(replace(row, known=f"documented by the vendor: {row.documented}") if taken else row)
        found += [f"{row.id} documented"] if taken else []
    return replace(applied, requirements=tuple(rows), known=(*applied.known, *found))


def write(
    report: Report, today: datetime.date, *, expires: datetime.date | None = None, old: Baseline | None = None
) -> str:
    """Give the TOML text of all faults of a run; entries of `old` that still fit keep reason, link and expiry."""
    import tomlkit  # only here: every run with a baseline imports this module

    until = expires or today + datetime.timedelta(days=DAYS)
    before = {(entry.requirement, entry.fingerprint): entry for entry in (old or Baseline()).entries}
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Known faults of {one_line(report.target.name, 120)}, written {today}."))
    document.add(
        tomlkit.comment("Say in reason why each is accepted; an entry that has expired fails the run.")
    )
    document.add("version", tomlkit.item(VERSION))
    faults = tomlkit.aot()
    done: set[tuple[str, str]] = set()
    for row in report.requirements:
        for finding in row.findings if row.level in WRITTEN_LEVELS else ():
            key = (row.id, finding.fingerprint)
            if key in done:
                continue
            done.add(key)
            entry = before.get(key) or Known(
                row.id, finding.fingerprint, NO_REASON, until, first_link(row.documented)
            )
            faults.append(_table(entry, f"expected {finding.expected}; got {finding.got}"))
    if faults:
        document.add("fault", faults)
    return tomlkit.dumps(document)


def _table(entry: Known, observed: str) -> Table:
    import tomlkit

    table = tomlkit.table()
    table.add("requirement", entry.requirement)
    table.add("fingerprint", entry.fingerprint)
    table.add("observed", one_line(observed, 300))
    table.add("reason", one_line(entry.reason))
    table.add("link", entry.link)
    table.add("expires", entry.expires)
    return table


def _entry(path: Path, number: int, row: Mapping[str, object]) -> Known:
    where = f"{path}: fault {number} ({row.get('requirement', 'no requirement')})"
    if unknown := set(row) - FIELDS:
        raise BaselineError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    for name in NEEDED:
        if name not in row:
            raise BaselineError(f"{where}: {name} is missing")
    for name in FIELDS - {"expires"}:
        if not isinstance(row.get(name, ""), str) or (name in NEEDED and not str(row[name]).strip()):
            raise BaselineError(f"{where}: {name} wants a text, has {row.get(name)!r}")
    expires, link = row["expires"], str(row.get("link", ""))
    if isinstance(expires, datetime.datetime) or not isinstance(expires, datetime.date):
        raise BaselineError(f"{where}: expires wants a date like 2026-01-31, has {expires!r}")
    if link and not web_link(link):
        raise BaselineError(f"{where}: link wants an http(s) URL, has {link!r}")
    return Known(
        str(row["requirement"]), str(row["fingerprint"]).strip(), str(row["reason"]).strip(), expires, link
    )


def _gone(entry: Known, rows: Mapping[str, RequirementResult]) -> bool:
    """Whether this run judged the requirement and did not see the fault any more."""
    row = rows.get(entry.requirement)
    if row is None:
        return True
    judged = row.verdict in ("held", "broken", "not offered")
    return judged and all(finding.fingerprint != entry.fingerprint for finding in row.findings)


def _why(entry: Known | None) -> str:
    if entry is None:
        return ""
    link = f" ({entry.link})" if entry.link else ""
    return f"{entry.reason}{link}, accepted until {entry.expires}"
