"""What the checks about interruptions share: a file worth interrupting, the fault proxy in front of the registry, requests side by side."""

from __future__ import annotations

import contextvars
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from conformance.judging.reading import by_name
from fixtures.download import CountingClock, Download, Policy, download
from fixtures.exchange import Exchange, Headers, origin
from fixtures.faults import OWN_BODY, FaultProxy, Rule
from fixtures.http import Credentials, Http
from fixtures.pages import ListedFile
from fixtures.patience import LATER
from fixtures.site import Site
from fixtures.transfer import Limits
from fixtures.turns import CROWD
from fixtures.verdicts import Findings, NotReached, not_reached

T = TypeVar("T")
LARGEST = 16 * 1024 * 1024  # bytes of a file that is fetched several times
LIMITS = Limits(connect=5.0, silence=15.0, deadline=45.0, patience=0.0)
PATIENCE = 10  # times that a limited request is made again
REFUSALS = frozenset({400, 403, 409})


def needs_wire(site: Site) -> None:
    """End the check when a recorded run is judged: a tape has no connections to break."""
    if site.http.tape is not None and site.http.tape.playing:
        not_reached("a recording has no connections that could be broken")


def a_file(site: Site) -> tuple[ListedFile, Exchange]:
    """The largest file that is small enough to be fetched several times, with its plain download."""
    files = [file for subject in site.subjects for file in by_name(subject.files).values()]
    known = [file for file in files if (size(site, file) or 0) <= LARGEST]
    for file in sorted(known, key=lambda file: -(size(site, file) or 0))[:3]:
        answer = site.registry.file(site.registry.current(file))
        if answer.ok and len(answer.raw) > 2:
            return file, answer
    raise NotReached("no file was found that can be downloaded")


def size(site: Site, file: ListedFile) -> int | None:
    """How large a file is, as far as is known without fetching it."""
    published = site.prepared.published
    ours = published.distributions.get(file.filename) if published else None
    return ours.size if ours else file.size


@contextmanager
def proxied(site: Site, *rules: Rule) -> Iterator[tuple[FaultProxy, Http]]:
    """The fault proxy in front of the registry, and an HTTP layer that goes through it."""
    bundle = site.options.ca_bundle
    trust = ssl.create_default_context(cafile=str(bundle) if bundle else None) if _is_tls(site) else None
    with FaultProxy(site.target.base_url, rules, trust=trust) as proxy:
        name = f"faults-{proxy.origin.rpartition(':')[2]}"
        http = Http(trusted=(proxy.origin,), limits=LIMITS, guard=site.http.guard, verify=False, name=name)
        http.before_write = (
            site.http.before_write
        )  # so that what is uploaded through the proxy is cleaned up, too
        try:
            yield proxy, http
        finally:
            http.close()


def _is_tls(site: Site) -> bool:
    return any(scheme == "https" for scheme, _, _ in site.http.trusted)


def through(site: Site, proxy: FaultProxy, http: Http, policy: Policy, whole: Exchange) -> Download:
    """Download the file of an earlier answer through the proxy as a client with this policy does."""
    credentials = credentials_for(site, whole.url)

    def ask(headers: Headers) -> Exchange:
        sent = (("Accept", "*/*"), ("Accept-Encoding", "identity"), *headers)
        for _ in range(PATIENCE):
            answer = http.send(
                "GET", proxy.url(whole.url), headers=sent, credentials=credentials, patient=False
            )
            if answer.status not in LATER or answer.raw == OWN_BODY:
                return answer
            time.sleep(1.0)  # the registry asks for patience, which is no fault (LV-59)
        raise NotReached(f"the registry asks for patience again and again: {answer.said}")

    return download(ask, policy, CountingClock())


def arrived(got: Download, whole: Exchange, findings: Findings) -> bool:
    """Whether the file came, or as much of it as a registry gives that answers ranges with less than was asked for.

    RFC 9110 section 15.3.7 lets it; pip's six requests may then not be enough, which is told and not blamed.
    """
    if got.shortened and got.data is None:
        findings.note(
            "a range is answered with less than was asked for: pip asks six times and then gives up"
        )
        return whole.raw.startswith(got.taken)
    return got.data == whole.raw


def credentials_for(site: Site, url: str) -> Credentials | None:
    """The reader's credentials, for the registry's own hosts alone."""
    return site.registry.reader if origin(url) in site.http.trusted else None


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls at the same time, also uploads."""
    token = CROWD.set(True)
    try:
        with ThreadPoolExecutor(len(calls), thread_name_prefix="together") as pool:
            started = [pool.submit(contextvars.copy_context().run, call) for call in calls]
            return [future.result(timeout=120) for future in started]
    finally:
        CROWD.reset(token)


def judge_repeated(findings: Findings, answer: Exchange, filename: str, requirement: str) -> None:
    """Judge the answer to an upload of a file that is published: success, or a refusal that clients know (LV-43)."""
    status = answer.status or 0
    if answer.complete and 400 <= status < 500 and status not in REFUSALS:
        findings.note(f"a repeated upload is answered {answer.said}, which no client takes for a duplicate")
    findings.expect(
        answer.ok or (answer.complete and 400 <= status < 500) or status in LATER,
        expected=f"success, or 409, 400 or 403, for {filename} once more",
        got=answer.said,
        at=answer,
        why="twine repeats a server error five times and then fails, although the file is there",
        advice="answer 409, or 200 when the bytes are the same",
        requirement=requirement,
    )


def judge_single(
    findings: Findings, site: Site, project: str, filename: str, contents: Sequence[bytes], requirement: str
) -> None:
    """Judge that a project lists a file once, and that the file is one of these."""
    files = site.registry.settled_files(
        project, lambda files: [file.filename for file in files].count(filename) == 1
    )
    found = [file for file in files if file.filename == filename]
    if not findings.expect(
        len(found) == 1,
        expected=f"{filename} listed exactly once",
        got=f"listed {len(found)} times",
        at=f"the page of {project}",
        why="clients find no file, or can't tell which of two is meant",
        advice="make publishing one step that happens once",
        requirement=requirement,
    ):
        return
    answer = site.registry.file(found[0], fresh=True)
    findings.expect(
        answer.ok and answer.raw in contents,
        expected=f"the bytes of {filename} that were uploaded",
        got=answer.said if not answer.ok else f"{len(answer.raw)} other bytes",
        at=answer,
        why="pip and uv refuse the file: its hash does not match",
        advice="store an upload beside the published files, and publish it when it is whole",
        requirement=requirement,
    )
