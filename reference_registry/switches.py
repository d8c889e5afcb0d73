"""Switches: small classes that change one thing about the registry.

A defect makes it tell one lie that some real registry told. A variation makes it look odd in a way that is legal. Both are found by
looking through the modules of `defects/` and `variations/`; nothing has to be registered.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from typing import ClassVar

from reference_registry.registry import Registry
from reference_registry.settings import Access


class Switch(Registry):
    """Base of all switches. The docstring is one sentence: which lie it tells, or what is odd.

    id: stable, like "hashes-truncated-digest". source: URL, or "derived". seen_by: the requirement ids that must notice it (of a
    defect). areas: the areas whose verdicts it may touch. access: the access mode in which it shows, when that is not the usual one.
    https: whether it shows only when the registry is on https (`--tls-cert`).
    """

    id: ClassVar[str]
    source: ClassVar[str] = "derived"
    seen_by: ClassVar[tuple[str, ...]] = ()
    areas: ClassVar[tuple[str, ...]] = ()
    access: ClassVar[Access | None] = None
    https: ClassVar[bool] = False
    kind: ClassVar[str]

    @classmethod
    def sentence(cls) -> str:
        """What the switch does, in one sentence."""
        return " ".join((cls.__doc__ or "").split())


class Defect(Switch):
    """A lie."""

    kind = "defect"


class Variation(Switch):
    """An oddity that is legal."""

    kind = "variation"


class UnknownSwitch(Exception):  # noqa: N818
    """There is no switch with this id."""


def find_switches(kind: str) -> dict[str, type[Switch]]:
    """All switches of a kind, by id."""
    folder = f"{kind}s"
    base: type[Switch] = Defect if kind == "defect" else Variation
    package = importlib.import_module(f"reference_registry.{folder}")
    found: dict[str, type[Switch]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"reference_registry.{folder}.{info.name}")
        for value in vars(module).values():
            if (
                not isinstance(value, type)
                or not issubclass(value, base)
                or value.__module__ != module.__name__
            ):
                continue
            if "id" not in vars(value):
                continue  # a shared helper class
            if value.id in found:
                raise UnknownSwitch(f"two {kind}s have the id {value.id}")
            found[value.id] = value
    return found


def choose_switches(kind: str, ids: Iterable[str]) -> list[type[Switch]]:
    """The switches with these ids."""
    wanted = list(dict.fromkeys(ids))
    known = find_switches(kind) if wanted else {}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UnknownSwitch(f"no {kind} has the id {unknown[0]}; --list names them all")
    return [known[name] for name in wanted]


def compose(switches: Sequence[type[Switch]]) -> type[Registry]:
    """A registry with all these switches in front; the first one is asked first."""
    if not switches:
        return Registry
    tops = [
        one for one in switches if not any(other is not one and issubclass(other, one) for other in switches)
    ]
    return type("SwitchedRegistry", tuple(tops), {"__doc__": "A registry with switches."})
