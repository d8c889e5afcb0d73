"""Legal oddities of what stands in front of a registry: a proxy, a firewall, a load balancer."""

from __future__ import annotations

from types import MappingProxyType

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.urls import Route

ADDED = MappingProxyType(
    {
        "set-cookie": "AWSALB=c29tZXdoZXJl; Path=/; HttpOnly",
        "via": "1.1 varnish, 1.1 front",
        "x-cache": "MISS",
        "age": "0",
        "server": "nginx",
        "strict-transport-security": "max-age=31536000",
    }
)


class ClosesConnections(Variation):
    """Every connection is closed after its answer."""

    id, source = "connections-closed", "https://www.rfc-editor.org/rfc/rfc9112#section-9.6"

    def respond(self, request: Request, reply: Reply) -> Reply:
        found = super().respond(request, reply)
        found.headers["connection"] = "close"
        return found


class Balanced(Variation):
    """A balancer sets a cookie with every answer, and two proxies add headers of theirs."""

    id, source = "cookies-and-proxies", "https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3"

    def respond(self, request: Request, reply: Reply) -> Reply:
        found = super().respond(request, reply)
        for name, value in ADDED.items():
            found.headers[name] = value
        return found


class NoOptions(Variation):
    """OPTIONS is not implemented."""

    id, source = "options-501", "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.2"

    async def answer(self, request: Request) -> Reply:
        if request.method == "OPTIONS":
            raise Refused(501, "OPTIONS is not implemented.")
        return await super().answer(request)


class Firewall(Variation):
    """A firewall withholds some files with 451 and leaves them on the pages."""

    id, source = "files-withheld-451", "https://www.rfc-editor.org/rfc/rfc7725"

    def answer_file(self, request: Request, route: Route) -> Reply:
        if route.names[1][:1] in "ab":  # the digest begins so
            raise Refused(451, "Blocked by policy.")
        return super().answer_file(request, route)


class WrongRefusedEverywhere(Variation):
    """Wrong credentials are refused where none are needed, too."""

    id, source = "wrong-refused-in-public", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"

    def require_reader(self, request: Request) -> None:
        if "authorization" in request.headers and self.identify(request) is None:
            raise self.unauthorized()
        super().require_reader(request)
