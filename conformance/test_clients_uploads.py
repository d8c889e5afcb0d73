"""Real twine, uv, poetry, pdm, hatch and flit: they publish, and what they published comes out as it was."""

from __future__ import annotations

import re

import pytest

from conformance.judging.clients_scenes import each
from conformance.judging.uploading import REFUSED_TOO, WHEELS_ONLY, closed_to, ordinary_refused
from fixtures.clients import WRITING, Clients, Parcel, Sent
from fixtures.clients.places import has_keyring_command
from fixtures.fresh import Fresh
from fixtures.http import Credentials
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.verdicts import Findings, NotReached, requirement

SERVER_ERROR = re.compile(
    r"(?i)\b(http ?error|received|status code|server error)\D{0,20}5\d\d\b"
    r"|\b5\d\d (Server Error|Internal Server Error|Bad Gateway)"
)
ADVICE = (
    "run the command with --verbose and look at the answer; the areas upload-legacy and auth judge its parts"
)
ANYBODY = Credentials(
    "anybody", "anything"
)  # for registries that want no credentials: clients insist on having some
UPLOADS = {
    "twine": ("twine-upload", "twine-duplicate"),
    "uv": ("uv-publish", "uv-duplicate", "uv-publish-check-url"),
    "poetry": ("poetry-publish", "poetry-duplicate", "poetry-skip-existing"),
    "pdm": ("pdm-publish", "pdm-duplicate", "pdm-skip-existing"),
    "hatch": ("hatch-publish", "hatch-duplicate"),
    "flit": ("flit-publish", "flit-duplicate"),
}
UPLOADERS = pytest.mark.parametrize(
    "client",
    [
        pytest.param(client, id=client, marks=requirement(*(f"clients/{name}" for name in names)))
        for client, names in UPLOADS.items()
    ],
)


@UPLOADERS
def test_publishes(
    client: str, site: Site, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A client publishes a wheel and an sdist, is told about a file that is there already, and skips it where it can."""
    clients.ready(client)
    published, duplicate, *skipping = (f"clients/{name}" for name in UPLOADS[client])
    wheel = fresh.wheel(client, metadata_version="2.1", description="A description.\n")
    sdist = fresh.sdist("", name=wheel.name, metadata_version="2.1")
    both = (wheel,) if wheels_only(site) else (wheel, sdist)
    parcel = Parcel(both, registry.writer or ANYBODY)
    with clients.home() as home:
        sent = clients.publish(client, home, parcel)
        if not sent.ran.ok and fresh.uploads_worked and ordinary_refused(registry, fresh):
            raise NotReached(f"{REFUSED_TOO}: {sent.ran.said}")
        judge_published(findings, registry, sent, published)
        if not sent.ran.ok:
            findings.not_reached(f"the first upload failed: {sent.ran.said}", (duplicate, *skipping))
            return
        judge_duplicate(findings, clients.publish(client, home, parcel), duplicate)
        if not skipping:
            return
        if client == "uv" and not all(
            listed.hashes for file in both if (listed := registry.wait_for(file.name, file.filename))
        ):  # a link may be without a hash (PEP 503: SHOULD)
            findings.not_reached("the index gives no hash to compare with", skipping)
            return
        again = clients.publish(client, home, Parcel(both, parcel.who, skip_existing=True))
    findings.expect(
        again.ran.ok,
        expected=f"{client} sees that {wheel.filename} is there, and skips it",
        got=again.ran.said,
        at=again.ran.command,
        why="a release that was interrupted can't be completed by running the same command again",
        advice="list uploaded files at once, with the hash of their bytes; refuse a duplicate with 409, or 400 and 'already exists'",
        requirement=skipping,
        reproduction=again.ran.command,
    )


@each("upload-credentials", *WRITING)
def test_publishes_with_credentials(
    client: str, site: Site, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A client publishes with credentials from each of the places where it looks for those of a repository."""
    clients.ready(client)
    if registry.writer is None:
        raise NotReached("uploads need no credentials here")
    for place in WRITING[client]:
        who = site.prepared.token if place == "token" else registry.writer
        if who is None:
            findings.note("no API token is known: uploads with one are not judged")
        elif place == "keyring" and client == "uv" and not has_keyring_command():
            findings.note("no command can stand in for a keyring on this system")
        else:
            wheel = fresh.wheel(place)
            with clients.home() as home:
                sent = clients.publish(client, home, Parcel((wheel,), who, place))
                if not sent.ran.ok and fresh.uploads_worked and ordinary_refused(registry, fresh):
                    raise NotReached(f"{REFUSED_TOO}: {sent.ran.said}")
                judge_published(findings, registry, sent, place=place)


def wheels_only(site: Site) -> bool:
    """Whether the registry said in words that it takes no sdists, when the sample packages were uploaded (LV-47)."""
    attempts = site.prepared.published.attempts if site.prepared.published else ()
    told = (a.exchange.text for a in attempts if closed_to(a.distribution, a.exchange))
    return any(WHEELS_ONLY.search(text) for text in told)


def judge_published(
    findings: Findings, registry: Registry, sent: Sent, name: str = "", place: str = ""
) -> None:
    """Judge that a client published, and that the files come out as they were. `place` is where its credentials were."""
    ran, files = sent.ran, ", ".join(sent.files)
    if not findings.expect(
        ran.ok,
        expected=f"{ran.client} says that it published {files or 'what it built'}"
        + (f", with the credentials from the place {place}" if place else ""),
        got=ran.said,
        at=ran.command,
        why=f"users of {ran.client} can't publish",
        advice=ADVICE,
        requirement=name or (),
        reproduction=ran.command,
    ):
        return
    for filename, content in sent.files.items():
        listed = registry.wait_for(sent.name, filename)
        answer = registry.file(listed, fresh=True) if listed else None
        findings.expect(
            answer is not None and answer.ok and answer.raw == content,
            expected=f"{filename} listed, and the same bytes",
            got=answer.said if answer else "not listed",
            at=answer or f"the page of {sent.name}",
            why=f"{ran.client} said that it is published, and nobody can install it",
            advice="take the fields that the client sends; publish before the answer, or soon after it",
            requirement=name or (),
        )


def judge_duplicate(findings: Findings, again: Sent, name: str) -> None:
    """Judge that a client whose file is there already gets a success or a clear refusal, and no error of the server's."""
    findings.expect(
        again.ran.ok or not SERVER_ERROR.search(again.ran.text),
        expected=f"a success, or a refusal as a duplicate, for {', '.join(again.files)} once more",
        got=again.ran.said,
        at=again.ran.command,
        why="twine repeats a server error five times, and no client can tell what is wrong",
        advice="answer 409, 400 with 'already exists', or 200 when the bytes are the same",
        requirement=name,
        reproduction=again.ran.command,
    )
