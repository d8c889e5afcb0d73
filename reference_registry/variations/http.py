"""Legal oddities of credentials, redirects, caching, ranges and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.switches import Variation
from reference_registry.urls import Route

RFC = "https://www.rfc-editor.org/rfc/rfc9110"


class HiddenFromStrangers(Variation):
    """Strangers get 404 for everything, so that they don't learn what exists."""

    id, source = "strangers-404", f"{RFC}#section-15.5.4"
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        try:
            super().require_reader(request)
        except Refused:
            raise self.not_found() from None


class WrongIsForbidden(Variation):
    """Missing credentials are answered with 401, wrong ones with 403, as pypiserver does."""

    id, source = "wrong-credentials-403", "https://github.com/pypiserver/pypiserver"
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        user = super().identify(request)
        if user is None and "authorization" in request.headers:
            raise Refused(403, "Wrong user or password.")
        return user


class UploadForbidden(Variation):
    """Uploads without the right credentials are answered with 403 and no challenge, as PyPI does."""

    id, source = "upload-403", "https://docs.pypi.org/api/upload/"

    def unauthorized(self) -> Refused:
        return Refused(403, "Invalid or non-existent authentication information.")


class OpenToEverybody(Variation):
    """Uploads need no credentials, and whatever comes is overlooked."""

    id, source = "open-to-everybody", "https://github.com/pypiserver/pypiserver"
    access = Access.OPEN


class TwoChallenges(Variation):
    """A 401 offers Bearer beside Basic, in one header."""

    id, source = "two-challenges", f"{RFC}#section-11.6.1"
    access = Access.READ

    def challenge(self) -> str:
        return f'Bearer realm="a, b", scope="read", {super().challenge()}'


class PresignedPublic(Variation):
    """A private index lets shared caches keep pages, as long as they ask each time."""

    id, source = "private-public-no-cache", "https://www.rfc-editor.org/rfc/rfc9111#section-3.5"
    access = Access.READ

    def cache_control(self, request: Request, kind: str) -> str:
        return "public, no-cache"


class OtherStatus(Variation):
    """Redirects have status 307 and name scheme and host."""

    id, source = "redirect-307-absolute", f"{RFC}#section-15.4.8"

    def answer_redirect(self, request: Request, route: Route) -> Reply:
        reply = super().answer_redirect(request, route)
        reply.status = 307
        reply.headers["location"] = self.origin(request) + reply.headers["location"]
        return reply


class RelativeLocation(Variation):
    """Redirects are relative to the URL that was asked for."""

    id, source = "redirect-relative", f"{RFC}#section-10.2.2"

    def location(self, request: Request, route: Route) -> str:
        path: str = request.scope["path"].removeprefix(self.root())
        return "../" * (path.count("/") - 1) + super().location(request, route).removeprefix(
            f"{self.root()}/"
        )


class WeakTags(Variation):
    """ETags are weak, one for both forms of a page."""

    id, source = "weak-etags", f"{RFC}#section-8.8.1"

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        reply = super().page(request, chosen, text, serial)
        if "etag" in reply.headers:
            reply.headers["etag"] = f"W/{reply.headers['etag']}"
        return reply


class DatesOnly(Variation):
    """Pages have a Last-Modified and no ETag."""

    id, source = "dates-only", f"{RFC}#section-8.8.2"

    def page(self, request: Request, chosen: str, text: str, serial: int) -> Reply:
        reply = super().page(request, chosen, text, serial)
        seen = self.memory.setdefault("dates", {})
        place = (request.scope["path"], chosen)
        before, moment = seen.get(place, ("", ""))
        if text != before:
            moment = format_datetime(datetime.now(UTC), usegmt=True)
            seen[place] = (text, moment)
        del reply.headers["etag"]
        reply.headers["last-modified"] = moment
        if request.headers.get("if-modified-since") == moment and "if-none-match" not in request.headers:
            same = Reply(304, reply.headers.mutablecopy())
            for name in ("content-type", "content-encoding"):
                if name in same.headers:
                    del same.headers[name]
            return same
        return reply

    def is_fresh(self, request: Request, reply: Reply) -> bool:
        return "accept-ranges" in reply.headers and super().is_fresh(request, reply)


class TenMinutes(Variation):
    """Pages may be kept for ten minutes, as on PyPI."""

    id, source = "pages-for-ten-minutes", "https://docs.pypi.org/api/"

    def cache_control(self, request: Request, kind: str) -> str:
        return "public, max-age=600" if kind == "page" else super().cache_control(request, kind)


class NothingAboutCaching(Variation):
    """Nothing is said about caching: no Cache-Control, no ETag, no Last-Modified."""

    id, source = "no-cache-headers", "https://www.rfc-editor.org/rfc/rfc9111"

    def revalidate(self, request: Request, reply: Reply) -> Reply:
        return reply

    def range_still_holds(self, request: Request, whole: Reply) -> bool:
        return "if-range" not in request.headers

    def respond(self, request: Request, reply: Reply) -> Reply:
        for name in ("cache-control", "etag", "last-modified"):
            if name in reply.headers:
                del reply.headers[name]
        return super().respond(request, reply)


class NoLengths(Variation):
    """Nothing says how long it is: everything comes in chunks."""

    id, source = "no-content-length", "https://www.rfc-editor.org/rfc/rfc9112#section-7.1"

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        reply.wire = replace(reply.wire, chunked=True)
        return reply


class NoHead(Variation):
    """HEAD on a file is answered with 405, as Azure Artifacts does."""

    id, source = "no-head-on-files", "https://github.com/astral-sh/uv/issues/1688"

    def answer_file(self, request: Request, route: Route) -> Reply:
        if request.method == "HEAD":
            raise Refused(405, "GET only.", {"allow": "GET, OPTIONS"})
        return super().answer_file(request, route)


class NoSuffixRanges(Variation):
    """Ranges from the end are answered with 501, as PyPI's file host does."""

    id, source = "no-suffix-ranges", "https://github.com/pypi/warehouse/issues/12823"

    def ranged(self, request: Request, file: StoredFile, whole: Reply) -> Reply:
        if request.headers.get("range", "").startswith("bytes=-"):
            raise Refused(501, "Unsupported client range.")
        return super().ranged(request, file, whole)


class OneRangeOnly(Variation):
    """Of several ranges the one that spans them all is sent."""

    id, source = "ranges-coalesced", f"{RFC}#section-15.3.7.2"

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        start = min(begin for begin, _ in spans)
        end = max(begin + length for begin, length in spans)
        return super().range_response(file, [(start, end - start)], whole)


class ShortParts(Variation):
    """A range is answered with the first eight bytes of it, and says so."""

    id, source = "ranges-shortened", f"{RFC}#section-14.4"

    def range_response(self, file: StoredFile, spans: list[tuple[int, int]], whole: Reply) -> Reply:
        return super().range_response(file, [(start, min(length, 8)) for start, length in spans[:1]], whole)


class BareRefusal416(Variation):
    """A range that can't be satisfied gets 416 and does not tell the size."""

    id, source = "416-without-size", f"{RFC}#section-15.5.17"

    def unsatisfiable(self, file: StoredFile) -> Refused:
        return Refused(416, "No.")


class NoIfRange(Variation):
    """A range on any condition gets the whole file."""

    id, source = "if-range-whole-file", f"{RFC}#section-13.1.5"

    def range_still_holds(self, request: Request, whole: Reply) -> bool:
        return "if-range" not in request.headers


class OddFileTypes(Variation):
    """Files have media types of their own."""

    id, source = "file-types", "https://github.com/python-poetry/poetry/issues/9033"

    def file_type(self, file: StoredFile) -> str:
        return "application/zip" if file.filename.endswith(".whl") else "application/x-tar+gzip"


class OpenToSites(Variation):
    """Web pages of other sites may read, without credentials; nothing is said about guessing types."""

    id, source = "cors-wildcard", "https://fetch.spec.whatwg.org/#http-cors-protocol"

    def respond(self, request: Request, reply: Reply) -> Reply:
        reply = super().respond(request, reply)
        reply.headers["access-control-allow-origin"] = "*"
        del reply.headers["x-content-type-options"]
        return reply


class NotFoundForAll(Variation):
    """What can't be done or named is answered with 404, whatever it is: odd paths, other methods."""

    id, source = "refusals-404", f"{RFC}#section-15.5.5"

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        reads = request.method in ("GET", "PUT", "DELETE", "PATCH")
        if reads and refusal.status in (400, 405, 414):
            refusal = Refused(404, "Not found.")
        return super().refuse(request, refusal)
