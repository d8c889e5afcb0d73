"""`registry-conformance`: a thin layer over the same code that pytest runs.

Wrong input ends in one clear line and exit code 4, as with pytest.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from reports import baseline, commands
from reports.compare import comparison, write_comparison
from reports.model import Report, load
from reports.summary import headline
from reports.text import one_line
from reports.write import write_all, write_text

USAGE = 4
PROGRAM = "registry-conformance"
RUN_HELP = """usage: registry-conformance run [URL] [pytest options]

Judge the registry whose simple index is at URL; without a URL the embedded reference registry.
All options of pytest work: --registry-report DIR, --registry-read-only, -k, -m, -n, --junitxml ...
`registry-conformance run --help-options` lists them all; docs/ci.md explains the exit codes."""

Handler = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and ends with pytest's exit code for wrong usage."""

    def error(self, message: str) -> NoReturn:
        """End with one line and code 4."""
        self.exit(USAGE, f"{PROGRAM}: error: {one_line(message, 1000)} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["run"]:
        return _run(words[1:])
    if words[:1] == ["serve"]:
        return commands.serve(words[1:])
    arguments = _parser().parse_args(words)
    handler: Handler = arguments.handler
    try:
        return handler(arguments)
    except (ValueError, OSError) as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return 2


def complain(message: str) -> int:
    """Say in one line what is wrong with the input."""
    print(f"{PROGRAM}: error: {one_line(message, 1000)}", file=sys.stderr)
    return USAGE


def _run(words: list[str]) -> int:
    if words[:1] in (["-h"], ["--help"]):
        print(RUN_HELP)
        return 0
    if words[:1] == ["--help-options"]:
        return commands.run_pytest(None, ["--help"])
    url = words.pop(0) if words and not words[0].startswith("-") else None
    return commands.run_pytest(url, words)


def _parser() -> Parser:
    parser = Parser(prog=PROGRAM, description="Judge Python package registries.", allow_abbrev=False)
    sub = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    sub.add_parser("run", help="judge a registry: run URL [pytest options]")
    sub.add_parser("serve", help="start the reference registry: serve [--port N] [--defect ID] ...")
    _report_commands(sub)
    _registry_commands(sub)
    return parser


def _report_commands(sub: argparse._SubParsersAction[Parser]) -> None:
    command = _command(sub, "compare", _compare, "put reports side by side: one page, one Markdown table")
    command.add_argument(
        "reports", nargs="+", type=Path, metavar="REPORT", help="report.json, or its directory"
    )
    command.add_argument("--output", type=Path, default=Path("matrix"), metavar="DIR", help="where (matrix)")
    command.add_argument(
        "--name", action="append", default=[], metavar="NAME", help="call the reports so, one name for each"
    )
    command = _command(sub, "baseline", _baseline, "write the known-faults file for a report")
    command.add_argument("report", type=Path, metavar="REPORT")
    command.add_argument("--output", type=Path, metavar="FILE", help="write there instead of printing")
    command.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep reason, link and expiry of this baseline"
    )
    command.add_argument(
        "--expires", type=_date, metavar="DATE", help=f"default: {baseline.DAYS} days from now"
    )
    command = _command(sub, "report", _report, "make page, summary and badge again from a report.json")
    command.add_argument("report", type=Path, metavar="REPORT")
    command.add_argument("--output", type=Path, metavar="DIR", help="default: beside the report")
    command.add_argument("--line", action="store_true", help="only print one line that says how it went")


def _registry_commands(sub: argparse._SubParsersAction[Parser]) -> None:
    command = _command(sub, "detect", _detect, "say which product answers at a URL, and where uploads go")
    command.add_argument("url", metavar="URL")
    command.add_argument("--offline", action="store_true", help="look at the URL only")
    command.add_argument("--ca-bundle", metavar="FILE", help="certificates to trust")
    _command(sub, "profiles", lambda _: commands.profiles(), "list the products that are known")
    command = _command(sub, "explain", _explain, "say what a requirement is, and why")
    command.add_argument("requirement", metavar="REQUIREMENT")
    command = _command(sub, "cleanup", _cleanup, "delete what an interrupted run left at a registry")
    command.add_argument("ledger", type=Path, metavar="LEDGER")
    command.add_argument(
        "--username", metavar="NAME", help="[REGISTRY_USERNAME]; the password from REGISTRY_PASSWORD"
    )
    command.add_argument("--ca-bundle", metavar="FILE", help="certificates to trust")


def _command(sub: argparse._SubParsersAction[Parser], name: str, handler: Handler, text: str) -> Parser:
    command = sub.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(handler=handler)
    return command


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-01-31") from None


def _load(path: Path) -> Report:
    return load(path / "report.json" if path.is_dir() else path)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _compare(arguments: argparse.Namespace) -> int:
    reports = [_load(path) for path in arguments.reports]
    if arguments.name:
        if len(arguments.name) != len(reports):
            raise ValueError(f"--name: {len(arguments.name)} names for {len(reports)} reports")
        reports = [
            replace(report, target=replace(report.target, name=name))
            for report, name in zip(reports, arguments.name, strict=True)
        ]
    for warning in comparison(reports).warnings:
        print(f"{PROGRAM}: warning: {one_line(warning)}", file=sys.stderr)
    for path in write_comparison(reports, arguments.output):
        print(path)
    return 0


def _baseline(arguments: argparse.Namespace) -> int:
    old = baseline.load(arguments.keep) if arguments.keep else None
    text = baseline.write(_load(arguments.report), _today(), expires=arguments.expires, old=old)
    if arguments.output:
        print(write_text(arguments.output, text))
    else:
        print(text, end="")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    report = _load(arguments.report)
    if arguments.line:
        print(one_line(headline(report), 300))
        return 0
    beside = arguments.report if arguments.report.is_dir() else arguments.report.parent
    for path in write_all(report, arguments.output or beside):
        print(path)
    return 0


def _detect(arguments: argparse.Namespace) -> int:
    return commands.detect(arguments.url, offline=arguments.offline, ca_bundle=arguments.ca_bundle)


def _explain(arguments: argparse.Namespace) -> int:
    return commands.explain(arguments.requirement)


def _cleanup(arguments: argparse.Namespace) -> int:
    return commands.cleanup(arguments.ledger, arguments.username, arguments.ca_bundle)


if __name__ == "__main__":
    sys.exit(main())
