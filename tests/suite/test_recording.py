"""A recorded run is judged again without the registry, with the same verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import Ran, run_suite
from tests.servers.started import Servers

PART = "conformance/test_hashes.py conformance/test_hashes_json.py conformance/test_names.py conformance/test_yank.py"


def both(tmp_path: Path, *words: str, workers: str = "0", checks: str = PART) -> tuple[Ran, Ran]:
    """Run and record; then judge the recording."""
    file = tmp_path / "run.tape"
    xdist = ["-n", workers]
    first = run_suite(tmp_path / "first", *words, *xdist, "--registry-record", str(file), checks=checks)
    assert file.is_file(), first.text
    again = run_suite(tmp_path / "again", *xdist, "--registry-replay", str(file), checks=checks)
    return first, again


def assert_same(first: Ran, again: Ran) -> None:
    assert again.verdicts == first.verdicts
    assert again.exit_code == first.exit_code
    assert first.report is not None
    assert again.report is not None
    prints = [
        {finding.fingerprint for row in report.requirements for finding in row.findings}
        for report in (first.report, again.report)
    ]
    assert prints[0] == prints[1]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_embedded_registry(tmp_path: Path, workers: str) -> None:
    first, again = both(tmp_path, "--registry-demo", "hashes-json-base64", workers=workers)
    assert first.exit_code == 1, first.text
    assert_same(first, again)


@pytest.mark.real_registries
@pytest.mark.parametrize("name", ["devpi", "pypiserver"])
def test_real_registries(tmp_path: Path, servers: Servers, name: str) -> None:
    registry = servers.get(name)
    words = ["--registry-url", registry.url_with_credentials]
    if registry.upload_url:
        words += ["--registry-upload-url", registry.upload_url]
    first, again = both(tmp_path, *words)
    assert first.report is not None, first.text
    assert not first.report.target.read_only, first.text
    assert_same(first, again)
    assert registry.password is not None
    assert registry.password.encode() not in _unpacked(tmp_path / "run.tape")


def test_a_read_only_run(tmp_path: Path, servers: Servers) -> None:
    first, again = both(tmp_path, "--registry-url", servers.get("static").url, "--registry-read-only")
    assert first.exit_code == 0, first.text
    assert_same(first, again)


def _unpacked(file: Path) -> bytes:
    import gzip

    return gzip.decompress(file.read_bytes())
