"""Faults in the core metadata beside files."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.archives import Inside
from reference_registry.model import Project, StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

PEP_714 = "https://peps.python.org/pep-0714/#servers"
KEEPER = "https://github.com/artifact-keeper/artifact-keeper/issues/3076"


class OldAttributeOnly(Defect):
    """HTML promises metadata with data-dist-info-metadata alone."""

    id, source = "metadata-old-attribute-only", PEP_714
    seen_by = ("metadata/html-attr-name",)
    areas = ("metadata", "clients")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        attributes.pop("data-core-metadata", None)
        return attributes


class AttributesDiffer(Defect):
    """The old attribute has the hash of the wheel, the new one that of the metadata."""

    id, source = "metadata-attributes-differ", KEEPER
    seen_by = ("metadata/html-legacy-equal",)
    areas = ("metadata", "clients")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        if "data-dist-info-metadata" in attributes:
            attributes["data-dist-info-metadata"] = f"sha256={file.digests.sha256}"
        return attributes


class HashOfTheWheel(Defect):
    """The hash that is given for the metadata is that of the wheel."""

    id, source = "metadata-hash-of-wheel", KEEPER
    seen_by = ("metadata/digest-correct",)
    areas = ("metadata", "consistency", "clients")

    def html_core_metadata(self, file: StoredFile) -> str:
        return f"sha256={file.digests.sha256}"

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        return {"sha256": file.digests.sha256} if self.has_metadata(file) else False


class SomeHashesMissing(Defect):
    """Some files of a page have the hash of their metadata, others a bare true."""

    id = "metadata-some-without-hash"
    seen_by = ("metadata/html-value-hash", "metadata/json-hash-recommended")
    areas = ("metadata",)

    def hashless(self, file: StoredFile) -> bool:
        """Whether this file is one of the others."""
        return int(file.digests.md5[0], 16) % 2 == 0

    def html_core_metadata(self, file: StoredFile) -> str:
        return "true" if self.hashless(file) else super().html_core_metadata(file)

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        told = super().json_core_metadata(file)
        return True if told and self.hashless(file) else told


class FalseInHtml(Defect):
    """Links of files without metadata have the attribute with the value false."""

    id, source = "metadata-html-false", "https://peps.python.org/pep-0658/#specification"
    seen_by = ("metadata/html-value-other",)
    areas = ("metadata", "consistency", "clients", "yank")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        return {"data-core-metadata": "false", **super().html_attributes(request, file)}


class OldKeyOnly(Defect):
    """JSON promises metadata with dist-info-metadata alone."""

    id, source = "metadata-old-key-only", PEP_714
    seen_by = ("metadata/json-key",)
    areas = ("metadata", "clients")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {("dist-info-metadata" if k == "core-metadata" else k): v for k, v in entry.items()}


class DigestAsText(Defect):
    """The promise in JSON is the digest as a text."""

    id, source = "metadata-json-text", "https://peps.python.org/pep-0691/#project-detail"
    seen_by = ("metadata/json-type",)
    areas = ("metadata", "simple-json", "simple-html", "consistency", "clients", "pypi-json")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return (
            {**entry, "core-metadata": f"sha256={file.metadata_sha256}"} if self.has_metadata(file) else entry
        )


class ShortMetadataHash(Defect):
    """The hash of the metadata in JSON is cut to 32 digits."""

    id = "metadata-json-short-hash"
    seen_by = ("metadata/json-object-hash-rules", "metadata/digest-correct")
    areas = ("metadata", "simple-json", "simple-html", "consistency", "clients")

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        told = super().json_core_metadata(file)
        return told if isinstance(told, bool) else {name: value[:32] for name, value in told.items()}


class KeysDiffer(Defect):
    """The old key in JSON says false where the new one gives a hash."""

    id, source = "metadata-keys-differ", "https://github.com/pypi/warehouse/issues/13705"
    seen_by = ("metadata/json-legacy-equal",)
    areas = ("metadata",)

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "dist-info-metadata": False}


class PromisedButAbsent(Defect):
    """Metadata is promised, and its URL answers 404."""

    id, source = "metadata-promised-404", "https://github.com/artifact-keeper/artifact-keeper/issues/3405"
    seen_by = ("metadata/served-at-suffix",)
    areas = ("metadata", "yank", "consistency", "clients", "auth", "redirect")

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class PromisedForSdistToo(Defect):
    """Metadata is promised for every sdist, whatever a build may change."""

    id = "metadata-unreliable-sdists"
    seen_by = ("metadata/sdist-only-if-reliable",)
    areas = ("metadata",)

    def is_reliable(self, inside: Inside) -> bool:
        return True


class HtmlPromisesLess(Defect):
    """HTML promises metadata for wheels only, JSON for sdists as well."""

    id = "metadata-html-promises-less"
    seen_by = ("metadata/html-json-agree",)
    areas = ("metadata", "simple-html", "simple-json", "consistency")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        gone = ("data-core-metadata", "data-dist-info-metadata") if file.filetype == "sdist" else ()
        return {name: value for name, value in told.items() if name not in gone}


class EggsPromise(Defect):
    """A page lists an egg and promises metadata for it."""

    id = "metadata-egg-promises"
    seen_by = ("metadata/only-standard-dists",)
    areas = (
        "metadata",
        "p700",
        "simple-html",
        "simple-json",
        "consistency",
        "wheels",
        "sdists",
        "clients",
        "files",
        "attest",
        "hashes",
        "pypi-misc",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        return [
            *files,
            *(replace(file, filename=egg(file)) for file in files[:1] if file.filetype == "bdist_wheel"),
        ]

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        stored = self.store.project(project)
        for file in stored.files.values() if stored else ():
            if filename.endswith(".egg") and egg(file) == filename:
                return file
        return super().find_file(project, digest, filename)


class AnyFolderWins(Defect):
    """The metadata of a wheel is whichever METADATA is found in it, be it that of a vendored package."""

    id = "metadata-any-dist-info"
    seen_by = ("metadata/wheel-source-file",)
    areas = ("metadata", "consistency")

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        import zipfile

        found = super().sidecar(upload, inside)
        if upload.filetype != "bdist_wheel":
            return found
        with zipfile.ZipFile(upload.content.path) as archive:
            names = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
            return archive.read(max(names, key=lambda name: name.count("/")))


class RewritesLabels(Defect):
    """Labels of project URLs in the metadata are normalized before it is served."""

    id, source = "metadata-rewrites-labels", "https://peps.python.org/pep-0753/#package-indices"
    seen_by = ("metadata/no-normalising-rewrite", "metadata/identical-to-dist")
    areas = ("metadata", "consistency", "clients")

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        found = super().sidecar(upload, inside)
        return None if found is None else found.replace(b"Project-URL: Homepage,", b"Project-URL: homepage,")


class PageInsteadOfMetadata(Defect):
    """A single page application answers for every metadata URL, with 200."""

    id = "metadata-html-page"
    seen_by = ("metadata/parses", "metadata/digest-correct", "metadata/identical-to-dist")
    areas = ("metadata", "consistency", "clients", "security")

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        return b"<!DOCTYPE html><title>Registry</title><div id=app></div>"


class SomebodyElsesMetadata(Defect):
    """All files of a project serve the metadata of its first one."""

    id = "metadata-of-another-file"
    seen_by = ("metadata/name-version-match", "metadata/identical-to-dist")
    areas = ("metadata", "consistency", "clients")

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        project = self.store.project(file.project)
        first = next(iter(project.files.values())) if project else file
        return first.metadata or file.metadata


class Latin1Metadata(Defect):
    """Metadata are served in Latin-1."""

    id = "metadata-latin-1"
    seen_by = ("metadata/utf8", "metadata/digest-correct")
    areas = ("metadata", "consistency", "clients")

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        served = super().metadata_bytes(file)
        return None if served is None else served.decode().encode("latin-1", "replace")


class ReleaseWidePython(Defect):
    """Pages show one fixed Requires-Python for every file."""

    id, source = "metadata-wrong-requires-python", "https://github.com/pulp/pulp_python/issues/773"
    seen_by = ("metadata/requires-python-consistent",)
    areas = ("metadata", "simple-html", "simple-json", "consistency", "clients", "json-api")

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        return ">=3.6" if super().requires_python(upload, inside) else None


class CompressedMetadata(Defect):
    """Metadata come compressed, whatever the client asks for."""

    id = "metadata-always-gzip"
    seen_by = ("metadata/no-content-encoding-surprise",)
    areas = ("metadata", "cache", "clients")

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        reply = super().answer_metadata(request, route)
        if reply.status == 200 and "content-encoding" not in reply.headers:
            reply.body = self.encode(reply.content())
            reply.headers["content-encoding"] = "gzip"
        return reply


class CompressedWithoutLabel(Defect):
    """Metadata come compressed and are labelled as plain text."""

    id, source = "metadata-gzip-unlabelled", "https://github.com/artifact-keeper/artifact-keeper/pull/3176"
    seen_by = ("metadata/digest-correct", "metadata/identical-to-dist", "metadata/parses")
    areas = ("metadata", "consistency", "clients")

    def metadata_bytes(self, file: StoredFile) -> bytes | None:
        served = super().metadata_bytes(file)
        return None if served is None else self.encode(served)


class CapitalsMissing(Defect):
    """Metadata are looked for under the name of the wheel in lower case, and those of a wheel with capitals are not found."""

    id = "metadata-of-capitals-404"
    seen_by = ("metadata/served-at-suffix",)
    areas = ("metadata",)

    def answer_metadata(self, request: Request, route: Route) -> Reply:
        if route.names[-1] != route.names[-1].lower():
            raise self.not_found()
        return super().answer_metadata(request, route)


class LongCut(Defect):
    """Metadata of more than 64 KiB are kept, hashed and served without the rest."""

    id = "metadata-long-cut"
    seen_by = ("metadata/identical-to-dist",)
    areas = ("metadata",)

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        whole = super().sidecar(upload, inside)
        return None if whole is None else whole[: 64 * 1024]


class DeniedButThere(Defect):
    """JSON says false for metadata that are there."""

    id = "metadata-false-but-served"
    seen_by = ("metadata/false-means-absent",)
    areas = ("metadata", "simple-html", "simple-json", "consistency")

    def json_core_metadata(self, file: StoredFile) -> bool | dict[str, str]:
        return False


def egg(file: StoredFile) -> str:
    """The name of a wheel as an egg."""
    return "-".join(file.filename.split("-")[:2]) + "-py3.11.egg"


class UnixLineEnds(Defect):
    """Metadata are read and written as text, so that line ends of Windows are lost."""

    id = "metadata-line-ends"
    seen_by = ("metadata/identical-to-dist",)
    areas = ("metadata",)

    def sidecar(self, upload: Upload, inside: Inside) -> bytes | None:
        whole = super().sidecar(upload, inside)
        return None if whole is None else whole.replace(b"\r\n", b"\n")
