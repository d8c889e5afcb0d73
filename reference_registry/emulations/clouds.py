"""AWS CodeArtifact and Google Artifact Registry (vendor documentation; reports of users)."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request

from reference_registry.emulations.base import Emulation
from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.names import normalize
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.uploads import Upload
from reference_registry.urls import Route

VALID = timedelta(hours=12)  # the longest that a token can be valid
SLOWEST = 2.0  # seconds until a file shows; the documents say: usually less than one, at times more


class CodeArtifact(Emulation):
    """A repository: user aws with a token that runs out, JSON of version 1.1, no list of projects."""

    id, evidence = "codeartifact", "2026-11-20"
    source = "https://docs.aws.amazon.com/codeartifact/latest/ug/python-compatibility.html"
    assumed = ("status-without-credentials", "realm", "upload-status", "latency")
    access = Access.READ
    base, upload = "/pypi/my-repo", "/"
    files_at = "{base}/simple/{project}/{version}/{filename}"
    realm = "codeartifact"
    json_keys = ("size", "upload-time", "versions", "requires-python", "yanked")

    def user_of_pair(self, name: str, password: str) -> User | None:
        """User aws with a token, for twelve hours after the token is first used."""
        owner = self.user_of_token(password) if name == "aws" else None
        if owner is None:
            return None
        first: datetime = self.memory.setdefault("token", self.clock())
        return owner if self.clock() - first < VALID else None

    def answer_root(self, request: Request, route: Route) -> Reply:
        """The list of projects is not supported."""
        raise self.not_found()

    def json_version(self) -> str:
        """As the documents say."""
        return "1.1"

    def file_link(self, request: Request, file: StoredFile) -> str:
        """Relative to the page."""
        return self.file_path(file).removeprefix(self.project_url(file.project))

    def is_visible(self, file: StoredFile) -> bool:
        """A part of the files shows a little later."""
        late = SLOWEST * int(file.digests.sha256[:2], 16) / 255
        return self.clock() >= self.came(file) + timedelta(seconds=late)

    def project_route(self, name: str) -> Route:
        """Names are kept in their normalized form."""
        return Route("project", (normalize(name),))


class Google(Emulation):
    """A repository: user oauth2accesstoken; a file that is there is refused in the body of a 400."""

    id, evidence = "google", "2026-11-20"
    source = "https://docs.astral.sh/uv/guides/integration/google/"
    assumed = ("everything-but-users-and-duplicates",)
    access = Access.READ
    base, upload = "/my-project/my-repo", "/"
    realm = "google"

    def user_of_pair(self, name: str, password: str) -> User | None:
        """An access token, or an encoded key file."""
        return self.user_of_token(password) if name in ("oauth2accesstoken", "_json_key_base64") else None

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        """Refused, also for the same bytes; the reason phrase tells nothing."""
        raise Refused(400, "requested entity already exists")
