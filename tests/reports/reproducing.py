"""Runs printed reproductions as a user does, in a shell, against registries of its own, and compares what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from reports.model import Report
from tests.kill_matrix.noticed import load
from tests.kill_matrix.runs import Switch
from tests.reference_registry.running import Registry, running

DEADLINE = 90.0  # seconds for one text
UNPROVEN = re.compile(r"(?m)^(# this can't be shown again|# incomplete: |(pip|uv|twine) )")  # docs/reports.md
ELSEWHERE = re.compile(r"http://localhost:")  # where the run saw files on another host, which is gone with it
WRITES = re.compile(r"(?m)^# writes to the registry: .*")
NEEDS = re.compile(r"sh (evidence/publish-\S+\.sh)")
NOTICED = load()
LOGINS = {
    "REGISTRY_USERNAME": "alice",
    "REGISTRY_PASSWORD": "alice-secret",
    "REGISTRY_LONGER_PASSWORD": "alice-secretx",
    "REGISTRY_SWAPPED_PASSWORD": "ALICE-SECRET",
    "REGISTRY_SHORTER_PASSWORD": "alice-secre",
    "REGISTRY_READER_USERNAME": "reader",
    "REGISTRY_READER_PASSWORD": "reader-secret",
    "REGISTRY_ADMIN_USERNAME": "admin",
    "REGISTRY_ADMIN_PASSWORD": "admin-secret",
    "REGISTRY_TOKEN": "alice-token-secret",
    "REGISTRY_REVOKED_TOKEN": "alice-revoked-secret",
}
MASKS = (
    (re.compile(r"127\.0\.0\.1:\d+|localhost:\d+"), "HOST"),
    (re.compile(r"(?im)^(date|x-request-id|age):.*$"), r"\1: -"),
)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT")


@dataclass
class Place:
    """A running registry of its own, and which of the run's projects were published to it again."""

    registry: Registry
    folder: Path  # of the report
    published: set[str] = field(default_factory=set)

    def show(self, text: str) -> str:
        """Publish what a text needs, run it, and give what it shows, without what differs from run to run."""
        for script in NEEDS.findall(text):
            if script not in self.published:
                self.published.add(script)
                self._run((self.folder / script).read_text("utf-8"))
        return plain(self._run(text))

    def _run(self, text: str) -> str:
        done = subprocess.run(
            ["sh", "-c", text],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={"PATH": path(), **LOGINS, "REGISTRY_URL": self.registry.urls["simple"], "LC_ALL": "C.UTF-8"},
            timeout=DEADLINE,
            check=False,
        )
        return done.stdout.decode("utf-8", "backslashreplace")


def checks_of(defect: Switch) -> str:
    """The modules of the checks that noticed a defect when the kill matrix ran; all where it did not."""
    kept = NOTICED.get(defect.id)
    return " ".join(sorted({check.partition("::")[0] for check in kept.killers})) if kept else "conformance"


def options_of(defect: Switch) -> tuple[str, ...]:
    """How the suite is run to notice a defect."""
    clients = "pip,uv,twine" if defect.needs_clients else "none"
    words = ("--registry-demo", defect.id, "--registry-clients", clients)
    return (*words, "-m", "octopus") if defect.only_octopus else words


@contextmanager
def place(folder: Path, *switches: str) -> Iterator[Place]:
    """A fresh registry with these words on its command line, on a free port."""
    with running("--port", "0", *switches) as registry:
        yield Place(registry, folder)


def path() -> str:
    """Where programs are found: not in the suite's own environment, which a reproduction must not need."""
    own = str(Path(sys.executable).parent)
    return os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != own)


def plain(shown: str) -> str:
    """Take out what differs from run to run."""
    for pattern, word in MASKS:
        shown = pattern.sub(word, shown)
    return MOMENT.sub(_how_long_ago, shown)


def _how_long_ago(found: re.Match[str]) -> str:
    """A moment as the hours that it is away from now: those of two runs differ by minutes."""
    text = found[1] or found[0]
    try:
        moment = parsedate_to_datetime(text) if text.endswith("GMT") else datetime.fromisoformat(text)
    except ValueError:
        return text
    away = moment.replace(tzinfo=UTC) - datetime.now(UTC)
    return f"MOMENT{round(away.total_seconds() / 3600):+d}h"


VOLATILE = re.compile(r"\b[0-9a-f]{12,}\b|(?i:(?<=content-length: ))\d+|\b\d+(?= bytes)")


def compared(shown: str, good: str, other: str) -> tuple[str, str, str]:
    """What the defective and two conforming registries showed, without values that differ between the conforming ones.

    A page holds the time of its uploads, so its length when coded, its digest and its ETag are other ones in each registry. Such values are
    numbered in order, which keeps whether two of them are the same.
    """
    stable = set(VOLATILE.findall(good)) & set(VOLATILE.findall(other))
    one, two, three = (_numbered(text, stable) for text in (shown, good, other))
    return one, two, three


def unordered(shown: str) -> str:
    """Which answers were shown, in an order of their own: of uploads at the same time any one may win."""
    return "\n".join(sorted(set(re.findall(r"(?m)^== .*\n.*", shown))))


def _numbered(text: str, stable: set[str]) -> str:
    seen: dict[str, int] = {}

    def name(found: re.Match[str]) -> str:
        return found[0] if found[0] in stable else f"VALUE{seen.setdefault(found[0], len(seen))}"

    return VOLATILE.sub(name, text)


def texts(report: Report, requirements: Sequence[str], most: int) -> Mapping[str, str]:
    """The reproductions of the findings for these requirements, each once, at most `most` for each: text -> requirement."""
    found: dict[str, str] = {}
    for row in report.requirements:
        if row.id in requirements:
            every = dict.fromkeys(f.reproduction for f in row.findings)
            own = [text for text in every if not UNPROVEN.search(text) and not ELSEWHERE.search(text)]
            found |= {text: row.id for text in own[:most] if text not in found}
    return found
