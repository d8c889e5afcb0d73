"""A legal oddity of requests that come at once."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.switches import Variation

MANY = 5  # requests for one file at the same time


class LimitsCrowds(Variation):
    """Many requests for one file at once are asked to come back a second later."""

    id = "crowds-limited-429"
    source = "https://www.rfc-editor.org/rfc/rfc6585#section-4"

    async def answer(self, request: Request) -> Reply:
        path = request.scope["path"]
        busy = self.memory.setdefault("busy", {})
        busy[path] = busy.get(path, 0) + 1
        try:
            if path.endswith(".whl") and request.method == "GET":
                await asyncio.sleep(0.03)
                if busy[path] >= MANY:
                    raise Refused(429, "Too many requests.", {"retry-after": "1"})
            return await super().answer(request)
        finally:
            busy[path] -= 1
