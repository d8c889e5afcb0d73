"""The registry: all parts together, behind one ASGI callable."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from reference_registry.admin import Admin
from reference_registry.errors import LostClient, Refused
from reference_registry.files import Files
from reference_registry.json_api import JsonApi
from reference_registry.reply import Reply, send_reply, text_reply
from reference_registry.uploads import Uploads
from reference_registry.urls import Route

READ_METHODS = ("GET", "HEAD", "OPTIONS")
METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType({"upload": ("POST", "OPTIONS"), "admin": ()})


class Registry(Admin, JsonApi, Files, Uploads):
    """A conforming registry. A switch is a subclass that changes one of its methods."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            reply = await self.reply(request)
        except LostClient:
            return
        await send_reply(self.respond(request, reply), request.method, send)

    async def reply(self, request: Request) -> Reply:
        """The answer, also when it is a refusal."""
        try:
            return await self.answer(request)
        except Refused as refusal:
            return self.refuse(request, refusal)
        except (LostClient, asyncio.CancelledError):
            raise
        except Exception:  # a mistake in this code or in a switch: told to the operator, never to the client
            traceback.print_exc()
            return self.refuse(request, Refused(500, "The registry made a mistake."))

    async def answer(self, request: Request) -> Reply:
        """Find the route, check the right to read, call `answer_<kind>`."""
        self.refuse_two_lengths(request)
        route = self.admitted_route(request)
        allowed = self.allowed_methods(route)
        if allowed and request.method not in allowed:
            raise Refused(405, f"{request.method[:16]} is not possible here.", {"allow": ", ".join(allowed)})
        if allowed and request.method == "OPTIONS":
            return self.answer_options(allowed)
        handler = getattr(self, f"answer_{route.kind}")
        reply = handler(request, route)
        found: Reply = await reply if inspect.isawaitable(reply) else reply
        return found

    def refuse_two_lengths(self, request: Request) -> None:
        """A request with two ideas of its end is an attack; the connection can't be used any further (RFC 9112 section 6.1)."""
        if "transfer-encoding" in request.headers and "content-length" in request.headers:
            raise Refused(
                400, "Content-Length and Transfer-Encoding exclude each other.", {"connection": "close"}
            )

    def admitted_route(self, request: Request) -> Route:
        """The route. Who may not read learns nothing, not even which paths exist; uploads and admin calls ask for themselves."""
        try:
            route = self.route(request)
        except Refused:
            self.require_reader(request)
            raise
        if route.kind not in METHODS:
            self.require_reader(request)
        return route

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        """The methods of a route; none means that the handler decides."""
        if route.kind == "redirect" and route.status == 308:
            return ("POST", *READ_METHODS)
        return METHODS.get(route.kind, READ_METHODS)

    def answer_options(self, allowed: tuple[str, ...]) -> Reply:
        """OPTIONS (RFC 9110 section 9.3.7)."""
        reply = Reply(204)
        reply.headers["allow"] = ", ".join(allowed)
        return reply

    def answer_redirect(self, request: Request, route: Route) -> Reply:
        """To the one URL of a thing; a query goes along."""
        reply = text_reply(route.status, "", "text/plain; charset=utf-8")
        reply.headers["location"] = self.location(request, route)
        reply.headers["cache-control"] = self.cache_control(request, "page")
        vary = self.vary(request)
        if vary:
            reply.headers["vary"] = vary
        return reply

    def location(self, request: Request, route: Route) -> str:
        """The Location header: a path on the same host, so it holds behind every name of this machine."""
        from urllib.parse import quote

        query: bytes = request.scope["query_string"]
        kept = quote(query, safe="%/:=&?~#+!$,;'@()*[]-._")
        return f"{route.redirect}?{kept}" if kept else route.redirect
