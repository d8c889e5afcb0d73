"""What a client's run with a defect amounts to, seen beside its run without."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.impact import Outcome
from tests.client_impact.clients import Step

WARNING = re.compile(r"(?im)^\s*(warning|warn)\b[: ]|deprecat")
NOT_THERE = re.compile(
    r"(?i)no matching distribution|could not find a version|not found in the package registry|no version of|"
    r"there (is|are) no versions? of|no versions of|was not found|has no usable wheels|Traceback \(most recent call last\)|"
    r"because only .{0,80} available|unknown error|no solution found"
)
"""What clients say when they take something for missing that is there, or don't know what happened."""
SAID = re.compile(r"(?im)^.*\b(error|warning|caused by|hint|cause)\b.*$|^\s*[×╰│].*$")
SHOWN = 220


def classify(calm: Sequence[Step], seen: Sequence[Step]) -> tuple[Outcome, str]:
    """Give the worst class over the commands of a client, and the line that tells it."""
    found = [_one(before, now) for before, now in zip(calm, seen, strict=True)]
    return max(found, key=lambda one: list(Outcome).index(one[0]))


def _one(calm: Step, seen: Step) -> tuple[Outcome, str]:
    if seen.code != 0 and calm.code == 0:
        line = _line(seen.text)
        said = re.sub(r"\s+", " ", seen.text)
        return (Outcome.MISLEADS if NOT_THERE.search(said) else Outcome.REFUSES), line
    if seen.code == 0 and dict(seen.got) != dict(calm.got):
        missing = sorted(calm.got.keys() - seen.got.keys())
        more = sorted(seen.got.keys() - calm.got.keys())
        other = sorted(k for k in seen.got.keys() & calm.got.keys() if seen.got[k] != calm.got[k])
        parts = [("without", missing), ("instead", more), ("other bytes in", other)]
        return Outcome.WRONG, "; ".join(f"{word} {', '.join(names[:2])}" for word, names in parts if names)[
            :SHOWN
        ]
    if len(WARNING.findall(seen.text)) > len(WARNING.findall(calm.text)):
        new = [line for line in seen.text.splitlines() if WARNING.search(line)]
        return Outcome.WARNS, _clean(new[-1])
    return Outcome.WORKS, ""


def _line(text: str) -> str:
    """The line of a client's output that tells most: the last one that speaks of an error."""
    lines = [line for line in text.splitlines() if line.strip()]
    told = [line for line in lines if SAID.match(line)] or lines or [""]
    deepest = [line for line in told if "caused by" in line.lower() or "╰" in line]
    return _clean((deepest or told)[-1])


def _clean(line: str) -> str:
    line = re.sub(r"https?://[^\s/]*(@?127\.0\.0\.1:\d+)", "http://HOST", line)
    line = re.sub(r"/\S*/(tmp|temp)\S*", "FILE", re.sub(r"/tmp/\S+", "FILE", line))
    line = re.sub(r"0x[0-9a-f]+", "0x…", " ".join(line.split()))
    return line if len(line) <= SHOWN else line[:SHOWN] + " …"
