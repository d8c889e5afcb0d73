"""Expected verdicts: TOML tables of the requirements that a registry breaks, each with where that is explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.running import ROOT

JUDGEMENTS = ROOT / "docs" / "judgements.md"


@dataclass(frozen=True)
class Expected:
    """What is expected of several registries. A table may be `like` another one, with more or less that is broken."""

    tables: Mapping[str, Mapping[str, Any]]

    @property
    def names(self) -> set[str]:
        """The registries."""
        return set(self.tables)

    def exit_code(self, name: str) -> int:
        """The exit code of a run."""
        table = self.tables[name]
        return int(table["exit_code"] if "exit_code" in table else self.exit_code(table["like"]))

    def broken(self, name: str) -> dict[str, str]:
        """Requirement -> where it is explained."""
        table = self.tables[name]
        shared = self.broken(table["like"]) if "like" in table else {}
        kept = {key: why for key, why in shared.items() if key not in table.get("held", ())}
        return {**kept, **table.get("broken", {})}


def headings() -> set[str]:
    """The anchors of docs/judgements.md, as web pages make them of its headings."""
    lines = re.findall(r"^#+ (.+)$", JUDGEMENTS.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in lines}
