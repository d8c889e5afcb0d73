"""Faults that show only where there is much of something."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.defects.simple_json import SPEC, WIDE
from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect

ROOM = 100
TEXT_COLUMN = 1 << 16  # bytes


class HundredFiles(Defect):
    """A page has room for a hundred files; those that came later are not listed."""

    id, source = "pages-of-hundred-files", SPEC
    seen_by = ("simple-html/no-pagination", "simple-json/no-pagination")
    areas = ("simple-html", "simple-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return super().listed_files(project)[:ROOM]


class HundredProjects(Defect):
    """The project list has room for a hundred projects, in the order of their names."""

    id, source = "list-of-hundred-projects", SPEC
    seen_by = ("simple-html/no-pagination", "simple-json/no-pagination")
    areas = WIDE

    def html_root(self, request: Request, projects: list[Project]) -> str:
        return super().html_root(request, projects[:ROOM])

    def json_root(self, request: Request, projects: list[Project]) -> Json:
        return super().json_root(request, projects[:ROOM])


class CutAtTextColumn(Defect):
    """Pages are kept in a text column and end after 64 KiB."""

    id, source = "pages-cut-at-64k", SPEC
    seen_by = ("simple-html/no-pagination", "simple-json/no-pagination")
    areas = WIDE

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        return super().page(request, chosen, text.encode()[:TEXT_COLUMN].decode("utf-8", "ignore"), serial)
