"""Which product a URL and its answers point to."""

from __future__ import annotations

import pytest

from fixtures.profiles import (
    Profile,
    Seen,
    UrlShape,
    detect,
    detect_answer,
    detect_url,
    find,
    load_profiles,
    root_url,
    with_profile,
)
from fixtures.profiles.model import Example

PROFILES = load_profiles()
SHAPES = [
    pytest.param(profile, shape, example, id=f"{profile.name} {example.url}")
    for profile in PROFILES
    if not profile.kind_of
    for shape in profile.urls
    for example in shape.examples
]
PLAIN = (
    "http://127.0.0.1:8080/simple/",
    "http://localhost/simple",
    "http://localhost:8000/",
    "https://packages.example.com/simple/",
    "https://packages.example.com/team/python/simple/",
    "http://127.0.0.1:3141/user/dev/",
    "https://pypi.org.example.com/simple/",
    "https://example.com/pypi.org/simple/",
    "https://notpypi.org/simple/",
    "http://mirror.example.com/pypi/simple/",
)


@pytest.mark.parametrize(("profile", "shape", "example"), SHAPES)
def test_every_documented_url_leads_to_its_product(
    profile: Profile, shape: UrlShape, example: Example
) -> None:
    """By itself where the URL is enough; among the candidates where products share it; and when the user names it."""
    found = detect_url(example.url, PROFILES)
    if shape.strength in ("host", "shape"):
        assert (found.profile.name, found.candidates) == (profile.name, (profile.name,))
        assert found.settled
        assert (found.upload_url or "") == example.upload
        assert found.question == ""
    elif shape.strength == "shared":
        assert profile.name in found.candidates
        assert not found.settled
        assert "--registry-profile" in found.question
    else:
        assert (found.profile.name, found.settled) == ("generic", False)
    assert (with_profile(example.url, profile).upload_url or "") == example.upload


@pytest.mark.parametrize("url", PLAIN)
def test_plain_urls_point_to_no_product(url: str) -> None:
    """Nothing is assumed, no upload URL is made up, and the next step is said in one sentence."""
    for found in (
        detect_url(url, PROFILES),
        detect_answer(url, 200, {"Server": "nginx"}, "<html>", PROFILES),
    ):
        assert found.profile.name == "generic"
        assert found.upload_url is None
        assert "--registry-upload-url" in found.question


def test_unrelated_hosts_never_pass_for_a_known_one() -> None:
    """A host is known by its whole name."""
    for url in PLAIN[-4:]:
        assert detect_url(url, PROFILES).profile.public is False


@pytest.mark.parametrize(
    ("header", "value", "name"),
    [
        ("Server", "Nexus/3.77.0-08 (OSS)", "nexus"),
        ("X-JFrog-Version", "Artifactory/7.104.6 80406900", "artifactory"),
        ("X-Artifactory-Node-Id", "a0b1", "artifactory"),
        ("X-ProGet-Version", "25.0.23.2", "proget"),
        ("X-VSS-E2EID", "2f5a", "azure"),
        ("x-devpi-api-version", "2", "devpi"),
        ("X-PyPI-Last-Serial", "1000000000", "pulp"),
        ("X-Reference-Registry", "0.1.0", "reference"),
    ],
)
def test_a_header_tells_the_product_behind_any_url(header: str, value: str, name: str) -> None:
    """Also behind a URL of no known shape; the reason names the header."""
    found = detect_answer("https://packages.example.com/python/", 200, {header: value}, "", PROFILES)
    assert found.profile.name == name
    assert found.settled
    assert header in found.reason


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("WWW-Authenticate", 'Basic realm="pypi"'),
        ("WWW-Authenticate", 'BASIC realm="Sonatype Nexus Repository Manager"'),
        ("WWW-Authenticate", 'Basic realm="Artifactory Realm"'),
        ("X-PyPI-Last-Serial", "31415926"),
        ("X-PyPI-Last-Serial", "0"),
        ("Server", "waitress"),
        ("Server", "uvicorn"),
        ("Server", "nginx (in front of Nexus/3.77)"),
    ],
)
def test_what_products_share_tells_nothing(header: str, value: str) -> None:
    """A realm, a serial and a web server are no marks."""
    url = "http://127.0.0.1:8080/simple/"
    assert detect_answer(url, 401, {header: value}, "", PROFILES).profile.name == "generic"


def test_a_header_decides_between_products_that_share_a_url() -> None:
    """ProGet and Pulp have one shape and different upload URLs."""
    url = "https://packages.example.com/pypi/internal/simple/"
    open_question = detect_url(url, PROFILES)
    assert open_question.candidates == ("proget", "pulp")
    assert open_question.upload_url is None
    assert open_question.question.count("proget") == 1
    proget = detect_answer(url, 200, {"X-ProGet-Version": "25.0"}, "", PROFILES)
    assert proget.upload_url == "https://packages.example.com/pypi/internal/legacy"
    pulp = detect_answer(url, 200, {"X-PyPI-Last-Serial": "1000000000"}, "", PROFILES)
    assert pulp.upload_url == "https://packages.example.com/pypi/internal/simple/"


def test_gitea_and_forgejo_can_be_uploaded_to_without_being_told_apart() -> None:
    """All candidates agree on the upload URL; nothing else of them is assumed."""
    found = detect_url("https://git.example.com/api/packages/team/pypi/simple/", PROFILES)
    assert found.candidates == ("forgejo", "gitea")
    assert found.upload_url == "https://git.example.com/api/packages/team/pypi"
    assert found.profile.name == "generic"


def test_a_header_outweighs_the_shape_of_a_url_but_not_a_known_host() -> None:
    """Any product may be put behind any path."""
    headers = {"X-JFrog-Version": "Artifactory/7.104.6"}
    url = "https://packages.example.com/repository/python/simple/"
    assert detect_url(url, PROFILES).profile.name == "nexus"
    found = detect_answer(url, 200, headers, "", PROFILES)
    assert found.profile.name == "artifactory"
    assert found.upload_url is None
    assert "--registry-upload-url" in found.question
    assert detect_answer("https://pypi.org/simple/", 200, headers, "", PROFILES).profile.name == "pypi"


def test_pypiserver_is_known_by_the_page_above_its_index() -> None:
    """Its index has no mark: Bandersnatch gives its own the same title."""
    url, index = "http://127.0.0.1:8080/simple/", Seen.of(200, {}, "<title>Simple Index</title>")
    welcome = Seen.of(200, [("Server", "waitress")], "<title>Welcome to pypiserver!</title>")
    assert detect(url, index, profiles=PROFILES).profile.name == "generic"
    found = detect(url, index, welcome, PROFILES)
    assert (found.profile.name, found.upload_url) == ("pypiserver", "http://127.0.0.1:8080/")
    assert "Welcome to pypiserver!" in found.reason
    assert detect(url, welcome, profiles=PROFILES).profile.name == "generic"


def test_a_kind_of_repository_is_never_guessed_and_always_mentioned() -> None:
    """Hosted, proxy and group share URLs and headers."""
    url = "https://nexus.example.com/repository/pypi-all/simple/"
    found = detect_url(url, PROFILES)
    assert found.profile.name == "nexus"
    assert "nexus-group" in found.profile.advice
    group = with_profile(url, find("nexus-group", PROFILES))
    assert group.upload_url is None
    assert "hosted" in group.read_only
    assert group.values["repo"] == "pypi-all"


def test_userinfo_and_tokens_in_the_path_stay_hidden() -> None:
    """Neither text nor representation of a detection shows them."""
    found = detect_url("https://alice:hush@packages.example.com/python/", PROFILES)
    assert "hush" not in repr(found)
    assert "hush" not in str(found.values)
    fury = detect_url("https://pypi.fury.io/hush-token/acme/", PROFILES)
    assert fury.secrets == ("hush-token",)
    assert "hush-token" not in repr(fury)
    assert detect_url("https://pypi.fury.io/acme/", PROFILES).secrets == ()


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://127.0.0.1:8080/simple/", "http://127.0.0.1:8080/"),
        ("http://127.0.0.1:8080/simple", "http://127.0.0.1:8080/"),
        ("https://u:p@example.com/python/simple/", "https://example.com/python/"),
        ("https://example.com/python/", "https://example.com/python/"),
        ("http://127.0.0.1:3141/user/dev/+simple/", "http://127.0.0.1:3141/user/dev/+simple/"),
    ],
)
def test_the_page_above_the_index(url: str, root: str) -> None:
    """Where a product may say who it is."""
    assert root_url(url) == root
