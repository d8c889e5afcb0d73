"""An index without a list of projects is legal (LV-08): it is judged by the projects that the user names."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.running import run_suite
from tests.scripted import plain, scripted

PAGE = b"<!DOCTYPE html><html><body><a href='/f/x-1.0.tar.gz'>x-1.0.tar.gz</a></body></html>"


def rootless(head: bytes, connection: socket.socket) -> None:
    known = head.split(b" ")[1] in (b"/simple/x/", b"/f/x-1.0.tar.gz")
    connection.sendall(plain(body=PAGE, content_type="text/html") if known else plain("404 Not Found"))


def test_named_projects_are_judged(tmp_path: Path) -> None:
    with scripted(rootless) as server:
        words = ["--registry-url", server.url + "simple/", "--registry-project", "x"]
        ran = run_suite(
            tmp_path, *words, checks="conformance/test_names.py conformance/test_simple_html_root.py"
        )
    assert ran.verdict("names/project-url-format") == "held", ran.text
    assert "sample:   1 projects (named by the user): x" in ran.out
    assert "MUST" not in [level for name, level in ran.broken.items() if "root" in name], ran.broken


def test_without_a_name_the_next_step_is_told(tmp_path: Path) -> None:
    with scripted(rootless) as server:
        ran = run_suite(
            tmp_path, "--registry-url", server.url + "simple/", checks="conformance/test_names.py"
        )
    assert ran.exit_code == 6
    assert "--registry-project" in ran.err
