"""What a started registry tells its user."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class RunningRegistry:
    """A real registry that runs on this machine with temporary data."""

    name: str
    url: str  # of the simple index; ends in "/"
    upload_url: str | None  # None: takes no uploads
    username: str | None  # None: asks nobody for credentials
    password: str | None
    log: Path

    @property
    def url_with_credentials(self) -> str:
        """The index URL with userinfo, as pip takes it."""
        parts = urlsplit(self.url)
        if self.username is None:
            return self.url
        return urlunsplit(parts._replace(netloc=f"{self.username}:{self.password}@{parts.netloc}"))
