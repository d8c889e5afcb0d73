"""Where a token goes, product by product: the user types it and nothing else."""

from __future__ import annotations

import pytest

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
