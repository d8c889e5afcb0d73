"""Faults in the hashes of project pages."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import replace

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

PYTORCH_MISSING = "https://github.com/pytorch/pytorch/issues/164347"
SPEC = "https://packaging.python.org/en/latest/specifications/simple-repository-api/"


class WheelsWithoutHash(Defect):
    """Some links of a page have no hash, others have one."""

    id, source = "hashes-html-missing", PYTORCH_MISSING
    seen_by = ("hashes/html-fragment", "hashes/sha256-recommended")
    areas = ("hashes", "simple-html", "simple-json", "consistency", "clients")

    def html_href(self, request: Request, file: StoredFile) -> str:
        href = super().html_href(request, file)
        return href.partition("#")[0] if file.filetype == "bdist_wheel" else href


class BareDigest(Defect):
    """The fragment of a link is the digest alone, without the name of its algorithm."""

    id, source = "hashes-bare-digest", "https://github.com/astral-sh/uv/issues/2099"
    seen_by = ("hashes/html-fragment-syntax", "hashes/html-fragment")
    areas = ("hashes", "simple-html", "simple-json", "consistency", "clients")

    def html_fragment(self, file: StoredFile) -> str:
        return file.digests.sha256


class CapitalName(Defect):
    """The name of the hash in a link is in capitals."""

    id, source = "hashes-html-capital-name", "https://peps.python.org/pep-0503/#specification"
    seen_by = ("hashes/html-hashname-lowercase",)
    areas = ("hashes", "clients")

    def html_fragment(self, file: StoredFile) -> str:
        return super().html_fragment(file).replace("sha256", "SHA256")


class UnknownAlgorithm(Defect):
    """The only hash of a link is of an algorithm that Python does not have."""

    id = "hashes-html-unknown-algorithm"
    seen_by = ("hashes/html-hash-from-hashlib", "hashes/sha256-recommended")
    areas = ("hashes", "simple-html", "simple-json", "consistency", "clients")

    def html_fragment(self, file: StoredFile) -> str:
        return f"crc32={file.digests.md5[:8]}"


class Md5Only(Defect):
    """Files have an MD5 hash and no other, in both forms."""

    id, source = "hashes-md5-only", "https://github.com/devpi/devpi/issues/996"
    seen_by = ("hashes/sha256-recommended", "hashes/json-secure-present")
    areas = ("hashes", "clients")

    def html_fragment(self, file: StoredFile) -> str:
        return f"md5={file.digests.md5}"

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"md5": file.digests.md5}


class HashOfFormerBytes(Defect):
    """Pages show the hash that the file had before it was replaced."""

    id, source = "hashes-stale-digest", "https://github.com/pytorch/pytorch/issues/145501"
    seen_by = ("hashes/html-digest-correct", "hashes/json-digest-correct", "hashes/upload-roundtrip")
    areas = (
        "hashes",
        "consistency",
        "clients",
        "retry",
        "range",
        "cache",
        "pypi-json",
        "upload-legacy",
        "yank",
    )

    def html_fragment(self, file: StoredFile) -> str:
        return f"sha256={former(file)}"

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"sha256": former(file)}


class HtmlHasAnotherHash(Defect):
    """HTML and JSON disagree about the hash of a file."""

    id = "hashes-html-json-differ"
    seen_by = ("hashes/html-json-agree", "hashes/html-digest-correct")
    areas = ("hashes", "simple-html", "simple-json", "consistency", "clients", "yank")

    def html_fragment(self, file: StoredFile) -> str:
        return f"sha256={former(file)}"


class NullHashes(Defect):
    """The hashes of a file in JSON are null."""

    id, source = "hashes-json-null", SPEC
    seen_by = ("hashes/json-present",)
    areas = ("hashes", "simple-json", "simple-html", "consistency", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "hashes": None}


class JsonCapitalName(Defect):
    """Names of hashes in JSON are in capitals."""

    id, source = "hashes-json-capital-name", SPEC
    seen_by = ("hashes/json-names-lowercase",)
    areas = ("hashes", "simple-json", "consistency", "clients")

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {name.upper(): value for name, value in super().json_hashes(file).items()}


class PrivateHashName(Defect):
    """A hash in JSON has a name that hashlib does not know."""

    id, source = "hashes-json-private-name", SPEC
    seen_by = ("hashes/json-name-usable",)
    areas = ("hashes", "clients")

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {**super().json_hashes(file), "blake2b_256": file.digests.blake2b_256}


class Base64Digest(Defect):
    """Hashes in JSON are written in base64."""

    id, source = "hashes-json-base64", SPEC
    seen_by = ("hashes/json-value-hex", "hashes/json-digest-correct")
    areas = (
        "hashes",
        "simple-json",
        "consistency",
        "clients",
        "pypi-json",
        "simple-html",
        "upload-legacy",
        "yank",
    )

    def json_hashes(self, file: StoredFile) -> dict[str, str]:
        return {"sha256": base64.b64encode(bytes.fromhex(file.digests.sha256)).decode()}


class RepackedWheel(Defect):
    """Wheels are packed anew when they arrive; the hash is that of the new bytes."""

    id = "hashes-repacks-uploads"
    seen_by = ("hashes/upload-roundtrip",)
    areas = (
        "hashes",
        "upload-legacy",
        "consistency",
        "wheels",
        "clients",
        "attest",
        "p700",
        "files",
        "retry",
        "range",
        "cache",
        "simple-html",
        "simple-json",
        "versions",
    )

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        if file.filetype != "bdist_wheel":
            return file
        data = repacked(file.path.read_bytes())
        file.path.write_bytes(data)
        digests = replace(
            file.digests,
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(data).hexdigest(),
            blake2b_256=hashlib.blake2b(data, digest_size=32).hexdigest(),
        )
        return replace(file, size=len(data), digests=digests)


class SecondDownloadDiffers(Defect):
    """Every second download of a file gives other bytes than the first, as from a node that was not updated."""

    id, source = "hashes-nodes-differ", "https://github.com/sonatype/nexus-public/issues/398"
    seen_by = ("hashes/stable-over-time",)
    areas = (
        "hashes",
        "consistency",
        "clients",
        "retry",
        "range",
        "cache",
        "files",
        "security",
        "yank",
        "negotiation",
        "simple-html",
        "simple-json",
    )

    def answer_file(self, request: Request, route: Route) -> Reply:
        reply = super().answer_file(request, route)
        if request.method == "GET" and reply.status == 200:
            key = str(route.names)
            self.memory[key] = self.memory.get(key, 0) + 1
            if self.memory[key] % 2 == 0:
                reply.body = reply.content()[:-1] + b"!"
        return reply


class WrongFragmentInJson(Defect):
    """URLs in JSON carry a hash, and it is wrong."""

    id = "hashes-json-url-fragment"
    seen_by = ("hashes/fragment-not-part-of-json-url",)
    areas = ("hashes", "consistency", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {**entry, "url": f"{entry['url']}#sha256={former(file)}"}


class GunzippedByLabel(Defect):
    """An sdist is labelled Content-Encoding: gzip, so that clients unpack it."""

    id, source = "hashes-sdist-content-encoding", "https://github.com/python-poetry/poetry/issues/5901"
    seen_by = ("hashes/html-digest-correct", "hashes/json-digest-correct")
    areas = (
        "hashes",
        "consistency",
        "clients",
        "cache",
        "files",
        "range",
        "retry",
        "metadata",
        "p700",
        "dist",
        "simple-html",
        "simple-json",
        "upload-legacy",
        "versions",
    )

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        reply = super().whole_file(request, file)
        if file.filename.endswith(".tar.gz"):
            reply.headers["content-encoding"] = "gzip"
            reply.headers["content-type"] = "application/x-tar"
        return reply


def former(file: StoredFile) -> str:
    """A digest of other bytes."""
    return hashlib.sha256(file.filename.encode()).hexdigest()


def repacked(data: bytes) -> bytes:
    """The same members in a new archive."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for info in old.infolist():
            new.writestr(info, old.read(info), zipfile.ZIP_DEFLATED, 1)
        new.comment = b"repacked"
    return target.getvalue()
