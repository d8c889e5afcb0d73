"""A server for tests that answers with exact bytes, to show the suite what no library would send."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[bytes, socket.socket], None]
"""Given the request head and the connection: answer on it (it is closed afterwards)."""


@dataclass
class Scripted:
    """A running scripted server; `heads` are the request heads it saw."""

    port: int
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def scripted(answer: Answer, lifetime: float = 60.0) -> Iterator[Scripted]:
    """Run a server that gives every request to `answer`; it ends with the block, or after `lifetime` seconds."""
    heads: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        heads.append(head)
        answer(head, connection)

    with listening(handle, lifetime) as port:
        yield Scripted(port, heads)


@contextmanager
def listening(serve: Callable[[socket.socket], None], lifetime: float = 60.0) -> Iterator[int]:
    """Give every connection to `serve`, each in a thread, and close it afterwards; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        done = threading.Event()
        until = time.monotonic() + lifetime

        def accept() -> None:
            while not done.is_set() and time.monotonic() < until:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    continue
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join(2)


def plain(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """A whole response; `content_type="text/html"` becomes Content-Type."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
