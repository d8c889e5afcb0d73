"""The emulated products: what a user types for each, and what is to come of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.emulations.emulated import Emulated, emulated, hurried

TOKEN = ("--registry-token", "alice-token-secret")
ALICE = ("--registry-username", "alice", "--registry-password", "alice-secret")
ADMIN = ("--registry-username", "admin", "--registry-password", "admin-secret")
UPLOAD = "UPLOAD"  # stands for the upload URL of the emulation


@dataclass(frozen=True)
class Case:
    """A product: its emulation, what the user types, and what is to come of it."""

    emulation: str
    words: tuple[str, ...]
    profile: str = ""  # when it is not named as the emulation
    user: str = ""
    writes: bool = True
    cleans: bool = True
    waits: bool = False  # whether its clock is put forward

    @property
    def found(self) -> str:
        """The profile that is to be found."""
        return self.profile or self.emulation

    @contextmanager
    def running(self) -> Iterator[tuple[Emulated, list[str]]]:
        """Run it; gives also the words of a run of the suite against it."""
        with emulated(self.emulation) as running:
            typed = [running.upload or "" if word == UPLOAD else word for word in self.words]
            words = ["--registry-url", running.simple, "--registry-clients", "none", *typed]
            if not self.waits:
                yield running, words
                return
            with hurried(running):
                yield running, words


def named(profile: str, *words: str) -> tuple[str, ...]:
    """For hosts that only the vendor has, and for what URL and answers can't tell."""
    return ("--registry-profile", profile, *words)


def hosted(profile: str, *words: str) -> tuple[str, ...]:
    """The same for what takes uploads at another host, here at another path."""
    return named(profile, "--registry-upload-url", UPLOAD, *words)


CASES = (
    Case("artifactory", ADMIN, user="admin", waits=True),
    Case("artifactory-hidden", ALICE, "artifactory", "alice", waits=True),
    Case("artifactory-json", ADMIN, "artifactory", "admin", waits=True),
    Case("artifactory-remote", named("artifactory-remote", *TOKEN), writes=False),
    Case("artifactory-virtual", named("artifactory-virtual", *TOKEN), writes=False),
    Case("nexus", ALICE, user="alice"),
    Case("nexus-overwrite", ALICE, "nexus", "alice"),
    Case("nexus-group", named("nexus-group", *ALICE), user="alice", writes=False),
    Case("nexus-proxy", named("nexus-proxy", *ALICE), user="alice", writes=False),
    Case("proget", TOKEN, user="api"),
    Case("azure", TOKEN, user="__token__"),
    Case("codeartifact", hosted("codeartifact", *TOKEN), user="aws", cleans=False),
    Case("google", hosted("google", *TOKEN), user="oauth2accesstoken", cleans=False),
    Case("gitlab", TOKEN, user="__token__"),
    Case("gitlab-json", TOKEN, "gitlab", "__token__"),
    Case("gitlab-group", TOKEN, user="__token__", writes=False),
    Case("gitea", named("gitea", *ALICE), user="alice"),
    Case("forgejo", named("forgejo", *ALICE), user="alice"),
    Case("pulp", ALICE, user="alice", cleans=False),
    Case("cloudsmith", hosted("cloudsmith", *TOKEN), user="__token__", cleans=False),
    Case("gemfury", hosted("gemfury", *TOKEN), cleans=False),
    Case(
        "testpypi",
        hosted("testpypi", "--registry-allow-public-writes", *TOKEN),
        user="__token__",
        cleans=False,
    ),
    Case("anaconda", named("anaconda"), writes=False),
    Case("pytorch", named("pytorch"), writes=False),
    Case("pytorch-nightly", named("pytorch"), "pytorch", writes=False),
)
