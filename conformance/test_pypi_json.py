"""PyPI's JSON API: where it is, and what its routes answer."""

from __future__ import annotations

from collections.abc import Callable

from conformance.judging.pypi_json_reading import Document, JsonApi, json_api, read
from conformance.judging.reading import as_version
from fixtures.site import Site
from fixtures.verdicts import Findings, NotOffered, requirement

WHY = "Dependabot and Renovate find no releases or no dates"
DOCUMENTED = "use the shape that docs.pypi.org/api/json documents"


@requirement("pypi-json/optional")
def test_json_api_is_optional(site: Site, findings: Findings) -> None:
    """A registry may offer PyPI's JSON API or leave it out."""
    try:
        api = json_api(site)
    except NotOffered as proof:
        findings.note(f"PyPI's JSON API is not offered: {proof}", "pypi-json/optional")
    else:
        findings.note(f"PyPI's JSON API is at {api.base}", "pypi-json/optional")


@requirement("pypi-json/project-route")
def test_projects_have_data(site: Site, findings: Findings) -> None:
    """Every project with a release has its data at PROJECT/json."""
    api = json_api(site)
    for subject in api.subjects:
        document = api.document(subject)
        findings.expect(
            bool(document.data),
            expected=f"a JSON object with the data of {subject.name}",
            got=document.exchange.said,
            at=document.exchange,
            why=WHY,
            advice="answer for every project that the simple pages list",
        )


@requirement("pypi-json/release-route")
def test_releases_have_data(site: Site, findings: Findings) -> None:
    """Every release has its data at PROJECT/VERSION/json."""
    api = json_api(site)
    for document in api.documents:
        version = document.info.get("version")
        if isinstance(version, str):
            answer = api.ask(api.release_url(document.subject.normalized, version))
            findings.expect(
                Document(document.subject, answer, read(answer)).version == as_version(version),
                expected=f"the data of release {version}",
                got=answer.said,
                at=answer,
                why="Poetry and others read the metadata of one release here",
                advice=DOCUMENTED,
            )


@requirement("pypi-json/trailing-slash-ok")
def test_slash_at_the_end_is_harmless(site: Site, findings: Findings) -> None:
    """The routes with a slash at the end lead to the same data, at once or by a redirect."""
    _same_data(
        json_api(site), lambda api, name: f"{api.project_url(name)}/", "with a slash at its end", findings
    )


@requirement("pypi-json/unnormalized-name")
def test_other_spellings_of_the_name_are_found(site: Site, findings: Findings) -> None:
    """A project is found under other spellings of its name, at once or by a redirect."""

    def spelled(api: JsonApi, name: str) -> str:
        return api.project_url(name.replace("-", "_").title())

    _same_data(json_api(site), spelled, "with the name spelled otherwise", findings)


def _same_data(api: JsonApi, url: Callable[[JsonApi, str], str], how: str, findings: Findings) -> None:
    document = next(api.documents, None)
    if document is None:
        return
    answer = api.ask(url(api, document.subject.normalized))
    other = Document(document.subject, answer, read(answer))
    findings.expect(
        bool(other.data) and other.info.get("name") == document.info.get("name"),
        expected=f"the data of {document.info.get('name')!r}, also {how}",
        got=f"those of {other.info.get('name')!r}" if other.data else answer.said,
        at=answer,
        why="Dependabot asks with the name as the user wrote it, and other tools with a slash",
        advice="normalize the name and ignore a slash at the end, or redirect",
    )


@requirement("pypi-json/content-type")
def test_data_are_labelled_json(site: Site, findings: Findings) -> None:
    """The data are labelled application/json."""
    for document in json_api(site).documents:
        findings.expect(
            document.exchange.media_type == "application/json",
            expected="Content-Type: application/json",
            got=document.exchange.header("content-type") or "no Content-Type",
            at=document.exchange,
            why="clients that look at the label don't read the body",
            advice="label the data application/json",
        )


@requirement("pypi-json/404")
def test_what_does_not_exist_is_404(site: Site, findings: Findings) -> None:
    """A project or release that does not exist is answered with 404."""
    api = json_api(site)
    missing = f"registry-conformance-none-{site.run_id}"
    urls = [api.project_url(missing)]
    if document := next(api.documents, None):
        urls.append(api.release_url(document.subject.normalized, "99999.1"))
    for url in urls:
        answer = api.ask(url, follow=False)
        if answer.status is not None and (300 <= answer.status < 400 or answer.status in (401, 403, 410)):
            findings.note(f"what does not exist is answered {answer.said}")  # LV-37, LV-38
            findings.hold()
            continue
        findings.expect(
            answer.status == 404,
            expected="404 for what does not exist",
            got=answer.said,
            at=answer,
            why="Dependabot tries four times on a server error, Renovate fails the whole look-up",
            advice="answer 404",
        )


@requirement("pypi-json/version-equivalence")
def test_other_spellings_of_the_version_are_found(site: Site, findings: Findings) -> None:
    """A release is found under another spelling of its version."""
    api = json_api(site)
    for document in api.documents:
        version = document.version
        if version is not None and str(version) == version.base_version and version.epoch == 0:
            answer = api.ask(api.release_url(document.subject.normalized, f"{version}.0"))
            findings.expect(
                Document(document.subject, answer, read(answer)).version == version,
                expected=f"the data of {version}, also asked for as {version}.0",
                got=answer.said,
                at=answer,
                why="1.0 and 1.0.0 are one version for every client",
                advice="compare versions, not their spelling (Version specifiers)",
            )
            return
