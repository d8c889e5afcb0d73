"""Which release a registry calls the latest: the order of versions, and no pre-release while there is a final one.

Only PyPI's JSON API shows it. A registry that shows the last upload instead does not order versions; that is told.
"""

from __future__ import annotations

import pytest
from packaging.version import Version

from conformance.judging.pypi_json_reading import json_api
from conformance.judging.reading import as_version
from conformance.judging.uploading import said, shown_by_json_api
from fixtures.fresh import Fresh
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Published
from fixtures.verdicts import Findings, NotReached, requirement

NUMERIC, SUFFIXES = "versions/ordering-numeric", "versions/ordering-suffixes"
FINAL_FIRST, ONLY_PRE = "versions/prerelease-not-latest", "versions/only-prerelease"
# sample project -> what its latest release shows
SAMPLES = {
    "numeric-order": (NUMERIC,),
    "calendar": (NUMERIC,),
    "segments": (NUMERIC,),
    "zeros": (NUMERIC,),
    "only-dev": (NUMERIC, ONLY_PRE),
    "only-pre": (SUFFIXES, ONLY_PRE),
    "pre-and-final": (FINAL_FIRST,),
    "post-latest": ("versions/post-is-normal",),
    "all-forms": ("versions/post-is-normal",),
    "epoch": ("versions/epoch",),
}
# versions in the order of their uploads, none of them in the order of age -> what the latest one shows
UPLOADED = {
    "dev-below-final": (("1.1.dev1", "1.0", "0.9"), ("versions/dev-is-prerelease",)),
    "suffixes": (("1.0rc1", "1.0.dev4", "1.0b2", "1.0a3"), (SUFFIXES,)),
    "dev-of-pre": (("1.0rc1.post1", "1.0rc1.post1.dev3", "1.0rc1.dev2"), (SUFFIXES,)),
    "post-above": (("1.0.post1", "1.0", "1.0.post1.dev2"), (SUFFIXES, "versions/post-is-normal")),
    "epoch-above": (("1!0.5", "2024.1", "2023.1"), ("versions/epoch",)),
    "local-above": (("1.0+5", "1.0+abc", "1.0"), ("versions/ordering-local",)),
    "pre-below-final": (("2.0rc1", "1.0", "0.9"), (FINAL_FIRST,)),
}


def right_choice(versions: list[Version]) -> Version:
    """The newest final release, or the newest pre-release when there are no others (Handling of pre-releases)."""
    return max([v for v in versions if not v.is_prerelease] or versions)


def judge_latest(findings: Findings, site: Site, name: str, versions: list[Version]) -> None:
    """Judge the latest release of a project; `versions` are in the order of their uploads."""
    document = shown_by_json_api(site, name)
    if document is None:
        raise NotReached(f"PyPI's JSON API has no document for {name}")
    shown = document.info.get("version")
    got, expected = as_version(shown) if isinstance(shown, str) else None, right_choice(versions)
    if got != expected and got == versions[-1]:
        findings.note(f"the release that is called the latest is the last upload, {got}")
        findings.not_reached("this registry shows the last upload, which is no order of versions")
        return
    findings.expect(
        got == expected,
        expected=f"{expected} as the latest of {', '.join(map(str, versions))}",
        got=shown,
        at=document.exchange,
        why="dependabot, renovate and poetry read the latest release from here",
        advice="order by the rules for versions, final releases before pre-releases",
        requirement=findings.requirements,
    )


@pytest.mark.parametrize("key", [pytest.param(key, marks=requirement(*ids)) for key, ids in SAMPLES.items()])
def test_latest_release_of_a_sample(key: str, site: Site, published: Published, findings: Findings) -> None:
    """The latest release is the newest by the order of versions, a final one before any pre-release."""
    project = published[key]
    json_api(site)
    order = list(dict.fromkeys(Version(d.version) for d in project.distributions))
    judge_latest(findings, site, project.normalized, order)


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=requirement(*ids)) for key, (_, ids) in UPLOADED.items()]
)
def test_latest_release_whatever_came_last(
    key: str, site: Site, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """The latest release does not follow from the order of the uploads."""
    json_api(site)
    versions, _ = UPLOADED[key]
    name = fresh.name("latest")
    for version in versions:
        sent = fresh.wheel("", version, name=name)
        answer = registry.upload(sent)
        if not answer.ok:
            raise NotReached(f"version {version} is refused: {said(answer)}")
    if registry.wait_for(name, sent.filename) is None:
        raise NotReached(f"{sent.filename} was not listed in time")
    judge_latest(findings, site, name, [Version(v) for v in versions])
