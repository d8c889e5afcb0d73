"""A reference registry with one defect on, filled with a few projects that clients then ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import httpx

from fixtures.multipart import encode
from fixtures.registry import upload_parts
from sample_packages.forge import forge_sdist, forge_wheel
from sample_packages.model import Distribution
from tests.reference import ADMIN, ALICE, reference

DEADLINE = 20.0  # seconds for one request


@dataclass(frozen=True)
class World:
    """A running registry, and whether what was to be published got there."""

    simple: str
    upload: str
    private: bool  # whether reading needs credentials
    refused: tuple[str, ...]  # file names whose upload was refused

    @property
    def index(self) -> str:
        """The URL that clients are given; with the credentials when reading needs them."""
        if not self.private:
            return self.simple
        return self.simple.replace("://", f"://{ALICE[0]}:{ALICE[1]}@", 1)


@cache
def published() -> tuple[Distribution, ...]:
    """What is there before the clients come. Names in odd spellings, dependencies, a pre-release, a release that is too new."""
    return (
        forge_wheel(
            "impact-app", "1.0", requires_dist=("Impact.Lib_Two>=1",), files={"impact_app_data.txt": "1"}
        ),
        forge_wheel("Impact.Lib_Two", "1.0", requires_python=">=3.8"),
        forge_sdist("Impact.Lib_Two", "1.0", requires_python=">=3.8"),
        forge_wheel("Impact.Lib_Two", "1.1", requires_python=">=3.99"),
        forge_wheel("impact-pre", "1.0"),
        forge_wheel("impact-pre", "2.0rc1"),
        forge_wheel("impact-yanked", "1.1"),
        forge_wheel("impact-yanked", "1.2"),
        forge_wheel("impact-local", "1.0+local.1"),
        forge_sdist("impact-source", "1.0"),
    )


@cache
def brought() -> tuple[Distribution, ...]:
    """What twine brings."""
    return forge_wheel("impact-new", "1.0"), forge_sdist("impact-new", "1.0")


@contextmanager
def world(switches: Sequence[str], *, private: bool) -> Iterator[World]:
    """Run and fill the registry for the length of the block."""
    with reference(*(word for name in switches for word in ("--switch", name))) as running:
        told = dict(running.urls)
        yield World(told["simple"], told["upload"], private, _fill(told))


def _fill(told: dict[str, str]) -> tuple[str, ...]:
    refused = []
    with httpx.Client(timeout=DEADLINE, trust_env=False) as http:
        for distribution in published():
            content_type, body = encode(upload_parts(distribution))
            try:
                answer = http.post(
                    told["upload"], content=body, headers={"Content-Type": content_type}, auth=ALICE
                )
                good = answer.is_success
            except httpx.HTTPError:
                good = False
            refused += [] if good else [distribution.filename]
        yank = {"project": "impact-yanked", "version": "1.2", "reason": "it is broken"}
        with contextlib.suppress(httpx.HTTPError):
            http.post(told["admin"] + "yank", json=yank, auth=ADMIN)
    return tuple(refused)


def is_served(there: World, distribution: Distribution) -> bool:
    """Whether a file is listed on its project page, however that looks."""
    headers = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"}
    url = f"{there.simple}{distribution.name}/"
    try:
        with httpx.Client(timeout=DEADLINE, trust_env=False, follow_redirects=True) as http:
            return distribution.filename in http.get(url, headers=headers, auth=ALICE).text
    except httpx.HTTPError:
        return False
