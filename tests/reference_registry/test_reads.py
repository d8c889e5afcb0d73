"""Pages, files, rights to read, and admin calls of the reference registry."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.reference import ADMIN, ALICE, READER
from tests.reference_registry.running import HTML_V1, JSON_V1, Registry, basic, running, sdist, wheel

Fresh = Callable[[], str]
LATEST = "application/vnd.pypi.simple.latest"
IDENTITY = {"accept-encoding": "identity"}


@pytest.fixture(scope="session")
def private() -> Iterator[Registry]:
    """A registry where reading needs credentials."""
    with running("--auth", "read") as made:
        made.upload(wheel("known", "1.0"))
        yield made


class Anchors(HTMLParser):
    """The anchors of a page: attributes by text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.open: dict[str, str | None] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open = dict(attrs) if tag == "a" else None

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            self.found[data], self.open = self.open, None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        (";;;,/,q=", "text/html"),
        ("text/*", "text/html"),
        ("application/*", JSON_V1),
        (JSON_V1.upper(), JSON_V1),
        (f"{JSON_V1};q=0.5, text/html;q=0.9", "text/html"),
        (f"text/html, {JSON_V1}", JSON_V1),
        (f"{JSON_V1}, text/html", JSON_V1),
        (f"{JSON_V1};q=0, text/html", "text/html"),
        (f"{JSON_V1};q=0, */*", "text/html"),
        (f"{JSON_V1}, {HTML_V1};q=0.1, text/html;q=0.01", JSON_V1),
        (f"{HTML_V1} ; q=0.123", HTML_V1),
        (f"{LATEST}+json", JSON_V1),
        (f"{LATEST}+html", HTML_V1),
        ("text/html; charset=utf-8", "text/html"),
        ("application/json", None),
        ("application/vnd.pypi.simple.v2+json", None),
        ("text/html;q=0", None),
    ],
)
def test_negotiation(registry: Registry, accept: str | None, expected: str | None) -> None:
    request = registry.http.build_request("GET", registry.urls["simple"])
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    answer = registry.http.send(request)
    kind = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, kind) == ((200, expected) if expected else (406, "text/plain"))
    if expected:
        assert "accept" in answer.headers["vary"].lower()
    else:
        assert JSON_V1 in answer.text


@pytest.mark.parametrize(
    ("value", "expected"), [(JSON_V1, JSON_V1), (f"{LATEST}+json", JSON_V1), ("text/html", "text/html")]
)
def test_the_format_parameter_goes_before_accept(registry: Registry, value: str, expected: str) -> None:
    for accept in ("text/html", JSON_V1, "application/x-nothing"):
        answer = registry.get(params={"format": value}, headers={"accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == expected
    assert registry.get(params={"format": "foo/bar"}).status_code == 406
    assert registry.get(f"?format={JSON_V1}").headers["content-type"] == JSON_V1  # with a raw plus sign


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("foo", "/simple/foo/"),
        ("Foo.__Bar/?format=text/html", "/simple/foo-bar/?format=text/html"),
        ("Foo_Bar?a=%0d%0aX", "/simple/foo-bar/?a=%0d%0aX"),
    ],
)
def test_redirects(registry: Registry, path: str, location: str) -> None:
    answer = registry.get(path)
    assert (answer.status_code, answer.headers["location"]) == (301, location)


@pytest.mark.parametrize(
    "path",
    [
        "nothing-there/",
        "_index/",
        "-/",
        "%00/",
        "%ff/",
        "..%2fx/",
        "%2e%2e/",
        "a%0d%0aX-Evil:1/",
        "acme%20sdk/",
        "a" * 9000,
        "/x/",
        "x//",
    ],
)
def test_absurd_paths(registry: Registry, path: str) -> None:
    answer = registry.get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("text/plain")
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_pages_are_for_reading(registry: Registry, method: str) -> None:
    answer = registry.http.request(method, registry.urls["simple"])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert registry.http.options(registry.urls["simple"]).headers["allow"] == "GET, HEAD, OPTIONS"


def test_html_and_json_tell_the_same(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    dists = [wheel(name, "1.0", "Requires-Python: >=3.8,<4"), sdist(name, "1.0"), wheel(name, "2.0b1")]
    assert [registry.upload(dist).status_code for dist in dists] == [200] * 3
    reason = 'a "quoted" <b>&amp; reason \u2713'
    assert registry.admin("yank", {"project": name, "version": "1.0", "reason": reason}).status_code == 200
    anchors = Anchors(registry.get(f"{name}/").text).found
    files = registry.files(name)
    assert set(anchors) == set(files) == {dist.filename for dist in dists}
    for filename, file in files.items():
        anchor = anchors[filename]
        url, _, fragment = str(anchor["href"]).partition("#")
        assert str(httpx.URL(f"{registry.urls['simple']}{name}/").join(url)) == file["url"]
        assert {fragment.partition("=")[0]: fragment.partition("=")[2]} == file["hashes"]
        assert anchor.get("data-requires-python") == file.get("requires-python")
        assert anchor.get("data-yanked") == (file["yanked"] or None)
        advertised = file["core-metadata"]
        assert isinstance(advertised, dict)
        assert anchor["data-core-metadata"] == f"sha256={advertised['sha256']}"
    assert files[dists[0].filename]["yanked"] == reason
    assert "&gt;=3.8,&lt;4" in registry.get(f"{name}/").text


def test_names_of_one_normal_form_are_one_project(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    spelled = name.upper().replace("-", "._")
    registry.upload(wheel(spelled, "1.0"), filename=wheel(name, "1.0").filename)
    assert registry.page(name)["versions"] == ["1.0"]
    listed = registry.get(headers={"accept": JSON_V1}).json()["projects"]
    assert {"name": spelled} in listed
    assert f'<a href="/simple/{name}/">{spelled}</a>' in registry.get().text


def test_pages_are_compressed_validated_and_fresh(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    registry.upload(wheel(name, "1.0"))
    tags = set()
    for accept in (JSON_V1, HTML_V1, "text/html"):
        for coding in ("identity", "gzip"):
            headers = {"accept": accept, "accept-encoding": coding}
            with registry.http.stream("GET", f"{registry.urls['simple']}{name}/", headers=headers) as answer:
                raw = b"".join(answer.iter_raw())
            assert answer.headers.get("content-encoding", "identity") == coding
            assert int(answer.headers["content-length"]) == len(raw)
            assert name in (gzip.decompress(raw) if coding == "gzip" else raw).decode()
            tags.add(answer.headers["etag"])
            again = registry.get(
                f"{name}/", headers={**headers, "if-none-match": f'"x", W/{answer.headers["etag"]}'}
            )
            assert (again.status_code, again.content) == (304, b"")
            assert {"etag", "vary", "cache-control"} <= set(again.headers)
            head = registry.http.head(f"{registry.urls['simple']}{name}/", headers=headers)
            assert head.headers["content-length"] == str(len(raw))
    assert len(tags) == 6
    registry.upload(wheel(name, "1.1"))
    assert registry.get(f"{name}/", headers={"if-none-match": ", ".join(tags)}).status_code == 200


def test_ranges(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    registry.upload(dist)
    url, size = str(registry.files(dist.name)[dist.filename]["url"]), len(dist.body)

    def ask(value: str, **more: str) -> httpx.Response:
        headers = {"range": value} | {key.replace("_", "-"): text for key, text in more.items()}
        return registry.http.get(url, headers=headers)

    whole = registry.http.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in whole.headers
    for value, start, end in (
        ("bytes=0-9", 0, 9),
        ("bytes=-5", size - 5, size - 1),
        (f"bytes=7-{size * 2}", 7, size - 1),
    ):
        part = ask(value)
        assert (part.status_code, part.content) == (206, dist.body[start : end + 1])
        assert part.headers["content-range"] == f"bytes {start}-{end}/{size}"
    assert ask(f"bytes={size}-").status_code == 416
    assert ask(f"bytes={size}-").headers["content-range"] == f"bytes */{size}"
    for ignored in ("bytes=5-1", "lines=1-2", "bytes=", "bytes=x", "bytes=" + "0-," * 99, "bytes=0-,0-"):
        assert (ask(ignored).status_code, ask(ignored).content) == (200, dist.body)
    several = ask("bytes=0-1,-2")
    assert several.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert dist.body[:2] + b"\r\n--" in several.content
    assert ask("bytes=0-9", if_range=whole.headers["etag"]).status_code == 206
    assert ask("bytes=0-9", if_range='"other"').status_code == 200
    assert ask("bytes=0-9", if_none_match=whole.headers["etag"]).status_code == 304
    assert (
        registry.http.get(url, headers={"if-modified-since": whole.headers["last-modified"]}).status_code
        == 304
    )
    assert registry.http.head(url).headers["content-length"] == str(size)
    assert registry.http.get(url + "?x=1", headers={"accept": JSON_V1}).content == dist.body


def test_links_lead_only_to_this_machine(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    registry.upload(wheel(name, "1.0"))
    answer = registry.http.get(f"{registry.urls['json_api']}{name}/json", headers={"host": "evil.example"})
    assert "evil" not in answer.text
    answer = registry.http.get(f"{registry.urls['json_api']}{name}/json", headers={"host": "localhost:81"})
    assert answer.json()["urls"][0]["url"].startswith("http://localhost:81/")


def test_the_json_api(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    for version in ("0.9", "1.0", "1.1a1"):
        registry.upload(wheel(name, version), {"summary": f"about {version}"})
    registry.admin("yank", {"project": name, "version": "1.0", "reason": None})
    base = registry.urls["json_api"]
    document = registry.http.get(f"{base}{name}/json").json()
    assert document["info"]["version"] == "0.9"
    assert set(document["releases"]) == {"0.9", "1.0", "1.1a1"}
    assert document["releases"]["1.0"][0]["yanked"] is True
    release = registry.http.get(f"{base}{name}/1.0.0/json").json()
    assert release["info"]["summary"] == "about 1.0"
    assert "releases" not in release
    assert registry.http.get(f"{base}{name.upper()}/json/", follow_redirects=True).json() == document
    for missing in ("nothing-there/json", f"{name}/9/json", f"{name}/x/json"):
        answer = registry.http.get(base + missing)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


def test_private_reading(private: Registry) -> None:
    with httpx.Client(auth=READER, trust_env=False) as with_password:
        check_private_reading(private, with_password)


def check_private_reading(private: Registry, with_password: httpx.Client) -> None:
    page, base = private.urls["simple"] + "known/", private.urls["simple"]
    file = with_password.get(page, headers={"accept": JSON_V1}).json()["files"][0]
    url = str(httpx.URL(page).join(file["url"]))
    paths = [
        base,
        page,
        base + "unknown/",
        base + "known",
        base + "%00/",
        url,
        url + ".metadata",
        private.urls["json_api"] + "known/json",
    ]
    bodies = set()
    for path in paths:
        for headers in ({}, {"authorization": basic("reader", "wrong")}, {"authorization": "Basic"}):
            answer = private.http.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic realm=")
            bodies.add(answer.text)
        admitted = with_password.get(path)
        assert admitted.status_code in (200, 301, 400, 404)
        if admitted.status_code == 200:
            assert "private" in admitted.headers["cache-control"]
            assert "Authorization" in admitted.headers["vary"]
    assert len(bodies) == 2  # one text, one JSON, whatever exists
    assert with_password.get(base + "unknown/").status_code == 404
    assert private.get("known/", headers={"authorization": "Bearer alice-token-secret"}).status_code == 200


def test_an_open_registry_asks_for_nothing() -> None:
    with running("--auth", "open", "--prefix", "/team/pypi") as registry:
        assert registry.urls["simple"].endswith("/team/pypi/simple/")
        dist = wheel("known", "1.0")
        assert registry.upload(dist, auth=None).status_code == 200
        assert registry.upload(wheel("known", "1.1"), auth=("x", "y")).status_code == 200
        assert registry.http.get(str(registry.files("known")[dist.filename]["url"])).content == dist.body
        assert registry.http.get(registry.urls["simple"] + "Known", follow_redirects=True).status_code == 200
        assert (
            registry.admin("yank", {"project": "known", "version": "1.0"}, auth=("x", "y")).status_code == 401
        )


def test_admin_calls(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    dists = [wheel(name, "1.0"), sdist(name, "1.0"), wheel(name, "2.0")]
    for dist in dists:
        registry.upload(dist)
    assert (
        registry.admin("yank", {"project": name, "filename": dists[0].filename, "reason": None}).status_code
        == 200
    )
    assert [file["yanked"] for file in registry.files(name).values()] == [True, False, False]
    assert registry.admin("unyank", {"project": name, "version": "1"}).status_code == 200
    assert not any(file["yanked"] for file in registry.files(name).values())
    assert registry.admin("yank", {"project": name, "version": "1.0"}, auth=ALICE).status_code == 403
    assert registry.admin("yank", {"project": "nothing-there", "version": "1.0"}).status_code == 404
    assert registry.admin("yank", {"project": name}).status_code == 400
    assert registry.admin("yank", {"project": name, "version": 1}).status_code == 400
    assert registry.http.get(registry.urls["admin"] + "yank", auth=ADMIN).status_code == 405
    url = str(registry.files(name)[dists[0].filename]["url"])

    def delete(path: str) -> int:
        return registry.http.delete(f"{registry.urls['admin']}projects/{path}", auth=ADMIN).status_code

    assert delete(f"{name}/1.0/{dists[0].filename}") == 204
    assert (registry.http.get(url).status_code, registry.http.get(url + ".metadata").status_code) == (
        404,
        404,
    )
    assert registry.upload(dists[0]).status_code == 200
    assert (delete(f"{name}/1.0"), delete(f"{name}/1.0")) == (204, 404)
    assert registry.page(name)["versions"] == ["2.0"]
    assert (delete(name), delete(name)) == (204, 404)
    assert registry.get(f"{name}/").status_code == 404


@pytest.mark.parametrize(
    ("status", "uploads", "listed"), [("archived", 403, 1), ("quarantined", 403, 0), ("deprecated", 200, 2)]
)
def test_project_status(registry: Registry, fresh: Fresh, status: str, uploads: int, listed: int) -> None:
    name = fresh()
    dist = wheel(name, "1.0")
    registry.upload(dist)
    url = str(registry.files(name)[dist.filename]["url"])
    registry.admin("status", {"project": name, "status": status, "reason": "<why>"})
    assert registry.upload(wheel(name, "1.1")).status_code == uploads
    page = registry.page(name)
    assert page["project-status"] == {"status": status, "reason": "<why>"}
    assert len(registry.files(name)) == listed
    html = registry.get(f"{name}/").text
    assert f'<meta name="pypi:project-status" content="{status}">' in html
    assert '<meta name="pypi:project-status-reason" content="&lt;why&gt;">' in html
    assert registry.http.get(url).status_code == (404 if status == "quarantined" else 200)
    assert registry.admin("status", {"project": name, "status": "gone"}).status_code == 400
