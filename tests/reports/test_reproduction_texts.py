"""The texts themselves: they send what the suite sent, byte for byte, and say what they can't do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.exchange import Exchange, Headers
from fixtures.http import Credentials, Http
from fixtures.reproduction_script import INLINE, CanNotBeSentError, as_curl, as_script
from fixtures.reproduction_script import Place as Known
from fixtures.reproduction_steps import Past, Step, plan
from fixtures.secrets import Secrets
from reports.model import Finding
from tests.reports.reproducing import path
from tests.scripted import plain, scripted

ALICE = Credentials("alice", "alice-secret")
SECRETS = Secrets([ALICE.password])
FINDING = Finding("names/a", "this", "that", "", "", "", "")


def known(url: str, upload: str | None = None) -> Known:
    SECRETS.add(ALICE.password, ALICE.username)
    people = {ALICE.header: ("$REGISTRY_USERNAME", "$REGISTRY_PASSWORD")}
    return Known(url, upload, people, ALICE, SECRETS)


def run(text: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["sh", "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={
            "PATH": path(),
            "REGISTRY_USERNAME": ALICE.username,
            "REGISTRY_PASSWORD": ALICE.password,
            **environment,
        },
        check=False,
    )
    return done.stdout + done.stderr


def lines(head: bytes) -> tuple[bytes, set[bytes]]:
    """The first line of a request, and its headers, without what has no meaning (RFC 9110 sections 5.1 and 5.5)."""
    first, *others = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = (line.partition(b":") for line in others)
    return first, {name.lower() + b": " + value.strip() for name, _, value in pairs}


def refuse(name: str, body: bytes) -> str:
    return f"# needs {name}"


READS: tuple[tuple[str, Headers, str], ...] = (
    ("simple/a/", (("Accept", "text/html"), ("Accept-Encoding", "identity")), "GET"),
    ("simple/a/?x=[1]&y={a,b}", (), "GET"),
    ("simple/..%2fa/./b", (("X-Empty", ""), ("User-Agent", 'it\'s "quoted" $HOME `x`')), "HEAD"),
    ("files/a b'c/ü.whl", (("Range", "bytes=0-9"),), "GET"),
)


@pytest.mark.parametrize(("rest", "headers", "method"), READS)
def test_a_read_is_sent_again_as_it_was(rest: str, headers: Headers, method: str, tmp_path: Path) -> None:
    with scripted(lambda _, c: c.sendall(plain())) as server:
        http = Http(trusted=[server.url])
        asked = http.get(
            server.url + rest, accept=None, encoding=None, headers=headers, method=method, credentials=ALICE
        )
        place = known(server.url + "simple/")
        text = as_curl([Step(asked)], place)
        assert text is not None
        assert ALICE.password not in text
        run(text, tmp_path)
        script, _ = as_script([Step(asked)], place, refuse)
        run(script, tmp_path)
        http.close()
    first, *again = [lines(head) for head in server.heads]
    assert again == [first, first]


def test_an_upload_is_sent_again_with_its_body(tmp_path: Path) -> None:
    bodies: list[bytes] = []
    body = bytes(range(256)) * 20 + b"\r\n--x--"

    def answer(head: bytes, connection: object) -> None:
        taken = head.partition(b"\r\n\r\n")[2]
        while len(taken) < len(body):
            taken += connection.recv(65536)  # type: ignore[attr-defined]
        bodies.append(taken)
        connection.sendall(plain())  # type: ignore[attr-defined]

    with scripted(answer) as server:
        http = Http(trusted=[server.url], guard=lambda url, name: "")
        sent = http.send(
            "POST",
            server.url + "legacy/",
            writes="rct-x-a",
            headers=(("Content-Type", "multipart/form-data; boundary=x"),),
            body=body,
            credentials=ALICE,
        )
        text, needs = as_script([Step(sent)], known(server.url + "simple/", server.url + "legacy/"), refuse)
        shown = run(text, tmp_path)
        http.close()
    assert bodies == [body, body], shown
    assert lines(server.heads[0]) == lines(server.heads[1])
    assert "200 OK" in shown
    assert not needs


def test_another_registry_is_asked_when_its_url_is_given(tmp_path: Path) -> None:
    asked = Exchange("a-1", "GET", "http://first.test/index/simple/a/", ())
    file = Exchange("a-2", "GET", "http://first.test/index/files/a.whl", ())
    else_ = Exchange("a-3", "GET", "http://first.test/other", ())
    text = as_curl([Step(asked), Step(file), Step(else_)], known("http://first.test/index/simple/"))
    assert text is not None
    with scripted(lambda _, c: c.sendall(plain())) as server:
        run(text, tmp_path, REGISTRY_URL=server.url + "new/pypi")
    paths = [head.split(b" ")[1] for head in server.heads]
    assert paths == [b"/new/pypi/a/", b"/new/files/a.whl", b"/other"]


def test_nothing_is_uploaded_to_the_old_registry_when_another_is_meant(tmp_path: Path) -> None:
    with scripted(lambda _, c: c.sendall(plain())) as old, scripted(lambda _, c: c.sendall(plain())) as new:
        upload = old.url.replace("127.0.0.1", "localhost") + "legacy/"
        sent = Exchange("a-1", "POST", upload, (), b"x")
        text, _ = as_script([Step(sent)], known(old.url + "simple/", upload), refuse)
        assert "say with REGISTRY_UPLOAD_URL" in run(text, tmp_path, REGISTRY_URL=new.url + "simple/")
        assert not old.heads
        run(text, tmp_path, REGISTRY_URL=new.url + "simple/", REGISTRY_UPLOAD_URL=new.url + "up/")
    assert not old.heads
    assert new.heads[0].startswith(b"POST /up/ ")


def test_a_large_body_lies_beside_the_report() -> None:
    kept: dict[str, bytes] = {}
    body = bytes(n * n % 251 ^ n >> 8 & 255 for n in range(INLINE * 50))
    sent = Exchange("a-1", "POST", "http://r.test/legacy/", (), body)
    text, _ = as_script([Step(sent)], known("http://r.test/simple/"), lambda n, b: kept.update({n: b}) or "")
    assert [*kept.values()] == [body]
    assert next(iter(kept)) in text
    assert len(text) < INLINE


def test_made_up_credentials_stand_in_the_text_and_real_ones_do_not() -> None:
    place = known("http://r.test/simple/")
    wrong = Credentials("alice", "made-up").header
    text = as_curl(
        [Step(Exchange("a-1", "GET", "http://r.test/simple/", (("Authorization", wrong),)))], place
    )
    assert text is not None
    assert '-u "${REGISTRY_USERNAME:?}":made-up' in text
    odd = Exchange("a-2", "GET", "http://r.test/simple/", (("Authorization", "Basic not-base-64-at-all"),))
    text = as_curl([Step(odd)], place)
    assert text is not None
    assert SECRETS.mask(text) == text  # and the masking of what looks like a secret leaves it whole
    body = b"password=" + ALICE.password.encode()
    with pytest.raises(CanNotBeSentError, match="secret"):
        as_script([Step(Exchange("a-3", "POST", "http://r.test/legacy/", (), body))], place, refuse)


def test_steps_are_what_was_done_to_the_project_in_order() -> None:
    def at(number: int, method: str, url: str, body: bytes = b"", status: int = 200) -> Exchange:
        started = f"2026-01-01T00:00:{number:02}.000Z"
        return Exchange(f"main-{number}", method, url, (), body, status, started=started)

    name = "rct-run-1-mine"
    missing = at(1, "GET", f"http://r.test/simple/{name}/", status=404)
    upload = at(2, "POST", "http://r.test/legacy/", f'name="{name}"; filename="mine-1.whl"'.encode())
    polls = [at(n, "GET", f"http://r.test/simple/{name}/", status=404) for n in (3, 4, 5)]
    other = at(6, "GET", "http://r.test/simple/rct-run-sample/")
    own = (missing, upload, *polls, other)
    past = Past(frozenset({"rct-run-sample"}), (), ((name, upload),), own, "rct-run")
    chosen = plan(FINDING, [polls[-1]], past)
    assert [step.exchange.id for step in chosen.steps] == ["main-1", "main-2", "main-5"]
    assert (chosen.steps[2].wait, chosen.steps[2].until) == (2.0, ("mine-1.whl",))
    assert chosen.written == (name,)
    assert [step.exchange.id for step in plan(FINDING, [upload], past).steps] == [
        "main-1",
        "main-2",
        "main-5",
    ]
    shared = plan(FINDING, [other], past)
    assert [step.exchange.id for step in shared.steps] == ["main-6"]
    assert shared.needs == ("rct-run-sample",)


def test_what_no_recorded_request_wrote_is_told() -> None:
    page = Exchange("main-1", "GET", "http://r.test/simple/rct-run-2-cut/", (), b"", 200)
    assert plan(FINDING, [page], Past(frozenset(), (), (), (page,), "rct-run")).unseen == ("rct-run-2-cut",)
    later = Exchange("main-2", "POST", "http://r.test/legacy/", (), b"rct-run-2-cut", 200, started="9")
    past = Past(frozenset(), (), (("rct-run-2-cut", later),), (page, later), "rct-run")
    assert plan(FINDING, [page], past).unseen == ("rct-run-2-cut",)
    assert not plan(FINDING, [later], past).unseen


def test_the_program_runs_on_any_python_3(tmp_path: Path) -> None:
    text, _ = as_script(
        [Step(Exchange("a-1", "GET", "http://127.0.0.1:9/", ()))], known("http://127.0.0.1:9/simple/"), refuse
    )
    program = text.partition("<<'PY'\n")[2].removesuffix("\nPY")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert "refused" in done.stdout.lower(), done.stderr
