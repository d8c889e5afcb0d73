"""The Range header (RFC 9110 section 14)."""

from __future__ import annotations

import re

MOST_RANGES = 16  # more than this is an attack or a mistake, and the whole file is a right answer
SPEC = re.compile(r"(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):  # noqa: N818
    """No part of the file was asked for."""


def parse_ranges(header: str, size: int) -> list[tuple[int, int]]:
    """The (start, length) pairs that a header asks for; an empty list means that it is to be ignored."""
    unit, _, listed = header.partition("=")
    specs = [spec.strip() for spec in listed.split(",") if spec.strip()]
    if unit.strip().lower() != "bytes" or not specs or len(specs) > MOST_RANGES:
        return []
    found: list[tuple[int, int]] = []
    for spec in specs:
        match = SPEC.fullmatch(spec)
        if match is None or spec == "-":
            return []
        first, last = match.groups()
        if first and last and int(first) > int(last):
            return []
        span = _span(first, last, size)
        if span is not None:
            found.append(span)
    if not found:
        raise Unsatisfiable
    return found if sum(length for _, length in found) <= size else []


def _span(first: str, last: str, size: int) -> tuple[int, int] | None:
    if not first:  # the last N bytes
        length = min(int(last), size)
        return (size - length, length) if length else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    return (start, end - start + 1) if start < size else None
