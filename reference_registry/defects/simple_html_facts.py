"""Faults in what the attributes of HTML pages tell of files: their Python versions and signatures, and how values are escaped."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from starlette.requests import Request

from reference_registry.defects.simple_html import WIDE
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.urls import Route


class NotEscaped(Defect):
    """Attribute values are not escaped."""

    id, source = "html-not-escaped", "https://github.com/stevearc/pypicloud/issues/280"
    seen_by = ("simple-html/attribute-escaping", "simple-html/requires-python-lt-gt-encoded")
    areas = (*WIDE, "upload-meta")

    def html_value(self, value: str) -> str:
        return value

    def html_status(self, project: Project) -> list[str]:
        return [line.replace("&lt;", "<").replace("&gt;", ">") for line in super().html_status(project)]


class EscapedTwice(Defect):
    """Attribute values are escaped twice."""

    id, source = (
        "html-escaped-twice",
        "https://github.com/renovatebot/renovate/blob/main/lib/modules/datasource/pypi/index.ts",
    )
    seen_by = ("simple-html/attribute-escaping", "simple-html/requires-python-value")
    areas = (*WIDE, "upload-meta", "clients")

    def html_value(self, value: str) -> str:
        return super().html_value(super().html_value(value))


class RawAngleBrackets(Defect):
    """Angle brackets in the Python versions are written as they are, between quotes."""

    id = "html-raw-angle-brackets"
    source = "https://packaging.python.org/en/latest/specifications/simple-repository-api/"
    seen_by = ("simple-html/requires-python-lt-gt-encoded",)
    areas = ("simple-html", "clients", "security", "yank", "status")

    def html_value(self, value: str) -> str:
        return escape(value).replace("&lt;", "<").replace("&gt;", ">")


class PythonOfProject(Defect):
    """All files are shown with the Python versions of the first upload of their project."""

    id = "html-requires-python-of-first"
    seen_by = ("simple-html/requires-python-value", "simple-json/requires-python-value")
    areas = (
        "simple-html",
        "simple-json",
        "consistency",
        "clients",
        "upload-meta",
        "versions",
        "p700",
        "metadata",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        first = next(iter(project.files.values()), None)
        return [
            replace(f, requires_python=first.requires_python if first else None)
            for f in super().listed_files(project)
        ]


class ConstantPython(Defect):
    """Files that ask for no Python are shown with >=2.7."""

    id = "html-requires-python-invented"
    seen_by = ("simple-html/requires-python-value", "simple-json/requires-python-value")
    areas = (
        "simple-html",
        "simple-json",
        "consistency",
        "clients",
        "upload-meta",
        "upload-legacy",
        "metadata",
    )

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(f, requires_python=f.requires_python or ">=2.7") for f in super().listed_files(project)
        ]


class SignaturesClaimed(Defect):
    """Every wheel is said to have a signature."""

    id = "html-gpg-sig-claimed"
    seen_by = ("simple-html/gpg-sig-attr-truth", "simple-json/gpg-sig-truth")
    areas = ("simple-html", "simple-json")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [
            replace(f, signature=b"claimed") if f.filetype == "bdist_wheel" else f
            for f in super().listed_files(project)
        ]


class SignaturesElsewhere(Defect):
    """Signatures are not at the file's URL with .asc, but with .sig."""

    id = "html-gpg-sig-elsewhere"
    seen_by = ("simple-html/gpg-sig-location",)
    areas = ("simple-html", "simple-json", "upload", "upload-legacy")

    def answer_signature(self, request: Request, route: Route) -> Reply:
        raise self.not_found()


class SignatureForSome(Defect):
    """Only files with a signature have the attribute, and it says yes."""

    id = "html-gpg-sig-odd"
    seen_by = ("simple-html/gpg-sig-attr", "simple-html/gpg-sig-attr-on-all")
    areas = ("simple-html",)

    def html_attributes(self, request: Request, file: StoredFile) -> dict[str, str]:
        attributes = super().html_attributes(request, file)
        del attributes["data-gpg-sig"]
        return {**attributes, "data-gpg-sig": "yes"} if file.filetype == "sdist" else attributes
