"""Real twine and uv: they publish, and what they published comes out as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from fixtures.clients import Clients, Home, Ran
from fixtures.fresh import Fresh
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution

SERVER_ERROR = re.compile(
    r"\b(HTTPError|Received|status code)\D{0,20}5\d\d\b|\b5\d\d (Server Error|Internal Server Error|Bad Gateway)"
)
ADVICE = (
    "run the command with --verbose and look at the answer; the areas upload-legacy and auth judge its parts"
)


def files(site: Site, home: Home, distributions: Sequence[Distribution]) -> list[Path]:
    """Write distributions where a client can upload them from; nothing leaves that does not bear the run's prefix."""
    paths = []
    for distribution in distributions:
        if why := site.http.guard(site.target.upload_url or "", distribution.name):
            raise NotReached(why)
        site.http.before_write(distribution.name)
        paths.append(home.files / distribution.filename)
        paths[-1].write_bytes(distribution.content)
    return paths


def judge_published(
    findings: Findings, registry: Registry, ran: Ran, distributions: Sequence[Distribution]
) -> None:
    """Judge that a client published, and that the files come out as they were."""
    if not findings.expect(
        ran.ok,
        expected=f"{ran.client} says that it published {', '.join(d.filename for d in distributions)}",
        got=ran.said,
        at=ran.command,
        why=f"users of {ran.client} can't publish",
        advice=ADVICE,
        reproduction=ran.command,
    ):
        return
    for distribution in distributions:
        listed = registry.wait_for(distribution.name, distribution.filename)
        answer = registry.file(listed, fresh=True) if listed else None
        findings.expect(
            answer is not None and answer.ok and answer.raw == distribution.content,
            expected=f"{distribution.filename} listed, and the same bytes",
            got=answer.said if answer else "not listed",
            at=answer or f"the page of {distribution.name}",
            why=f"{ran.client} said that it is published, and nobody can install it",
            advice="take the fields that the client sends; publish before the answer, or soon after it",
        )


@requirement("clients/twine-upload", "clients/twine-duplicate")
def test_twine_uploads(
    site: Site, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """twine uploads a wheel and an sdist; for a file that is there already it gets a success or a clear refusal."""
    wheel = fresh.wheel("twine", metadata_version="2.1", description="A description.\n")
    both = (wheel, fresh.sdist("", name=wheel.name))
    with clients.home() as home:
        paths = files(site, home, both)
        ran = clients.twine(home, *paths)
        judge_published(findings, registry, ran, both)
        if not ran.ok:
            findings.not_reached(f"the first upload failed: {ran.said}", "clients/twine-duplicate")
            return
        again = clients.twine(home, paths[0])
    findings.expect(
        again.ok or not SERVER_ERROR.search(again.text),
        expected=f"a success, or a refusal as a duplicate, for {wheel.filename} once more",
        got=again.said,
        at=again.command,
        why="twine repeats a server error five times and then fails",
        advice="answer 409, 400 with 'already exists', or 200 when the bytes are the same",
        requirement="clients/twine-duplicate",
        reproduction=again.command,
    )


@requirement("clients/uv-publish", "clients/uv-publish-check-url")
def test_uv_publishes(
    site: Site, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """uv publish uploads a wheel, and with --check-url sees that it is there already."""
    wheel = fresh.wheel("uv", metadata_version="2.1")
    with clients.home() as home:
        (path,) = files(site, home, (wheel,))
        ran = clients.uv_publish(home, str(path))
        judge_published(findings, registry, ran, (wheel,))
        if not ran.ok:
            findings.not_reached(f"the first upload failed: {ran.said}", "clients/uv-publish-check-url")
            return
        listed = registry.wait_for(wheel.name, wheel.filename)
        if listed is None or not listed.hashes:  # a link may be without a hash (PEP 503: SHOULD)
            findings.not_reached("the index gives no hash to compare with", "clients/uv-publish-check-url")
            return
        again = clients.uv_publish(home, "--check-url", site.target.base_url, str(path))
    findings.expect(
        again.ok,
        expected=f"uv sees that {wheel.filename} is there, and skips it",
        got=again.said,
        at=again.command,
        why="a release that was interrupted can't be completed by running the same command again",
        advice="list uploaded files at once, with the hash of their bytes",
        requirement="clients/uv-publish-check-url",
        reproduction=again.command,
    )
