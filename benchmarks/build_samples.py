"""How long the sample packages take to build, beside five ordinary isolated builds.

    python benchmarks/build_samples.py [--repeat N] [--isolated same|setuptools|none]

`same` builds five of the samples, whose backend needs nothing from an index: the ratio is what one interpreter and no
environment of their own save. `setuptools` builds five ordinary projects, for which pip fetches setuptools each time
(an index must be in reach).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

RUN_ID = "bench000"
ISOLATED = 5
SETUPTOOLS = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "1.0"
"""
DEADLINE = 300.0  # seconds for one isolated build


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_new_process() -> None:
    """Build all samples as a session does at its start: a new interpreter, imports included."""
    script = "import pathlib, sys; from sample_packages.builder import build_all; build_all(sys.argv[1], pathlib.Path(sys.argv[2]))"
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", script, RUN_ID, directory]
        subprocess.run(command, cwd=ROOT, timeout=DEADLINE, check=True)


def isolated(trees: list[Path]) -> None:
    """Build each tree with `python -m build`: an environment of its own for the sdist and for the wheel."""
    for tree in trees:
        command = [sys.executable, "-m", "build", "--outdir", str(tree / "dist"), str(tree)]
        subprocess.run(command, timeout=DEADLINE, check=True, capture_output=True)


def ordinary_trees(directory: Path) -> list[Path]:
    """Write small projects that setuptools builds."""
    trees = [directory / f"ordinary{number}" for number in range(ISOLATED)]
    for tree in trees:
        tree.mkdir()
        (tree / "pyproject.toml").write_text(SETUPTOOLS.format(name=tree.name), "utf-8")
        (tree / f"{tree.name}.py").write_text("VALUE = 1\n", "utf-8")
    return trees


def sample_trees(directory: Path) -> list[Path]:
    """Write the source trees of the first few samples."""
    from sample_packages.catalogue import catalogue
    from sample_packages.source_tree import source_tree, write_files

    trees = []
    for project in catalogue(RUN_ID)[:ISOLATED]:
        tree = directory / project.key
        write_files(tree, source_tree(project.name, project.purpose, project.releases[0]))
        trees.append(tree)
    return trees


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3, help="builds of the whole set; the median counts")
    parser.add_argument("--isolated", choices=("same", "setuptools", "none"), default="same")
    options = parser.parse_args()

    from sample_packages.builder import build_all

    with tempfile.TemporaryDirectory() as directory:
        made = build_all(RUN_ID, Path(directory))
        loading = timed(lambda: build_all(RUN_ID, Path(directory)))
    times = sorted(timed(in_new_process) for _ in range(max(options.repeat, 1)))
    samples = times[len(times) // 2]
    projects, mib = len({d.project_key for d in made}), sum(d.size for d in made) / 2**20
    print(f"samples: {projects} projects, {len(made)} files, {mib:.1f} MiB")
    print(
        f"build all, new process: {samples:.2f} s (median of {len(times)}: {times[0]:.2f} to {times[-1]:.2f})"
    )
    print(f"load what is built:     {loading:.2f} s")
    if options.isolated == "none":
        return
    with tempfile.TemporaryDirectory() as directory:
        trees = (ordinary_trees if options.isolated == "setuptools" else sample_trees)(Path(directory))
        ordinary = timed(lambda: isolated(trees))
    print(f"{ISOLATED} isolated builds:      {ordinary:.2f} s")
    print(f"ratio: all samples take {samples / ordinary:.3f} of the time of {ISOLATED} isolated builds")


if __name__ == "__main__":
    main()
