"""An answer, and how it goes over the wire.

An answer is plain data until the last moment, so that any of its properties can be looked at and changed by a switch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Send

CHUNK = 256 * 1024
BODILESS = frozenset({204, 304})


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file on disk."""

    path: Path
    start: int
    length: int


@dataclass(frozen=True)
class Wire:
    """Departures from a plain answer, used by switches and never by the conforming registry.

    delay: seconds before the head. cut_after: close after this many bytes of body. stall_after, stall_for: be silent for some
    seconds after so many bytes. content_length: announce another length than the body has. chunked: announce no length.
    raw: send exactly these bytes instead of an answer, then close. drop: close without an answer.
    """

    delay: float = 0.0
    cut_after: int | None = None
    stall_after: int | None = None
    stall_for: float = 0.0
    content_length: int | None = None
    chunked: bool = False
    raw: bytes | None = None
    drop: bool = False


@dataclass
class Reply:
    """A response: status, headers, body (bytes, or pieces of files between bytes)."""

    status: int = 200
    headers: MutableHeaders = field(default_factory=MutableHeaders)
    body: bytes | tuple[bytes | Piece, ...] = b""
    wire: Wire = Wire()

    def pieces(self) -> tuple[bytes | Piece, ...]:
        """The body as pieces."""
        return (self.body,) if isinstance(self.body, bytes) else self.body

    @property
    def length(self) -> int:
        """Bytes in the body."""
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.pieces())

    def chunks(self) -> Iterator[bytes]:
        """The body, never more than a bounded part of it in memory."""
        for part in self.pieces():
            if isinstance(part, bytes):
                yield part
            else:
                yield from _read(part)

    def content(self) -> bytes:
        """The whole body at once."""
        return b"".join(self.chunks())


def text_reply(status: int, body: str | bytes, content_type: str, **headers: str) -> Reply:
    """A reply with a body of text. Header names are written with underscores."""
    reply = Reply(status, body=body.encode() if isinstance(body, str) else body)
    reply.headers["content-type"] = content_type
    for name, value in headers.items():
        reply.headers[name.replace("_", "-")] = value
    return reply


def _read(piece: Piece) -> Iterator[bytes]:
    with piece.path.open("rb") as file:
        file.seek(piece.start)
        left = piece.length
        while left > 0:
            data = file.read(min(CHUNK, left))
            if not data:
                return
            left -= len(data)
            yield data


async def send_reply(reply: Reply, method: str, send: Send) -> None:
    """Send an answer. HEAD gets the head alone, with the length that GET would have (RFC 9110 section 9.3.2)."""
    wire = reply.wire
    if wire.delay:
        await asyncio.sleep(wire.delay)
    if wire.drop or wire.raw is not None or wire.content_length is not None:
        _send_raw(send, raw_answer(reply, method))
        return
    if reply.status not in BODILESS and not wire.chunked:
        reply.headers["content-length"] = str(reply.length)
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers.raw})
    if method == "HEAD" or reply.status in BODILESS:
        await send({"type": "http.response.body", "body": b""})
        return
    await _send_body(reply, send)


async def _send_body(reply: Reply, send: Send) -> None:
    wire, sent = reply.wire, 0
    for chunk in reply.chunks():
        if wire.cut_after is not None and sent + len(chunk) > wire.cut_after:
            await send(
                {"type": "http.response.body", "body": chunk[: wire.cut_after - sent], "more_body": True}
            )
            return  # the server closes a connection whose answer was not completed
        if wire.stall_after is not None and sent <= wire.stall_after < sent + len(chunk):
            head, chunk = chunk[: wire.stall_after - sent], chunk[wire.stall_after - sent :]
            await send({"type": "http.response.body", "body": head, "more_body": True})
            sent += len(head)
            await asyncio.sleep(wire.stall_for)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        sent += len(chunk)
    await send({"type": "http.response.body", "body": b""})


def raw_answer(reply: Reply, method: str) -> bytes:
    """The exact bytes of an answer that the HTTP library would refuse to send."""
    wire = reply.wire
    if wire.drop:
        return b""
    if wire.raw is not None:
        return wire.raw
    length = reply.length if wire.content_length is None else wire.content_length
    head = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}".encode()]
    head += [name + b": " + value for name, value in reply.headers.raw]
    head += [b"content-length: %d" % length, b"connection: close", b"", b""]
    return b"\r\n".join(head) + (b"" if method == "HEAD" else reply.content())


def _send_raw(send: Send, data: bytes) -> None:
    """Write to the connection itself; the server behind `send` is uvicorn."""
    transport: Any = send.__self__.transport  # type: ignore[attr-defined]
    if data:
        transport.write(data)
    transport.close()
