"""Requests made of the templates in profiles."""

from __future__ import annotations

import pytest

from fixtures.profiles import (
    MissingValueError,
    Profile,
    file_values,
    fill,
    find,
    find_ids,
    load_profiles,
    with_profile,
)
from fixtures.profiles.calling import fill_url, normalized

PROFILES = load_profiles()
GIVEN = {
    "project": "some-project",
    "version": "1.0+local.1",
    "filename": "some_project-1.0+local.1.tar.gz",
    "name_in_file": "some_project",
    "version_in_file": "1.0+local.1",
    "reason": 'it\'s "bad" & {old}',
    "status": "archived",
    "username": "alice",
    "password": "hush",
    "id": "42",
}


@pytest.mark.parametrize("profile", [p for p in PROFILES if p.calls], ids=lambda profile: profile.name)
def test_every_call_can_be_made_from_a_documented_url(profile: Profile) -> None:
    """The URL's groups and the usual values fill all templates."""
    for shape in profile.urls:
        for example in shape.examples:
            if not example.upload:
                continue
            values = {**with_profile(example.url, profile).values, **GIVEN}
            for call in profile.calls.values():
                request = fill(call, values)
                assert request.url.startswith(("http://", "https://"))
                assert "{" not in request.url
                assert "hush" not in repr(request)
                if call.find is not None:
                    assert "some-project" in fill_url(call.find.url, values)


def test_values_in_urls_are_percent_encoded_and_values_in_bodies_are_not() -> None:
    """A local version has a plus, which means a space in a query."""
    proget = find("proget", PROFILES)
    values = {**with_profile("https://p.example.com/pypi/feed/simple", proget).values, **GIVEN}
    request = fill(proget.calls["delete"], values)
    assert request.url == (
        "https://p.example.com/api/packages/feed/delete"
        "?name=some-project&version=1.0%2Blocal.1&filename=some_project-1.0%2Blocal.1.tar.gz"
    )
    assert request.headers == {"X-ApiKey": "hush"}
    assert fill(proget.calls["yank"], values).json == {"deprecation": {"reason": GIVEN["reason"]}}


def test_what_the_url_had_encoded_stays_so() -> None:
    """GitLab takes a path with an encoded slash in place of a number."""
    gitlab = find("gitlab", PROFILES)
    url = "https://gitlab.com/api/v4/projects/group%2Fname/packages/pypi/simple"
    request = fill(gitlab.calls["delete"], {**with_profile(url, gitlab).values, **GIVEN})
    assert request.url == "https://gitlab.com/api/v4/projects/group%2Fname/packages/42"


def test_a_call_without_its_values_says_which_is_missing() -> None:
    """Rather than sending a template."""
    devpi = find("devpi", PROFILES)
    values = with_profile("http://127.0.0.1:3141/user/dev/+simple/", devpi).values
    with pytest.raises(MissingValueError, match="needs project"):
        fill(devpi.calls["delete"], values)


def test_ids_are_found_in_both_shapes_of_a_list() -> None:
    """Below a key, and bare; another answer has none."""
    nexus, gitlab = find("nexus", PROFILES).calls["delete"], find("gitlab", PROFILES).calls["delete"]
    assert find_ids(nexus, {"items": [{"id": "abc"}, {"id": "def"}]}) == ("abc", "def")
    assert find_ids(gitlab, [{"id": 7}, {"name": "x"}]) == ("7",)
    for odd in ({}, [], None, "text", {"items": 3}, [3]):
        assert find_ids(nexus, odd) == ()
        assert find_ids(gitlab, odd) == ()


def test_normalized_names() -> None:
    """Runs of the three separators become one hyphen."""
    assert normalized("Some__Project.-Name") == "some-project-name"


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("some_project-1.0-py3-none-any.whl", ("some-project", "1.0", "some_project", "1.0")),
        ("some_project-1.0-2a-py3-none-any.whl", ("some-project", "1.0", "some_project", "1.0-2a")),
        ("Some.Project-1.0+l.1.tar.gz", ("some-project", "1.0+l.1", "Some.Project", "1.0+l.1")),
        ("some-project-1.0.zip", ("some-project", "1.0", "some-project", "1.0")),
    ],
)
def test_values_of_a_file_name(filename: str, expected: tuple[str, str, str, str]) -> None:
    """In normalized form, and as the name spells them."""
    values = file_values(filename)
    assert values["filename"] == filename
    assert tuple(values[key] for key in ("project", "version", "name_in_file", "version_in_file")) == expected
