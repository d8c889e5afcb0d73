"""Where a token goes, product by product: the user types it and nothing else."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from urllib.parse import quote

import pytest

from fixtures.credentials import gather
from fixtures.http import Credentials, Http
from fixtures.identify import outside
from fixtures.options import Options
from fixtures.secrets import Secrets
from tests.emulations.emulated import emulated

TOKEN = "alice-token-secret"


@pytest.mark.parametrize(
    ("url", "username", "password"),
    [
        ("https://example.jfrog.io/artifactory/api/pypi/pypi-local/simple", "", TOKEN),
        ("https://d-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/r/simple/", "aws", TOKEN),
        ("https://europe-west1-python.pkg.dev/p/r/simple/", "oauth2accesstoken", TOKEN),
        ("https://pypi.fury.io/acme/", TOKEN, "NOPASS"),
        ("https://test.pypi.org/simple/", "__token__", TOKEN),
        ("https://packages.example.com/simple/", "__token__", TOKEN),
    ],
)
def test_a_token_goes_where_the_product_looks_for_it(url: str, username: str, password: str) -> None:
    """As the user name, as the password, beside a name of the product, or beside none."""
    secrets = Secrets()
    found = outside(Options(url=url, token=TOKEN), secrets).target.credentials
    assert found == Credentials(username, password)
    assert TOKEN not in secrets.mask(f"{found.header} {TOKEN} {found.username}")


def test_a_user_name_that_is_given_wins() -> None:
    """Also an empty one, beside a password or in the URL."""
    url = "https://pkgs.example.com/contoso/_packaging/feed/pypi/simple/"
    named = outside(Options(url=url, username="anybody", token=TOKEN), Secrets()).target.credentials
    empty = outside(Options(url=url, username="", password=TOKEN), Secrets()).target.credentials
    in_url = outside(Options(url=url.replace("//", f"//:{TOKEN}@")), Secrets()).target.credentials
    assert named == Credentials("anybody", TOKEN)
    assert empty == in_url == Credentials("", TOKEN)


def test_a_product_known_by_its_answer_gets_the_token_its_way() -> None:
    """ProGet's URL could be Pulp's; its header tells, and then the user is api."""
    with emulated("proget") as running:
        secrets = Secrets()
        first = outside(Options(url=running.simple, token=TOKEN), secrets)
        http = Http(trusted=[running.simple])
        try:
            settled = first.recognized(http, secrets)
        finally:
            http.close()
    assert first.target.credentials == Credentials("__token__", TOKEN)
    assert settled.target.credentials == Credentials("api", TOKEN)


def test_a_token_in_the_path_is_a_secret() -> None:
    """Some products have it there."""
    secrets = Secrets()
    outside(Options(url="https://pypi.anaconda.org/t/path-token-77/acme/simple"), secrets)
    assert "path-token-77" not in secrets.mask("https://pypi.anaconda.org/t/path-token-77/acme/simple/")


ODD = "a+b/c=%41:?#@ü"  # what user info, netrc and ini files have rules for, and base64 is full of
NAMES = ("aws", "api", "oauth2accesstoken", "_json_key_base64", "gitlab-ci-token", "VssSessionToken", "alice")
INDEX = "https://packages.example.com/simple/"
SOURCES = ("the URL", ".netrc", ".pypirc section here", "the keyring")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", NAMES)
def test_each_place_gives_the_names_of_products(
    source: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pip and uv send user info, netrc as pip reads it, .pypirc as twine reads it, and the keyring."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("NETRC", "PYPIRC"):
        monkeypatch.delenv(variable, raising=False)
    keyring = types.ModuleType("keyring")
    entry = types.SimpleNamespace(username=name, password=ODD)
    stored = entry if source == "the keyring" else None
    monkeypatch.setattr(keyring, "get_credential", lambda service, user: stored, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    url, section = INDEX, None
    if source == "the URL":
        url = INDEX.replace("//", f"//{quote(name, safe='')}:{quote(ODD, safe='')}@")
    elif source == ".netrc":
        (tmp_path / ".netrc").write_text(f'machine packages.example.com login {name} password "{ODD}"\n')
        (tmp_path / ".netrc").chmod(0o600)
    elif source.startswith(".pypirc"):
        section = "here"
        text = f"[distutils]\nindex-servers = here\n\n[here]\nrepository: {INDEX}\nusername: {name}\npassword: {ODD}\n"
        (tmp_path / ".pypirc").write_text(text, "utf-8")
    secrets = Secrets()
    found = gather(Options(url=url, pypirc=section), secrets)
    assert found.credentials == Credentials(name, ODD)
    assert found.source == source
    assert ODD not in secrets.mask(f"{url} {ODD}")


def test_pypirc_without_a_user_name_has_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The .pypirc file, packaging.python.org: twine sends `__token__` to PyPI where no user name is given."""
    monkeypatch.setenv("PYPIRC", str(tmp_path / "pypirc"))
    (tmp_path / "pypirc").write_text("[testpypi]\npassword = pypi-token-1\n", "utf-8")
    found = gather(Options(url=INDEX, pypirc="testpypi"), Secrets())
    assert found.credentials == Credentials("__token__", "pypi-token-1")
    assert found.upload_url == "https://test.pypi.org/legacy/"
