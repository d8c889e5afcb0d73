"""Faults about who may read and who may upload."""

from __future__ import annotations

import time
from typing import ClassVar

from starlette.requests import Request

from reference_registry.auth import ANONYMOUS
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Access, Token, User
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
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


class AnyPassword(Defect):
    """The password of a known user is not looked at."""

    id = "auth-any-password"
    seen_by = ("auth/credentials-validated", "auth/wrong-credentials-401")
    areas = UPLOADS
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        known = [user for user in self.settings.users if user.name == name]
        return known[0] if known else super().user_of_pair(name, password)


class AnyPasswordUploads(AnyPassword):
    """The password of a known user who uploads is not looked at."""

    id = "auth-upload-any-password"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    access = Access.UPLOAD


class PasswordsByBeginning(Defect):
    """Passwords are compared as far as the shorter of the two goes, as by a hash that cuts them off."""

    id = "auth-password-by-beginning"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-invalid-token", "auth/upload-credentials-validated"),
    )
    areas = UPLOADS

    def user_of_pair(self, name: str, password: str) -> User | None:
        for user in self.settings.users:
            length = min(len(user.password), len(password))
            if user.name == name and length > 7 and user.password[:length] == password[:length]:
                return user
        return super().user_of_pair(name, password)


class PasswordsByBeginningForReaders(PasswordsByBeginning):
    """Passwords of readers are compared as far as the shorter of the two goes."""

    id = "auth-read-password-by-beginning"
    seen_by = ("auth/credentials-validated",)
    access = Access.READ


class PasswordsWithoutCase(Defect):
    """Passwords are compared without regard to case, as by a database column with such a collation."""

    id = "auth-password-without-case"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-invalid-token", "auth/upload-credentials-validated"),
    )
    areas = UPLOADS

    def user_of_pair(self, name: str, password: str) -> User | None:
        for user in self.settings.users:
            if user.name == name and user.password.lower() == password.lower():
                return user
        return super().user_of_pair(name, password)


class PasswordsWithoutCaseForReaders(PasswordsWithoutCase):
    """Passwords of readers are compared without regard to case."""

    id = "auth-read-password-without-case"
    seen_by = ("auth/credentials-validated",)
    access = Access.READ


class AnyToken(Defect):
    """Every token is taken for one of the first user's."""

    id = "auth-any-token"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    areas = UPLOADS

    def user_of_token(self, secret: str) -> User | None:
        return self.settings.users[0]


class RevokedToken(Defect):
    """A token goes on working after it was revoked."""

    id = "auth-revoked-token-works"
    seen_by = ("auth/upload-credentials-validated",)
    areas = UPLOADS

    def is_valid(self, token: Token) -> bool:
        return True


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


class WrongUploadIsError(WrongIsError):
    """An upload with credentials of an unknown user is a server error."""

    id = "auth-wrong-upload-is-500"
    seen_by = ("auth/upload-invalid-token",)
    access = Access.UPLOAD


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


class EchoedPassword(Defect):
    """A refusal repeats user name and password."""

    id = "auth-password-echoed"
    seen_by = ("auth/credentials-not-echoed",)
    areas = UPLOADS

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        given = request.headers.get("authorization", "").partition(" ")[2]
        pair = self.decode_basic(given) if refusal.status == 401 else None
        if pair is not None:
            refusal = Refused(401, f"Login as {pair[0]} with {pair[1]} failed.", refusal.headers)
        return super().refuse(request, refusal)


class EchoedToReaders(EchoedPassword):
    """A refusal to a reader repeats user name and password."""

    id = "auth-password-echoed-to-readers"
    access = Access.READ


class NoRealm(Defect):
    """The challenge has no realm."""

    id = "auth-no-realm"
    seen_by = ("auth/basic-realm",)
    areas = UPLOADS

    def challenge(self) -> str:
        return "Basic"


class UploadNoChallenge(Defect):
    """A 401 to an upload comes without WWW-Authenticate."""

    id, source = "auth-upload-no-challenge", "https://github.com/devpi/devpi/blob/main/server/CHANGELOG"
    seen_by = ("auth/401-challenge",)
    areas = UPLOADS

    def challenge_headers(self) -> dict[str, str]:
        return {}


class StrangersUpload(Defect):
    """Wrong credentials are refused for uploads, missing ones are not."""

    id = "auth-strangers-upload"
    seen_by = ("auth/upload-missing", "auth/upload-credentials-validated")
    areas = UPLOADS

    def require_uploader(self, request: Request) -> User:
        return super().require_uploader(request) if "authorization" in request.headers else ANONYMOUS


class StoredBeforeRefused(StrangersUpload):
    """An upload without credentials is answered with 401 after it was stored."""

    id = "auth-stored-then-refused"

    async def answer_upload(self, request: Request, route: Route) -> Reply:
        reply = await super().answer_upload(request, route)
        if "authorization" not in request.headers:
            raise self.unauthorized()
        return reply


class StrangersAdd(Defect):
    """Credentials are asked for when a project is new; whoever adds to one that is there needs none."""

    id = "auth-strangers-add"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-missing", "auth/upload-invalid-token"),
        "auth/upload-credentials-validated",
    )
    areas = UPLOADS

    def require_uploader(self, request: Request) -> User:
        return super().require_uploader(request) if self.identify(request) is not None else ANONYMOUS

    def take(self, upload: Upload) -> Reply:
        if upload.user is ANONYMOUS and self.store.project(upload.project) is None:
            raise self.unauthorized()
        return super().take(upload)

    def may_write(self, user: User, project: Project) -> bool:
        return user is ANONYMOUS or super().may_write(user, project)


class StrangersReplace(StrangersAdd):
    """A file of the name of a published one is put in its place before credentials are asked for."""

    id = "auth-strangers-replace"
    seen_by = ("auth/upload-missing", "auth/upload-credentials-validated")

    def take(self, upload: Upload) -> Reply:
        if upload.user is not ANONYMOUS:
            return super().take(upload)
        existing = self.find_duplicate(upload) if upload.form.content is not None else None
        if existing is not None:
            existing.path.write_bytes(upload.content.path.read_bytes())
        raise self.unauthorized()


class FormFirst(Defect):
    """The form is checked before the credentials are."""

    id = "auth-form-first"
    seen_by = ("auth/upload-auth-before-validation",)
    areas = UPLOADS

    def require_uploader(self, request: Request) -> User:
        return self.identify(request) or ANONYMOUS

    def take(self, upload: Upload) -> Reply:
        if upload.user is ANONYMOUS:
            for check in self.upload_checks():
                check(upload)
            raise self.unauthorized()
        return super().take(upload)


class WantsApiKey(Defect):
    """Uploads want a header of their own beside user name and password."""

    id = "auth-upload-api-key"
    seen_by = ("auth/upload-token-user",)
    areas = ALL_PAGES
    access = Access.READ

    def require_uploader(self, request: Request) -> User:
        if "x-api-key" not in request.headers:
            raise self.unauthorized()
        return super().require_uploader(request)


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
