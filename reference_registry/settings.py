"""What a registry is told when it starts: where it listens, who may do what, which switches are on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MEBIBYTE = 1024 * 1024


class Access(StrEnum):
    """Who needs credentials: nobody, those who upload, or everybody."""

    OPEN = "open"
    UPLOAD = "upload"
    READ = "read"


class Role(StrEnum):
    """What a user may do. Each role may also do what the later ones may."""

    ADMIN = "admin"
    UPLOADER = "uploader"
    READER = "reader"


@dataclass(frozen=True)
class User:
    """Somebody with a password."""

    name: str
    password: str = field(repr=False)
    role: Role = Role.UPLOADER


@dataclass(frozen=True)
class Token:
    """An API token; its bearer acts as the owner."""

    secret: str = field(repr=False)
    owner: User
    revoked: bool = False  # it worked once


@dataclass(frozen=True)
class Limits:
    """Bounds on what one upload may cost, in bytes."""

    file: int = 256 * MEBIBYTE
    text: int = 16 * MEBIBYTE
    fields: int = 20_000
    metadata: int = 8 * MEBIBYTE
    unpacked: int = 1024 * MEBIBYTE


@dataclass(frozen=True)
class Settings:
    """Everything that is fixed while a registry runs."""

    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    prefix: str = ""  # path in front of every route, for example "/team/pypi"
    access: Access = Access.UPLOAD
    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()
    limits: Limits = Limits()
    data: Path | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port under which the registry knows itself."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


ADMIN = User("admin", "admin-secret", Role.ADMIN)
ALICE = User("alice", "alice-secret", Role.UPLOADER)
BOB = User("bob", "bob-secret", Role.UPLOADER)
READER = User("reader", "reader-secret", Role.READER)
DEFAULT_USERS = (ADMIN, ALICE, BOB, READER)
DEFAULT_TOKENS = (Token("alice-token-secret", ALICE), Token("alice-revoked-secret", ALICE, revoked=True))
