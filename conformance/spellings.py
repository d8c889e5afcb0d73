"""Spellings of one name, and what their URLs lead to (Name normalization)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from fixtures.exchange import origin
from fixtures.pages import last_segment, normalize

OTHERS = 6  # entries of others that are followed
T = TypeVar("T")


def sample(rows: Sequence[T], seed: int, most: int = OTHERS) -> list[T]:
    """A few of the rows; the seed decides which."""
    return list(rows) if len(rows) <= most else random.Random(seed).sample(rows, most)  # noqa: S311


def random_spelling(name: str, seed: object) -> str:
    """One of the many spellings that normalize to the same name."""
    chance = random.Random(f"{seed}/{name}")  # noqa: S311
    letters = [chance.choice((c.lower(), c.upper())) for c in name]
    return "".join(
        "".join(chance.choices("-_.", k=chance.randint(1, 3))) if c in "-_." else c for c in letters
    )


def spellings(name: str, seed: int) -> dict[str, str]:
    """Spellings of a name by kind, none of them the normalized one."""
    normalized = normalize(name)
    found = {
        "as its owner writes it": name,
        "upper case": normalized.upper(),
        "underscores": normalized.replace("-", "_"),
        "dots": normalized.replace("-", "."),
        "a run of separators": normalized.replace("-", "-_.", 1),
        "at random": random_spelling(normalized, seed),
    }
    return {kind: spelling for kind, spelling in found.items() if spelling != normalized}


def is_other_spelling(url: str, normalized: str) -> bool:
    """Whether the path of a URL ends in the same name, spelled otherwise."""
    last = last_segment(url.partition("?")[0].rstrip("/"))
    return last != normalized and normalize(last) == normalized


def same_path(url: str, other: str) -> bool:
    """Whether two URLs have the same path; behind proxies one registry has several hosts."""
    return unquote(urlsplit(url).path) == unquote(urlsplit(other).path)


def host(url: str) -> str:
    """The host of a URL."""
    return origin(url)[1]
