"""Products that can't run here, as far as public documents describe them: configurations of the reference registry.

An emulation shows how the suite handles a product. It proves nothing about the product, and says so in each of its answers.
"""

from __future__ import annotations

import importlib
import pkgutil

from reference_registry.emulations.base import Emulation
from reference_registry.switches import UnknownSwitch


def find_emulations() -> dict[str, type[Emulation]]:
    """All emulations, by name."""
    found: dict[str, type[Emulation]] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Emulation) and "id" in vars(value):
                found[value.id] = value
    return found


def find_emulation(name: str) -> type[Emulation]:
    """The emulation of this name."""
    known = find_emulations()
    if name not in known:
        raise UnknownSwitch(f"no emulation is called {name}; there are {', '.join(sorted(known))}")
    return known[name]
