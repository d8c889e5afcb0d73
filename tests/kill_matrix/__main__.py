"""Runs the kill matrix and writes docs/kill-matrix.md: `python -m tests.kill_matrix [--jobs N] [--only ID ...]`."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.kill_matrix.page import render
from tests.kill_matrix.runs import CALM, ROOT, Outcome, modules_of, run, switches

PAGE = ROOT / "docs" / "kill-matrix.md"


def main(words: list[str] | None = None) -> int:
    """Give 0 when every defect is noticed as declared, every check is killed, and no variation is blamed."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill_matrix", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="these switches only; writes no page"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="only the checks of the areas that a defect may touch; writes no page",
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page goes")
    options = parser.parse_args(words)
    chosen = [switch for switch in switches() if not options.only or switch.id in options.only]
    begun = time.monotonic()
    calm = run(CALM)
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        judged = pool.map(lambda switch: run(switch, modules_of(switch) if options.quick else ()), chosen)
        for outcome in judged:
            outcomes.append(outcome)
            wrong = outcome.complaints(calm)
            print(
                f"{'ok  ' if not wrong else 'WRONG'} {outcome.switch.kind:<9} {outcome.switch.id}", flush=True
            )
            for line in wrong:
                print(f"        {line}", flush=True)
    text, unkilled = render(calm, outcomes)
    if not options.only and not options.quick:
        options.page.write_text(text, "utf-8")
    wrong_ones = [outcome for outcome in outcomes if outcome.complaints(calm)]
    print(
        f"{len(outcomes)} switches in {time.monotonic() - begun:.0f} s: {len(wrong_ones)} not as declared, "
        f"{len(unkilled)} checks that no defect kills"
    )
    if not options.only:
        for name in unkilled:
            print(f"  unkilled: {name}")
    return 1 if wrong_ones or (unkilled and not options.only) or calm.exit_code else 0


if __name__ == "__main__":
    sys.exit(main())
