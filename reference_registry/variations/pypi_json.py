"""Legal oddities of PyPI's JSON API, and of registries without it."""

from __future__ import annotations

from time import monotonic

from starlette.requests import Request

from reference_registry.model import Project, Release, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Variation

DOCS = "https://docs.pypi.org/api/json/"
MINUTE = 60  # seconds


class NoSerial(Variation):
    """The data have no last_serial, no vulnerabilities and no ownership."""

    id, source = "pypi-json-few-keys", DOCS

    def json_release(self, request: Request, project: Project, release: Release) -> Json:
        document = super().json_release(request, project, release)
        return {key: document[key] for key in ("info", "urls")}

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        reply = super().json_answer(request, document, project)
        del reply.headers["x-pypi-last-serial"]
        return reply


class FewFileKeys(Variation):
    """Files in the data have no deprecated keys, and some that nobody documented."""

    id, source = "pypi-json-other-file-keys", DOCS

    def json_api_file(self, request: Request, file: StoredFile) -> Json:
        made = super().json_api_file(request, file)
        gone = ("downloads", "has_sig", "md5_digest", "comment_text", "python_version", "upload_time")
        return {**{key: value for key, value in made.items() if key not in gone}, "scanned": True}


class SerialConstant(Variation):
    """The serial is the same for all projects, and stays so."""

    id, source = "pypi-json-constant-serial", "https://github.com/pulp/pulp_python"

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        reply = super().json_answer(request, {**document, "last_serial": 1000000000}, project)
        reply.headers["x-pypi-last-serial"] = "1000000000"
        return reply


class KeptForAMinute(Variation):
    """A cache keeps the data of each URL for a minute, and says so."""

    id, source = "pypi-json-kept-for-a-minute", "https://www.rfc-editor.org/rfc/rfc9111.html#section-4.2"

    def json_answer(self, request: Request, document: Json, project: Project) -> Reply:
        key, now = f"kept {request.scope['path']}", monotonic()
        made, kept = self.memory.get(key, (0.0, None))
        if kept is None or now - made >= MINUTE:
            made, kept = self.memory[key] = now, document
        reply = super().json_answer(request, kept, project)
        if "last_serial" in kept:
            reply.headers["x-pypi-last-serial"] = str(kept["last_serial"])
        reply.headers["cache-control"] = f"public, max-age={MINUTE}"
        return reply
