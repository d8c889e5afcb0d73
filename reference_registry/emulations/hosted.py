"""Cloudsmith, Gemfury and Anaconda.org (little is documented; most answers are assumed) and TestPyPI (source code of Warehouse)."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request

from reference_registry.emulations.base import Emulation
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.uploads import Upload

SYNCHRONIZED = timedelta(seconds=3)


class Cloudsmith(Emulation):
    """A repository: an upload is taken, and looked at afterwards."""

    id, evidence = "cloudsmith", "2026-11-20"
    source = "https://github.com/cloudsmith-io/cloudsmith-cli"
    assumed = ("all-statuses", "late-index-as-with-deb-and-rpm")
    base, upload = "/public/acme/tools/python", "/-/upload/acme/tools/"
    realm = "cloudsmith"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """An entitlement token or an API key."""
        return self.user_of_token(password) if name in ("token", "__token__") else None

    def is_visible(self, file: StoredFile) -> bool:
        """When it has been looked at."""
        return self.clock() >= self.came(file) + SYNCHRONIZED


class Gemfury(Emulation):
    """An account: its URL is the index, and the token is the user name."""

    id, evidence = "gemfury", "2026-11-20"
    assumed = ("all-statuses",)
    access = Access.READ
    base, index, upload = "/acme", "", "/-/push"
    realm = "gemfury"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """The token takes the place of the user name."""
        return self.user_of_token(name)


class Anaconda(Emulation):
    """A channel with a token in its path, for reading."""

    id, evidence = "anaconda", "2026-11-20"
    source = "https://anaconda.com/docs/tools/anaconda-org/user-guide/packages/standard-python-packages"
    assumed = ("all-statuses",)
    access = Access.OPEN
    base, upload = "/t/alice-token-secret/acme", None
    seeded = (("seed-one", "1.0"), ("seed-two", "2.0"))


class TestPyPI(Emulation):
    """Warehouse: only __token__, 403 without a challenge for who may not upload, 400 for other bytes under a name that is there."""

    __test__ = False  # no test class
    id, evidence = "testpypi", "2026-08-21"
    source = "https://github.com/pypi/warehouse"
    base, upload = "", "/legacy/"
    json_keys = (
        "size",
        "upload-time",
        "versions",
        "requires-python",
        "yanked",
        "core-metadata",
        "provenance",
    )
    json_api_offered = True

    def json_version(self) -> str:
        """As the source code says."""
        return "1.4"

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        """Pages as Warehouse's templates write them: with version and status."""
        return super(Emulation, self).html_page(title, metas, lines)

    def html_status(self, project: Project) -> list[str]:
        """The status marker is always there."""
        return super(Emulation, self).html_status(project)

    def json_detail(self, request: Request, project: Project) -> Json:
        """All keys of the specification."""
        return super(Emulation, self).json_detail(request, project)

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        """What is unknown gets HTML."""
        try:
            return super().choose(accept, format_parameter)
        except Refused:
            return "text/html"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """Tokens only."""
        return self.user_of_token(password.strip()) if name == "__token__" else None

    def unauthorized(self) -> Refused:
        """403, and no challenge."""
        return Refused(403, "Invalid or non-existent authentication information.")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """The same bytes change nothing, others are refused."""
        if existing.digests == upload.content.digests:
            return self.accepted(upload)
        raise Refused(400, f"File already exists ({existing.filename!r}, with other content).")
