"""Counts the downloads of one wheel that are under way at the same time, for switches that mind many of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request

WAIT = 0.03  # seconds that a download is held, so that those of one moment meet


@asynccontextmanager
async def under_way(memory: dict[str, Any], request: Request) -> AsyncIterator[int]:
    """Hold a download of a wheel for a moment; give how many of the same are under way then, 0 for other requests."""
    path = request.scope["path"]
    busy = memory.setdefault("busy", {})
    busy[path] = busy.get(path, 0) + 1
    try:
        download = path.endswith(".whl") and request.method == "GET"
        if download:
            await asyncio.sleep(WAIT)
        yield busy[path] if download else 0
    finally:
        busy[path] -= 1
