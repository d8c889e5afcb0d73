"""One run of the suite against switches of the reference registry, and what is to be expected of it."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reference_registry.switches import Switch as SwitchClass
from reference_registry.switches import find_switches
from tests.kill_matrix.child import judge
from tests.kill_matrix.on_https import on_https

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 300.0  # seconds for one run of the suite
ANYWHERE = ("octopus",)  # Octopus may stumble over anything


@dataclass(frozen=True)
class Switch:
    """A defect or a variation, as the reference registry lists it."""

    id: str
    kind: str  # defect or variation
    sentence: str
    source: str
    seen_by: tuple[str, ...]
    areas: tuple[str, ...]
    access: str  # the access mode in which it shows; "": any
    https: bool  # whether it shows on https only
    changes: frozenset[str]  # the methods of the registry that it replaces

    @property
    def needs_clients(self) -> bool:
        """Whether real clients have to look."""
        return any(name.startswith("clients/") for name in self.seen_by)

    @property
    def only_random(self) -> bool:
        """Whether it takes random inputs to notice it."""
        return self.id.startswith("properties-")

    @property
    def only_octopus(self) -> bool:
        """Whether nobody but Octopus minds it: that is judged when it is asked for."""
        return bool(self.seen_by) and all(name.startswith("octopus/") for name in self.seen_by)


@dataclass(frozen=True)
class Outcome:
    """What the suite said of some switches that were on together."""

    switches: tuple[str, ...]  # their ids
    exit_code: int = 0
    output: str = ""  # the end of what was printed, when there is no report
    broken: dict[str, str] | None = None  # broken requirement -> its first message; None: no report
    advised: tuple[str, ...] = ()  # those of them that are only SHOULD
    errors: tuple[str, ...] = ()  # requirements in whose checks the suite itself failed
    killers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Checks, without parameters, that found something, and the requirements that it was about."""
    checks: tuple[str, ...] = ()  # all checks that can find something


def complaints(outcome: Outcome, switches: Sequence[Switch]) -> list[str]:
    """What is not as these switches declare it; [] when all is."""
    missed = [f"{name} does not notice it" for one in switches for name in unnoticed(outcome, one)]
    return [*missed, *strays(outcome, switches)]


def unnoticed(outcome: Outcome, switch: Switch) -> list[str]:
    """The requirements that should have noticed a defect and did not."""
    if switch.kind == "variation" or outcome.broken is None:
        return []
    return sorted(set(switch.seen_by) - set(outcome.broken))


def strays(outcome: Outcome, switches: Sequence[Switch]) -> list[str]:
    """What was said that none of these switches declares."""
    if outcome.broken is None:
        return [f"the run gave no report (exit code {outcome.exit_code}): {outcome.output}"]
    said = [f"the suite itself failed in {', '.join(outcome.errors)}"] if outcome.errors else []
    declared = {name for switch in switches for name in switch.seen_by}
    if any(switch.kind == "variation" for switch in switches):
        allowed = declared & set(outcome.advised)  # a variation may leave out advice, when it says so
        blamed = sorted(set(outcome.broken) - allowed)
        return said + [f"blames what is legal: {name}: {outcome.broken[name]}" for name in blamed]
    areas = {area for switch in switches for area in switch.areas} | set(ANYWHERE)
    outside = sorted(n for n in set(outcome.broken) - declared if n.partition("/")[0] not in areas)
    return said + [
        f"{name} complains, outside of the declared areas: {outcome.broken[name]}" for name in outside
    ]


@cache
def switches() -> tuple[Switch, ...]:
    """Every defect and variation of the reference registry, by id."""
    found = [one for kind in ("defect", "variation") for one in find_switches(kind).values()]
    return tuple(sorted((_switch(one) for one in found), key=lambda one: one.id))


def _switch(one: type[SwitchClass]) -> Switch:
    from reference_registry.registry import Registry

    layers = [layer for layer in one.__mro__ if layer not in Registry.__mro__]
    changes = {name for layer in layers for name in vars(layer) if callable(getattr(Registry, name, None))}
    return Switch(
        one.id,
        one.kind,
        one.sentence(),
        one.source,
        one.seen_by,
        one.areas,
        one.access.value if one.access else "",
        one.https,
        frozenset(changes - {"__init__", "__doc__"}),
    )


def run(chosen: Sequence[Switch]) -> Outcome:
    """Run the suite against the reference registry with these switches on; none of them: the conforming registry."""
    ids = tuple(switch.id for switch in chosen)
    words = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    words += ["-p", "no:unraisableexception"]  # it collects garbage five times over
    words += ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), str(ROOT / "conformance")]
    words += ["--registry-clients", "pip,uv,twine" if any(s.needs_clients for s in chosen) else "none"]
    words += ["--registry-seed", "1"]  # what random inputs find is then found each time
    if not any(switch.only_random for switch in chosen):
        words += ["--registry-examples", "3"]
    if chosen and all(switch.only_octopus for switch in chosen):
        words += ["-m", "octopus"]
    if any(switch.https for switch in chosen):
        with on_https(ids) as told:
            return _judged(ids, [*words, *told])
    return _judged(ids, [*words, *(word for name in ids for word in ("--registry-demo", name))])


def _judged(ids: tuple[str, ...], words: list[str]) -> Outcome:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_matrix.child"])
    with tempfile.TemporaryDirectory() as directory:
        kept, output = Path(directory) / "outcome", Path(directory) / "output"
        words += ["--registry-report", directory]
        process = context.Process(target=judge, args=(words, str(ROOT), str(kept), str(output)))
        process.start()
        process.join(DEADLINE)
        if process.is_alive():
            process.kill()
            process.join(10)
            return Outcome(ids, -1, f"no end within {DEADLINE:.0f} s")
        if not kept.is_file():
            said = output.read_text("utf-8", "replace") if output.is_file() else ""
            return Outcome(ids, process.exitcode or 0, said[-600:])
        return Outcome(ids, process.exitcode or 0, **json.loads(kept.read_text("utf-8")))
