"""The process: listen, say where, serve, clean up."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

import uvicorn

from reference_registry.registry import Registry
from reference_registry.settings import Settings
from reference_registry.store import Store

# Longer than clients keep idle connections, so that it is never the server that closes one which a client is about to use.
KEEP_ALIVE = 75
LONGEST_HEAD = 256 * 1024


class Server(uvicorn.Server):
    """Says where it listens when it does, and cleans up before signals are passed on."""

    def __init__(self, config: uvicorn.Config, announcement: str, store: Store) -> None:
        super().__init__(config)
        self.announcement = announcement
        self.store = store

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        print(self.announcement, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, then remove what was stored."""
        await super().shutdown(sockets)
        self.store.close()


def serve(
    made: type[Registry], settings: Settings, cert: Path | None, key: Path | None, with_parent: bool
) -> int:
    """Serve until a signal, or until standard input ends."""
    for noisy in ("uvicorn", "asyncio", "python_multipart"):  # an answer says what is wrong with its request
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(
            f"reference_registry: can't listen on {settings.host}:{settings.port}: {error.strerror}",
            file=sys.stderr,
        )
        return 1
    settings = replace(settings, port=listener.getsockname()[1])
    store = Store(settings.data)
    registry = made(settings, store)
    config = uvicorn.Config(
        registry,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )
    server = Server(config, announcement(registry), store)
    if with_parent:
        threading.Thread(target=wait_for_parent, args=(server,), daemon=True).start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    finally:
        store.close()
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where it sees the protocol; with it, each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    listener.set_inheritable(False)
    return listener


def announcement(registry: Registry) -> str:
    """One line of JSON: where everything is."""
    more = {"auth": registry.settings.access.value, "pid": os.getpid()}
    return json.dumps({**registry.endpoints(), **more})


def wait_for_parent(server: uvicorn.Server) -> None:
    """End with the process at the other end of standard input."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin: its lock would be held when the interpreter ends
            pass
    server.should_exit = True
