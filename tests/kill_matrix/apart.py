"""Pairs of switches that hide each other: found by running them together, kept so that they are not put together again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).with_name("apart.jsonl")
Pair = frozenset[str]


def load(path: Path = FILE) -> frozenset[Pair]:
    """Read the ids that are not to be put together; none when there is no file."""
    if not path.is_file():
        return frozenset()
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return frozenset(frozenset((row["id"], other)) for row in rows for other in row["apart"])


def save(pairs: Iterable[Pair], ids: Iterable[str], path: Path = FILE) -> None:
    """Write the pairs, sorted; those of switches that are gone (not among `ids`) are left out."""
    known = set(ids)
    apart: dict[str, list[str]] = {}
    for first, second in sorted(tuple(sorted(pair)) for pair in pairs):
        if {first, second} <= known:
            apart.setdefault(first, []).append(second)
    rows = [json.dumps({"id": name, "apart": others}) for name, others in apart.items()]
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
