"""pip and uv install the samples without network, and what they install can be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from sample_packages.catalogue import catalogue
from sample_packages.forge import forge_sdist, forge_wheel
from sample_packages.model import Distribution

Built = tuple[Distribution, ...]
NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "UV_OFFLINE": "1",
}
SDISTS_FOR_PIP = (
    "metadata-2-1",
    "metadata-2-2",
    "unnormalized",
    "several-wheels",
)  # pip needs a second for each
UNFIT = ("1.1", "2.0", "3.0")  # releases of `requires-python` that fit no Python of today


def run(command: Sequence[str], **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, **NO_NETWORK, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def fits(d: Distribution) -> bool:
    if d.project_key == "requires-python" and d.version in UNFIT:
        return False
    return d.kind == "sdist" or bool(parse_wheel_filename(d.filename)[3] & frozenset(sys_tags()))


def one_of_each(built: Built, kind: str) -> list[Distribution]:
    """The first file of a kind of each project."""
    return list({d.project_key: d for d in reversed(built) if d.kind == kind and fits(d)}.values())


def import_all(installed: Sequence[Distribution], target: Path) -> None:
    lines = [
        f"import {d.module}; assert {d.module}.__version__ == {d.version!r}, {d.module!r}" for d in installed
    ]
    run(["timeit", "-n1", "-r1", *lines], PYTHONPATH=str(target))


def test_pip_installs_a_wheel_of_every_project(built: Built, built_files: Path, tmp_path: Path) -> None:
    chosen = one_of_each(built, "wheel")
    paths = [str(built_files / d.filename) for d in chosen]
    run(["pip", "install", "--no-deps", "--target", str(tmp_path), *paths])
    import_all(chosen, tmp_path)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_uv_installs_one_of_every_project(built: Built, built_files: Path, tmp_path: Path, kind: str) -> None:
    chosen = one_of_each(built, kind)
    where = ["--no-deps", "--no-cache", "--python", sys.executable, "--target", str(tmp_path)]
    run(["uv", "pip", "install", *where, *(str(built_files / d.filename) for d in chosen)])
    import_all(chosen, tmp_path)


def test_pip_installs_sdists_in_isolation(built: Built, built_files: Path, tmp_path: Path) -> None:
    chosen = [d for d in one_of_each(built, "sdist") if d.project_key in SDISTS_FOR_PIP]
    assert len(chosen) == len(SDISTS_FOR_PIP)
    run(
        [
            "pip",
            "install",
            "--no-deps",
            "--target",
            str(tmp_path),
            *(str(built_files / d.filename) for d in chosen),
        ]
    )
    import_all(chosen, tmp_path)


@pytest.mark.parametrize(
    ("key", "options", "expected"),
    [
        ("requires-python", [], "1.0"),
        ("pre-and-final", [], "1.0"),
        ("pre-and-final", ["--pre"], "2.0rc1"),
        ("only-pre", [], "1.0rc2"),
        ("epoch", [], "1!0.5"),
        ("numeric-order", [], "1.10"),
        ("post-latest", [], "1.0.post2"),
        ("unnormalized", [], "1.5.6"),
        ("local", [], "1.0+ubuntu.2"),
    ],
)
def test_pip_chooses_the_version_that_the_project_was_made_for(
    key: str, options: list[str], expected: str, built_files: Path, run_id: str
) -> None:
    (project,) = (p for p in catalogue(run_id) if p.key == key)
    found = f"{built_files}"
    said = run(
        ["pip", "install", "--dry-run", "--ignore-installed", "--find-links", found, *options, project.name]
    )
    chosen = said.strip().splitlines()[-1].removeprefix(f"Would install {project.normalized}-")
    assert Version(chosen) == Version(expected)


def test_dependencies_and_extras_resolve_within_the_run(
    built_files: Path, run_id: str, tmp_path: Path
) -> None:
    (project,) = (p for p in catalogue(run_id) if p.key == "extras")
    found = str(built_files)
    run(
        [
            "pip",
            "install",
            "--find-links",
            found,
            "--target",
            str(tmp_path),
            f"{project.name}[more,even_more]",
        ]
    )
    installed = {path.name.split("-")[0] for path in tmp_path.glob("*.dist-info")}
    start = project.module.removesuffix("extras")
    assert installed == {start + part for part in ("extras", "dependency", "normalized", "console_script")}
    script = tmp_path / "bin" / f"rct-{run_id}-console-script"
    assert (
        "1.0"
        in subprocess.run(
            [sys.executable, script],
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
    )


def test_forged_files_install_too(tmp_path: Path) -> None:
    target = tmp_path / "target"
    forged = [
        forge_wheel("rct-forged-wheel", "1.0rc1", vendored=True),
        forge_sdist("rct-forged-sdist", "2.0"),
    ]
    for d in forged:
        (tmp_path / d.filename).write_bytes(d.content)
    run(
        [
            "pip",
            "install",
            "--no-deps",
            "--target",
            str(target),
            *(str(tmp_path / d.filename) for d in forged),
        ]
    )
    import_all(forged, target)
