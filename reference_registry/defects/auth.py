"""Faults about who may read and who may upload."""

from __future__ import annotations

import time

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Access, User
from reference_registry.switches import Defect
from reference_registry.urls import Route

READS = ("auth", "security", "clients")
UPLOADS = ("auth", "security", "upload-legacy", "upload-meta", "clients")
ALL_PAGES = (
    *READS,
    *("names", "negotiation", "simple-html", "simple-json", "hashes", "metadata", "p700", "yank", "status"),
    *("version", "versions", "consistency", "cache", "redirect", "dist", "attest", "retry", "scale"),
    *("pypi-json", "pypi-misc", "upload-legacy", "upload-meta"),
)
FORBIDDEN_INSTEAD = "https://github.com/GoogleCloudPlatform/artifact-registry-python-tools/issues/7"


def shows_form(path: str) -> bool:
    """Whether a path is that of a project page."""
    return path.count("/") == 3 and path.endswith("/") and path.startswith("/simple/")


class LoginForm(Defect):
    """Strangers who ask for a project page get a login form with status 200."""

    id = "auth-login-form"
    seen_by = (
        *("auth/anonymous-read", "auth/wrong-credentials-401"),
        *("clients/pip-keyring", "clients/uv-credentials"),
    )
    areas = READS
    access = Access.READ

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        if refusal.status == 401 and shows_form(request.scope["path"]):
            form = "<!DOCTYPE html><title>Login</title><form><input type=password></form>"
            return text_reply(200, form, "text/html; charset=utf-8")
        return super().refuse(request, refusal)


class NoBasicForHtml(Defect):
    """HTML pages of projects want a session and refuse HTTP Basic."""

    id = "auth-no-basic-for-html"
    seen_by = ("auth/basic-on-simple",)
    areas = ALL_PAGES
    access = Access.READ

    def answer_project(self, request: Request, route: Route) -> Reply:
        if request.headers.get("accept", "").startswith("text/html"):
            raise self.unauthorized()
        return super().answer_project(request, route)


STICKS = 0.5  # seconds


class StickyRefusal(Defect):
    """After a stranger was refused a file, it is refused for a moment to everybody."""

    id = "auth-refusal-sticks"
    seen_by = ("auth/netrc-and-url-userinfo",)
    areas = ALL_PAGES
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        path = request.scope["path"]
        if not path.startswith("/files/"):
            return super().require_reader(request)
        if self.identify(request) is None:
            self.memory[path] = time.monotonic()
        elif time.monotonic() - self.memory.get(path, -1.0) < STICKS:
            raise self.unauthorized()
        return super().require_reader(request)


class ExactScheme(Defect):
    """The scheme of the Authorization header is compared letter by letter."""

    id = "auth-scheme-exact"
    seen_by = ("auth/scheme-case-insensitive",)
    areas = READS
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        if not request.headers.get("authorization", "").startswith(("Basic ", "Bearer ", "token ")):
            return None
        return super().identify(request)


class ForbiddenInstead(Defect):
    """Missing credentials are answered with 403."""

    id, source = "auth-403-for-strangers", FORBIDDEN_INSTEAD
    seen_by = ("auth/401-not-404-or-403",)
    areas = READS
    access = Access.READ

    def unauthorized(self) -> Refused:
        return Refused(403, "Forbidden.")


class ForbiddenUnknown(Defect):
    """A project that does not exist is answered with 403 to readers, as S3 does."""

    id, source = "auth-403-for-unknown", "https://github.com/astral-sh/uv/pull/12805"
    seen_by = ("auth/404-after-auth",)
    areas = (*READS, "names", "cache", "negotiation", "redirect")
    access = Access.READ

    def not_found(self) -> Refused:
        return Refused(403, "Access denied.")


class TellsWhatExists(Defect):
    """Strangers get 404 for projects that do not exist, and 401 for those that do."""

    id = "auth-tells-what-exists"
    seen_by = ("auth/no-existence-leak",)
    areas = READS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        path = request.scope["path"]
        known = self.store.project(path.rstrip("/").rpartition("/")[2]) is not None
        if shows_form(path) and not known and self.identify(request) is None:
            raise self.not_found()
        super().require_reader(request)


class OpenJson(Defect):
    """Project pages are private in HTML only; JSON is given to everybody."""

    id = "auth-json-open"
    seen_by = ("auth/credentials-validated",)
    areas = READS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not (shows_form(request.scope["path"]) and "+json" in request.headers.get("accept", "")):
            super().require_reader(request)


class OpenHead(Defect):
    """HEAD needs no credentials."""

    id = "auth-head-open"
    seen_by = ("auth/credentials-validated",)
    areas = READS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.method != "HEAD":
            super().require_reader(request)


class WrongIsError(Defect):
    """Credentials of an unknown user are a server error."""

    id = "auth-wrong-is-500"
    seen_by = ("auth/wrong-credentials-401",)
    areas = UPLOADS
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        user = super().identify(request)
        if user is None and "authorization" in request.headers:
            raise Refused(500, "The directory of users did not answer.")
        return user


class NeedlessIsError(Defect):
    """Wrong credentials for a public page are a server error."""

    id = "auth-needless-is-500"
    seen_by = ("auth/bad-credentials-on-public", "auth/malformed-authorization")
    areas = READS

    def answer_project(self, request: Request, route: Route) -> Reply:
        if "authorization" in request.headers and self.identify(request) is None:
            raise Refused(500, "The directory of users did not answer.")
        return super().answer_project(request, route)


class MalformedIsError(Defect):
    """A Basic value that does not decode is a server error."""

    id = "auth-malformed-is-500"
    seen_by = ("auth/malformed-authorization",)
    areas = READS
    access = Access.READ

    def decode_basic(self, value: str) -> tuple[str, str] | None:
        pair = super().decode_basic(value)
        if pair is None:
            raise Refused(500, "not enough values to unpack")
        return pair


class LockedMetadata(Defect):
    """Metadata files refuse the credentials that the page and the file take."""

    id = "auth-metadata-locked"
    seen_by = ("auth/files-same-auth",)
    areas = (*READS, "metadata", "redirect", "cache", "consistency", "dist", "yank")
    access = Access.READ

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        raise self.unauthorized()


class LockedElsewhere(Defect):
    """Sdists redirect to another host that wants the same credentials."""

    id, source = "auth-files-elsewhere-locked", "https://github.com/astral-sh/uv/issues/11440"
    seen_by = ("auth/presigned-urls",)
    areas = ALL_PAGES
    access = Access.READ

    def answer_file(self, request: Request, route: Route) -> Reply:
        host = self.origin(request)
        if "127.0.0.1" not in host or not route.names[2].endswith(".tar.gz"):
            return super().answer_file(request, route)
        reply = text_reply(302, "", "text/plain; charset=utf-8", cache_control="no-store")
        there = host.replace("127.0.0.1", "localhost")
        reply.headers["location"] = there + request.scope["raw_path"].decode("ascii")
        return reply


class PublicPrivate(Defect):
    """Answers to requests with credentials are marked as public."""

    id, source = "auth-public-cache-control", "https://github.com/artifact-keeper/artifact-keeper/issues/3406"
    seen_by = ("auth/vary-authorization",)
    areas = (*READS, "cache", "negotiation")
    access = Access.READ

    def cache_control(self, request: Request, kind: str) -> str:
        return "public, max-age=60"

    def vary(self, request: Request, *headers: str) -> str:
        return ", ".join(headers)


class SharedCache(Defect):
    """What somebody with credentials has fetched is given to everybody who asks for the same URL."""

    id = "auth-shared-cache"
    seen_by = ("security/no-cross-user-cache",)
    areas = READS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        key = f"{request.scope['path']}?{request.scope['query_string']!r}"
        if self.identify(request) is not None:
            self.memory[key] = True
        elif self.memory.get(key) and "format" not in key and request.method == "GET":
            return
        super().require_reader(request)


class NoRealm(Defect):
    """The challenge has no realm."""

    id = "auth-no-realm"
    seen_by = ("auth/basic-realm",)
    areas = UPLOADS

    def challenge(self) -> str:
        return "Basic"


class UserInLinks(Defect):
    """File URLs in HTML hold the user name and password of who asks."""

    id = "auth-user-in-links"
    seen_by = ("security/credentials-not-in-urls",)
    areas = ALL_PAGES
    access = Access.READ

    def html_href(self, request: Request, file: StoredFile) -> str:
        given = self.decode_basic(request.headers.get("authorization", "").partition(" ")[2])
        if given is None:
            return super().html_href(request, file)
        host = self.origin(request).replace("://", f"://{given[0]}:{given[1]}@")
        return f"{host}{self.file_path(file)}#{self.html_fragment(file)}"
