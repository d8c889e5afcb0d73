"""Other endpoints of PyPI: the integrity API, and trusted publishing. Judged only where they are offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from conformance.judging.pypi_json_reading import read
from fixtures.exchange import Exchange, NoAnswer
from fixtures.fresh import Fresh
from fixtures.pages import ListedFile
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, not_offered, requirement

INTEGRITY = "integrity-api"
INTEGRITY_TYPE = "application/vnd.pypi.integrity.v1+json"
AUDIENCE = "/_/oidc/audience"
MINT = "/_/oidc/mint-token"


def offered(site: Site) -> None:
    """End the check as not offered when nothing says that the registry has an integrity API."""
    if not site.target.embedded and INTEGRITY not in site.target.offered:
        not_offered(f"the profile {site.target.profile} does not say that there is an integrity API")


def route(site: Site, subject: Subject, file: ListedFile) -> str:
    """The integrity route of a file, beside the simple index, or where the file's own provenance URL says that it is."""
    version = file.parsed[1] if file.parsed else ""
    tail = f"/integrity/{quote(subject.normalized)}/{quote(str(version), safe='!+')}/{quote(file.filename)}/provenance"
    if file.provenance and urlsplit(file.provenance).path.endswith(tail):
        return urlsplit(file.provenance)._replace(query="").geturl()
    parts = urlsplit(site.target.base_url)
    folder = parts.path.rstrip("/").rpartition("/")[0]
    return parts._replace(path=f"{folder}{tail}").geturl()


def attested(site: Site, staged: Staged) -> Iterator[tuple[Subject, ListedFile]]:
    """Every listed file with a provenance URL."""
    for subject in staged.with_attested():
        for file in subject.files:
            if file.provenance:
                yield subject, file


def ask(site: Site, url: str, accept: str) -> Exchange:
    """GET with one Accept."""
    return site.registry.get(url, accept=accept)


@requirement("pypi-misc/integrity-route", "pypi-misc/integrity-403")
def test_integrity_route_gives_provenance(site: Site, staged: Staged, findings: Findings) -> None:
    """The integrity route of an attested file gives its provenance object."""
    offered(site)
    for subject, file in attested(site, staged):
        answer = ask(site, route(site, subject, file), INTEGRITY_TYPE)
        if answer.status == 403:
            findings.note(f"switched off by the operators: {answer.said}", "pypi-misc/integrity-403")
            continue
        bundles = read(answer).get("attestation_bundles")
        findings.expect(
            isinstance(bundles, list) and bool(bundles),
            expected=f"the provenance object of {file.filename}",
            got=answer.said,
            at=answer,
            why="pypi-attestations and others can't verify the file",
            advice="serve the object at /integrity/PROJECT/VERSION/FILENAME/provenance",
        )
        findings.note("the integrity API is switched on", "pypi-misc/integrity-403")


@requirement("pypi-misc/integrity-content-type")
def test_provenance_is_labelled(site: Site, staged: Staged, findings: Findings) -> None:
    """The provenance is labelled as the request asked."""
    offered(site)
    for subject, file in attested(site, staged):
        for asked in (INTEGRITY_TYPE, "application/json"):
            answer = ask(site, route(site, subject, file), asked)
            if answer.ok:
                findings.expect(
                    answer.media_type == asked,
                    expected=f"Content-Type: {asked}",
                    got=answer.header("content-type") or "no Content-Type",
                    at=answer,
                    why="a client that asked for one type takes the other for an error",
                    advice="negotiate between the two types",
                )


@requirement("pypi-misc/integrity-404")
def test_no_attestations_is_404(site: Site, findings: Findings) -> None:
    """The integrity route of a file without attestations answers 404."""
    offered(site)
    for subject in site.subjects:
        for file in subject.files:
            if not file.provenance and file.parsed:
                answer = ask(site, route(site, subject, file), INTEGRITY_TYPE)
                findings.expect(
                    answer.status in (403, 404),
                    expected=f"404: {file.filename} has no attestations",
                    got=answer.said,
                    at=answer,
                    why="clients take an error for an outage, and an empty object for a proof",
                    advice="answer 404",
                )
                return


@requirement("pypi-misc/integrity-406")
def test_other_types_are_406(site: Site, staged: Staged, findings: Findings) -> None:
    """The integrity route answers 406 to an Accept that names neither of its types."""
    offered(site)
    for subject, file in attested(site, staged):
        answer = ask(site, route(site, subject, file), "text/html")
        if ask(site, route(site, subject, file), INTEGRITY_TYPE).ok:
            findings.expect(
                answer.status == 406,
                expected="406 for Accept: text/html",
                got=answer.said,
                at=answer,
                why="a browser or a cache gets a label that it did not ask for",
                advice="answer 406 with the two types in the body",
            )
        return


@requirement("pypi-misc/integrity-matches-simple")
def test_provenance_url_leads_to_the_same_object(site: Site, staged: Staged, findings: Findings) -> None:
    """The provenance URL in the simple API leads to the same object as the integrity route."""
    offered(site)
    for subject, file in attested(site, staged):
        answers = [
            ask(site, url, INTEGRITY_TYPE) for url in (str(file.provenance), route(site, subject, file))
        ]
        first, second = map(read, answers)
        findings.expect(
            bool(first) and first == second,
            expected=f"one object for {file.filename} at {answers[1].url} and {answers[0].url}",
            got=" and ".join(answer.said for answer in answers),
            at=answers[0],
            also=answers[1:],
            why="two verifiers come to two results",
            advice="serve one object in both places",
        )


def audience(site: Site) -> tuple[Exchange, object]:
    """The audience for trusted publishing; ends the check as not offered when there is none.

    uv and twine ask for it at the root of the upload host (uv-publish/src/trusted_publishing.rs).
    """
    parts = urlsplit(site.target.upload_url or site.target.base_url)
    url = parts._replace(path=AUDIENCE, query="").geturl()
    answer = site.registry.get(url, accept="application/json")
    data = read(answer)
    if "audience" not in data:
        not_offered(f"{url} answered {answer.said}")
    return answer, data["audience"]


@requirement("pypi-misc/oidc-audience")
def test_audience_is_text(site: Site, findings: Findings) -> None:
    """/_/oidc/audience gives the audience for trusted publishing."""
    answer, value = audience(site)
    findings.expect(
        isinstance(value, str) and bool(value),
        expected="a text under the key audience",
        got=repr(value),
        at=answer,
        why="uv, twine and PDM can't ask the CI service for an identity",
        advice="give the audience that the registry accepts, or answer 404",
    )


@requirement("pypi-misc/oidc-mint-invalid")
def test_wrong_identities_are_refused(site: Site, fresh: Fresh, findings: Findings) -> None:
    """Asking for a token with an identity that is not valid is refused with a reason."""
    asked, _ = audience(site)
    url = asked.url.replace(AUDIENCE, MINT)
    for body in ({}, {"token": "not.a.token"}):
        answer = site.http.send(
            "POST",
            url,
            writes=fresh.name("oidc"),  # nothing is written: the identity is not valid
            headers=(("Content-Type", "application/json"), ("Accept", "application/json")),
            body=json.dumps(body).encode(),
        )
        findings.expect(
            answer.status is not None and 400 <= answer.status < 500 and bool(_text(answer).strip()),
            expected="a refusal (PyPI: 422) with a reason",
            got=answer.said,
            at=answer,
            why="uv and twine show no reason, or try again and again",
            advice="answer 422 with message and errors",
        )


def _text(answer: Exchange) -> str:
    try:
        return answer.text
    except NoAnswer:
        return ""
