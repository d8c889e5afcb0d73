"""Runs every switch and writes docs/kill-matrix.md: `python -m tests.kill_matrix [--missing | --only ID ...] [--alone]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from tests.kill_matrix import met_by_users, page
from tests.kill_matrix.groups import grouped
from tests.kill_matrix.noticed import CONFORMING, from_outcome, load, of_conforming, save
from tests.kill_matrix.runs import Outcome, Switch, complaints, run, switches


def main(words: list[str] | None = None) -> int:
    """Give 0 when every defect is noticed as declared, every check is killed, and no variation is blamed."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill_matrix", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (2)")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="these switches; the others stay as kept"
    )
    parser.add_argument("--missing", action="store_true", help="only switches of which nothing is kept yet")
    parser.add_argument("--alone", action="store_true", help="each switch in a run of its own")
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
    groups = [(one,) for one in chosen] if options.alone else grouped(chosen)
    wrong = 0 if options.page else _run_all([(), *groups], options.jobs)
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


def _run_all(groups: Sequence[tuple[Switch, ...]], jobs: int) -> int:
    """Run all groups, keep what each gave at once, and count the switches that are not as declared."""
    every = [switch.id for switch in switches()]
    known, wrong = load(), 0
    with ThreadPoolExecutor(jobs) as pool:
        todo: dict[Future[Outcome], tuple[Switch, ...]] = {pool.submit(run, group): group for group in groups}
        while todo:
            done = next(as_completed(todo))
            group, outcome = todo.pop(done), done.result()
            said = complaints(outcome, group)
            if said and len(group) > 1:  # they may have got in each other's way
                todo |= {pool.submit(run, (one,)): (one,) for one in group}
                continue
            wrong += bool(said)
            if outcome.broken is not None:
                for one in group:
                    known[one.id] = from_outcome(outcome, one, [other for other in group if other is not one])
                if not group:
                    known[CONFORMING] = of_conforming(outcome)
                save(known, every)
            told = ", ".join(f"{one.kind} {one.id}" for one in group) or "the conforming registry"
            print("\n        ".join([f"{'WRONG' if said else 'ok   '} {told}", *said]), flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
