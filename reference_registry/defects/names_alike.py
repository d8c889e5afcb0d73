"""Faults that take two names which are alike for one."""

from __future__ import annotations

import re

from reference_registry.model import Project, StoredFile
from reference_registry.switches import Defect

ROOM = 64


class LongNamesCut(Defect):
    """A name of more than 64 characters stands for every project whose name begins with these."""

    id = "names-cut-at-64"
    seen_by = ("names/other-names-other-projects",)
    areas = ("names", "consistency")

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        if len(project.name) <= ROOM:
            return files
        others = (
            p for p in self.store.projects() if p.name[:ROOM] == project.name[:ROOM] and p is not project
        )
        return [*files, *(file for other in others for file in super(LongNamesCut, self).listed_files(other))]


class NumberIsVersion(Defect):
    """The name ends where a hyphen and a number follow, so that the files of name-2 are shown for name as well."""

    id, source = "names-number-is-version", "https://github.com/pypiserver/pypiserver/issues/116"
    seen_by = ("names/other-names-other-projects",)
    areas = ("names", "consistency")

    def listed_files(self, project: Project) -> list[StoredFile]:
        numbered = re.compile(re.escape(project.name) + r"-\d+")
        others = (p for p in self.store.projects() if numbered.fullmatch(p.name))
        return [*super().listed_files(project), *(file for p in others for file in p.files.values())]
