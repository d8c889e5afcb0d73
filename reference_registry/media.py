"""Accept and Accept-Encoding, as RFC 9110 sections 12.4 and 12.5 define them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """One entry of an Accept or Accept-Encoding header."""

    type: str
    quality: float = 1.0

    @property
    def precision(self) -> int:
        """2 for a full name, 1 for `type/*`, 0 for anything."""
        if self.type in ("*/*", "*"):
            return 0
        return 1 if self.type.endswith("/*") else 2

    def covers(self, name: str) -> bool:
        """Whether this entry speaks about the given type or coding."""
        return (
            self.precision == 0
            or self.type == name
            or (self.precision == 1 and name.startswith(self.type[:-1]))
        )


def parse_accept(header: str) -> tuple[Wish, ...]:
    """The entries of an Accept header; what is not a media range is left out."""
    wishes = (_wish(entry) for entry in header.split(","))
    return tuple(
        wish for wish in wishes if wish is not None and wish.type.count("/") == 1 and wish.type != "/"
    )


def parse_codings(header: str) -> tuple[Wish, ...]:
    """The entries of an Accept-Encoding header."""
    wishes = (_wish(entry) for entry in header.split(","))
    return tuple(wish for wish in wishes if wish is not None)


def quality(wishes: tuple[Wish, ...], name: str) -> float:
    """How much a name is wanted: the most precise entry decides; 0 when none covers it."""
    covering = [wish for wish in wishes if wish.covers(name)]
    return max(covering, key=lambda wish: wish.precision).quality if covering else 0.0


def _wish(entry: str) -> Wish | None:
    name, *parameters = (part.strip().lower() for part in entry.split(";"))
    if not name:
        return None
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                weight = float(value.strip())
            except ValueError:
                return None
            return Wish(name, weight) if 0.0 <= weight <= 1.0 else None
    return Wish(name)
