"""A first handful of faults; they also show how small a switch is."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.settings import Access, User
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route


class TruncatedDigest(Defect):
    """The hash fragment of an HTML link is cut to 32 hex digits."""

    id = "hashes-truncated-digest"
    source = "https://github.com/pypiserver/pypiserver/issues/265"
    seen_by = ("hashes/html-value-hex", "hashes/html-digest-correct")
    areas = ("hashes", "clients", "simple-html", "yank")

    def html_fragment(self, file: StoredFile) -> str:
        return super().html_fragment(file)[: len("sha256=") + 32]


class DigestsKey(Defect):
    """Files in JSON pages have their hashes under `digests`."""

    id = "hashes-digests-key"
    source = "https://github.com/getnora-io/nora/issues/383"
    seen_by = ("hashes/json-present",)
    areas = ("hashes", "simple-json", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {"digests" if key == "hashes" else key: value for key, value in entry.items()}


class OctetStreamJson(Defect):
    """JSON pages are labelled application/octet-stream."""

    id = "negotiation-octet-stream-json"
    source = "https://github.com/devpi/devpi/issues/1112"
    seen_by = ("negotiation/json-content-type", "negotiation/content-type-always")
    areas = ("negotiation", "simple-json", "clients")

    def content_type(self, chosen: str) -> str:
        return "application/octet-stream" if chosen.endswith("+json") else super().content_type(chosen)


class NoVary(Defect):
    """Negotiated pages are cacheable and have no `Vary: Accept`."""

    id = "negotiation-no-vary"
    source = "https://github.com/artifact-keeper/artifact-keeper/issues/3406"
    seen_by = ("negotiation/vary-accept",)
    areas = ("negotiation", "cache")

    def page_vary(self) -> tuple[str, ...]:
        return ()


class LatestLabel(Defect):
    """A request for the `latest` version is answered with a `latest` label."""

    id = "negotiation-latest-label"
    seen_by = ("negotiation/latest-json", "negotiation/latest-html")
    areas = ("negotiation",)

    def respond(self, request: Request, reply: Reply) -> Reply:
        if ".latest+" in request.headers.get("accept", "") and ".v1+" in reply.headers.get(
            "content-type", ""
        ):
            reply.headers["content-type"] = reply.headers["content-type"].replace(".v1+", ".latest+")
        return super().respond(request, reply)


class CapitalsOnly(Defect):
    """A project is found only under the spelling that it was uploaded with."""

    id = "names-raw-spelling-only"
    source = "https://gitlab.com/gitlab-org/gitlab/-/issues/244412"
    seen_by = ("names/project-url-format",)
    areas = (
        "names",
        "simple-html",
        "simple-json",
        "redirect",
        "upload",
        "clients",
        "consistency",
        "upload-legacy",
    )

    def project_route(self, name: str) -> Route:
        shown = {project.display_name: project.name for project in self.store.projects()}
        return Route("project", (shown.get(name, "-"),))


class NoChallenge(Defect):
    """A 401 comes without WWW-Authenticate."""

    id = "auth-no-challenge"
    source = "https://github.com/devpi/devpi/blob/main/server/CHANGELOG"
    seen_by = ("auth/401-challenge",)
    areas = ("auth", "clients")
    access = Access.READ

    def challenge_headers(self) -> dict[str, str]:
        return {}


class AlteredMetadata(Defect):
    """The metadata file has a line that the wheel's METADATA has not."""

    id = "metadata-appended-line"
    source = "https://github.com/pytorch/pytorch/issues/197552"
    seen_by = ("metadata/identical-to-dist", "metadata/digest-correct")
    areas = ("metadata", "clients")

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        served = super().metadata_bytes(file)
        return (
            None if served is None else served + b"Checksum-SHA256: " + file.digests.sha256.encode() + b"\n"
        )


class Overwrites(Defect):
    """A second upload of a filename silently replaces the first."""

    id = "upload-overwrites"
    source = "https://github.com/pulp/pulp_python/issues/1162"
    seen_by = ("upload-legacy/duplicate-different-content",)
    areas = ("upload", "hashes", "cache")

    def answer_duplicate(self, upload: Upload, existing: StoredFile) -> Reply:
        self.inspect(upload)
        self.store.delete_files(existing.project, {existing.filename})
        return self.publish(upload)


class CutDownload(Defect):
    """The first download of each file breaks off in the middle of its body."""

    id = "retry-first-download-cut"
    seen_by = ("cache/content-length-right",)
    areas = (
        "retry",
        "hashes",
        "cache",
        "clients",
        "dist",
        "security",
        "status",
        "upload-legacy",
        "versions",
        "yank",
    )

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if reply.status == 200 and request.method == "GET" and str(route.names) not in self.memory:
            self.memory[str(route.names)] = True
            reply.wire = replace(reply.wire, cut_after=reply.length // 2)
        return reply


class ReadersUpload(Defect):
    """A user who may only read can upload."""

    id = "auth-reader-uploads"
    source = "https://github.com/artifact-keeper/artifact-keeper/pull/1219"
    seen_by = ("upload-legacy/permission-denied",)
    areas = ("auth",)

    def may_upload(self, user: User) -> bool:
        return True
