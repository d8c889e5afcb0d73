"""The same run id gives the same bytes, whoever builds, wherever."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from build import ProjectBuilder

from sample_packages import builder
from sample_packages.builder import build_all
from sample_packages.catalogue import catalogue
from sample_packages.model import Distribution
from sample_packages.source_tree import source_tree, write_files

Built = tuple[Distribution, ...]
ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, os, sys, pathlib
os.umask(int(sys.argv[3], 8))
from sample_packages.builder import build_all
made = build_all(sys.argv[1], pathlib.Path(sys.argv[2]))
print(json.dumps([[d.filename, d.sha256, d.form] for d in made]))
"""


def said(built: Built) -> list[list[object]]:
    return [[d.filename, d.sha256, [list(field) for field in d.form]] for d in built]


def test_two_builds_are_alike(built: Built, run_id: str, tmp_path: Path) -> None:
    assert build_all(run_id, tmp_path / "again") == built


@pytest.mark.parametrize(
    ("environment", "umask"),
    [
        ({"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}, "077"),
        ({"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "SOURCE_DATE_EPOCH": "1"}, "000"),
    ],
)
def test_surroundings_do_not_matter(
    built: Built, run_id: str, tmp_path: Path, environment: dict[str, str], umask: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, run_id, str(tmp_path), umask],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == said(built)


def test_another_run_shares_no_file_with_this_one(built: Built, tmp_path: Path) -> None:
    other = build_all("other000", tmp_path)
    assert not {d.filename for d in built} & {d.filename for d in other}
    assert not {d.sha256 for d in built} & {d.sha256 for d in other}


def test_build_gives_the_same_bytes_with_an_interpreter_for_each_hook(
    built: Built, run_id: str, tmp_path: Path
) -> None:
    """The long-lived worker changes the speed and nothing else."""
    (project,) = (p for p in catalogue(run_id) if p.key == "metadata-2-4")
    tree = tmp_path / "tree"
    write_files(tree, source_tree(project.name, project.purpose, project.releases[0]))
    maker = ProjectBuilder(tree)
    assert maker.get_requires_for_build("wheel") == maker.get_requires_for_build("sdist") == set()
    made = [
        Path(maker.build("wheel", tmp_path, {"wheel": "0"})).read_bytes(),
        Path(maker.build("sdist", tmp_path)).read_bytes(),
    ]
    assert made == [d.content for d in built if d.project_key == "metadata-2-4"]


def test_an_sdist_builds_into_the_wheel_of_its_release(built: Built, tmp_path: Path) -> None:
    wheel, sdist = (d for d in built if d.project_key == "console-script")
    with tarfile.open(fileobj=io.BytesIO(sdist.content)) as archive:
        archive.extractall(tmp_path, filter="data")
    maker = ProjectBuilder(tmp_path / sdist.filename.removesuffix(".tar.gz"))
    assert Path(maker.build("wheel", tmp_path)).read_bytes() == wheel.content
    prepared = Path(maker.metadata_path(tmp_path / "prepared"))
    assert (prepared / "METADATA").read_bytes() == wheel.metadata


def test_a_second_call_loads_what_the_first_one_built(
    built: Built, run_id: str, samples_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "HookRunner", None)
    assert build_all(run_id, samples_directory) == built


def test_a_damaged_set_is_built_anew(built: Built, run_id: str, tmp_path: Path) -> None:
    build_all(run_id, tmp_path)
    (home,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (home / built[0].filename).write_bytes(b"damaged")
    (home / built[1].filename).unlink()
    assert build_all(run_id, tmp_path) == built


def test_callers_at_the_same_time_get_one_set(built: Built, run_id: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: build_all(run_id, tmp_path), range(3)))
    assert results == [built] * 3
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_a_hook_that_fails_says_so(tmp_path: Path) -> None:
    from build import BuildBackendException

    from sample_packages.hook_runner import HookRunner

    write_files(tmp_path, {"pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "no.such"\n'})
    with HookRunner() as runner, pytest.raises(BuildBackendException, match="not available"):
        ProjectBuilder(tmp_path, runner=runner).build("sdist", tmp_path)
