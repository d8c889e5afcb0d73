"""One run of the suite against one switch of the reference registry, and what is to be expected of it."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.model import Report
from tests.kill_matrix.child import judge

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 300.0  # seconds for one run of the suite


@dataclass(frozen=True)
class Switch:
    """A defect or a variation, as the reference registry lists it."""

    id: str
    kind: str  # defect or variation
    sentence: str
    source: str
    seen_by: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the suite said of a switch."""

    switch: Switch
    exit_code: int
    report: Report | None
    output: str

    @property
    def broken(self) -> frozenset[str]:
        """The requirements that the suite calls broken, at any level."""
        assert self.report is not None
        return frozenset(row.id for row in self.report.requirements if row.verdict == "broken")

    @property
    def killers(self) -> frozenset[str]:
        """The checks, without parameters, that found something."""
        assert self.report is not None
        return frozenset(check.nodeid.partition("[")[0] for check in self.report.checks if check.findings)

    def complaints(self, calm: Outcome) -> list[str]:
        """What is wrong with this outcome, given the one of the conforming registry; [] when all is as declared."""
        if self.report is None:
            return [f"the run gave no report (exit code {self.exit_code}): {self.output[-600:]}"]
        errors = sorted(row.id for row in self.report.requirements if row.verdict == "error")
        said = [f"the suite itself failed in {', '.join(errors)}"] if errors else []
        if self.switch.kind == "variation":
            advised = {r.id for r in self.report.requirements if r.level == "SHOULD"} & set(
                self.switch.seen_by
            )
            said += [f"blames what is legal: {name}" for name in sorted(self.broken - advised)]
            return said  # a variation may leave out what a spec only advises, when it says so
        said += [f"{name} does not notice it" for name in sorted(set(self.switch.seen_by) - self.broken)]
        new = self.broken - (calm.broken if calm.report else frozenset())
        areas = (*self.switch.areas, "octopus")  # Octopus may stumble over anything
        strays = sorted(name for name in new if name.partition("/")[0] not in areas)
        said += [f"{name} complains, outside of {', '.join(self.switch.areas)}" for name in strays]
        return said


CALM = Switch("", "conforming", "Nothing is wrong.", "", (), ())


def modules_of(switch: Switch) -> tuple[Path, ...]:
    """The modules of checks whose areas a switch may touch; () for all of them."""
    areas = {*switch.areas, *(name.partition("/")[0] for name in switch.seen_by)}
    if not areas or switch.kind == "variation":
        return ()
    folder = ROOT / "conformance"
    return tuple(sorted({p for area in areas for p in folder.glob(f"test_{area.partition('-')[0]}*.py")}))


def switches() -> tuple[Switch, ...]:
    """Every defect and variation of the reference registry."""
    done = subprocess.run(
        [sys.executable, "-m", "reference_registry", "--list", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    return tuple(
        Switch(
            row["id"],
            row["kind"],
            row["sentence"],
            row["source"],
            tuple(row["seen_by"]),
            tuple(row["areas"]),
        )
        for row in json.loads(done.stdout)
    )


def run(switch: Switch, checks: Sequence[Path] = ()) -> Outcome:
    """Run the suite (or only these modules of it) against the reference registry with this switch on."""
    demo = ["--registry-demo", switch.id] if switch.id else []
    for_clients = any(name.startswith("clients/") for name in switch.seen_by)
    options = ["--registry-clients", "pip,uv,twine" if for_clients else "none"]
    if switch.seen_by and all(name.startswith("octopus/") for name in switch.seen_by):
        options += ["-m", "octopus"]  # what only Octopus minds is judged when it is asked for
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_matrix.child"])
    with tempfile.TemporaryDirectory() as directory:
        kept, output = Path(directory) / "report", Path(directory) / "output"
        words = [
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "ignore::pytest.PytestAssertRewriteWarning",
            "--rootdir",
            str(ROOT),
            "-c",
            str(ROOT / "pyproject.toml"),
        ]
        words += [
            *(map(str, checks) if checks else [str(ROOT / "conformance")]),
            *demo,
            *options,
            "--registry-report",
            directory,
        ]
        process = context.Process(target=judge, args=(words, str(ROOT), str(kept), str(output)))
        process.start()
        process.join(DEADLINE)
        if process.is_alive():
            process.kill()
            process.join(10)
            return Outcome(switch, -1, None, f"no end within {DEADLINE:.0f} s")
        report = pickle.loads(kept.read_bytes()) if kept.is_file() else None
        said = output.read_text("utf-8", "replace") if output.is_file() else ""
        return Outcome(switch, process.exitcode or 0, report, said)
