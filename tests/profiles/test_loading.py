"""The profiles themselves, and what the loader says of wrong ones."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from fixtures.profiles import Profile, ProfileError, find, load_file, load_profiles, with_profile
from fixtures.profiles import model as schema

ROOT = Path(__file__).parents[2]
PROFILES = load_profiles()
PRODUCTS = {
    *("pypi", "testpypi", "nexus", "nexus-proxy", "nexus-group"),
    *(
        "artifactory",
        "artifactory-remote",
        "artifactory-virtual",
        "proget",
        "azure",
        "codeartifact",
        "google",
    ),
    *("gitlab", "gitlab-group", "gitea", "forgejo", "devpi", "devpi-mirror", "pypiserver", "pulp"),
    *("cloudsmith", "gemfury", "anaconda", "pytorch", "bandersnatch", "static", "simple-repository-server"),
    *("generic", "reference"),
}
SMALL = """
name = "{name}"
title = "Some product"
summary = "A product."
evidence = "none"
checked = 2026-11-20
"""


def write(folder: Path, more: str = "", name: str = "some", text: str = SMALL) -> Path:
    """A profile file with something more in it."""
    path = folder / f"{name}.toml"
    path.write_text(text.format(name=name) + more, "utf-8")
    return path


def test_every_product_has_its_profile() -> None:
    """Those that the documentation promises, and no others."""
    assert {profile.name for profile in PROFILES} == PRODUCTS


def test_find_gives_a_profile_or_lists_the_names() -> None:
    """A wrong name is answered with all the right ones, in one line."""
    assert find("devpi").title == "devpi-server"
    with pytest.raises(
        ProfileError, match=r"no profile is called 'devpie'; there are anaconda, artifactory"
    ) as told:
        find("devpie")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_profile_states_only_what_it_can_prove(profile: Profile) -> None:
    """Every table of facts names a source, sources are used, and a public host is never simply written to."""
    texts = (ROOT / "fixtures" / "profiles" / f"{profile.kind_of or profile.name}.toml").read_text("utf-8")
    for name in profile.sources:
        assert f'source = "{name}"' in texts, name
    if profile.duplicates != schema.Duplicates():
        assert profile.duplicates.source
    if profile.visibility != schema.Visibility():
        assert profile.visibility.source
    if profile.public:
        assert profile.writes != "allowed"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_profile_tells_what_cleaning_up_leaves(profile: Profile) -> None:
    """Who takes uploads and has no call to delete says what stays behind."""
    writable = profile.writes != "never"
    assert not writable or "delete" in profile.calls or profile.leftovers
    assert writable or "delete" not in profile.calls


def test_limitations_name_requirements_of_the_ledger() -> None:
    """A documented limitation covers requirements that exist."""
    ledger = {
        row["id"]
        for path in (ROOT / "conformance" / "requirements").glob("*.toml")
        for row in tomllib.loads(path.read_text("utf-8")).get("requirement", [])
    }
    named = {r for profile in PROFILES for known in profile.limitations for r in known.requirements}
    assert named
    assert named <= ledger


def test_a_limitation_of_the_vendor_is_told_from_a_report_of_users() -> None:
    """Only the vendor's own documents make a fault "documented by the vendor"."""
    gitlab, devpi = find("gitlab", PROFILES), find("devpi", PROFILES)
    forwarded = gitlab.limitation_of("names/unknown-project-404")
    assert forwarded is not None
    assert gitlab.documented_by_vendor(forwarded)
    label = devpi.limitation_of("negotiation/html-content-type")
    assert label is not None
    assert not devpi.documented_by_vendor(label)
    assert devpi.limitation_of("hashes/hex-case") is None


def test_pypi_is_never_written_to() -> None:
    """Neither the profile nor the URL gives a place to upload to."""
    pypi = find("pypi", PROFILES)
    assert pypi.writes == "never"
    assert with_profile("https://pypi.org/simple/", pypi).upload_url is None


def test_the_quiet_minute_of_artifactory_is_known() -> None:
    """Waiting is longer than the time in which Artifactory does nothing."""
    seen = find("artifactory", PROFILES).visibility
    assert seen.quiet == 60
    assert seen.deadline > 2 * seen.quiet


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('colour = "red"', "some.toml: unknown field 'colour'; there are name, title,"),
        ("public = 1", "some.toml.public: wants true or false, not 1"),
        ('writes = "sometimes"', "some.toml.writes: 'sometimes' is none of allowed, flag, never"),
        ('writes = "never"', "some.toml: writes_reason: say why writing is not simply allowed"),
        ('offered = ["jason"]', "some.toml.offered[0]: 'jason' is none of html, json,"),
        ('offered = "html"', "some.toml.offered: wants a list"),
        ("[visibility]\npoll = -1", "some.toml.visibility.poll: -1 is less than zero"),
        (
            '[duplicates]\nsame = "maybe"',
            "some.toml.duplicates.same: 'maybe' is none of accepted, refused, setting, unknown",
        ),
        (
            "[calls.burn]\nmethod = 'DELETE'",
            "some.toml.calls: 'burn' is none of delete, yank, unyank, status",
        ),
        ("[calls.delete]\nmethod = 'DELETE'", "some.toml.calls.delete: field 'url' is missing"),
        (
            "[calls.delete]\nmethod = 'DELETE'\nurl = '{nowhere}/x'\nscope = 'file'\nsource = 's'\n"
            "[sources.s]\nkind = 'observed'\ndate = 2026-01-01\nabout = 'x'",
            "some.toml: calls.delete.url: nothing gives {nowhere}; there are filename, id,",
        ),
        (
            "marks = [{ header = 'X-Some', source = 'gone' }]",
            "some.toml: marks[0].source: 'gone' is not among the sources ()",
        ),
        (
            "marks = [{ header = 'WWW-Authenticate', value = 'Basic realm=\"x\"', source = 's' }]\n"
            "[sources.s]\nkind = 'observed'\ndate = 2026-01-01\nabout = 'x'",
            "some.toml: marks[0]: a realm is no mark: several products share theirs",
        ),
        (
            "urls = [{ pattern = '(', strength = 'host', priority = 1, examples = [] }]",
            "some.toml: urls[0].pattern: not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        ("kinds = 3", "some.toml.kinds: wants a table for each kind"),
        (
            "[kinds.proxy]\nmarks = []",
            "some.toml.kinds.proxy: a kind can't change 'marks'; it may change advice,",
        ),
        ("title = 'again'", "some.toml: Cannot overwrite a value"),
        (
            "[sources.s]\nkind = 'documentation'\ndate = 2026-01-01\nabout = 'x'",
            "some.toml: sources.s: documentation needs its URL",
        ),
        (
            "[sources.s]\nkind = 'observed'\ndate = 'May'\nabout = 'x'",
            "some.toml.sources.s.date: wants a date such as 2026-11-20, not 'May'",
        ),
    ],
)
def test_a_wrong_profile_gives_one_line_that_names_file_and_field(
    tmp_path: Path, more: str, message: str
) -> None:
    """No traceback of the loader's insides, and nothing is taken silently."""
    with pytest.raises(ProfileError) as told:
        load_file(write(tmp_path, more))
    assert str(told.value).startswith(message)
    assert "\n" not in str(told.value)


def test_a_missing_field_a_wrong_name_and_a_file_that_is_no_text(tmp_path: Path) -> None:
    """The three ways in which a whole file can be wrong."""
    with pytest.raises(ProfileError, match=r"^some\.toml: field 'title' is missing$"):
        load_file(write(tmp_path, text='name = "{name}"\n'))
    with pytest.raises(
        ProfileError, match=r"^other\.toml: the field 'name' is 'some', and not the name of the file$"
    ):
        load_file(write(tmp_path).rename(tmp_path / "other.toml"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match=r"^bytes\.toml: .*decode") as told:
        load_file(tmp_path / "bytes.toml")
    assert "\n" not in str(told.value)


def test_two_profiles_of_one_name_are_refused(tmp_path: Path) -> None:
    """A kind may not take the name of another product."""
    write(tmp_path, '[kinds.more]\ntitle = "a kind"\n')
    write(tmp_path, name="some-more")
    with pytest.raises(ProfileError, match=r"^some-more\.toml: there are two profiles named 'some-more'$"):
        load_profiles(tmp_path)


def test_a_kind_takes_over_what_it_does_not_change(tmp_path: Path) -> None:
    """And remembers of what it is a kind."""
    whole, kind = load_file(write(tmp_path, 'public = false\n[kinds.proxy]\ntitle = "a proxy"\n'))
    assert (kind.name, kind.title, kind.kind_of) == ("some-proxy", "a proxy", "some")
    assert kind.summary == whole.summary


def test_every_field_is_described() -> None:
    """docs/profiles.md has a word on each field of the schema."""
    text = (ROOT / "docs" / "profiles.md").read_text("utf-8")
    for kind in (
        *(schema.Profile, schema.UrlShape, schema.Mark, schema.Credentials, schema.Answer, schema.Duplicates),
        *(schema.Visibility, schema.Call, schema.Lookup, schema.Limitation, schema.Source),
    ):
        for one in fields(kind):
            if (kind, one.name) != (schema.Profile, "kind_of"):
                assert f"`{one.name}`" in text, f"{kind.__name__}.{one.name}"


def test_every_profile_is_listed_in_the_documentation() -> None:
    """The table of products is whole."""
    text = (ROOT / "docs" / "profiles.md").read_text("utf-8")
    for profile in PROFILES:
        assert f"`{profile.name}`" in text
