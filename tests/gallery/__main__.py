"""Judges the registries that the tests can start and writes docs/gallery: `python -m tests.gallery`.

Each report keeps, of all exchanges, those that prove a finding; so the gallery stays small enough for a repository.
"""

from __future__ import annotations

import argparse
import dataclasses
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.compare import write_comparison
from reports.counts import coverage
from reports.markdown import table
from reports.model import Report, load
from reports.write import write_all, write_text
from tests.gallery import pictures
from tests.running import ROOT, run_suite
from tests.servers.judged import DEADLINE, TOLD, judge
from tests.servers.started import Servers

GALLERY = ROOT / "docs" / "gallery"
EMBEDDED = "reference"
SHOWN = (
    EMBEDDED,
    *("devpi", "pypiserver", "devpi-mirror", "simple-repository-server", "dumb-pypi", "static"),
)
HEAD = """# Gallery

Real reports of registries that install from PyPI, as the tests of this suite start them (`tests/servers`), with the settings they come
with. `python -m tests.gallery` makes all of this again. Each broken requirement is judged in [judgements.md](../judgements.md). The pages
keep, of all exchanges, those that prove a finding; a run of your own keeps all of them.

[matrix.md](matrix.md) and matrix.html put them side by side.

"""


def main(words: list[str] | None = None) -> int:
    """Give 0 when every registry could be judged."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.parse_args(words)
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        servers = Servers(folder, folder)
        try:
            for name in SHOWN:
                report = judged(name, servers, folder / name)
                if report is None:
                    return 1
                write_all(lean(named(report, name)), GALLERY / name)
                print(f"{name}: {coverage(report.requirements)}", flush=True)
        finally:
            servers.close()
    write_index()
    if not pictures.take(GALLERY):
        print("no pictures were taken: Playwright or chromium is not installed", file=sys.stderr)
    return 0


def judged(name: str, servers: Servers, folder: Path) -> Report | None:
    """Run the whole suite against one registry; None when it gave no verdicts."""
    ran = (
        run_suite(folder, deadline=DEADLINE)
        if name == EMBEDDED
        else judge(servers.get(name), folder, *TOLD.get(name, ()))
    )
    if ran.report is None or ran.exit_code not in (0, 1):
        print(f"{name}: not a whole run, exit code {ran.exit_code}\n{ran.text[-2000:]}", file=sys.stderr)
        return None
    return ran.report


def named(report: Report, name: str) -> Report:
    """The report under the name of the gallery, without the folders and the system of the machine that made it."""
    command = f"pytest --registry-url {report.target.url}" if name != EMBEDDED else "pytest"
    return dataclasses.replace(
        report,
        target=dataclasses.replace(report.target, name=name),
        run=dataclasses.replace(report.run, command=command, platform=platform.system()),
    )


def lean(report: Report) -> Report:
    """The report with those exchanges only that prove a finding."""
    proofs = {e for row in report.requirements for finding in row.findings for e in finding.exchanges}
    return dataclasses.replace(
        report,
        exchanges=tuple(exchange for exchange in report.exchanges if exchange.id in proofs),
        checks=tuple(
            dataclasses.replace(check, exchanges=tuple(e for e in check.exchanges if e in proofs))
            for check in report.checks
        ),
    )


def write_index() -> None:
    """Write the matrix and the list of reports, of all registries that the folder holds."""
    found = [(name, load(GALLERY / name / "report.json")) for name in SHOWN if (GALLERY / name).is_dir()]
    write_comparison([report for _, report in found], GALLERY)
    write_text(GALLERY / "README.md", HEAD + table(("registry", "verdict", "report"), rows(found)) + "\n")


def rows(found: Sequence[tuple[str, Report]]) -> list[tuple[str, str, str]]:
    """One row for each report."""
    return [
        (name, coverage(report.requirements), f"[summary]({name}/summary.md), {name}/index.html")
        for name, report in found
    ]


if __name__ == "__main__":
    sys.exit(main())
