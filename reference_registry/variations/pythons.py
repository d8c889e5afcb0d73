"""Legal ways to show the Python versions that files ask for."""

from __future__ import annotations

from dataclasses import replace

from reference_registry.model import Project, StoredFile
from reference_registry.switches import Variation

PEP_643 = "https://peps.python.org/pep-0643/"
OLD = (b"Metadata-Version: 1.", b"Metadata-Version: 2.0", b"Metadata-Version: 2.1")


class OfTheRelease(Variation):
    """All files show the Python versions that the first upload of their release told, as on PyPI."""

    id, source = "requires-python-of-release", "https://docs.pypi.org/api/json/"

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(file, requires_python=self.of_release(project, file))
            for file in super().listed_files(project)
        ]

    def of_release(self, project: Project, file: StoredFile) -> str | None:
        """What the form of the release's first upload asked for."""
        return next(iter(project.releases[file.version].form.get("requires_python", ())), None)


class NotOfOldSdists(Variation):
    """Sdists whose metadata can't be relied on, old or partly dynamic ones, show no Python versions."""

    id, source = "requires-python-reliable-only", PEP_643

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(file, requires_python=None) if self.is_vague(file) else file
            for file in super().listed_files(project)
        ]

    def is_vague(self, file: StoredFile) -> bool:
        """Whether this is an sdist from before version 2.2, or with fields that its wheel will tell."""
        return file.filetype == "sdist" and (file.metadata is None or file.metadata.startswith(OLD))
