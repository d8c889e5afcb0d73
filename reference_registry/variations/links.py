"""Legal oddities of where links lead, and for how long."""

from __future__ import annotations

import time

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.urls import Route
from reference_registry.variations.examples import NoCoreMetadata

S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"


class SignedLinks(NoCoreMetadata):
    """Links to files are signed, new ones on each page, and hold for an hour; no file has metadata beside it."""

    id, source = "links-signed", S3
    life = 3600.0  # seconds

    def file_link(self, request: Request, file: StoredFile) -> str:
        return f"{super().file_link(request, file)}?Expires={time.time() + self.life:.3f}&Signature=c2lnbmVk"

    def answer_file(self, request: Request, route: Route) -> Reply:
        try:
            until = float(request.query_params.get("Expires", ""))
        except ValueError:
            raise Refused(403, "The URL is not signed.") from None
        if until < time.time():
            raise Refused(403, "Request has expired.")
        return super().answer_file(request, route)


class ShortSignedLinks(SignedLinks):
    """Links to files are signed and hold for five seconds: who comes later has to look at the page again."""

    id = "links-signed-briefly"
    life = 5.0


class ChangingLinks(NoCoreMetadata):
    """Links to files have another query after each upload; the older ones still work."""

    id, source = (
        "links-change",
        "https://packaging.python.org/en/latest/specifications/simple-repository-api/",
    )

    def file_link(self, request: Request, file: StoredFile) -> str:
        return f"{super().file_link(request, file)}?serial={self.store.serial}"


class PagesElsewhere(Variation):
    """Every page redirects to where it is stored."""

    id, source = "pages-redirect", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.3"

    def simple_route(self, rest: list[str]) -> Route:
        if rest and rest[-1] == "index":
            return super().simple_route([*rest[:-1], ""])
        found = super().simple_route(rest)
        if found.kind not in ("root", "project"):
            return found
        return Route("redirect", redirect=self.simple_url() + "/".join([*rest[:-1], "index"]), status=302)

    def file_link(self, request: Request, file: StoredFile) -> str:
        return self.file_path(file)


class LinksWithoutScheme(Variation):
    """Links to files begin with two slashes and the host."""

    id, source = "links-without-scheme", "https://www.rfc-editor.org/rfc/rfc3986#section-4.2"

    def file_link(self, request: Request, file: StoredFile) -> str:
        return self.origin(request).partition(":")[2] + self.file_path(file)


class UnknownFilesForbidden(Variation):
    """A file that is not there is answered 403, as storage does whose list is private."""

    id, source = "unknown-files-403", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        try:
            return super().find_file(project, digest, filename)
        except Refused:
            raise Refused(403, "Access Denied") from None
