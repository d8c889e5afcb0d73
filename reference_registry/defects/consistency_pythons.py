"""Faults in which files show their Python versions."""

from __future__ import annotations

from dataclasses import replace

from reference_registry.model import Project, StoredFile
from reference_registry.switches import Defect


class PythonsLost(Defect):
    """Base: some files show no Python versions."""

    seen_by = ("consistency/requires-python-of-all",)
    areas = ("consistency", "clients", "simple-html", "simple-json", "metadata", "pypi-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(file, requires_python=None) if self.loses(file) else file
            for file in super().listed_files(project)
        ]

    def loses(self, file: StoredFile) -> bool:
        """Whether this file does not show them."""
        return False


class OfWheelsOnly(PythonsLost):
    """Sdists show no Python versions."""

    id = "requires-python-wheels-only"

    def loses(self, file: StoredFile) -> bool:
        return file.filetype == "sdist"


class OfPureWheelsOnly(PythonsLost):
    """Wheels for one platform show no Python versions."""

    id = "requires-python-pure-only"

    def loses(self, file: StoredFile) -> bool:
        return file.filetype == "bdist_wheel" and "none-any" not in file.filename


class OfLiveFilesOnly(PythonsLost):
    """Yanked files show no Python versions."""

    id = "requires-python-live-only"

    def loses(self, file: StoredFile) -> bool:
        return file.yanked
