"""The catalogue holds what a registry is to be tried with."""

from __future__ import annotations

import re

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from sample_packages.by_metadata import CLASSIFIERS
from sample_packages.catalogue import catalogue
from sample_packages.model import SampleProject
from sample_packages.naming import belongs_to_run, normalize, prefix


@pytest.fixture(scope="module")
def projects(run_id: str) -> tuple[SampleProject, ...]:
    return catalogue(run_id)


def test_there_are_many_projects_each_with_its_own_key_name_and_purpose(
    projects: tuple[SampleProject, ...],
) -> None:
    assert len(projects) >= 24
    for distinct in (
        {p.key for p in projects},
        {p.normalized for p in projects},
        {p.purpose for p in projects},
    ):
        assert len(distinct) == len(projects)


def test_every_name_bears_the_prefix_of_its_run_and_of_no_other(
    projects: tuple[SampleProject, ...], run_id: str
) -> None:
    assert all(belongs_to_run(p.name, run_id) for p in projects)
    assert not any(belongs_to_run(p.name, "other000") for p in projects)
    assert all(canonicalize_name(p.name, validate=True) == p.normalized for p in projects)


def test_a_run_id_that_starts_like_another_does_not_own_its_names() -> None:
    assert not belongs_to_run("rct-abcd-x", "abc")
    assert not belongs_to_run("rct-abc", "abc")
    assert belongs_to_run("RCT_.abc..X", "abc")


@pytest.mark.parametrize("bad", ["", "ABC", "a-b", "a b", "ä", "../x"])
def test_what_is_no_run_id_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="run id"):
        prefix(bad)
    with pytest.raises(ValueError, match="run id"):
        catalogue(bad)


@pytest.mark.parametrize(
    "spelling",
    [
        "[A-Z]",
        r"\.",
        "_",
        r"[-_.]{2,}",
        r"-_\.|_\.-|\.-_",
        r"-\d+$",
        r"-[a-z]$",
        "^.{100,}$",
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
    ],
)
def test_every_spelling_class_of_names_is_there(spelling: str, projects: tuple[SampleProject, ...]) -> None:
    assert any(re.search(spelling, p.name) for p in projects)


@pytest.mark.parametrize(
    "form",
    [
        r"\d+\.\d+",
        r"\d+\.\d+a\d+",
        r"\d+\.\d+b\d+",
        r"\d+\.\d+rc\d+",
        r"\d+\.\d+\.dev\d+",
        r"\d+\.\d+\.post\d+",
        r"\d+\.\d+a\d+\.dev\d+",
        r"\d+\.\d+\.post\d+\.dev\d+",
        r"\d+\.\d+rc\d+\.post\d+",
        r"\d+!\d+\.\d+",
        r"\d+\.\d+\+[a-z.0-9]+",
        r"20\d\d\.\d+\.\d+",
        r"0\d+(\.0\d+)+",
        r"v\d.*",
        r"\d+",
        r"\d+(\.\d+){6,}",
        r"\d+\.\d+-RC\.\d+",
    ],
)
def test_every_form_of_version_is_there(form: str, projects: tuple[SampleProject, ...]) -> None:
    assert any(re.fullmatch(form, version) for p in projects for version in p.versions)


def test_projects_made_for_their_order_of_versions_have_it(projects: tuple[SampleProject, ...]) -> None:
    versions = {p.key: [Version(v) for v in p.versions] for p in projects}
    assert all(v.is_prerelease for v in versions["only-pre"])
    assert all(v.is_devrelease for v in versions["only-dev"])
    assert max(versions["pre-and-final"]).is_prerelease
    assert not min(versions["pre-and-final"]).is_prerelease
    assert max(versions["post-latest"]).is_postrelease
    assert max(versions["epoch"]).epoch == 1
    assert str(max(versions["numeric-order"])) == "1.10"
    assert versions["all-forms"] == sorted(versions["all-forms"])


def test_no_project_has_one_version_twice(projects: tuple[SampleProject, ...]) -> None:
    for project in projects:
        assert len({Version(v) for v in project.versions}) == len(project.versions), project.key


def test_only_one_project_has_local_versions(projects: tuple[SampleProject, ...]) -> None:
    with_local = {p.key for p in projects if any(Version(v).local for v in p.versions)}
    assert with_local == {"local"}


def test_dependencies_are_samples_of_the_same_run(projects: tuple[SampleProject, ...], run_id: str) -> None:
    names = {p.normalized for p in projects}
    by_key = {p.key: p for p in projects}
    required = by_key["extras"].releases[0].metadata.requires_dist
    assert {normalize(re.split(r"[^\w.-]", text)[0]) for text in required} <= names
    assert any("extra ==" in text for text in required)
    assert any("extra ==" not in text for text in required)
    assert run_id in required[0]


def test_metadata_versions_kinds_and_tags_are_there(projects: tuple[SampleProject, ...]) -> None:
    releases = [r for p in projects for r in p.releases]
    assert {r.metadata.metadata_version for r in releases} == {"2.1", "2.2", "2.3", "2.4"}
    assert {r.kinds for r in releases} == {("wheel",), ("sdist",), ("wheel", "sdist")}
    tags = " ".join(w.tag for r in releases for w in r.wheels)
    assert all(platform in tags for platform in ("manylinux", "musllinux", "macosx", "win_amd64", "py2.py3"))
    assert any(w.build for r in releases for w in r.wheels)
    pythons = " ".join(r.metadata.requires_python or "" for r in releases)
    assert all(sign in pythons for sign in ("<", ">", "!=", ","))


def test_the_classifiers_are_real() -> None:
    trove = pytest.importorskip("trove_classifiers")
    assert len(CLASSIFIERS) >= 30
    assert set(CLASSIFIERS) <= set(trove.classifiers)
