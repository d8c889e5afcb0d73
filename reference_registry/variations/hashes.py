"""Legal oddities of hashes."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

SPEC = "https://packaging.python.org/specifications/simple-repository-api/"


class SeveralHashes(Variation):
    """JSON has several hashes of each file, a weak one among them."""

    id, source = "hashes-several-in-json", SPEC

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        data = file.path.read_bytes()
        strong = {name: hashlib.new(name, data).hexdigest() for name in ("sha512", "blake2b", "sha3_256")}
        return {"md5": file.digests.md5, **strong, **super().json_hashes(file)}


class TwoInOneFragment(Variation):
    """The fragment of a link has two hashes, joined by an ampersand."""

    id, source = "hashes-two-in-fragment", SPEC

    def html_fragment(self, file: StoredFile) -> str:
        return f"{super().html_fragment(file)}&md5={file.digests.md5}"


class RightFragmentInJson(Variation):
    """URLs in JSON carry the right hash, too."""

    id, source = "hashes-fragment-in-json", SPEC

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {**entry, "url": f"{entry['url']}#sha256={file.digests.sha256}"}


class OtherHashes(Variation):
    """HTML has SHA-256, JSON has SHA-512 beside it."""

    id, source = "hashes-other-in-json", SPEC

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"sha512": hashlib.sha512(file.path.read_bytes()).hexdigest(), **super().json_hashes(file)}
