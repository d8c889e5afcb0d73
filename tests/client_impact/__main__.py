"""Runs the default clients against every defect: `python -m tests.client_impact [--missing | --only ID ...]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import version

from reference_registry.settings import Access
from reference_registry.switches import Switch, find_switches
from reports.impact import Learnt, Seen, load_impact, save_impact
from tests.client_impact import page
from tests.client_impact.classify import classify
from tests.client_impact.clients import RUNS, Step
from tests.client_impact.world import world

Steps = dict[str, tuple[Step, ...]]


def main(words: list[str] | None = None) -> int:
    """Give 0 when all was learnt and written; 1 when clients fail already without a defect."""
    parser = argparse.ArgumentParser(prog="python -m tests.client_impact", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="registries at the same time (2)")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="these defects; the others stay as kept"
    )
    parser.add_argument("--missing", action="store_true", help="only defects of which nothing is kept yet")
    parser.add_argument(
        "--page", action="store_true", help="run nothing: only write the page from what is kept"
    )
    options = parser.parse_args(words)
    defects = find_switches("defect")
    kept = {one.defect: one for one in load_impact().defects if one.defect in defects}
    chosen = [] if options.page else [name for name in defects if not options.only or name in options.only]
    chosen = [name for name in chosen if not options.missing or name not in kept]
    if chosen:
        begun = time.monotonic()
        calm = {private: ask(None, private=private) for private in (False, True)}
        for steps in calm.values():
            if bad := [f"{n}: {s.text}" for n, every in steps.items() for s in every if s.code or not s.got]:
                print("a client fails without any defect:", *bad, sep="\n", file=sys.stderr)
                return 1
        _learn_all([defects[name] for name in chosen], calm, kept, options.jobs)
        print(f"{len(chosen)} defects in {time.monotonic() - begun:.0f} s")
    page.PAGE.write_text(page.render(load_impact(), len(defects)), "utf-8")
    return 0


def ask(switch: type[Switch] | None, *, private: bool) -> Steps:
    """Let each client do its work on a registry of its own state."""
    words = [switch.id] if switch else []
    with world(words, private=private) as there:
        asked = ["twine"] if there.refused else list(RUNS)  # what was never published can't be read
        return {name: RUNS[name](there) for name in asked}


def is_private(switch: type[Switch]) -> bool:
    """Whether the defect shows when reading needs credentials."""
    return switch.access is Access.READ


def learn(switch: type[Switch], calm: dict[bool, Steps]) -> Learnt:
    """Run the clients with one defect and compare."""
    private = is_private(switch)
    seen = ask(switch, private=private)
    clients = {name: Seen(*classify(calm[private][name], steps)) for name, steps in seen.items()}
    return Learnt(switch.id, switch.seen_by, clients)


def _learn_all(
    chosen: Sequence[type[Switch]], calm: dict[bool, Steps], kept: dict[str, Learnt], jobs: int
) -> None:
    versions = {name: version(name) for name in RUNS}
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(learn, switch, calm) for switch in chosen]):
            learnt = done.result()
            kept[learnt.defect] = learnt
            save_impact(versions, list(kept.values()))
            told = ", ".join(f"{name} {seen.outcome}" for name, seen in learnt.clients.items())
            print(f"{learnt.defect}: {told}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
