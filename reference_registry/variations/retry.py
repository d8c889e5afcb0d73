"""Legal oddities of downloads that break off, and of requests that come at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.urls import Route

MANY = 5  # requests for one file at the same time


class NoRanges(Variation):
    """Ranges of files are not given: every answer is the whole file."""

    id = "files-without-ranges"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-14.2"

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        reply = super().whole_file(request, file)
        del reply.headers["accept-ranges"]
        return reply

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        return whole


class NoValidators(Variation):
    """Files have neither ETag nor Last-Modified, so a download that broke off begins again."""

    id = "files-without-validators"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-8.8"

    def respond(self, request: Request, reply: Reply) -> Reply:
        if request.url.path.endswith((".whl", ".tar.gz")):
            for name in ("etag", "last-modified"):
                if name in reply.headers:
                    del reply.headers[name]
        return super().respond(request, reply)


class ChunkedFiles(Variation):
    """Files come without Content-Length, in chunks."""

    id = "files-chunked"
    source = "https://www.rfc-editor.org/rfc/rfc9112#section-7.1"

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if reply.status == 200:
            reply.wire = replace(reply.wire, chunked=True)
        return reply


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


class FilesElsewhere(Variation):
    """The URL of a file redirects to where its bytes are."""

    id = "files-redirected-to-blobs"
    source = "https://github.com/astral-sh/uv/issues/11440"

    def route(self, request: Request) -> Route:
        if request.url.query != "blob" and request.scope["path"].startswith(f"{self.root()}/{self.files}/"):
            path = request.scope["raw_path"].decode()
            if not path.endswith((".metadata", ".asc")):
                return Route("blob", (path,))
        return super().route(request)

    def answer_blob(self, request: Request, route: Route) -> Reply:
        """Where the bytes are."""
        super().answer_file(request, super().route(request))
        reply = Reply(302)
        reply.headers["location"] = f"{route.names[0]}?blob"
        return reply
