"""Which serialization a page gets (Simple repository API, "Version + Format Selection"; PEP 691)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reference_registry.core import Core
from reference_registry.errors import Refused
from reference_registry.media import parse_accept

JSON_V1 = "application/vnd.pypi.simple.v1+json"
HTML_V1 = "application/vnd.pypi.simple.v1+html"
HTML = "text/html"
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "application/vnd.pypi.simple.latest+json": JSON_V1,
        "application/vnd.pypi.simple.latest+html": HTML_V1,
    }
)


class Negotiation(Core):
    """Chooses one of the offered types."""

    def offers(self) -> tuple[str, ...]:
        """What can be served, the best first: newest version in the richest form (PEP 691, Recommendations)."""
        return (JSON_V1, HTML_V1, HTML)

    def default_type(self) -> str:
        """What a client gets that takes anything: such clients are old and read HTML."""
        return HTML

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        """The type of the answer. `?format=` goes before the Accept header."""
        if format_parameter:
            return self.choose_by_parameter(format_parameter)
        return self.choose_by_accept(accept)

    def choose_by_parameter(self, value: str) -> str:
        """One exact type, no lists, no wildcards (PEP 691, "URL Parameter"). A raw `+` in a query reads as a space."""
        wanted = value.strip().lower().replace(" ", "+")
        concrete = self.aliases().get(wanted, wanted)
        if concrete not in self.offers():
            raise self.not_acceptable()
        return concrete

    def choose_by_accept(self, accept: str | None) -> str:
        """Highest quality; then what was named in full; then our own order. Their order means nothing."""
        ranges = parse_accept(accept or "")
        if not ranges:  # no header, or nothing in it that could be understood, is like */*
            return self.default_type()
        best: tuple[float, int, int] | None = None
        chosen = ""
        for rank, offer in enumerate(self.offers()):
            names = (offer, *(alias for alias, real in self.aliases().items() if real == offer))
            covering = [wish for wish in ranges if any(wish.covers(name) for name in names)]
            if not covering:
                continue
            wish = max(covering, key=lambda item: (item.precision, item.quality))
            anything = wish.precision == 0
            order = len(self.offers()) if anything and offer == self.default_type() else -rank
            key = (wish.quality, wish.precision, order)
            if wish.quality > 0 and (best is None or key > best):
                best, chosen = key, offer
        if not chosen:
            raise self.not_acceptable()
        return chosen

    def aliases(self) -> Mapping[str, str]:
        """`latest` stands for the newest version; the answer bears the concrete type."""
        return ALIASES

    def not_acceptable(self) -> Refused:
        """406 with a list of what there is."""
        return Refused(
            406, "None of the requested types is available. Available: " + ", ".join(self.offers()) + "."
        )

    def content_type(self, chosen: str) -> str:
        """The Content-Type header for a chosen type."""
        return chosen if chosen.endswith("+json") else f"{chosen}; charset=utf-8"
