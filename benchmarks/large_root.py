"""How a list of very many projects is read: as a stream, and as the usual readers would.

    python benchmarks/large_root.py [--projects 750000] [--trees]

Each reading happens in a process of its own, which tells its time and its largest memory beyond the page itself. `--trees` adds
BeautifulSoup and `json.loads`, which take minutes and gigabytes at full size; ratios at a smaller size are as good.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fixtures.exchange import Exchange  # noqa: E402
from fixtures.pages import JSON_TYPE, HtmlPage, JsonPage, read_html, read_json  # noqa: E402
from fixtures.root_list import read_html_root, read_json_root, survey  # noqa: E402

URL = "http://registry.test/simple/"
Reader = Callable[[Exchange], HtmlPage | JsonPage]
KIB = 1024


def html_list(projects: int) -> bytes:
    """A root list like PyPI's, in HTML."""
    head = "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name='pypi:repository-version' content='1.4'>\n  </head>\n  <body>\n"
    rows = (f'    <a href="/simple/project-{n}/">Project.{n}</a>\n' for n in range(projects))
    return (head + "".join(rows) + "</body>\n</html>").encode()


def json_list(projects: int) -> bytes:
    """The same in JSON."""
    rows = [{"_last-serial": n, "name": f"Project.{n}"} for n in range(projects)]
    return json.dumps({"meta": {"api-version": "1.4"}, "projects": rows}).encode()


def measure(reader: Reader, file: Path, media_type: str, projects: int) -> tuple[float, float]:
    """Seconds and MiB that a reading takes, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measured, args=(reader, file, media_type, projects, there))
    process.start()
    there.close()
    try:
        seconds, mebibytes = here.recv()
    except EOFError:
        raise SystemExit(f"the process that ran {reader.__name__} ended without an answer") from None
    process.join(60)
    return seconds, mebibytes


def _write(make: Callable[[int], bytes], projects: int, file: Path) -> None:
    file.write_bytes(make(projects))


def _measured(reader: Reader, file: Path, media_type: str, projects: int, there: object) -> None:
    headers = (("Content-Type", media_type),)
    exchange = Exchange("1", "GET", URL, (), status=200, headers=headers, raw=file.read_bytes())
    _ = exchange.body
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    page = reader(exchange)
    told = survey(page)
    taken = time.perf_counter() - began
    assert told.projects == projects, told
    assert not told.duplicates
    assert f"project-{projects - 1}" in page.projects
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    there.send((taken, (after - before) / KIB))  # type: ignore[attr-defined]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=750_000)
    parser.add_argument("--trees", action="store_true")
    options = parser.parse_args()
    forms = (
        ("HTML", html_list, "text/html", read_html_root, read_html),
        ("JSON", json_list, JSON_TYPE, read_json_root, read_json),
    )
    print(f"{options.projects:,} projects")
    for name, make, media_type, stream, tree in forms:
        with tempfile.TemporaryDirectory(prefix="large-root-") as directory:
            file = Path(directory, "root")
            maker = multiprocessing.get_context("spawn").Process(
                target=_write, args=(make, options.projects, file)
            )
            maker.start()  # a process of its own: the largest memory of this one would count for its children as well
            maker.join(300)
            size = file.stat().st_size / KIB**2
            seconds, memory = measure(stream, file, media_type, options.projects)
            share = memory / size
            print(
                f"{name}: {size:.0f} MiB; stream {seconds:.1f} s, {memory:.0f} MiB = {share:.1f} times the page"
            )
            if options.trees:
                slow, large = measure(tree, file, media_type, options.projects)
                ratios = f"{slow / seconds:.1f} times as long, {large / max(memory, 1):.1f} times the memory"
                print(f"      tree {slow:.1f} s, {large:.0f} MiB: {ratios}")


if __name__ == "__main__":
    main()
