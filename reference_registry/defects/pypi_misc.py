"""Faults in the integrity API and in trusted publishing."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply, text_reply
from reference_registry.switches import Defect
from reference_registry.urls import Route

INTEGRITY = "https://docs.pypi.org/api/integrity/"
TRUSTED = "https://docs.pypi.org/trusted-publishers/"


class IntegrityDefect(Defect):
    """Base: a fault of the integrity API."""

    source = INTEGRITY
    areas = ("pypi-misc", "attest", "clients")


class IntegrityMissing(IntegrityDefect):
    """The integrity route of attested files ends in 404."""

    id = "pypi-misc-integrity-missing"
    seen_by = ("pypi-misc/integrity-route", "pypi-misc/integrity-matches-simple")

    def answer_provenance(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class IntegrityText(IntegrityDefect):
    """Provenance objects are labelled text/plain, whatever was asked."""

    id = "pypi-misc-integrity-text"
    seen_by = ("pypi-misc/integrity-content-type", "pypi-misc/integrity-406")

    def provenance_type(self, accept: str) -> str:
        return "text/plain; charset=utf-8"


class IntegrityEmpty(IntegrityDefect):
    """A file without attestations gets an empty provenance object."""

    id = "pypi-misc-integrity-empty"
    seen_by = ("pypi-misc/integrity-404",)

    def answer_provenance(self, request: Request, route: Route) -> Reply:
        try:
            return super().answer_provenance(request, route)
        except Refused:
            return self.finish(request, b'{"version": 1, "attestation_bundles": []}', "application/json")


class IntegrityBesides(IntegrityDefect):
    """Two reads of a provenance object differ."""

    id = "pypi-misc-integrity-differs"
    seen_by = ("pypi-misc/integrity-matches-simple",)

    def provenance_link(self, request: Request, file: StoredFile) -> str:
        return super().provenance_link(request, file) + "?from=simple"

    def answer_provenance(self, request: Request, route: Route) -> Reply:
        reply = super().answer_provenance(request, route)
        if request.url.query:
            kind = reply.headers["content-type"]
            return self.finish(
                request, b'{"version": 1, "attestation_bundles": [{"attestations": []}]}', kind
            )
        return reply


class TrustedPublishing(Defect):
    """Base: the registry has an address for trusted publishing."""

    source = TRUSTED
    areas = ("pypi-misc", "clients")

    def route(self, request: Request) -> Route:
        parts = self.segments(request)
        if parts == ["_", "oidc", "audience"]:
            return Route("audience")
        if parts == ["_", "oidc", "mint-token"]:
            return Route("mint")
        return super().route(request)

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        return ("POST",) if route.kind == "mint" else super().allowed_methods(route)

    def answer_audience(self, request: Request, route: Route) -> Reply:
        """The audience."""
        return text_reply(200, '{"audience": "registry"}', "application/json")

    def answer_mint(self, request: Request, route: Route) -> Reply:
        """No identity is valid here."""
        return text_reply(422, '{"message": "Token request failed", "errors": []}', "application/json")


class NoAudience(TrustedPublishing):
    """The audience for trusted publishing is null."""

    id = "pypi-misc-audience-null"
    seen_by = ("pypi-misc/oidc-audience",)

    def answer_audience(self, request: Request, route: Route) -> Reply:
        return text_reply(200, '{"audience": null}', "application/json")


class MintCrashes(TrustedPublishing):
    """An identity that is not valid ends in a server error."""

    id = "pypi-misc-mint-500"
    seen_by = ("pypi-misc/oidc-mint-invalid",)

    def answer_mint(self, request: Request, route: Route) -> Reply:
        raise Refused(500, "jwt.DecodeError")
