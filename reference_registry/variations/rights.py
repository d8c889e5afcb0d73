"""Legal oddities of who may read what: rights that differ between the list, the pages and the files."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.settings import Access
from reference_registry.switches import Variation
from reference_registry.urls import Route

RFC = "https://www.rfc-editor.org/rfc/rfc9110#section-11"


class OpenList(Variation):
    """Everybody may read the project list; pages and files need credentials."""

    id, source = "list-open-pages-locked", RFC
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.scope["path"] != "/simple/":
            super().require_reader(request)


class HiddenProjects(Variation):
    """Everybody may read the list; projects that are there need credentials, and strangers are told that there are none."""

    id, source = "projects-hidden-list-open", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4"
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.scope["path"] != "/simple/" and self.identify(request) is None:
            raise self.not_found()


class LockedProjects(Variation):
    """Everybody may read the list; projects that are there need credentials, and those that are not are answered 404."""

    id, source = "projects-locked-list-open", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5"
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        names = request.scope["path"].split("/")[2:3]
        if names and self.store.project(names[0]) is not None:
            super().require_reader(request)


class OpenFiles(Variation):
    """The pages need credentials; files and metadata files are given to whoever knows their URLs, as with signed ones."""

    id, source = "files-open-pages-locked", RFC
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if not request.scope["path"].startswith("/files/"):
            super().require_reader(request)


class LockedFiles(Variation):
    """The pages are open to everybody; files and metadata files need credentials."""

    id, source = "files-locked-pages-open", RFC
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.scope["path"].startswith("/files/"):
            super().require_reader(request)


class HiddenFiles(Variation):
    """The pages are open to everybody; files and metadata files are there for those with credentials only, and answered 404 to others."""

    id, source = "files-hidden-pages-open", RFC
    access = Access.READ

    def require_reader(self, request: Request) -> None:
        if request.scope["path"].startswith("/files/") and self.identify(request) is None:
            raise self.not_found()


class NoRightToList(Variation):
    """Nobody has the right to see the project list (403); pages and files are open to everybody."""

    id, source = "list-forbidden", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"

    def answer_root(self, request: Request, route: Route) -> Reply:
        raise Refused(403, "Nobody may list the projects.")


class ForbiddenUnlessThere(NoRightToList):
    """Nobody has the right to see the project list, and names that are not there are answered with 403, as storage without that right does."""

    id = "list-forbidden-unknown-403"

    def not_found(self) -> Refused:
        return Refused(403, "Access denied.")


class ListNotImplemented(Variation):
    """There is no project list: its URL is answered with 501."""

    id, source = "list-not-implemented", "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.2"

    def answer_root(self, request: Request, route: Route) -> Reply:
        raise Refused(501, "There is no project list.")
