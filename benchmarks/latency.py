"""A relay that makes a server on this machine look far away: `python -m benchmarks.latency --to PORT --delay SECONDS`.

Every connection and every piece that the client sends waits for the delay (one round trip); answers come back at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Carry bytes one way; pieces that arrive together travel together."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send() -> None:
        while True:
            due, piece = await queue.get()
            await asyncio.sleep(max(due - loop.time(), 0))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    sending = asyncio.create_task(send())
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            queue.put_nowait((loop.time() + delay, piece))
    queue.put_nowait((loop.time() + delay, b""))
    with contextlib.suppress(OSError):
        await sending


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, delay: float) -> None:
    await asyncio.sleep(delay)
    try:
        back, there = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.close()
        return
    for end in (writer, there):
        end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.gather(_pump(reader, there, delay), _pump(back, writer, 0.0))
    for end in (writer, there):
        end.close()


async def serve(port: int, delay: float) -> None:
    """Relay until the process is ended; prints the port that it listens on."""
    server = await asyncio.start_server(lambda r, w: _relay(r, w, port, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--delay", type=float, required=True)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.to, options.delay))
