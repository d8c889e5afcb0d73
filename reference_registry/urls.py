"""Which URL means what, and which URL a thing has. One project has one page, at `<base>/<normalized-name>/`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from starlette.requests import Request

from reference_registry.core import Core
from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.names import is_valid_name, normalize

LONGEST_PATH = 4096
SIDECAR = ".metadata"
SIGNATURE = ".asc"


@dataclass(frozen=True)
class Route:
    """What a request is about: a kind (`answer_<kind>` handles it) and the names in the path."""

    kind: str
    names: tuple[str, ...] = ()
    redirect: str = ""
    status: int = 301


class Urls(Core):
    """Paths to routes, and things to paths."""

    simple = "simple"
    legacy = "legacy"
    json_api = "pypi"
    files = "files"
    admin = "-"
    integrity = "integrity"

    # -- from a path to a route

    def segments(self, request: Request) -> list[str]:
        """The decoded segments of the path; 4xx for paths that can mean nothing (RFC 3986 section 3.3)."""
        raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        if not raw.startswith(b"/"):  # a full URL, as proxies send it (RFC 9112 section 3.2.2)
            raw = b"/" + raw.partition(b"://")[2].partition(b"/")[2]
        if len(raw) > LONGEST_PATH:
            raise Refused(414, "The path is too long.")
        prefix = self.root().encode()
        if not raw.startswith(prefix + b"/"):
            raise self.not_found()
        try:
            decoded = [unquote_to_bytes(part).decode("utf-8") for part in raw[len(prefix) + 1 :].split(b"/")]
        except UnicodeDecodeError:
            raise Refused(400, "The path is not UTF-8.") from None
        if any(self.is_absurd(part) for part in decoded):
            raise Refused(400, "The path holds characters that no name can have.")
        return decoded

    def is_absurd(self, segment: str) -> bool:
        """Dot segments, encoded separators and control characters name nothing here."""
        return segment in (".", "..") or any(char in "/\\\x7f" or ord(char) < 32 for char in segment)

    def route(self, request: Request) -> Route:
        """The route of a request."""
        first, *rest = self.segments(request)
        if first == self.simple:
            return self.simple_route(rest)
        if first == self.files and len(rest) == 3:
            return self.file_route(*rest)
        if first == self.json_api:
            return self.json_route(rest)
        if first == self.integrity and len(rest) == 4 and rest[3] == "provenance":
            return Route("provenance", (normalize(rest[0]), rest[1], rest[2]))
        if first == self.legacy:
            return self.upload_route(rest)
        if first == self.admin and rest[:1] == ["admin"]:
            return Route("admin", tuple(rest[1:]))
        raise self.not_found()

    def simple_route(self, rest: list[str]) -> Route:
        """The root page, project pages, and redirects to them."""
        match rest:
            case []:
                return Route("redirect", redirect=self.simple_url())
            case [""]:
                return Route("root")
            case [name] if is_valid_name(name):
                return Route("redirect", redirect=self.project_url(normalize(name)))
            case [name, ""] if is_valid_name(name):
                return self.project_route(name)
            case _:
                raise self.not_found()

    def project_route(self, name: str) -> Route:
        """A project page at its one URL; other spellings may be redirected there, and are."""
        if name != normalize(name):
            return Route("redirect", redirect=self.project_url(normalize(name)))
        return Route("project", (name,))

    def file_route(self, project: str, digest: str, filename: str) -> Route:
        """A file, or what belongs to a file: its core metadata, its signature."""
        for suffix, kind in ((SIDECAR, "metadata"), (SIGNATURE, "signature")):
            if filename.endswith(suffix):
                return Route(kind, (project, digest, filename.removesuffix(suffix)))
        return Route("file", (project, digest, filename))

    def json_route(self, rest: list[str]) -> Route:
        """The PyPI JSON API: `/<project>/json` and `/<project>/<version>/json`."""
        slash = rest[-1:] == [""]
        parts = rest[:-1] if slash else rest
        if len(parts) not in (2, 3) or parts[-1] != "json" or not is_valid_name(parts[0]):
            raise self.not_found()
        name = normalize(parts[0])
        if slash or name != parts[0]:
            return Route("redirect", redirect=self.json_url(name, *parts[1:-1]))
        return Route("json_project" if len(parts) == 2 else "json_release", (name, *parts[1:-1]))

    def upload_route(self, rest: list[str]) -> Route:
        """The upload endpoint. 308 keeps method and body, which 301 does not (RFC 9110 section 15.4.9)."""
        if rest == []:
            return Route("redirect", redirect=f"{self.root()}/{self.legacy}/", status=308)
        if rest == [""]:
            return Route("upload")
        raise self.not_found()

    # -- from a thing to its URL

    def endpoints(self) -> dict[str, str]:
        """Where everything is, for the line that is printed at the start."""
        base = self.settings.origin + self.root()
        return {
            "simple": f"{base}/{self.simple}/",
            "upload": f"{base}/{self.legacy}/",
            "admin": f"{base}/{self.admin}/admin/",
            "json_api": f"{base}/{self.json_api}/",
        }

    def simple_url(self) -> str:
        """Path of the root page."""
        return f"{self.root()}/{self.simple}/"

    def project_url(self, name: str) -> str:
        """Path of a project page."""
        return f"{self.root()}/{self.simple}/{quote(name)}/"

    def file_path(self, file: StoredFile) -> str:
        """Path of a file. It holds the digest, so one URL never has two contents."""
        return f"{self.root()}/{self.files}/{quote(file.project)}/{file.digests.sha256[:16]}/{quote(file.filename)}"

    def file_link(self, request: Request, file: StoredFile) -> str:
        """The URL of a file as a project page gives it: relative, so that it holds behind any proxy."""
        return "../../" + self.file_path(file).removeprefix(f"{self.root()}/")

    def project_link(self, request: Request, project: Project) -> str:
        """The URL of a project page as the root page gives it."""
        return self.project_url(project.name)

    def provenance_link(self, request: Request, file: StoredFile) -> str:
        """The URL of a provenance object; this one has to be absolute (PEP 740)."""
        path = f"{self.root()}/{self.integrity}/{quote(file.project)}/{quote(file.version)}/{quote(file.filename)}"
        return f"{self.origin(request)}{path}/provenance"

    def json_url(self, name: str, *version: str) -> str:
        """Path of a project or release in the JSON API."""
        return "/".join((f"{self.root()}/{self.json_api}", quote(name), *map(quote, version), "json"))
