"""Legal oddities of attestations."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation
from reference_registry.uploads import Upload

SPEC = "https://packaging.python.org/specifications/index-hosted-attestations/"


class JsonOnly(Variation):
    """Only JSON points to provenance, and only where there is some."""

    id, source = "attest-json-only", SPEC

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        return {name: value for name, value in told.items() if name != "data-provenance"}

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {key: value for key, value in entry.items() if key != "provenance" or value}


class HtmlOnly(Variation):
    """Only HTML points to provenance."""

    id, source = "attest-html-only", SPEC

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {key: value for key, value in entry.items() if key != "provenance"}


class NullClaims(Variation):
    """Publishers have null for claims and keys of their own."""

    id, source = "attest-null-claims", SPEC

    def provenance(self, file: StoredFile) -> Json:
        document = super().provenance(file)
        for bundle in document["attestation_bundles"]:
            bundle["publisher"] = {**bundle["publisher"], "claims": None, "vendor": {"id": 1}}
        return document


class OneBundleEach(Variation):
    """Each attestation has a bundle of its own."""

    id, source = "attest-one-bundle-each", SPEC

    def provenance(self, file: StoredFile) -> Json:
        document = super().provenance(file)
        (bundle,) = document["attestation_bundles"]
        split = [{**bundle, "attestations": [attestation]} for attestation in bundle["attestations"]]
        return {**document, "attestation_bundles": split}


class Ignored(Variation):
    """Attestations in an upload are ignored."""

    id, source = "attest-ignored", SPEC

    def check_attestations(self, upload: Upload) -> None:
        return


class NotTaken(Variation):
    """An upload with attestations is refused: the registry does not know them."""

    id, source = "attest-refused", SPEC

    def check_attestations(self, upload: Upload) -> None:
        if any(name == "attestations" for name, _ in upload.form.fields):
            raise Refused(400, "attestations: unknown field.")
