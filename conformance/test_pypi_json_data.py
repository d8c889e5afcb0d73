"""PyPI's JSON API: the data of projects and releases."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from packaging.version import Version

from conformance.judging.pypi_json_reading import Document, info_problems, json_api, read, settled
from conformance.judging.reading import as_version
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.pages import ListedFile, normalize
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Published, Subject
from fixtures.verdicts import Findings, NotReached, requirement

WHY = "Dependabot and Renovate find no releases or no dates"
DOCUMENTED = "use the shape that docs.pypi.org/api/json documents"
TELLING = ("unicode", "html-special", "markdown", "classifiers", "extras")  # samples with much to tell
KEPT = ("name", "version", "summary", "requires_python")
INFO = (
    *(
        "author",
        "author_email",
        "classifiers",
        "description",
        "description_content_type",
        "dynamic",
        "home_page",
    ),
    *("keywords", "license", "license_expression", "license_files", "maintainer", "maintainer_email"),
    *("package_url", "platform", "project_url", "project_urls", "provides_extra", "release_url"),
    *("requires_dist", "yanked", "yanked_reason"),
)


@requirement("pypi-json/top-level-keys")
def test_data_have_their_keys(site: Site, findings: Findings) -> None:
    """The data have the keys info, urls and releases; others are told."""
    for document in json_api(site).documents:
        missing = [key for key in ("info", "urls", "releases") if key not in document.data]
        findings.expect(
            not missing,
            expected="the keys info, urls and releases",
            got=f"no {', '.join(missing)}",
            at=document.exchange,
            why=WHY,
            advice=DOCUMENTED,
        )
        if others := [
            key for key in ("last_serial", "vulnerabilities", "ownership") if key not in document.data
        ]:
            findings.note(f"the data have no {', '.join(others)}")


@requirement("pypi-json/release-lacks-releases")
def test_one_release_lists_no_others(site: Site, findings: Findings) -> None:
    """The data of one release have no releases key."""
    api = json_api(site)
    for document in api.documents:
        answer = api.ask(api.release_url(document.subject.normalized, str(document.info.get("version"))))
        if data := read(answer):
            findings.expect(
                "releases" not in data,
                expected="no key releases in the data of one release",
                got=f"{len(data['releases']) if isinstance(data.get('releases'), dict) else 'some'} releases",
                at=answer,
                why="PyPI took it away in 2022; who reads it elsewhere breaks on PyPI",
                advice="leave the key out here",
            )


@requirement("pypi-json/info-keys")
def test_info_has_its_keys(site: Site, findings: Findings) -> None:
    """info has name, version, summary and requires_python; others are told."""
    for document in json_api(site).documents:
        missing = [key for key in KEPT if key not in document.info]
        findings.expect(
            not missing and normalize(str(document.info.get("name"))) == document.subject.normalized,
            expected=f"name (of {document.subject.normalized}), version, summary and requires_python in info",
            got=f"no {', '.join(missing)}" if missing else f"the name {document.info.get('name')!r}",
            at=document.exchange,
            why=WHY,
            advice="send the key with null where there is no value",
        )
        if others := [key for key in INFO if key not in document.info]:
            findings.note(f"info has no {', '.join(others)}")


@requirement("pypi-json/info-is-latest")
def test_info_shows_the_latest_release(
    site: Site, operator: Operator, fresh: Fresh, findings: Findings
) -> None:
    """info shows the latest release: not yanked before yanked, final before pre-release, then the highest version."""
    api = json_api(site)
    for document in api.documents:
        _judge_latest(document, latest(document.subject.files), findings)
    if site.target.read_only or operator.missing:
        return
    name = fresh.name("json-latest")
    wheels = [fresh.wheel("", version, name=name) for version in ("1.0", "2.0", "3.0a1")]
    listed = [site.registry.publish(wheel) for wheel in wheels]
    operator.yank(name, listed[1].filename)
    subject = Subject(name, site.registry, tuple(wheels))
    document = settled(lambda: api.document(subject, fresh=True), lambda d: d.version == Version("1.0"), site)
    _judge_latest(document, Version("1.0"), findings)


def _judge_latest(document: Document, wanted: Version | None, findings: Findings) -> None:
    if wanted is not None and document.info:
        findings.expect(
            document.version == wanted,
            expected=f"release {wanted} of {document.subject.name} in info",
            got=repr(document.info.get("version")),
            at=document.exchange,
            why="tools that look here propose or take a wrong release",
            advice="order releases by: yanked last, pre-releases after final ones, then by version",
        )


def latest(files: Iterable[ListedFile]) -> Version | None:
    """The latest release by PyPI's order, of the files that can be understood."""
    live: dict[Version, bool] = {}
    for file in files:
        if file.parsed is None:
            return None  # a version that we can't read may be the latest
        live[file.parsed[1]] = live.get(file.parsed[1], False) or not file.yanked
    return max(live, key=lambda version: (live[version], not version.is_prerelease, version), default=None)


@requirement("pypi-json/info-values")
def test_info_tells_what_was_published(site: Site, published: Published, findings: Findings) -> None:
    """info tells classifiers, extras and texts, also those beyond ASCII, as they were uploaded; what it leaves out is told."""
    api = json_api(site)
    in_vain = False
    for project in published:
        if project.project.key not in TELLING:
            continue
        subject = Subject(project.name, site.registry, project.distributions)
        found = api.document(subject)
        if info_problems(found):
            look = partial(api.document, subject, fresh=True)
            found = look() if in_vain else settled(look, lambda d: not info_problems(d), site, found)
        in_vain = in_vain or bool(info_problems(found))
        if not found.info:
            continue
        findings.expect(
            not info_problems(found),
            expected=f"info of {project.name} as it was uploaded",
            got="; ".join(info_problems(found)),
            at=found.exchange,
            why="what twine and uv sent is lost or changed; tools that filter by classifier or extra go wrong",
            advice="keep every field of the form, all its values and all its characters, and send them as JSON in UTF-8",
        )


@requirement("pypi-json/releases-keyed-by-version")
def test_releases_map_versions_to_files(site: Site, findings: Findings) -> None:
    """releases maps each version to a list of files."""
    for document in json_api(site).documents:
        if "releases" not in document.data:
            continue
        found = document.data["releases"]
        right = isinstance(found, dict) and all(
            isinstance(files, list) and all(isinstance(file, dict) for file in files)
            for files in found.values()
        )
        versions = set(map(as_version, found)) if isinstance(found, dict) else set()
        wanted = {file.parsed[1] for file in document.subject.files if file.parsed}
        findings.expect(
            right and wanted <= versions,
            expected=f"an object with a list of files for each of {len(wanted)} versions",
            got=found if not right else f"no {', '.join(sorted(str(v) for v in wanted - versions))}",
            at=document.exchange,
            why=WHY,
            advice=DOCUMENTED,
        )


@requirement("pypi-json/releases-match-simple")
def test_both_apis_list_the_same_files(site: Site, findings: Findings) -> None:
    """The files of the JSON API are those of the simple API, with the same digests and sizes."""
    api = json_api(site)
    in_vain = (
        False  # all were published at once: what one cache did not do in time, the others won't do either
    )
    for document in api.documents:
        if isinstance(document.data.get("releases"), dict):
            look = partial(api.document, document.subject, fresh=True)
            if differences(document) and in_vain:
                found = look()
            else:
                found = settled(look, lambda d: not differences(d), site, document)
            in_vain = in_vain or bool(differences(found))
            findings.expect(
                not differences(found),
                expected=f"the files of {document.subject.name} as the simple page lists them",
                got="; ".join(differences(found)[:3]),
                at=found.exchange,
                why="Dependabot and Renovate propose what can't be installed, or miss what can",
                advice="make both answers from the same data",
            )


def differences(document: Document) -> list[str]:
    """What the two APIs say differently about a project's files."""
    simple = {file.filename: file for file in document.subject.files}
    told = {file.get("filename"): file for files in document.releases.values() for file in files}
    said = [f"{name} is missing" for name in simple if name not in told]
    said += [f"{name} is not on the page" for name in told if name not in simple]
    for name, file in simple.items():
        digests, size = told.get(name, {}).get("digests"), told.get(name, {}).get("size")
        sha256 = digests.get("sha256") if isinstance(digests, dict) else None
        if sha256 and file.hashes.get("sha256", sha256).lower() != str(sha256).lower():
            said.append(f"{name} has another sha256")
        if file.size is not None and size is not None and size != file.size:
            said.append(f"{name} has the size {size}, on the page {file.size}")
    return said


@requirement("pypi-json/urls-of-shown-release")
def test_urls_are_those_of_the_release(site: Site, findings: Findings) -> None:
    """urls lists the files of the release that info shows."""
    for document in json_api(site).documents:
        simple = document.subject.files
        if (
            document.version is None
            or any(file.parsed is None for file in simple)
            or "urls" not in document.data
        ):
            continue
        wanted = {file.filename for file in simple if file.parsed and file.parsed[1] == document.version}
        got = {str(file.get("filename")) for file in document.urls}
        findings.expect(
            got == wanted,
            expected=f"the files of release {document.version}: {', '.join(sorted(wanted))}",
            got=", ".join(sorted(got)) or "none",
            at=document.exchange,
            why="who takes the latest release from here gets other files",
            advice=DOCUMENTED,
        )


@requirement("pypi-json/vulnerabilities")
def test_vulnerabilities_are_a_list(site: Site, findings: Findings) -> None:
    """vulnerabilities is a list of objects with an id."""
    for document in json_api(site).documents:
        if "vulnerabilities" in document.data:
            found = document.data["vulnerabilities"]
            findings.expect(
                isinstance(found, list)
                and all(isinstance(v, dict) and isinstance(v.get("id"), str) for v in found),
                expected="a list of objects, empty where none is known",
                got=found,
                at=document.exchange,
                why="pip-audit and others stop with an error",
                advice="send an empty list",
            )


@requirement("pypi-json/ownership")
def test_ownership_has_roles(site: Site, findings: Findings) -> None:
    """ownership has a list of roles and an organization that may be null."""
    for document in json_api(site).documents:
        found = document.data.get("ownership")
        if found is not None:
            roles = found.get("roles") if isinstance(found, dict) else None
            right = isinstance(roles, list) and all(
                isinstance(row, dict) and {"role", "user"} <= set(row) for row in roles
            )
            organization = found.get("organization") if isinstance(found, dict) else None
            findings.expect(
                right and (organization is None or isinstance(organization, str)),
                expected="an object with a list of roles (role, user) and an organization or null",
                got=found,
                at=document.exchange,
                why="who reads it finds no owners",
                advice=DOCUMENTED,
            )


@requirement("pypi-json/last-serial")
def test_serial_is_one_number(site: Site, findings: Findings) -> None:
    """last_serial is a whole number, and the one of the header."""
    for document in json_api(site).documents:
        value, header = document.data.get("last_serial"), document.exchange.header("x-pypi-last-serial")
        if "last_serial" not in document.data:
            continue
        findings.expect(
            isinstance(value, int) and not isinstance(value, bool) and header in (None, str(value)),
            expected="a whole number under last_serial, the same as in X-PyPI-Last-Serial",
            got=f"{value!r}, in the header {header}",
            at=document.exchange,
            why="mirrors such as bandersnatch take the data for stale",
            advice="give both from one place, or neither",
        )


@requirement("pypi-json/quarantine-404")
def test_quarantined_projects_are_not_shown(site: Site, staged: Staged, findings: Findings) -> None:
    """A quarantined project is not shown in the JSON API: 404, or data without files."""
    api = json_api(site)
    scene = staged.marked("quarantined")

    def hidden(document: Document) -> bool:
        return not document.files

    found = settled(lambda: api.document(scene.subject, fresh=True), hidden, site)
    if found.exchange.status is not None and found.exchange.status >= 500:
        raise NotReached(f"the data of a quarantined project were answered {found.exchange.said}")
    _judge_hidden(found, hidden(found), found.exchange, findings)


def _judge_hidden(found: Document, ok: bool, answer: Exchange, findings: Findings) -> None:
    findings.expect(
        ok,
        expected=f"404, or no files, for the quarantined project {found.subject.name}",
        got=f"{len(found.files)} files",
        at=answer,
        why="who reads this API installs what was quarantined as dangerous",
        advice="hide quarantined projects in every API (PEP 792)",
    )
