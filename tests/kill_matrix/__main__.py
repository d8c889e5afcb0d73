"""Runs every switch and writes docs/kill-matrix.md: `python -m tests.kill_matrix [--missing | --only ID ...] [--alone]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.kill_matrix import apart, met_by_users, page
from tests.kill_matrix.groups import planned
from tests.kill_matrix.judging import Judged, judged
from tests.kill_matrix.noticed import CONFORMING, Noticed, from_outcome, load, of_conforming, save
from tests.kill_matrix.runs import Switch, switches


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
    groups = [(one,) for one in chosen] if options.alone else planned(chosen)
    wrong = 0 if options.page else _run_all([(), *groups], options.jobs)
    kept = load()
    page.write(page.render(kept, every))
    page.write(met_by_users.render(every), met_by_users.PAGE)
    unkilled = page.unkilled(kept, every)
    if not options.page:
        print(
            f"{len(chosen)} switches in {time.monotonic() - begun:.0f} s: {wrong} groups not as declared; "
            f"{len(unkilled)} checks that no defect kills"
        )
    for name in unkilled:
        print(f"  unkilled: {name}")
    return 1 if wrong or unkilled else 0


def _run_all(groups: Sequence[tuple[Switch, ...]], jobs: int) -> int:
    """Run all groups, keep what each gave at once, and count the runs that are not as declared."""
    every = [switch.id for switch in switches()]
    known, pairs, wrong = load(), set(apart.load()), 0
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(judged, group) for group in groups]):
            runs, found = done.result()
            pairs |= found
            for one in runs:
                wrong += bool(one.complaints)
                _keep(known, one)
                told = ", ".join(f"{switch.kind} {switch.id}" for switch in one.switches)
                first = f"{'WRONG' if one.complaints else 'ok   '} {told or 'the conforming registry'}"
                print("\n        ".join([first, *one.complaints]), flush=True)
            save(known, every)
            apart.save(pairs, every)
    return wrong


def _keep(known: dict[str, Noticed], one: Judged) -> None:
    """Keep what a run said of each switch that was on."""
    if one.outcome.broken is None:
        return
    for switch in one.switches:
        others = [other for other in one.switches if other is not switch]
        known[switch.id] = from_outcome(one.outcome, switch, others)
    if not one.switches:
        known[CONFORMING] = of_conforming(one.outcome)


if __name__ == "__main__":
    sys.exit(main())
