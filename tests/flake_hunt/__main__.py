"""Runs the suite many times, in random order and spread differently, and tells each verdict that was not always the same.

`python -m tests.flake_hunt [--runs embedded=20 devpi=10 pypiserver=10]`
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.running import Ran, run_suite
from tests.servers.judged import DEADLINE, judge
from tests.servers.started import NAMES, Servers

SPREAD = (0, 2, 8)  # processes, in turn
USUAL = {"embedded": 20, "devpi": 10, "pypiserver": 10}
SHOWN = 20  # requirements whose verdict changed


def main(words: list[str] | None = None) -> int:
    """Give 0 when every requirement got the same verdict in all runs of a registry."""
    parser = argparse.ArgumentParser(prog="python -m tests.flake_hunt", description=__doc__)
    parser.add_argument("--runs", nargs="*", default=[], metavar="NAME=N", help="instead of the usual ones")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the orders (by the clock)")
    options = parser.parse_args(words)
    try:
        runs = {
            name: int(number) for name, _, number in (one.partition("=") for one in options.runs)
        } or USUAL
    except ValueError:
        parser.error("--runs wants NAME=N, such as embedded=20")
    if unknown := [name for name in runs if name != "embedded" and name not in NAMES]:
        parser.error(f"no registry is called {unknown[0]}; there are embedded, {', '.join(NAMES)}")
    changed, done = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        servers = Servers(folder, folder)
        try:
            for name, number in runs.items():
                changed += hunt(name, number, options.seed, servers, folder)
                done += number
        finally:
            servers.close()
    print(f"{done} runs, {changed} requirements whose verdict changed (seed {options.seed})")
    return 1 if changed else 0


def hunt(name: str, number: int, seed: int, servers: Servers, folder: Path) -> int:
    """Run the suite so many times against one registry and count the requirements whose verdict changed."""
    verdicts: dict[str, Counter[str | None]] = {}
    begun = time.monotonic()
    for turn in range(number):
        spread = SPREAD[turn % len(SPREAD)]
        ran = judged(name, servers, folder / f"{name}-{turn}", spread, seed + turn)
        if ran.report is None or ran.exit_code not in (0, 1):
            print(
                f"{name}, run {turn + 1} (-n {spread}): not a whole run, exit code {ran.exit_code}\n{ran.text[-2000:]}"
            )
            return 1
        for requirement, verdict in ran.verdicts.items():
            verdicts.setdefault(requirement, Counter())[verdict] += 1
    changed = {requirement: seen for requirement, seen in verdicts.items() if len(seen) > 1}
    print(
        f"{name}: {number} runs in {time.monotonic() - begun:.0f} s, {len(changed)} of {len(verdicts)} changed",
        flush=True,
    )
    for requirement, seen in sorted(changed.items())[:SHOWN]:
        print(
            f"  {requirement}: {', '.join(f'{verdict} {times}x' for verdict, times in seen.most_common())}",
            flush=True,
        )
    return len(changed)


def judged(name: str, servers: Servers, folder: Path, spread: int, seed: int) -> Ran:
    """Run the suite once, in the order of a seed, spread over so many processes."""
    words = ["-p", "tests.flake_hunt.shuffle", "--shuffle-seed", str(seed), "-n", str(spread)]
    if name == "embedded":
        return run_suite(folder, *words, deadline=DEADLINE)
    return judge(servers.get(name), folder, *words)


if __name__ == "__main__":
    sys.exit(main())
