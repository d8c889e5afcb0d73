"""The upload endpoint of the reference registry."""

from __future__ import annotations

import hashlib
import socket
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.reference import ADMIN, ALICE, BOB, READER
from tests.reference_registry.running import Dist, Registry, basic, metadata, sdist, wheel

Fresh = Callable[[], str]


@pytest.mark.parametrize("make", [wheel, sdist])
def test_an_upload_comes_back_byte_for_byte(
    registry: Registry, fresh: Fresh, make: Callable[..., Dist]
) -> None:
    dist = make(fresh(), "1.0", "Requires-Python: >=3.8,<4")
    assert registry.upload(dist).status_code == 200
    file = registry.files(dist.name)[dist.filename]
    assert file["hashes"] == {"sha256": dist.sha256}
    assert file["size"] == len(dist.body)
    assert file["requires-python"] == ">=3.8,<4"
    assert registry.http.get(str(file["url"])).content == dist.body
    sidecar = registry.http.get(str(file["url"]) + ".metadata").content
    assert sidecar == metadata(dist.name, "1.0", "Requires-Python: >=3.8,<4")
    assert file["core-metadata"] == {"sha256": hashlib.sha256(sidecar).hexdigest()}


@pytest.mark.parametrize("version", ["1.0+local.1", "1!2.0", "1.0a1", "1.0.post1", "1.0.dev3", "2024.1.1"])
def test_every_form_of_version_is_taken(registry: Registry, fresh: Fresh, version: str) -> None:
    name = fresh()
    assert registry.upload(wheel(name, version)).status_code == 200
    assert registry.page(name)["versions"] == [version]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"])
def test_every_metadata_version_is_taken(registry: Registry, fresh: Fresh, version: str) -> None:
    assert registry.upload(wheel(fresh(), "1.0"), {"metadata_version": version}).status_code == 200


WRONG: list[dict[str, str | list[str] | None]] = [
    {":action": None},
    {":action": "unknown"},
    {"protocol_version": "2"},
    {"metadata_version": None},
    {"metadata_version": "1.3"},
    {"metadata_version": "2.0"},
    {"metadata_version": "3.0"},
    {"name": None},
    {"name": "-x"},
    {"name": "x\n"},
    {"name": "\u017f"},
    {"name": ["a", "b"]},
    {"version": None},
    {"version": "one"},
    {"version": "1.0+a..b"},
    {"version": "1" * 5000},
    {"filetype": None},
    {"filetype": "bdist_egg"},
    {"filetype": "sdist"},
    {"pyversion": None},
    {"sha256_digest": None},
    {"sha256_digest": "0" * 64},
    {"sha256_digest": "abc"},
    {"md5_digest": "0" * 32},
    {"blake2_256_digest": "0" * 64},
    {"summary": "two\nlines"},
    {"requires_python": "three"},
    {"requires_dist": "foo bar"},
    {"requires_dist": 'foo; "a" in extras'},
    {"provides_extra": "a b"},
    {"dynamic": "Name"},
    {"dynamic": "Foo"},
    {"license_file": "../LICENSE"},
    {"license_file": "/LICENSE"},
    {"license_file": "not-there"},
    {"license_expression": "Use-it"},
    {"license_expression": "MIT", "license": "MIT"},
    {"description_content_type": "text/html"},
    {"description_content_type": "text/plain; charset=latin-1"},
    {"project_urls": "a, notaurl"},
    {"project_urls": ", https://example.org"},
    {"project_urls": "x" * 33 + ", https://example.org"},
    {"home_page": "javascript:alert(1)"},
    {"import_name": "1a"},
    {"attestations": "{}"},
    {"attestations": "[]"},
    {"attestations": '[{"version": 1}]'},
]


@pytest.mark.parametrize("changes", WRONG, ids=lambda changes: str(changes)[:50])
def test_a_wrong_form_is_refused_and_leaves_nothing(
    registry: Registry, fresh: Fresh, changes: dict[str, str | list[str] | None]
) -> None:
    dist = wheel(fresh(), "1.0")
    refused = registry.upload(dist, changes)
    assert refused.status_code == 400, refused.text
    assert refused.text.strip()
    assert registry.get(f"{dist.name}/").status_code == 404
    assert registry.upload(dist).status_code == 200


RIGHT: list[dict[str, str | list[str] | None]] = [
    {"protocol_version": None},
    {"x_foo": "1", "Description-Content-Type": "text/html", "license_files": "a"},
    {"requires_python": "", "license": "UNKNOWN"},
    {"summary": "a\0b"},
    {"requires_dist": ["a>=1", 'b; extra == "x"', "c @ https://example.org/c.whl"]},
    {"classifiers": ["Private :: x", "Foo :: Bar"]},
    {"project_urls": ["Home Page, https://example.org"], "home_page": "https://example.org"},
    {"description_content_type": "text/markdown; charset=UTF-8; variant=GFM"},
    {"license_expression": "mit"},
    {"dynamic": ["Description", "requires-dist"]},
    {"import_name": "a.b; private", "metadata_version": "2.5"},
]


@pytest.mark.parametrize("changes", RIGHT, ids=lambda changes: str(changes)[:50])
def test_a_right_form_is_taken(
    registry: Registry, fresh: Fresh, changes: dict[str, str | list[str] | None]
) -> None:
    accepted = registry.upload(wheel(fresh(), "1.0"), changes)
    assert accepted.status_code == 200, accepted.text


def test_digests_may_be_upper_case(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    given = {"sha256_digest": dist.sha256.upper(), "md5_digest": hashlib.md5(dist.body).hexdigest().upper()}
    assert registry.upload(dist, given).status_code == 200


def test_the_action_may_stand_in_the_query(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    fields = {key: value for key, value in dist.form().items() if key != ":action"}
    url = registry.urls["upload"] + "?:action=file_upload"
    files = {"content": (dist.filename, dist.body)}
    assert (
        registry.http.post(url, data=fields, files=files, auth=("alice", "alice-secret")).status_code == 200
    )


@pytest.mark.parametrize("action", ["submit", "doc_upload"])
def test_old_actions_are_gone(registry: Registry, fresh: Fresh, action: str) -> None:
    assert registry.upload(wheel(fresh(), "1.0"), {":action": action}).status_code == 410


@pytest.mark.parametrize(
    "filename",
    [
        "../{f}",
        "..\\{f}",
        "/etc/{f}",
        "{f}\x01",
        "{f}.exe",
        "other-1.0-py3-none-any.whl",
        "{s}-2.0-py3-none-any.whl",
        "{s}-1.0-<b>-none-any.whl",
        "{s}-1.0-py3-none.whl",
        "{s}-1.0-x-py3-none-any.whl",
        "{s}.whl",
        "{f}.metadata",
        "index.html",
        ".",
    ],
)
def test_a_wrong_filename_is_refused(registry: Registry, fresh: Fresh, filename: str) -> None:
    dist = wheel(fresh(), "1.0")
    name = filename.format(f=dist.filename, s=dist.name.replace("-", "_"))
    assert registry.upload(dist, filename=name).status_code == 400
    assert registry.get(f"{dist.name}/").status_code == 404


def damaged(name: str) -> dict[str, Dist]:
    """Files that are not the distributions that their names promise."""
    good, source = wheel(name, "1.0"), sdist(name, "1.0")
    link, device, up = (
        tarfile.TarInfo(f"{source.filename[:-7]}/l"),
        tarfile.TarInfo("d"),
        tarfile.TarInfo("../x"),
    )
    link.type, link.linkname = tarfile.SYMTYPE, "../../etc/passwd"
    device.name, device.type = f"{source.filename[:-7]}/d", tarfile.CHRTYPE

    def changed(dist: Dist, body: bytes) -> Dist:
        return Dist(dist.name, dist.version, dist.filename, body)

    return {
        "not-a-zip": changed(good, b"not a zip"),
        "empty": changed(good, b""),
        "truncated": changed(good, good.body[:-30]),
        "half": changed(good, good.body[: len(good.body) // 2]),
        "trailing": changed(good, good.body + b"more"),
        "leading": changed(good, b"#!/bin/sh\n" + good.body),
        "tar-as-wheel": changed(good, source.body),
        "no-metadata": wheel(name, "1.0", METADATA=None),
        "no-wheel": wheel(name, "1.0", WHEEL=None),
        "no-record": wheel(name, "1.0", RECORD=None),
        "other-name": wheel(name, "1.0", METADATA=metadata("other", "1.0")),
        "other-version": wheel(name, "1.0", METADATA=metadata(name, "1.1")),
        "binary-metadata": wheel(name, "1.0", METADATA=b"\xff\xfe\x00"),
        "bad-requires-python": wheel(name, "1.0", "Requires-Python: three"),
        "climbs": wheel(name, "1.0", extra={"../evil.py": b""}),
        "not-a-tar": changed(source, b"not a tar"),
        "tar-half": changed(source, source.body[: len(source.body) // 2]),
        "tar-cut": changed(source, source.body[:-4]),
        "tar-wrong-crc": changed(source, source.body[:-8] + b"\0" * 8),
        "plain-tar": changed(source, b"\0" * 10240),
        "no-pkg-info": sdist(name, "1.0", info="SETUP"),
        "wrong-top": sdist(name, "1.0", top="other-1.0"),
        "tar-link": sdist(name, "1.0", members=[link]),
        "tar-device": sdist(name, "1.0", members=[device]),
        "tar-climbs": sdist(name, "1.0", members=[up]),
    }


@pytest.mark.parametrize("kind", sorted(damaged("x")))
def test_a_damaged_file_is_refused(registry: Registry, fresh: Fresh, kind: str) -> None:
    dist = damaged(fresh())[kind]
    refused = registry.upload(dist)
    assert refused.status_code == 400, refused.text
    assert (
        "not" in refused.text
        or "leads" in refused.text
        or "other" in refused.text
        or "missing" in refused.text
    )
    assert registry.get(f"{dist.name}/").status_code == 404


@pytest.mark.parametrize(
    ("dist", "advertised"),
    [
        (sdist("r-a", "1.0"), True),
        (sdist("r-b", "1.0", "Dynamic: Requires-Dist"), False),
        (sdist("r-c", "1.0", metadata_version="1.2"), False),
        (wheel("r-d", "1.0", "Dynamic: Requires-Dist"), True),
    ],
    ids=["static", "dynamic", "old", "wheel"],
)
def test_only_reliable_metadata_are_served(
    registry: Registry, fresh: Fresh, dist: Dist, advertised: bool
) -> None:
    registry.upload(dist)
    file = registry.files(dist.name)[dist.filename]
    assert bool(file["core-metadata"]) is advertised
    assert registry.http.get(f"{file['url']}.metadata").status_code == (200 if advertised else 404)


def test_a_vendored_dist_info_is_not_taken_for_the_wheels_own(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0", extra={"pip-24.0.dist-info/METADATA": metadata("pip", "24.0")})
    assert registry.upload(dist).status_code == 200
    url = registry.files(dist.name)[dist.filename]["url"]
    assert registry.http.get(f"{url}.metadata").content == metadata(dist.name, "1.0")


def test_duplicates(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    dist, other = wheel(name, "1.0"), wheel(name, "1.0", "Summary: other")
    assert registry.upload(dist).status_code == 200
    before = registry.page(name)
    assert registry.upload(dist).status_code == 200
    refused = registry.upload(other)
    assert refused.status_code == 409
    assert "already exists" in refused.text
    assert registry.page(name) == before


def test_of_many_uploads_at_once_one_wins(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    dists = [wheel(name, "1.0", f"Summary: {n}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [response.status_code for response in pool.map(registry.upload, dists)]
    assert sorted(statuses) == [200] + [409] * 7
    file = registry.files(name)[dists[0].filename]
    winner = dists[statuses.index(200)]
    assert file["hashes"] == {"sha256": winner.sha256}
    assert registry.http.get(str(file["url"])).content == winner.body


def test_of_two_first_uploaders_one_owns_the_project(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    uploads = [(wheel(name, f"1.{n}"), user) for n in range(4) for user in (ALICE, BOB)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: registry.upload(pair[0], auth=pair[1]).status_code, uploads))
    accepted = {user for (_, user), status in zip(uploads, answers, strict=True) if status == 200}
    assert len(accepted) == 1


def test_the_first_uploader_owns_the_project_under_all_its_names(registry: Registry, fresh: Fresh) -> None:
    name = fresh()
    assert registry.upload(wheel(name, "1.0")).status_code == 200
    assert registry.upload(wheel(name.upper().replace("-", "."), "1.1"), auth=BOB).status_code == 403
    assert registry.upload(wheel(name, "1.1"), auth=READER).status_code == 403
    assert registry.upload(wheel(name, "1.1"), auth=ADMIN).status_code == 200
    assert registry.upload(wheel(name, "1.2"), auth=("__token__", " alice-token-secret\n")).status_code == 200


@pytest.mark.parametrize(
    "value", [None, basic("alice", "no"), basic("alice", ""), "Basic !", "Basic", "Bearer x", "x" * 9999]
)
def test_credentials_come_before_everything_else(registry: Registry, value: str | None) -> None:
    headers = {"content-type": "text/plain"} | ({} if value is None else {"authorization": value})
    refused = registry.http.post(registry.urls["upload"], content=b"x" * 300_000, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic realm=")


def test_errors_are_json_for_those_who_ask(registry: Registry, fresh: Fresh) -> None:
    accept = {"accept": "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"}
    refused = registry.upload(wheel(fresh(), "1.0"), {"name": "-"}, headers=accept)
    assert set(refused.json()) == {"message", "code", "title"}
    assert refused.json()["code"] == "400 Bad Request"


def test_a_missing_slash_keeps_method_and_body(registry: Registry) -> None:
    answer = registry.http.post(registry.urls["upload"].rstrip("/"), content=b"x")
    assert (answer.status_code, answer.headers["location"]) == (308, "/legacy/")


BROKEN_BODIES = {
    "no-boundary": ("multipart/form-data", b"x"),
    "mismatch": ("multipart/form-data; boundary=a", b"--b\r\n\r\n--b--\r\n"),
    "empty": ("multipart/form-data; boundary=a", b""),
    "unfinished": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n',
    ),
    "nameless": (
        "multipart/form-data; boundary=a",
        b"--a\r\nContent-Disposition: form-data\r\n\r\ny\r\n--a--\r\n",
    ),
    "star": (
        "multipart/form-data; boundary=a",
        b"--a\r\nContent-Disposition: form-data; name=\"content\"; filename*=UTF-8''a\r\n\r\ny\r\n--a--\r\n",
    ),
    "not-utf-8": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--a--\r\n',
    ),
    "long-boundary": ("multipart/form-data; boundary=" + "a" * 5000, b"x"),
}


@pytest.mark.parametrize("kind", sorted(BROKEN_BODIES))
def test_a_broken_body_is_refused(registry: Registry, kind: str) -> None:
    content_type, body = BROKEN_BODIES[kind]
    headers = {"content-type": content_type}
    refused = registry.http.post(
        registry.urls["upload"], content=body, headers=headers, auth=("alice", "alice-secret")
    )
    assert refused.status_code == 400


def test_two_contents_or_a_content_without_filename_are_refused(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    twice = [("content", (dist.filename, dist.body)), ("content", (dist.filename, dist.body))]
    auth = ("alice", "alice-secret")
    assert (
        registry.http.post(registry.urls["upload"], data=dist.form(), files=twice, auth=auth).status_code
        == 400
    )
    assert registry.upload(dist, files={"content": (None, dist.body)}).status_code == 400
    assert registry.upload(dist, files={"other": ("x", b"y")}).status_code == 400
    named = {"content": (dist.filename, dist.body), "summary": ("x", b"y")}
    assert registry.upload(dist, files=named).status_code == 400
    assert registry.get(f"{dist.name}/").status_code == 404


def test_a_body_in_chunks_is_taken(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    request = httpx.Request(
        "POST", "http://x", data=dist.form(), files={"content": (dist.filename, dist.body)}
    )
    body = request.read()
    headers = {"content-type": request.headers["content-type"]}
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    answer = registry.http.post(
        registry.urls["upload"], content=pieces, headers=headers, auth=("alice", "alice-secret")
    )
    assert answer.status_code == 200


def test_an_upload_that_breaks_off_leaves_nothing(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    request = httpx.Request(
        "POST", "http://x", data=dist.form(), files={"content": (dist.filename, dist.body)}
    )
    body = request.read()
    parts = urlsplit(registry.urls["upload"])
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: {request.headers['content-type']}\r\nAuthorization: {basic('alice', 'alice-secret')}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), 5) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
    deadline = time.monotonic() + 5
    while registry.http.get(registry.urls["simple"]).status_code != 200 and time.monotonic() < deadline:
        pass
    assert registry.get(f"{dist.name}/").status_code == 404
    assert registry.upload(dist).status_code == 200


def test_expect_100_continue(registry: Registry, fresh: Fresh) -> None:
    parts = urlsplit(registry.urls["upload"])
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), 5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 401 ")  # without asking for the body


def test_a_signature_is_kept(registry: Registry, fresh: Fresh) -> None:
    dist = wheel(fresh(), "1.0")
    armored = b"-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"
    files = {"content": (dist.filename, dist.body), "gpg_signature": (f"{dist.filename}.asc", armored)}
    assert registry.upload(dist, files=files).status_code == 200
    file = registry.files(dist.name)[dist.filename]
    assert file["gpg-sig"] is True
    assert registry.http.get(f"{file['url']}.asc").content == armored
    assert 'data-gpg-sig="true"' in registry.get(f"{dist.name}/").text
