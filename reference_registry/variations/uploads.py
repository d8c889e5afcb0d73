"""Legal oddities of uploads and deletion."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.uploads import Upload
from reference_registry.urls import Route


class Duplicate400(Variation):
    """A second upload of a filename is refused with 400, also when the bytes are the same."""

    id = "duplicate-400"
    source = "https://docs.pypi.org/api/upload/"

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(400, "File already exists.")


class Duplicate403(Variation):
    """A second upload of a filename is refused with 403, also when the bytes are the same."""

    id = "duplicate-403"
    source = "https://docs.astral.sh/uv/guides/package/"

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(403, "Not enough permissions to overwrite artifact: it already exists.")


class Duplicate409(Variation):
    """A second upload of a filename is refused with 409, also when the bytes are the same."""

    id = "duplicate-409"
    source = "https://github.com/astral-sh/uv/issues/8817"

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        raise Refused(409, "File already exists.")


class DeletedNamesAreGone(Variation):
    """A filename that was deleted can't be uploaded again."""

    id = "deleted-names-are-gone"
    source = "https://pypi.org/help/#file-name-reuse"

    def check_digests(self, upload: Upload) -> None:
        super().check_digests(upload)
        if upload.content.filename in self.memory.get("deleted", ()):
            raise Refused(400, "This filename was deleted and can't be used again.")

    async def answer_admin(self, request: Request, route: Route) -> Reply:
        before = self._filenames()
        reply = await super().answer_admin(request, route)
        self.memory["deleted"] = self.memory.get("deleted", frozenset()) | (before - self._filenames())
        return reply

    def _filenames(self) -> frozenset[str]:
        return frozenset(filename for project in self.store.projects() for filename in project.files)
