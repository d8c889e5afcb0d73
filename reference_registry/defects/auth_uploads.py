"""Faults about who may upload."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request

from reference_registry.auth import ANONYMOUS
from reference_registry.defects.auth import ALL_PAGES, UPLOADS, WrongIsError
from reference_registry.model import Project
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route


class WrongUploadIsError(WrongIsError):
    """An upload with credentials of an unknown user is a server error."""

    id = "auth-wrong-upload-is-500"
    seen_by = ("auth/upload-invalid-token",)
    access = Access.UPLOAD


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


class AnyBearer(Defect):
    """An upload with a bearer token is let in, whatever the token is."""

    id, source = "auth-bearer-unchecked", "https://cwe.mitre.org/data/definitions/347.html"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    areas = UPLOADS

    def require_uploader(self, request: Request) -> User:
        given = request.headers.get("authorization", "")
        return ANONYMOUS if given.startswith("Bearer ") else super().require_uploader(request)
