"""PyPI's JSON API while a project grows: the data follow each upload, and those of older releases stay their own."""

from __future__ import annotations

from functools import partial
from itertools import islice
from urllib.parse import quote

from packaging.version import Version

from conformance.judging.cache_reading import may_be_kept
from conformance.judging.known import patience
from conformance.judging.pypi_json_reading import Document, JsonApi, json_api, read, requirements
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

ROUTE, URLS = "pypi-json/release-route", "pypi-json/urls-of-shown-release"
FOLLOWS, METADATA, ETAG = (
    "consistency/json-api-versions",
    "consistency/json-api-metadata",
    "cache/etag-changes",
)
WHY = "Poetry and others read the files and dependencies of one release here, and lock those of another one"
ODD = 4  # releases with an epoch or a local part that are asked for


@requirement(FOLLOWS, ETAG, ROUTE, URLS, METADATA)
def test_data_follow_uploads(site: Site, registry: Registry, fresh: Fresh, findings: Findings) -> None:
    """After the upload of a second release the data show it, under another ETag, and the first release has still its own data."""
    api = json_api(site)
    old = fresh.wheel("json-grows", "1.0", requires_dist=("packaging>=20",))
    new = fresh.wheel("", "2.0", name=old.name, requires_dist=("idna>=3",))
    registry.publish(old)
    look = partial(api.document, Subject(old.name, registry, (old, new)), fresh=True)
    before = registry.settled(look, lambda d: _lists(d, old), patience(site.target))
    if not _lists(before, old):
        findings.not_reached(f"{before.exchange.url} was answered {before.exchange.said}, without the file")
        return
    registry.publish(new)
    now = registry.settled(look, lambda d: _lists(d, new), patience(site.target))
    if _lists(now, new) or not may_be_kept(now.exchange):
        findings.expect(
            _lists(now, new),
            expected=f"{new.filename} in the data, as on the simple page",
            got=f"{now.exchange.said} without it",
            at=now.exchange,
            also=[before.exchange],
            why="Dependabot and Renovate never propose the release",
            advice="make the data anew with each upload, or drop those that are kept",
            requirement=FOLLOWS,
        )
    else:
        findings.not_reached("a cache may have kept the data of before the upload, and says so", FOLLOWS)
    if _lists(now, new):
        judge_etags(findings, site, before.exchange, now.exchange)
    judge_older_release(findings, api, now, old, new)


def _lists(document: Document, wheel: Distribution) -> bool:
    return any(file.get("filename") == wheel.filename for file in document.files)


def judge_etags(findings: Findings, site: Site, before: Exchange, now: Exchange) -> None:
    """Judge that other data have another ETag, and that the older one does not make them unmodified."""
    etag = before.header("etag")
    if etag is None:
        findings.not_offered("the data have no ETag", ETAG)
        return
    ask = partial(
        site.registry.get,
        now.url,
        accept="application/json",
        headers=(("If-None-Match", etag),),
        fresh=True,
    )
    answer = site.registry.settled(ask, lambda answer: answer.status != 304, patience(site.target))
    if answer.status == 304 and may_be_kept(answer):
        findings.not_reached("a cache may answer for the data of before the upload, and says so", ETAG)
        return
    findings.expect(
        now.header("etag") != etag and answer.status != 304,
        expected=f"another ETag than {etag}, which the data had before a release came, and no 304 for that one",
        got=f"{now.header('etag')}; for the old one {answer.said}",
        at=answer,
        also=[before, now],
        why="who asks with the ETag that it knows is told that nothing has changed, and never learns of the release",
        advice="make the ETag from the data as they are now",
        requirement=ETAG,
    )


def judge_older_release(
    findings: Findings, api: JsonApi, now: Document, old: Distribution, new: Distribution
) -> None:
    """Judge that the data of the first release are its own, where the second one has data at such a route."""
    latest = api.ask(api.release_url(old.normalized, new.version), fresh=True)
    if not read(latest):
        proof = f"the data of one release are not offered: {latest.url} was answered {latest.said}"
        findings.not_offered(proof, (ROUTE, URLS, METADATA))
        return
    ask = partial(api.ask, api.release_url(old.normalized, old.version), fresh=True)
    answer = api.registry.settled(ask, lambda answer: bool(read(answer)), patience(api.registry.target))
    found = Document(now.subject, answer, read(answer))
    told = found.info.get("version")
    findings.expect(
        found.version == Version(old.version),
        expected=f"the data of release {old.version}, which is not the latest",
        got=f"those of {told}" if told else answer.said,
        at=answer,
        why=WHY,
        advice="look up the release that the URL names",
        requirement=ROUTE,
    )
    if "urls" in found.data:
        findings.expect(
            [file.get("filename") for file in found.urls] == [old.filename],
            expected=f"{old.filename} under urls, the file of release {old.version}",
            got=", ".join(str(file.get("filename")) for file in found.urls) or "none",
            at=answer,
            why=WHY,
            advice="list the files of the release that the URL names",
            requirement=URLS,
        )
    own, shown = (
        requirements(text for key, text in old.form if key == "requires_dist"),
        requirements(found.info.get("requires_dist") or []),
    )
    if not shown:
        findings.note("the data of a release do not tell its dependencies")
    elif found.info:
        findings.expect(
            shown == own,
            expected=f"info.requires_dist of release {old.version}: {sorted(own)}",
            got=sorted(shown),
            at=answer,
            why=WHY,
            advice="keep the metadata of each release, and show those of the release that the URL names",
            requirement=METADATA,
        )


def is_odd(version: Version) -> bool:
    """Whether a version has an epoch or a local part."""
    return bool(version.epoch or version.local)


@requirement(ROUTE)
def test_releases_with_odd_versions_have_data(site: Site, findings: Findings) -> None:
    """Releases whose version has an epoch or a local part have their data too, with ! and + in the URL as they are or encoded."""
    api = json_api(site)
    listed = (
        (subject, {file.parsed[1] for file in subject.files if file.parsed}) for subject in site.subjects
    )
    odd = (
        (subject, version, versions) for subject, versions in listed for version in filter(is_odd, versions)
    )
    for subject, version, versions in islice(odd, ODD):
        plain = [v for v in versions if not is_odd(v)]
        if not plain or not read(api.ask(api.release_url(subject.normalized, str(plain[0])))):
            continue  # whether there are data of one release at all is judged elsewhere
        answers = [api.ask(api.release_url(subject.normalized, str(version)))]
        if not read(answers[0]):
            encoded = quote(str(version), safe="")
            answers.append(api.ask(f"{api.base}{subject.normalized}/{encoded}/json"))
        found = [Document(subject, answer, read(answer)).version for answer in answers]
        findings.expect(
            version in found,
            expected=f"the data of release {version}, which the page of {subject.name} lists",
            got=answers[-1].said,
            at=answers[0],
            also=answers[1:],
            why="tools that read the metadata of one release here find none",
            advice="take the version out of the URL decoded, and compare it as a version",
        )
    findings.not_offered("no release whose version has an epoch or a local part is listed")
