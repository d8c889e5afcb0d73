"""A static PEP 503 tree behind a plain web server, with its files beside it or on a second host."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.files import IndexFile, by_project
from tests.servers.model import RunningRegistry
from tests.servers.process import HOST, Service, running

SECOND_HOST = "localhost"  # another name, and another port, for the same machine


def write_files(directory: Path, files: Iterable[IndexFile]) -> None:
    """Put the files, and their metadata files (PEP 658), into one folder."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in files:
        (directory / file.filename).write_bytes(file.content)
        if file.metadata:
            (directory / f"{file.filename}.metadata").write_bytes(file.metadata)


def write_pages(directory: Path, files: Iterable[IndexFile], files_url: str) -> None:
    """Write the root page and a page for each project (Simple repository API, HTML); links begin with `files_url`."""
    projects = by_project(files)
    _write_page(directory, "Simple index", [f'<a href="{name}/">{name}</a>' for name in projects])
    for name, listed in projects.items():
        _write_page(directory / name, f"Links for {name}", [anchor(file, files_url) for file in listed])


def anchor(file: IndexFile, files_url: str) -> str:
    """The link to a file with the attributes of PEP 503, 592, 658 and 714."""
    attributes = [f'href="{html.escape(files_url + file.filename)}#sha256={file.sha256}"']
    if file.requires_python:
        attributes.append(f'data-requires-python="{html.escape(file.requires_python)}"')
    if file.metadata:
        attributes += ['data-core-metadata="true"', 'data-dist-info-metadata="true"']
    if file.yanked is not None:
        attributes.append(f'data-yanked="{html.escape(file.yanked)}"')
    return f"<a {' '.join(attributes)}>{file.filename}</a>"


def _write_page(directory: Path, title: str, anchors: list[str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    head = f'<meta charset="utf-8"><meta name="pypi:repository-version" content="1.0"><title>{html.escape(title)}</title>'
    body = "<br>\n".join(anchors)
    page = f"<!DOCTYPE html>\n<html>\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    (directory / "index.html").write_text(page, "utf-8")


@contextmanager
def web_server(directory: Path, log: Path) -> Iterator[str]:
    """Run Python's own web server over a folder and give its root URL, without a slash at the end."""
    service = Service(
        "http.server",
        lambda port: [
            *(sys.executable, "-m", "http.server", str(port), "--bind", HOST, "--directory", str(directory))
        ],
        log,
    )
    with running(service) as root:
        yield root


@contextmanager
def static_index(directory: Path, files: Iterable[IndexFile]) -> Iterator[RunningRegistry]:
    """Serve pages at /simple/ and files at /files/ from one host."""
    files, tree = tuple(files), directory / "tree"
    write_files(tree / "files", files)
    write_pages(tree / "simple", files, "../../files/")
    with web_server(tree, directory / "web.log") as root:
        yield RunningRegistry("static", f"{root}/simple/", None, None, None, directory / "web.log")


@contextmanager
def static_index_two_hosts(directory: Path, files: Iterable[IndexFile]) -> Iterator[RunningRegistry]:
    """Serve pages from one host and the files from another."""
    files = tuple(files)
    write_files(directory / "store" / "files", files)
    with web_server(directory / "store", directory / "files.log") as store:
        port = store.rpartition(":")[2]
        write_pages(directory / "tree" / "simple", files, f"http://{SECOND_HOST}:{port}/files/")
        with web_server(directory / "tree", directory / "web.log") as root:
            name = "static, files elsewhere"
            yield RunningRegistry(name, f"{root}/simple/", None, None, None, directory / "web.log")
