"""Where files and projects are kept.

Readers see immutable projects; writers replace a whole project under one lock, after its file is safely on disk. So a reader
never sees half an upload, and two uploads of one file leave exactly one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from packaging.version import Version

from reference_registry.model import Project, Release, StoredFile


class Duplicate(Exception):  # noqa: N818
    """The filename is taken. Carries the file that has it."""

    def __init__(self, existing: StoredFile) -> None:
        super().__init__(existing.filename)
        self.existing = existing


class Store:
    """Projects in memory, files in a directory that is removed at the end."""

    def __init__(self, directory: Path | None = None) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        self.directory = Path(tempfile.mkdtemp(prefix="reference-registry-", dir=directory))
        self.blobs = self.directory / "blobs"
        self.blobs.mkdir()
        self.lock = threading.RLock()
        self.serial = 0
        self._projects: dict[str, Project] = {}

    def close(self) -> None:
        """Remove everything that was stored."""
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- reading

    def projects(self) -> list[Project]:
        """All projects, ordered by normalized name."""
        snapshot = list(self._projects.values())  # in one step, while writers go on
        return sorted(snapshot, key=lambda project: project.name)

    def project(self, name: str) -> Project | None:
        """The project with this normalized name."""
        return self._projects.get(name)

    # -- writing

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A path for bytes that are not published yet; whatever is still there at the end is removed."""
        path = self.directory / f"incoming-{uuid4().hex}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def publish(
        self,
        file: StoredFile,
        incoming: Path,
        new: Project,
        release: Release,
        admit: Callable[[Project], None],
    ) -> StoredFile:
        """Make one file visible, together with its project and release if they are new.

        `admit` is asked about the project as it is at this moment; somebody else may have created it meanwhile.
        """
        with self.lock:
            project = self._projects.get(file.project) or new
            admit(project)
            existing = project.files.get(file.filename)
            if existing is not None:
                raise Duplicate(existing)
            path = self.blobs / uuid4().hex
            os.link(incoming, path)
            version = known_version(project, release.version)
            stored = replace(file, path=path, version=version)
            releases = dict(project.releases)
            releases.setdefault(version, replace(release, version=version))
            self._save(replace(project, files={**project.files, file.filename: stored}, releases=releases))
            return stored

    def change_project(self, name: str, change: Callable[[Project], Project]) -> Project | None:
        """Replace one project by what `change` makes of it; None when there is no such project."""
        with self.lock:
            project = self._projects.get(name)
            return None if project is None else self._save(change(project))

    def change_files(
        self, name: str, filenames: set[str], change: Callable[[StoredFile], StoredFile]
    ) -> None:
        """Replace some files of one project."""

        def changed(project: Project) -> Project:
            files = {k: change(f) if k in filenames else f for k, f in project.files.items()}
            return replace(project, files=files)

        self.change_project(name, changed)

    def delete_project(self, name: str) -> None:
        """Forget a project and remove its files."""
        with self.lock:
            project = self._projects.pop(name)
            self.serial += 1
        self._unlink(list(project.files.values()))

    def delete_files(self, name: str, filenames: set[str], version: str | None = None) -> None:
        """Forget some files, and with them the release if `version` names one."""
        with self.lock:
            project = self._projects[name]
            gone = [file for key, file in project.files.items() if key in filenames]
            files = {key: file for key, file in project.files.items() if key not in filenames}
            releases = {key: release for key, release in project.releases.items() if key != version}
            self._save(replace(project, files=files, releases=releases))
        self._unlink(gone)

    def _save(self, project: Project) -> Project:
        self.serial += 1
        saved = replace(project, serial=self.serial)
        self._projects[project.name] = saved
        return saved

    @staticmethod
    def _unlink(files: list[StoredFile]) -> None:
        for file in files:
            file.path.unlink(missing_ok=True)


def known_version(project: Project, version: str) -> str:
    """The spelling under which the project already has this version, else the given one (1.0 and 1.0.0 are one release)."""
    wanted = Version(version)
    return next((known for known in project.releases if Version(known) == wanted), version)
