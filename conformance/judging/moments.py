"""Upload times as moments, however they are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

LOOSE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](?P<fraction>\d+))?\s*(?P<zone>Z|z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def moment(value: object) -> datetime | None:
    """The moment of an upload time, as UTC when no zone is given; None when there is no such date."""
    found = LOOSE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    micro = int((found["fraction"] or "")[:6].ljust(6, "0"))
    try:
        leap = second == 60
        zone = datetime.strptime(found["zone"].upper(), "%z").tzinfo if found["zone"] else UTC
        return datetime(year, month, day, hour, minute, 59 if leap else second, micro, tzinfo=zone)
    except ValueError:
        return None


def same_moment(one: object, other: object) -> bool:
    """Whether two times may be those of one moment: alike as far as both are exact, for a store may round."""
    left, right = moment(one), moment(other)
    if left is None or right is None:
        return one == other
    digits = min(_digits(one), _digits(other))
    return abs(left - right) <= timedelta(microseconds=10 ** (6 - digits))


def _digits(value: object) -> int:
    """How many digits of its seconds' fraction say something."""
    found = LOOSE.fullmatch(str(value))
    return len((found["fraction"] or "")[:6].rstrip("0")) if found else 0
