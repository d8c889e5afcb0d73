"""Faults in how pages point to provenance, and in what is served there."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/en/latest/specifications/index-hosted-attestations/"
PEP_740 = "https://peps.python.org/pep-0740/"


class RelativeInHtml(Defect):
    """The pointer in HTML is a path."""

    id, source = "attest-html-relative", PEP_740
    seen_by = ("attest/html-fully-qualified", "attest/html-json-agree")
    areas = ("attest", "consistency")

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        told = super().html_attributes(request, file)
        if "data-provenance" in told:
            told["data-provenance"] = "/" + told["data-provenance"].split("/", 3)[3]
        return told


class PlainHttp(Defect):
    """Pointers lead to another host over plain http."""

    id, source = "attest-plain-http", PEP_740
    seen_by = ("attest/html-secure-origin", "attest/json-url-rules", "attest/url-dereferences")
    areas = ("attest", "consistency", "security", "pypi-misc")

    def provenance_link(self, request: Request, file: StoredFile) -> str:
        return f"http://registry.invalid/integrity/{file.filename}/provenance"


class RelativeInJson(Defect):
    """The pointer in JSON is a path."""

    id, source = "attest-json-relative", PEP_740
    seen_by = ("attest/json-url-rules", "attest/html-json-agree")
    areas = ("attest", "consistency", "pypi-misc")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        if entry["provenance"]:
            entry["provenance"] = "/" + entry["provenance"].split("/", 3)[3]
        return entry


class EmbeddedProvenance(Defect):
    """JSON has the provenance object itself instead of its URL."""

    id, source = "attest-json-embedded", PEP_740
    seen_by = ("attest/json-type",)
    areas = ("attest", "simple-json", "clients", "consistency")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return {**entry, "provenance": self.provenance(file)} if file.attestations else entry


class NullInJson(Defect):
    """JSON says null for files that have a pointer in HTML."""

    id = "attest-json-null"
    seen_by = ("attest/json-null-means-none",)
    areas = ("attest", "consistency")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "provenance": None}


class PointerTo404(Defect):
    """Every file has a pointer, also those that nobody attested."""

    id = "attest-pointers-for-all"
    seen_by = ("attest/absent-when-unattested", "attest/url-dereferences")
    areas = ("attest", "consistency", "pypi-misc")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return {**super().json_file(request, file), "provenance": self.provenance_link(request, file)}


class PageAtPointer(Defect):
    """The pointer leads to a page for people."""

    id = "attest-provenance-page"
    seen_by = ("attest/provenance-json",)
    areas = ("attest", "pypi-misc", "consistency")

    def answer_provenance(self, request: Request, route: Route) -> Reply:
        super().answer_provenance(request, route)
        return self.finish(request, b"<!DOCTYPE html><title>Provenance</title>", "text/html; charset=utf-8")


class VersionText(Defect):
    """The version of the provenance is a text."""

    id, source = "attest-version-text", SPEC
    seen_by, areas = ("attest/provenance-version",), ("attest", "pypi-misc")

    def provenance(self, file: StoredFile) -> Json:
        return {**super().provenance(file), "version": "1"}


class NoBundles(Defect):
    """The provenance lists attestations without bundles."""

    id, source = "attest-no-bundles", SPEC
    seen_by = ("attest/bundles-required", "attest/superset-of-upload")
    areas = ("attest", "pypi-misc")

    def provenance(self, file: StoredFile) -> Json:
        return {"version": 1, "attestations": list(file.attestations)}


class BundleDefect(Defect):
    """What the next ones have in common: the first bundle is changed."""

    def change(self, bundle: dict[str, Any]) -> None:
        """Change the bundle."""

    def provenance(self, file: StoredFile) -> Json:
        document = copy.deepcopy(super().provenance(file))
        for bundle in document["attestation_bundles"]:
            self.change(bundle)
        return document


class PublisherName(BundleDefect):
    """The publisher of a bundle is a text."""

    id, source = "attest-publisher-text", SPEC
    seen_by, areas = ("attest/bundle-publisher",), ("attest", "pypi-misc")

    def change(self, bundle: dict[str, Any]) -> None:
        bundle["publisher"] = bundle["publisher"]["kind"]


class NoKind(BundleDefect):
    """The publisher has no kind."""

    id, source = "attest-no-kind", SPEC
    seen_by, areas = ("attest/publisher-kind",), ("attest", "pypi-misc")

    def change(self, bundle: dict[str, Any]) -> None:
        del bundle["publisher"]["kind"]


class ClaimsList(BundleDefect):
    """The claims of the publisher are a list."""

    id, source = "attest-claims-list", SPEC
    seen_by, areas = ("attest/publisher-claims",), ("attest", "pypi-misc")

    def change(self, bundle: dict[str, Any]) -> None:
        bundle["publisher"]["claims"] = list(bundle["publisher"]["claims"])


class OneAttestation(BundleDefect):
    """A bundle has one attestation instead of an array of all."""

    id, source = "attest-not-an-array", SPEC
    seen_by = ("attest/bundle-attestations", "attest/superset-of-upload")
    areas = ("attest", "pypi-misc")

    def change(self, bundle: dict[str, Any]) -> None:
        bundle["attestations"] = bundle["attestations"][0]


class OnlyOneKept(BundleDefect):
    """Of several attestations of an upload only the first is kept."""

    id, source = "attest-only-one-kept", SPEC
    seen_by, areas = ("attest/superset-of-upload",), ("attest", "pypi-misc")

    def change(self, bundle: dict[str, Any]) -> None:
        del bundle["attestations"][1:]


class AttestationDefect(BundleDefect):
    """What the next ones have in common: every attestation is changed."""

    def change(self, bundle: dict[str, Any]) -> None:
        for attestation in bundle["attestations"]:
            self.change_attestation(attestation)

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        """Change the attestation."""


class AttestationVersion(AttestationDefect):
    """Attestations have version 0.3."""

    id, source = "attest-attestation-version", SPEC
    seen_by, areas = ("attest/attestation-version",), ("attest", "pypi-misc")

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        attestation["version"] = "0.3"


class CamelCase(AttestationDefect):
    """The verification material is under a key in camel case."""

    id, source = "attest-camel-case", SPEC
    seen_by = ("attest/attestation-keys", "attest/certificate")
    areas = ("attest", "pypi-misc")

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        attestation["verificationMaterial"] = attestation.pop("verification_material")


class PemCertificate(AttestationDefect):
    """The certificate is in PEM."""

    id, source = "attest-certificate-pem", SPEC
    seen_by, areas = ("attest/certificate",), ("attest", "pypi-misc")

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        material = attestation["verification_material"]
        lines = ("-----BEGIN CERTIFICATE-----", material["certificate"], "-----END CERTIFICATE-----", "")
        material["certificate"] = "\n".join(lines)


class EntriesAsText(AttestationDefect):
    """Entries of the transparency log are texts."""

    id, source = "attest-entries-text", SPEC
    seen_by, areas = ("attest/transparency-model",), ("attest", "pypi-misc")

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        entries = attestation["verification_material"]["transparency_entries"]
        attestation["verification_material"]["transparency_entries"] = [
            json.dumps(entry) for entry in entries
        ]


class RawStatement(AttestationDefect):
    """The statement stands in the envelope as JSON, not as base64."""

    id, source = "attest-statement-raw", SPEC
    seen_by = ("attest/envelope", "attest/statement-in-toto", "attest/superset-of-upload")
    areas = ("attest", "pypi-misc")

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        statement = base64.b64decode(attestation["envelope"]["statement"])
        attestation["envelope"]["statement"] = json.loads(statement)


class StatementDefect(AttestationDefect):
    """What the next ones have in common: the statement is changed, as if it had been signed so."""

    def change_statement(self, statement: dict[str, Any]) -> None:
        """Change the statement."""

    def change_attestation(self, attestation: dict[str, Any]) -> None:
        statement = json.loads(base64.b64decode(attestation["envelope"]["statement"]))
        self.change_statement(statement)
        attestation["envelope"]["statement"] = base64.b64encode(json.dumps(statement).encode()).decode()


class RewrittenStatement(StatementDefect):
    """Statements are parsed and written anew, so that their signatures do not fit any more."""

    id = "attest-statement-rewritten"
    seen_by = ("attest/dsse-signature", "attest/superset-of-upload")
    areas = ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["_type"] = statement.pop("_type")


class StatementVersion(StatementDefect):
    """Statements are of in-toto version 0.1."""

    id, source = "attest-statement-0.1", SPEC
    seen_by = ("attest/statement-in-toto", "attest/dsse-signature")
    areas = ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["_type"] = "https://in-toto.io/Statement/v0.1"


class TwoSubjects(StatementDefect):
    """Statements speak of two subjects."""

    id, source = "attest-two-subjects", SPEC
    seen_by, areas = ("attest/single-subject",), ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["subject"] *= 2


class SubjectPath(StatementDefect):
    """The subject's name has a folder in front."""

    id, source = "attest-subject-path", SPEC
    seen_by = ("attest/subject-name-valid", "attest/subject-name-matches")
    areas = ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["subject"][0]["name"] = statement["subject"][0]["name"].rpartition("-")[0]


class Sha512Subject(StatementDefect):
    """The subject has a sha512 digest and no sha256."""

    id, source = "attest-subject-sha512", SPEC
    seen_by = ("attest/subject-sha256", "attest/subject-digest-matches")
    areas = ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["subject"][0]["digest"] = {"sha512": "00" * 64}


class OwnPredicate(StatementDefect):
    """Statements are of a type of the registry's own."""

    id, source = "attest-own-predicate", SPEC
    seen_by, areas = ("attest/predicate-types",), ("attest", "pypi-misc")

    def change_statement(self, statement: dict[str, Any]) -> None:
        statement["predicateType"] = "https://registry.example/attestations/v1"


class AttestedSdistsRefused(Defect):
    """An sdist with attestations is refused."""

    id = "attest-sdists-refused"
    seen_by, areas = ("attest/upload-field-accepted",), ("attest",)

    def check_attestations(self, upload: Upload) -> None:
        if upload.filetype == "sdist" and given(upload):
            raise Refused(400, "Attestations are for wheels.")
        super().check_attestations(upload)


class Unverified(Defect):
    """Attestations are stored as they come, nothing about them is looked at."""

    id, source = "attest-unverified", PEP_740
    seen_by = (
        *("attest/upload-json-array", "attest/upload-non-empty", "attest/upload-reject-unverifiable"),
        *("attest/upload-reject-wrong-digest", "attest/upload-reject-wrong-name"),
        "attest/upload-reject-version",
    )
    areas = ("attest", "security")

    def check_attestations(self, upload: Upload) -> None:
        for text in given(upload):
            told = json.loads(text)
            listed = told if isinstance(told, list) else []
            upload.attestations = tuple(item for item in listed if isinstance(item, dict))


def given(upload: Upload) -> list[str]:
    """The attestations field of an upload, as it came."""
    return [value for name, value in upload.form.fields if name == "attestations"]


class Forgotten(Defect):
    """Files no longer point to their provenance once another file of their project has come."""

    id = "attest-forgotten-with-next-file"
    seen_by = ("attest/superset-of-upload",)
    areas = ("attest", "consistency")

    def json_file(self, request: Request, file: StoredFile) -> Json:
        return super().json_file(request, self.as_kept(file))

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        return super().html_attributes(request, self.as_kept(file))

    def as_kept(self, file: StoredFile) -> StoredFile:
        """The file without what belonged to it, unless it is the newest one."""
        project = self.store.project(file.project)
        newer = project is not None and any(f.uploaded > file.uploaded for f in project.files.values())
        return replace(file, attestations=()) if newer else file


class SdistsUnattested(Defect):
    """Attestations that come with source distributions are taken and not shown."""

    id = "attest-sdists-dropped"
    seen_by = ("attest/superset-of-upload",)
    areas = ("attest", "consistency")

    def stored_file(self, upload: Upload) -> StoredFile:
        file = super().stored_file(upload)
        return replace(file, attestations=()) if file.filetype == "sdist" else file
