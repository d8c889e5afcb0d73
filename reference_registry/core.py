"""What every part of the registry shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Access, Settings
from reference_registry.store import Store

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"


class Core:
    """Settings, the store, and the helpers that all parts use."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.memory: dict[str, Any] = {}  # for switches that must remember something

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def root(self) -> str:
        """The path in front of every route."""
        return self.settings.prefix

    def origin(self, request: Request) -> str:
        """Scheme and authority for absolute links.

        The Host header is believed only when it names this machine, so that nobody can make links lead elsewhere.
        """
        host = request.headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name in {"127.0.0.1", "localhost", "[::1]", self.settings.host}:
            return f"{self.settings.scheme}://{host}"
        return self.settings.origin

    def reads_need_credentials(self) -> bool:
        """Whether reading is private."""
        return self.settings.access is Access.READ

    def respond(self, request: Request, reply: Reply) -> Reply:
        """The last look at any answer before it is sent."""
        reply.headers["x-content-type-options"] = "nosniff"
        reply.headers["x-reference-registry"] = "1"
        return reply

    # -- refusals

    def not_found(self) -> Refused:
        """Unknown project, file or path. Never says what exists."""
        return Refused(404, "Not found.")

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        """A refusal as text, or as JSON for clients that would rather have it (uv reads `code` and `message`)."""
        from http import HTTPStatus

        title = HTTPStatus(refusal.status).phrase
        if self.wants_json_error(request):
            import json

            code = f"{refusal.status} {title}"
            body = json.dumps({"message": refusal.sentence, "code": code, "title": title})
            reply = text_reply(refusal.status, body, JSON_TYPE)
        else:
            reply = text_reply(refusal.status, refusal.sentence + "\n", TEXT_TYPE)
        reply.headers["cache-control"] = "no-store"
        for name, value in refusal.headers.items():
            reply.headers[name] = value
        return reply

    def wants_json_error(self, request: Request) -> bool:
        """Errors of the JSON API are JSON; those of Simple pages are not, where `application/json` names nothing (PEP 691)."""
        path = request.scope["path"].removeprefix(self.root())
        if path.startswith("/pypi/"):
            return True
        return not path.startswith("/simple") and self.prefers_json(request.headers.get("accept", ""))

    def prefers_json(self, accept: str) -> bool:
        """Whether an error should be JSON: it is named, and liked better than plain text."""
        from reference_registry.media import parse_accept, quality

        ranges = parse_accept(accept)
        named = any(item.type == JSON_TYPE for item in ranges)
        return named and quality(ranges, JSON_TYPE) > quality(ranges, "text/plain")


Handler = Callable[..., Reply]
