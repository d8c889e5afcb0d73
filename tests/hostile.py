"""Registries that mean no good: each behaviour answers every request in its own bad way, once the first look is over."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from tests.scripted import Scripted, plain, scripted

Behaviour = Callable[[bytes, socket.socket], None]
NAMES = tuple(f"project-{number}" for number in range(8))
HTML = "<!DOCTYPE html><html><head><title>Simple index</title></head><body>{}</body></html>"
INDEX = HTML.format("".join(f'<a href="{name}/">{name}</a><br>' for name in NAMES)).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
JSON = "application/vnd.pypi.simple.v1+json"


@contextmanager
def hostile(behaviour: Behaviour, lifetime: float = 200.0) -> Iterator[Scripted]:
    """A registry with a usual list of projects; everything below it is answered by `behaviour`."""

    packed_zeros()  # now, so that the first answer is as quick as the others

    def answer(head: bytes, connection: socket.socket) -> None:
        path = head.split(b" ")[1]
        if path in (b"/simple/", b"/"):
            connection.sendall(plain(body=INDEX, content_type="text/html"))
        else:
            behaviour(head, connection)

    with scripted(answer, lifetime) as server:
        yield server


def endless(head: bytes, connection: socket.socket) -> None:
    """A page without an end."""
    connection.sendall(HEAD + b"\r\n")
    piece = b"<a href='x-1.0.tar.gz'>x-1.0.tar.gz</a>" * 2000
    for _ in range(4000):
        connection.sendall(piece)


def drip(_: bytes, connection: socket.socket) -> None:
    """A page that comes byte by byte."""
    connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
    _slowly(connection, b"x")


def drip_head(_: bytes, connection: socket.socket) -> None:
    """A head that comes byte by byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _slowly(connection, b"x")


def _slowly(connection: socket.socket, piece: bytes) -> None:
    for _ in range(600):
        connection.sendall(piece)
        time.sleep(0.1)


def garbage(_: bytes, connection: socket.socket) -> None:
    """Bytes that are no HTTP."""
    connection.sendall(bytes(range(256)) * 8)


def garbage_page(_: bytes, connection: socket.socket) -> None:
    """A page of bytes that mean nothing, as HTML."""
    body = b"<a href='\xff\xfe//[::1'>\x00<a data-yanked href=\"" + bytes(range(256)) * 64
    connection.sendall(plain(body=body, content_type="text/html; charset=no-such"))


def no_html(head: bytes, connection: socket.socket) -> None:
    """Pages that are said to be HTML and are something else, each another thing: what reads them has warnings for that."""
    bodies = (
        b'<?xml version="1.0"?><rss><item href="a-1.0.tar.gz"/></rss>',
        b"https://registry.example/",
        b"index.html",
    )
    body = bodies[len(head) % len(bodies)]
    connection.sendall(plain(body=body, content_type="text/html"))


def loop(head: bytes, connection: socket.socket) -> None:
    """A redirect to itself."""
    connection.sendall(plain("302 Found", location=head.split(b" ")[1].decode("latin-1")))


def growing_loop(head: bytes, connection: socket.socket) -> None:
    """A redirect to another place each time."""
    connection.sendall(plain("301 Moved", location=head.split(b" ")[1].decode("latin-1") + "x/"))


def nested(_: bytes, connection: socket.socket) -> None:
    """JSON that is nested deeper than anything reads."""
    connection.sendall(plain(body=b"[" * 200_000 + b"]" * 200_000, content_type=JSON))


def nested_files(_: bytes, connection: socket.socket) -> None:
    """JSON whose values are nested as deep as can be read."""
    deep = '{"a":' * 900 + "1" + "}" * 900
    file = f'{{"filename":{deep},"url":{deep},"hashes":{deep},"size":{deep},"yanked":{deep},"core-metadata":{deep}}}'
    good = f'{{"filename":"project-1-1.0.tar.gz","url":"/f/x","hashes":{deep},"yanked":{deep},"size":-1,"requires-python":{deep}}}'
    body = f'{{"meta":{deep},"name":{deep},"versions":{deep},"files":[{file},{good}]}}'
    connection.sendall(plain(body=body.encode(), content_type=JSON))


def wrong_types(_: bytes, connection: socket.socket) -> None:
    """JSON in which nothing has its type."""
    body = b'{"meta":[1],"name":{},"files":{"a":[]},"versions":7,"project-status":[[]],"alternate-locations":{"x":1}}'
    connection.sendall(plain(body=body, content_type=JSON))


def bomb(_: bytes, connection: socket.socket) -> None:
    """A small body that becomes a large one."""
    connection.sendall(plain(body=packed_zeros(), content_type="text/html", content_encoding="gzip"))


@cache
def packed_zeros() -> bytes:
    """110 MiB of nothing, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(110)) + packer.flush()


def empty(_: bytes, connection: socket.socket) -> None:
    """Nothing at all."""


BEHAVIOURS: tuple[Behaviour, ...] = (
    *(endless, drip, drip_head, garbage, garbage_page, no_html, loop, growing_loop),
    *(nested, nested_files, wrong_types, bomb, empty),
)
