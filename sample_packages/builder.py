"""Builds the sample packages with `build`, once per run id, into a directory that later callers load."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

from packaging.metadata import parse_email

from sample_packages import backend
from sample_packages import source_tree as writing
from sample_packages.catalogue import catalogue
from sample_packages.form import upload_form
from sample_packages.hook_runner import HookRunner
from sample_packages.model import Distribution, Kind, SampleProject, SampleRelease
from sample_packages.naming import normalize
from sample_packages.source_tree import source_tree, write_files

INDEX = "index.json"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory (Filesystem Hierarchy Standard 3.0 annex, shm(7))
ROOM = 32 * 1024 * 1024  # bytes; trees and archives of all samples take 13 MiB
WORKERS = 2  # hooks that run at the same time; more than two cores would not pay for another worker's start
PATIENCE = 60.0  # seconds to wait for another process that builds the same samples


@dataclass(frozen=True)
class BuiltFile:
    """A row of the index of a built set."""

    project_key: str
    filename: str
    kind: Kind
    sha256: str


@contextmanager
def workshop() -> Iterator[Path]:
    """Give a directory to build in that is gone afterwards: in memory where there is room, as a thousand small files take a disk longer."""
    place = IN_MEMORY if _has_room(IN_MEMORY) else None
    with tempfile.TemporaryDirectory(prefix="registry-conformance-", dir=place) as directory:
        yield Path(directory)


def _has_room(directory: Path) -> bool:
    try:
        return os.access(directory, os.W_OK | os.X_OK) and shutil.disk_usage(directory).free > ROOM
    except OSError:
        return False


def build_all(run_id: str, directory: Path) -> tuple[Distribution, ...]:
    """Build every sample of the run below `directory`, or load what an earlier call built there; in the order of the catalogue."""
    built = dict(build_each(run_id, directory))
    return tuple(chain.from_iterable(built[project.key] for project in catalogue(run_id)))


def build_each(run_id: str, directory: Path) -> Iterator[tuple[str, tuple[Distribution, ...]]]:
    """Build as `build_all` does, and give each project's key and files as soon as they are there, those with many files first.

    The set appears under its name all at once or not at all, so many processes may call this at the same time.
    """
    projects = catalogue(run_id)
    directory.mkdir(parents=True, exist_ok=True)
    home = directory / f"samples-{run_id}-{_fingerprint(projects)}"
    loaded = _load(home)
    if loaded is None:
        with _one_at_a_time(directory / f"samples-{run_id}.lock"):
            loaded = _load(home)
            if loaded is None:
                yield from _build(projects, home)
    if loaded is not None:
        for project in projects:
            yield project.key, tuple(made for made in loaded if made.project_key == project.key)


def _fingerprint(projects: tuple[SampleProject, ...]) -> str:
    """Tell sets apart that another version of the suite built for the same run id."""
    sources = [Path(path).read_bytes() for path in (backend.__file__, writing.__file__)]
    return hashlib.sha256(repr(projects).encode() + b"".join(sources)).hexdigest()[:12]


def _build(projects: tuple[SampleProject, ...], home: Path) -> Iterator[tuple[str, tuple[Distribution, ...]]]:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home.parent, prefix="building-")))
        free: SimpleQueue[HookRunner] = SimpleQueue()
        for _ in range(WORKERS):
            free.put(stack.enter_context(HookRunner()))
        pool = stack.enter_context(ThreadPoolExecutor(WORKERS, thread_name_prefix="build"))
        built = scratch / "built"
        long_first = sorted(projects, key=_files, reverse=True)
        rows: dict[str, list[BuiltFile]] = {}
        for project, made in zip(
            long_first,
            pool.map(lambda project: _build_project(project, scratch, built, free), long_first),
            strict=True,
        ):
            rows[project.key] = [row for row, _ in made]
            yield project.key, tuple(distribution for _, distribution in made)
        index = [asdict(row) for project in projects for row in rows[project.key]]
        (built / INDEX).write_text(json.dumps(index), "utf-8")
        _put_in_place(built, home)


def _files(project: SampleProject) -> int:
    return sum(len(release.wheels) + release.sdist for release in project.releases)


def _build_project(
    project: SampleProject, scratch: Path, built: Path, free: SimpleQueue[HookRunner]
) -> list[tuple[BuiltFile, Distribution]]:
    runner = free.get()  # there are as many as threads
    try:
        made: list[tuple[BuiltFile, Distribution]] = []
        for number, release in enumerate(project.releases):
            tree = scratch / f"{project.key}-{number}"
            write_files(tree, source_tree(project.name, project.purpose, release))
            made += _build_release(project, release, tree, built, runner)
        return made
    finally:
        free.put(runner)


def _build_release(
    project: SampleProject, release: SampleRelease, tree: Path, built: Path, runner: HookRunner
) -> Iterator[tuple[BuiltFile, Distribution]]:
    from build import ProjectBuilder  # here, because a session that finds its samples built does not need it

    builder = ProjectBuilder(tree, runner=runner)
    for number, _ in enumerate(release.wheels):
        yield _made(project, Path(builder.build("wheel", built, {"wheel": str(number)})), "wheel")
    if release.sdist:
        yield _made(project, Path(builder.build("sdist", built)), "sdist")


def _made(project: SampleProject, path: Path, kind: Kind) -> tuple[BuiltFile, Distribution]:
    content = path.read_bytes()
    row = BuiltFile(project.key, path.name, kind, hashlib.sha256(content).hexdigest())
    return row, _distribution(row, content)


def _put_in_place(built: Path, home: Path) -> None:
    try:
        built.rename(home)
    except (
        OSError
    ):  # something is there that could not be loaded: a set that was damaged, or one just finished
        if _load(home) is not None:
            return
        shutil.rmtree(home)
        built.rename(home)


def _load(home: Path) -> tuple[Distribution, ...] | None:
    """Load a built set; None when it is not there or not what was built."""
    try:
        rows = [BuiltFile(**row) for row in json.loads((home / INDEX).read_text("utf-8"))]
        contents = [(home / row.filename).read_bytes() for row in rows]
    except (OSError, ValueError, TypeError):
        return None
    if any(hashlib.sha256(data).hexdigest() != row.sha256 for row, data in zip(rows, contents, strict=True)):
        return None
    return tuple(_distribution(row, data) for row, data in zip(rows, contents, strict=True))


def _distribution(row: BuiltFile, content: bytes) -> Distribution:
    metadata = wheel_metadata(content) if row.kind == "wheel" else sdist_metadata(content)
    raw = parse_email(metadata)[0]
    python_tag = row.filename.removesuffix(".whl").split("-")[-3] if row.kind == "wheel" else "source"
    return Distribution(
        project_key=row.project_key,
        name=raw["name"],
        normalized=normalize(raw["name"]),
        version=raw["version"],
        filename=row.filename,
        kind=row.kind,
        content=content,
        metadata=metadata,
        metadata_version=raw["metadata_version"],
        requires_python=raw.get("requires_python"),
        form=upload_form(metadata, row.kind, python_tag),
    )


def wheel_metadata(content: bytes) -> bytes:
    """Read METADATA from the dist-info at the root of a wheel."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        at_root = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
        return archive.read(next(at_root))


def sdist_metadata(content: bytes) -> bytes:
    """Read PKG-INFO from the top directory of an sdist."""
    with tarfile.open(fileobj=BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith("/PKG-INFO") and member.name.count("/") == 1:
                return file.read()
    raise LookupError("the sdist has no PKG-INFO")


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Keep other processes from doing the same work. It only saves time: without it the result is the same."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with lock.open("w") as file:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.02)
        yield
