"""Runs every switch alone and writes docs/kill-matrix.md: `python -m tests.kill_matrix [--missing | --only ID ...]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from tests.kill_matrix import met_by_users, page
from tests.kill_matrix.noticed import CONFORMING, from_outcome, load, save
from tests.kill_matrix.runs import Outcome, Switch, complaints, run, switches


def main(words: list[str] | None = None) -> int:
    """Give 0 when every defect is noticed as declared, every check is killed, and no variation is blamed."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill_matrix", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (2)")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="these switches; the others stay as kept"
    )
    parser.add_argument("--missing", action="store_true", help="only switches of which nothing is kept yet")
    parser.add_argument(
        "--page", action="store_true", help="run nothing: only write the page from what is kept"
    )
    options = parser.parse_args(words)
    known, every = load(), switches()
    ids = [switch.id for switch in every]
    if unknown := sorted(set(options.only) - set(ids)):
        parser.error(
            f"no switch has the id {unknown[0]}; `python -m reference_registry --list` names them all"
        )
    chosen = [one for one in every if not options.only or one.id in options.only]
    chosen = [one for one in chosen if not options.missing or one.id not in known]
    begun = time.monotonic()
    wrong = 0 if options.page else _run_all(chosen, options.jobs)
    kept = load()
    page.write(page.render(kept, every))
    page.write(met_by_users.render(every), met_by_users.PAGE)
    unkilled = page.unkilled(kept, every)
    print(
        f"{len(chosen)} switches in {time.monotonic() - begun:.0f} s: {wrong} not as declared; "
        f"{len(unkilled)} checks that no defect kills"
    )
    for name in unkilled:
        print(f"  unkilled: {name}")
    return 1 if wrong or unkilled else 0


def _run_all(chosen: Sequence[Switch], jobs: int) -> int:
    """Run each alone, keep what it gave at once, and count those that are not as declared."""
    every = [switch.id for switch in switches()]
    known, wrong = load(), 0
    with ThreadPoolExecutor(jobs) as pool:
        todo: dict[Future[Outcome], Switch | None] = {pool.submit(run, ()): None}
        todo.update({pool.submit(run, (switch,)): switch for switch in chosen})
        for done in as_completed(todo):
            switch = todo[done]
            outcome = done.result()
            said = complaints(outcome, [switch] if switch else [])
            wrong += bool(said)
            if outcome.broken is not None:
                known[switch.id if switch else CONFORMING] = from_outcome(outcome, switch)
                save(known, every)
            name = f"{switch.kind:<9} {switch.id}" if switch else "the conforming registry"
            print("\n        ".join([f"{'WRONG' if said else 'ok   '} {name}", *said]), flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
