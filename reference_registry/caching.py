"""Validators, conditional requests, content codings and cache headers (RFC 9110 sections 8.8, 12.5 and 13; RFC 9111)."""

from __future__ import annotations

import hashlib
import re

from starlette.requests import Request

from reference_registry.core import Core
from reference_registry.media import parse_codings, quality
from reference_registry.reply import Reply

ETAG = re.compile(r'(?:W/)?("[^"]*")')


class Caching(Core):
    """Finishes answers that may be stored and asked for again."""

    def etag(self, body: bytes, content_type: str, coding: str) -> str:
        """A strong validator: another one for each representation and each coding."""
        digest = hashlib.sha256(body).hexdigest()[:24]
        kind = hashlib.sha256(f"{content_type} {coding}".encode()).hexdigest()[:6]
        return f'"{digest}-{kind}"'

    def coding(self, request: Request) -> str:
        """`gzip` when the client takes it, else no coding."""
        codings = parse_codings(request.headers.get("accept-encoding", ""))
        return "gzip" if quality(codings, "gzip") > 0 else ""

    def encode(self, body: bytes) -> bytes:
        """The body, gzipped; the same bytes each time."""
        import gzip

        return gzip.compress(body, compresslevel=6, mtime=0)

    def vary(self, request: Request, *headers: str) -> str:
        """The request headers that this answer depends on."""
        private = ("Authorization",) if self.reads_need_credentials() else ()
        return ", ".join((*headers, *private))

    def cache_control(self, request: Request, kind: str) -> str:
        """Pages may be kept but are asked for anew, files never change, private things stay out of shared caches."""
        scope = "private" if self.reads_need_credentials() else "public"
        return f"{scope}, max-age=31536000, immutable" if kind == "file" else f"{scope}, no-cache"

    def finish(self, request: Request, body: bytes, content_type: str, *vary: str) -> Reply:
        """An answer with coding, validator and cache headers; 304 when the client has it already."""
        coding = self.coding(request)
        if coding:
            body = self.encode(body)
        reply = Reply(200, body=body)
        reply.headers["content-type"] = content_type
        if coding:
            reply.headers["content-encoding"] = coding
        reply.headers["etag"] = self.etag(body, content_type, coding)
        reply.headers["vary"] = self.vary(request, *vary, "Accept-Encoding")
        reply.headers["cache-control"] = self.cache_control(request, "page")
        return self.revalidate(request, reply)

    def revalidate(self, request: Request, reply: Reply) -> Reply:
        """304 without a body if the validator that the client sends still holds."""
        if not self.is_fresh(request, reply):
            return reply
        fresh = Reply(304)
        for name in ("etag", "last-modified", "vary", "cache-control"):
            if name in reply.headers:
                fresh.headers[name] = reply.headers[name]
        return fresh

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        """If-None-Match decides; without it If-Modified-Since (RFC 9110 section 13.2.2)."""
        known = request.headers.get("if-none-match")
        if known is not None:
            return known.strip() == "*" or reply.headers["etag"] in ETAG.findall(known)
        since = request.headers.get("if-modified-since")
        changed = reply.headers.get("last-modified")
        return since is not None and changed is not None and not_later(changed, since)


def not_later(date: str, bound: str) -> bool:
    """Whether one HTTP date is not after another; a date that can't be read bounds nothing."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date) <= parsedate_to_datetime(bound)
    except (TypeError, ValueError):
        return False
