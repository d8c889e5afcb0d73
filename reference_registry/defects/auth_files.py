"""Faults about who may read: a lock that holds for some requests only."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.settings import Access, User
from reference_registry.switches import Defect

AREAS = ("auth", "security", "clients")
SHADOW = "https://github.com/artifact-keeper/artifact-keeper/pull/2087"


class OpenMetadata(Defect):
    """Metadata files are given to strangers, the files themselves are not."""

    id, source = "auth-metadata-open", SHADOW
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].endswith(".metadata"):
            super().require_reader(request)


class OpenSdists(Defect):
    """Source distributions are given to strangers, wheels are not."""

    id, source = "auth-sdists-open", SHADOW
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].endswith(".tar.gz"):
            super().require_reader(request)


class OpenRanges(Defect):
    """A part of a file is given to strangers, the whole file is not."""

    id = "auth-ranges-open"
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if "range" not in request.headers:
            super().require_reader(request)


class OpenConditionals(Defect):
    """Whoever asks whether a file is still the same learns that it is there, without credentials."""

    id, source = "auth-conditionals-open", "https://www.rfc-editor.org/rfc/rfc9110#section-13.2.1"
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not (request.scope["path"].startswith("/files/") and "if-none-match" in request.headers):
            super().require_reader(request)


class OpenEncoded(Defect):
    """The lock compares the path as it was sent; a path with percent-encoded letters passes it."""

    id, source = "auth-encoded-path-open", "https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2"
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.scope["raw_path"].startswith((b"/simple/", b"/files/", b"/pypi/")):
            super().require_reader(request)


class OpenDoubleSlash(Defect):
    """Two slashes count as one, but not for the lock."""

    id, source = "auth-double-slash-open", "https://www.rfc-editor.org/rfc/rfc3986#section-3.3"
    seen_by = ("auth/files-locked-alike",)
    areas = (*AREAS, "redirect", "names")
    access = Access.READ

    def segments(self, request: Request) -> list[str]:
        found = super().segments(request)
        return found[1:] if found[:1] == [""] and len(found) > 1 else found

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].startswith("//"):
            super().require_reader(request)


class OpenForwarded(Defect):
    """Whoever says in X-Forwarded-For to be this machine needs no credentials."""

    id, source = "auth-forwarded-for-open", "https://www.rfc-editor.org/rfc/rfc7239#section-8.1"
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.headers.get("x-forwarded-for") != "127.0.0.1":
            super().require_reader(request)


class OpenFormat(Defect):
    """A page for which the URL asks in a format is given to strangers."""

    id = "auth-format-open"
    seen_by = ("auth/files-locked-alike",)
    areas = AREAS
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if "format" not in request.query_params:
            super().require_reader(request)


class OpenJsonApi(Defect):
    """The JSON API is given to strangers, the index is not."""

    id = "auth-json-api-open"
    seen_by = ("auth/files-locked-alike",)
    areas = (*AREAS, "pypi-json")
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].startswith("/pypi/"):
            super().require_reader(request)


class EmptyPassword(Defect):
    """A known user with an empty password is let in, as by a directory that takes this for an anonymous login."""

    id, source = "auth-empty-password", "https://www.rfc-editor.org/rfc/rfc4513#section-5.1.2"
    seen_by = ("auth/credentials-validated",)
    areas = (*AREAS, "upload-legacy", "upload-meta")
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        known = [user for user in self.settings.users if user.name == name]
        return known[0] if known and not password else super().user_of_pair(name, password)


class OpenReleases(Defect):
    """A release in the JSON API is given to strangers, the project there and the index are not."""

    id, source = "auth-json-release-open", SHADOW
    seen_by = ("auth/files-locked-alike",)
    areas = (*AREAS, "pypi-json")
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        path = request.scope["path"]
        if not (path.startswith("/pypi/") and path.count("/") == 4):
            super().require_reader(request)


class OpenProvenance(Defect):
    """Provenance objects are given to strangers, the files they are of are not."""

    id, source = "auth-provenance-open", SHADOW
    seen_by = ("auth/files-locked-alike",)
    areas = (*AREAS, "attest")
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].endswith("/provenance"):
            super().require_reader(request)
