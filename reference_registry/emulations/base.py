"""What all emulations share: the product's paths, its habits, a clock that can be put forward, and a mark in every answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import quote, unquote

from starlette.requests import Request

from reference_registry.auth import TOKEN_USER, Auth
from reference_registry.emulations.seeds import seed
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import normalize
from reference_registry.pages import Json
from reference_registry.registry import READ_METHODS
from reference_registry.reply import Reply, text_reply
from reference_registry.settings import Role, Settings, User
from reference_registry.store import Store
from reference_registry.switches import Switch
from reference_registry.uploads import Upload
from reference_registry.urls import Route

CLOCK = "/-/clock"
OWN_KINDS = ("clock", "call")


class Emulation(Switch):
    """Base of all emulations. Only what documents, source code or reports tell is built in.

    id: its name. evidence: the day of the documents. assumed: what no document tells, but a server has to do somehow.
    base: the path of the repository. index, upload: paths below it. files: template of a file's path.
    """

    kind = "emulation"
    evidence: ClassVar[str]
    assumed: ClassVar[tuple[str, ...]] = ()
    base: ClassVar[str]
    index: ClassVar[str] = "/simple"
    upload: ClassVar[str | None]  # None: takes none
    files_at: ClassVar[str] = "{base}/packages/{project}/{version}/{filename}"
    realm: ClassVar[str] = ""
    marks: ClassVar[Mapping[str, str]] = MappingProxyType({})
    json_keys: ClassVar[tuple[str, ...]] = ()  # of a file in JSON pages; () when there are only HTML pages
    html_api: ClassVar[str] = ""  # the version that HTML pages name; "" when they name none, or nobody tells
    json_api_offered: ClassVar[bool] = False  # PyPI's JSON API at `<base>/pypi`
    seeded: ClassVar[tuple[tuple[str, str], ...]] = ()  # projects and versions that are there from the start

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings, store)
        for name, version in self.seeded:
            seed(store, name, version)

    # -- what it says of itself

    def endpoints(self) -> dict[str, str]:
        """Where everything is; without an upload URL when nothing is taken."""
        told = {"simple": f"{self.settings.origin}{self.base}{self.index}/", "emulates": self.id}
        if self.upload is not None:
            told["upload"] = f"{self.settings.origin}{self.base}{self.upload}"
        return {**told, "clock": f"{self.settings.origin}{CLOCK}"}

    def respond(self, request: Request, reply: Reply) -> Reply:
        """Every answer says that this is an emulation."""
        answer = super().respond(request, reply)
        for name in ("x-reference-registry", "x-content-type-options", "x-pypi-last-serial"):
            if name in answer.headers:
                del answer.headers[name]
        for name, value in self.marks.items():
            answer.headers[name] = value
        assumed = f"; assumed={','.join(self.assumed)}" if self.assumed else ""
        answer.headers["x-emulated-profile"] = f"{self.id}; evidence={self.evidence}{assumed}"
        return answer

    # -- time

    def clock(self) -> datetime:
        """The time by which the product waits, as far as it was put forward. What answers tell is the true time, `now`."""
        return self.now() + timedelta(seconds=float(self.memory.get("forward", 0)))

    def stored_file(self, upload: Upload) -> StoredFile:
        """Remember when a file came, by the clock that can be put forward."""
        file = super().stored_file(upload)
        self.memory.setdefault("came", {})[file.filename, file.digests.sha256] = self.clock()
        return file

    def came(self, file: StoredFile) -> datetime:
        """When a file came, by the clock that can be put forward."""
        when: datetime = self.memory.get("came", {}).get((file.filename, file.digests.sha256), file.uploaded)
        return when

    async def answer_clock(self, request: Request, route: Route) -> Reply:
        """`POST /-/clock` with {"advance": "SECONDS"}, by an admin of the emulation."""
        user = Auth.user_of_pair(self, *self.given_pair(request))
        if user is None or user.role is not Role.ADMIN:
            raise Refused(403, "Only an admin of the emulation may put its clock forward.")
        if request.method != "POST":
            raise Refused(405, "Only POST is possible here.", {"allow": "POST"})
        try:
            seconds = float((await self.read_json(request)).get("advance") or "0")
        except ValueError:
            raise Refused(400, "advance is a number of seconds.") from None
        self.memory["forward"] = float(self.memory.get("forward", 0)) + seconds
        return self.done({"now": self.clock().isoformat()})

    def user_of_pair(self, name: str, password: str) -> User | None:
        """A user with a password. Only products whose documents tell of it know `__token__`."""
        return None if name == TOKEN_USER else super().user_of_pair(name, password)

    def given_pair(self, request: Request) -> tuple[str, str]:
        """User name and password of a request; two empty texts when it has none."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        pair = self.decode_basic(value.strip()) if scheme.lower() == "basic" else None
        return pair or ("", "")

    # -- paths

    def root(self) -> str:
        """The path of the repository."""
        return self.base

    def route(self, request: Request) -> Route:
        """The product's own calls, uploads, files, and then the index."""
        path: str = request.scope["path"]
        if path == CLOCK:
            return Route("clock")
        if self.upload is not None and path == self.base + self.upload and self.is_upload(request):
            return Route("upload")
        if (call := self.call(request, path)) is not None:
            return call
        if (found := self.file_at(path)) is not None:
            return found
        if self.json_api_offered and path.startswith(f"{self.base}/{self.json_api}/"):
            return self.json_route(self.segments(request)[1:])
        if "provenance" in self.json_keys and path.startswith(f"{self.base}/{self.integrity}/"):
            return self.integrity_route(self.segments(request)[1:])
        return self.index_route(path)

    def integrity_route(self, rest: list[str]) -> Route:
        """A provenance object (docs.pypi.org, Integrity API)."""
        if len(rest) != 4 or rest[3] != "provenance":
            raise self.not_found()
        return Route("provenance", (normalize(rest[0]), rest[1], rest[2]))

    def is_upload(self, request: Request) -> bool:
        """Whether a request to the upload path is one; some products have their index at the same path."""
        return request.method not in READ_METHODS

    def call(self, request: Request, path: str) -> Route | None:
        """A call of the product's own API: `Route("call", (name, ...))`, answered by `call_<name>`."""
        return None

    def index_route(self, path: str) -> Route:
        """The root page and project pages."""
        start = self.base + self.index
        if not path.startswith(start):
            raise self.not_found()
        rest = path.removeprefix(start)
        if not rest.startswith("/"):
            if rest:
                raise self.not_found()
            return self.root_without_slash()
        return self.simple_route(rest[1:].split("/"))

    def root_without_slash(self) -> Route:
        """The index without its slash."""
        return Route("redirect", redirect=self.simple_url())

    def simple_url(self) -> str:
        """Path of the root page."""
        return f"{self.base}{self.index}/"

    def project_url(self, name: str) -> str:
        """Path of a project page."""
        return f"{self.base}{self.index}/{quote(name)}/"

    def file_path(self, file: StoredFile) -> str:
        """Path of a file, after the product's template."""
        return self.files_at.format(
            base=self.base,
            project=quote(file.project),
            version=quote(file.version),
            filename=quote(file.filename),
            sha256=file.digests.sha256,
        )

    def file_link(self, request: Request, file: StoredFile) -> str:
        """The URL of a file in pages: the path, from the root of the host."""
        return self.file_path(file)

    def file_at(self, path: str) -> Route | None:
        """The file at a path, or what belongs to it."""
        template = re.escape(self.files_at.format_map(_Marks(base=self.base)))
        pattern = re.sub("<([a-z0-9]+)>", r"(?P<\1>[^/]+)", template)
        found = re.fullmatch(pattern, quote(path, safe="/+!"))
        if found is None:
            return None
        parts = {name: unquote(value) for name, value in found.groupdict().items()}
        for suffix, kind in ((".metadata", "metadata"), ("", "file")):
            name = parts["filename"].removesuffix(suffix)
            if not parts["filename"].endswith(suffix):
                continue
            file = self.stored(parts.get("project"), name)
            if file is not None:
                return Route(kind, (file.project, file.digests.sha256[:16], name))
        return None

    def stored(self, project: str | None, filename: str) -> StoredFile | None:
        """The file of this name, if it may be seen."""
        found = self.store.project(normalize(project)) if project else None
        projects = [found] if found else [] if project else self.store.projects()
        files = (p.files[filename] for p in projects if filename in p.files)
        return next((file for file in files if self.is_visible(file)), None)

    def admitted_route(self, request: Request) -> Route:
        """The product's own calls look at credentials themselves."""
        try:
            route = self.route(request)
        except Refused:
            self.require_reader(request)
            raise
        if route.kind not in (*OWN_KINDS, "upload"):
            self.require_reader(request)
        return route

    def allowed_methods(self, route: Route) -> tuple[str, ...]:
        """The product's own calls look at the method themselves."""
        return () if route.kind in OWN_KINDS else super().allowed_methods(route)

    async def answer_call(self, request: Request, route: Route) -> Reply:
        """Answer a call of the product's own API."""
        name, *arguments = route.names
        reply: Reply = getattr(self, f"call_{name}")(request, *arguments)
        return reply

    # -- what is shown

    def is_visible(self, file: StoredFile) -> bool:
        """Whether a file is in the index already."""
        return True

    def listed_files(self, project: Project) -> list[StoredFile]:
        """The files of a page."""
        return [file for file in super().listed_files(project) if self.is_visible(file)]

    def listed_projects(self) -> list[Project]:
        """The projects that have something to show."""
        return [project for project in super().listed_projects() if self.listed_files(project)]

    def find_project(self, name: str) -> Project:
        """A project; one without files is not there."""
        project = self.store.project(name)
        if project is None or not self.listed_files(project):
            raise self.missing_project(name)
        return project

    def missing_project(self, name: str) -> Refused:
        """The answer for a project that is not there."""
        return self.not_found()

    # -- what is in pages: nothing that no document tells

    def choose(self, accept: str | None, format_parameter: str | None) -> str:
        """HTML, unless the product has JSON pages."""
        return super().choose(accept, None) if self.json_keys else "text/html"

    def not_acceptable(self) -> Refused:
        """The answer when nothing fits: see `choose`."""
        return Refused(406, "Not acceptable.")

    def has_metadata(self, file: StoredFile) -> bool:
        """Core metadata files: only where documents tell of them."""
        return "core-metadata" in self.json_keys and super().has_metadata(file)

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        """The same."""
        return super().metadata_bytes(file) if self.has_metadata(file) else None

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        """Attributes of a link."""
        told = super().html_attributes(request, file)
        metadata = ("data-core-metadata", "data-dist-info-metadata") if self.has_metadata(file) else ()
        return {name: told[name] for name in ("data-requires-python", *metadata) if name in told}

    def html_page(self, title: str, metas: list[str], lines: list[str]) -> str:
        """A plain page, with the version of the API where documents or source code tell of one."""
        items = "\n".join(lines)
        version = f'<meta name="pypi:repository-version" content="{self.html_api}">' if self.html_api else ""
        return (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8">{version}<title>{title}</title></head>'
            f"<body><h1>{title}</h1>\n{items}\n</body></html>\n"
        )

    def html_status(self, project: Project) -> list[str]:
        """No status markers."""
        return []

    def json_version(self) -> str:
        """The version in JSON pages."""
        return "1.0"

    def json_meta(self, serial: int) -> Json:
        """The version and nothing else."""
        return {"api-version": self.json_version()}

    def json_detail(self, request: Request, project: Project) -> Json:
        """A page with the keys that documents tell of."""
        page = super().json_detail(request, project)
        kept = ("meta", "name", "files", *(("versions",) if "versions" in self.json_keys else ()))
        return {name: page[name] for name in kept}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        """A file with the keys that documents tell of."""
        told = super().json_file(request, file)
        return {name: told[name] for name in ("filename", "url", "hashes", *self.json_keys) if name in told}

    # -- refusals and deletions

    def challenge(self) -> str:
        """The product's realm."""
        return f'Basic realm="{self.realm}"'

    def remove(self, project: str, *, version: str | None = None, filename: str | None = None) -> bool:
        """Delete a file or a release; False when it is not there."""
        known = self.store.project(normalize(project))
        if known is None:
            return False
        gone = {f.filename for f in known.files.values() if version in (None, f.version)}
        gone &= {filename} if filename is not None else gone
        self.store.delete_files(known.name, gone)
        left = self.store.project(known.name)
        if left is not None and not left.files:
            self.store.delete_project(known.name)
        return bool(gone)


class _Marks(dict[str, str]):
    """Leaves a mark where a template has a name without a value."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def plain(status: int, text: str = "", content_type: str = "text/plain; charset=utf-8") -> Reply:
    """A short answer."""
    return text_reply(status, text, content_type, cache_control="no-store")
