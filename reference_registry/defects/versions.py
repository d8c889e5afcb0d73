"""Faults in how versions are read, listed and ordered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from packaging.version import InvalidVersion, Version
from starlette.requests import Request

from reference_registry.archives import Inside
from reference_registry.errors import Refused
from reference_registry.model import Project, Release, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect
from reference_registry.uploads import Upload
from reference_registry.urls import Route

SPEC = "https://packaging.python.org/en/latest/specifications/version-specifiers/"
LEGACY = "upload-legacy/"
ROOM = 50
PAGES = (
    *(
        "versions",
        "p700",
        "simple-json",
        "simple-html",
        "upload-legacy",
        "upload-meta",
        "pypi-json",
        "consistency",
    ),
    *("names", "hashes", "metadata", "dist", "clients", "cache", "yank", "attest", "redirect", "security"),
)


class Respelled(Defect):
    """Base of faults that change the version of a form before it is read."""

    def respelled(self, text: str) -> str:
        """What is made of a version."""
        return text

    def take(self, upload: Upload) -> Reply:
        given = upload.form.one("version") or ""
        made = self.respelled(given)
        if made != given:
            fields = tuple((k, made if k == "version" else v) for k, v in upload.form.fields)
            upload.form = replace(upload.form, fields=fields)
            self.note_spelling(upload, given)
        return super().take(upload)

    def note_spelling(self, upload: Upload, given: str) -> None:
        """Remember what was given."""

    def changed(self, upload: Upload) -> bool:
        """Whether the file name says another version than the form by now."""
        return f"-{upload.version}-" not in upload.content.filename


class Mangled(Respelled):
    """A version that is not valid is made into one that is, and published under it."""

    id = "versions-mangled"
    source = "https://github.com/artifact-keeper/artifact-keeper/blob/main/CHANGELOG.md"
    seen_by = ("versions/scheme",)
    areas = PAGES

    def respelled(self, text: str) -> str:
        try:
            Version(text)
        except InvalidVersion:
            return re.sub(r"\.{2,}", ".", text).replace("-", "+").removesuffix(".x")
        return text

    def wheel_agrees(self, upload: Upload) -> bool:
        return self.changed(upload) or super().wheel_agrees(upload)

    def inspect(self, upload: Upload) -> None:
        if self.changed(upload):
            upload.inside = Inside(b"Metadata-Version: 2.1\n", frozenset(), "")
        else:
            super().inspect(upload)


class HyphenIsPost(Mangled):
    """A version that ends in a hyphen is taken for a post-release."""

    id, source = "versions-hyphen-is-post", f"{SPEC}#implicit-post-releases"
    seen_by = ("versions/implicit-post-invalid-dash",)
    areas = PAGES

    def respelled(self, text: str) -> str:
        return f"{text}post0".replace("-", ".") if text.endswith("-") else text


class LocalMarked(Defect):
    """Local parts of versions are listed with an empty first segment."""

    id, source = "versions-local-empty-segment", f"{SPEC}#local-version-identifiers"
    seen_by = ("versions/local-syntax", "versions/scheme")
    areas = PAGES

    def listed_versions(self, project: Project) -> list[str]:
        return [version.replace("+", "+.") for version in super().listed_versions(project)]


class SpellingsListed(Respelled):
    """Versions are listed as each upload spelled them."""

    id, source = "versions-listed-as-spelled", f"{SPEC}#normalization"
    seen_by = ("versions/unique", "versions/c-and-rc", "versions/c-equals-rc")
    areas = PAGES

    def take(self, upload: Upload) -> Reply:
        reply = super().take(upload)
        known = self.memory.setdefault(upload.project, {})
        known.setdefault(upload.form.one("version"), upload.version)
        return reply

    def listed_versions(self, project: Project) -> list[str]:
        spelled: dict[str, str] = self.memory.get(project.name, {})
        return list(spelled) or super().listed_versions(project)


class SpellingReplaces(Defect):
    """A wheel of a version that is published in another spelling takes the place of the wheel that is there."""

    id = "versions-spelling-replaces"
    seen_by = ("versions/equal-keeps-files",)
    areas = ("versions",)

    def publish(self, upload: Upload) -> Reply:
        reply = super().publish(upload)
        name = upload.content.filename
        project = self.store.project(upload.project)
        files = project.files.values() if project else ()
        same = (f for f in files if Version(f.version) == Version(upload.version))
        tags = name.split("-")[2:]
        older = {f.filename for f in same if f.filename.split("-")[2:] == tags != []} - {name}
        if older:
            self.store.delete_files(upload.project, older)
        return reply


class SpaceKept(Respelled):
    """Space around a version is kept in the list of versions."""

    id, source = "versions-space-kept", f"{SPEC}#leading-and-trailing-whitespace"
    seen_by = ("versions/no-whitespace",)
    areas = PAGES

    def respelled(self, text: str) -> str:
        return text.strip()

    def note_spelling(self, upload: Upload, given: str) -> None:
        self.memory[upload.project] = given

    def listed_versions(self, project: Project) -> list[str]:
        spaced = self.memory.get(project.name)
        return [spaced] if spaced else super().listed_versions(project)


class SpellingsLost(Defect):
    """A file whose metadata spell the version in another way than the normal one is accepted and dropped."""

    id, source = "versions-other-spelling-lost", f"{SPEC}#normalization"
    seen_by = ("versions/normal-forms-recognised",)
    areas = PAGES

    def publish(self, upload: Upload) -> Reply:
        if upload.form.one("version") != upload.version:
            return self.accepted(upload)
        return super().publish(upload)


class LocalsHidden(Defect):
    """Wheels of local versions are accepted and never shown: `1.0_local` in the file name is not taken for `1.0+local`."""

    id, source = "versions-local-hidden", "https://github.com/devpi/devpi/issues/743"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = PAGES

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if not Version(file.version).local]


class PreReleasesHidden(Defect):
    """Pre-releases are accepted and left out of pages."""

    id = "versions-pre-releases-hidden"
    seen_by = (f"{LEGACY}appears-in-simple",)
    areas = PAGES

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if not Version(file.version).is_prerelease]


class DevRefused(Defect):
    """Development releases are refused as no versions."""

    id = "versions-dev-refused"
    seen_by = (f"{LEGACY}auto-create-release",)
    areas = PAGES

    def check_filename_agrees(self, upload: Upload) -> None:
        super().check_filename_agrees(upload)
        if Version(upload.version).is_devrelease:
            raise self.not_found()


class PlusIsSpace(Defect):
    """A raw `+` in a path is taken for a space, and links have raw ones."""

    id, source = "versions-plus-is-space", "https://github.com/ROCm/TheRock/pull/777"
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = PAGES

    def file_path(self, file: StoredFile) -> str:
        return super().file_path(file).replace("%2B", "+")

    def segments(self, request: Request) -> list[str]:
        raw: bytes = request.scope.get("raw_path") or b""
        found = super().segments(request)
        return [part.replace("+", " ") for part in found] if b"+" in raw and b"/files/" in raw else found


class EncodedMarksUnknown(Defect):
    """A percent-encoded `!` or `+` in the URL of a file is not decoded."""

    id, source = (
        "versions-encoded-marks-404",
        "https://github.com/pypa/pip/blob/main/src/pip/_internal/models/link.py",
    )
    seen_by = (f"{LEGACY}bytes-unchanged",)
    areas = PAGES

    def file_path(self, file: StoredFile) -> str:
        return super().file_path(file).replace("%2B", "+").replace("%21", "!")

    def route(self, request: Request) -> Route:
        raw: bytes = request.scope.get("raw_path") or b""
        if b"/files/" in raw and re.search(rb"%2B|%21", raw):
            raise self.not_found()
        return super().route(request)


class SpecifierMistyped(Defect):
    """`>=` in Requires-Python is shown as `=>`."""

    id = "versions-requires-python-mistyped"
    seen_by = ("versions/requires-python-specifier",)
    areas = PAGES

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        value = super().requires_python(upload, inside)
        return value.replace(">=", "=>") if value else value


class SpecifierComma(Defect):
    """Requires-Python is shown with a comma at its end."""

    id, source = "versions-requires-python-comma", "https://github.com/astral-sh/uv/pull/1507"
    seen_by = ("versions/requires-python-specifier",)
    areas = PAGES

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        value = super().requires_python(upload, inside)
        return f"{value}," if value else value


# -- which release is the latest --------------------------------------------------------------------------------------

LATEST = ("versions", "pypi-json", "clients", "consistency", "upload-legacy", "upload-meta")


class WrongLatest(Defect):
    """Base of faults in choosing the latest release; `rank` orders them."""

    def rank(self, version: Version) -> Any:
        """What the highest is taken of."""
        return version

    def latest_release(self, project: Project) -> Release:
        return max(project.releases.values(), key=lambda release: self.rank(Version(release.version)))


def final_first(rank: Callable[[Version], Any], version: Version) -> tuple[bool, Any]:
    """Final releases before pre-releases, then another order."""
    return not version.is_prerelease, rank(version)


class OrderedAsText(WrongLatest):
    """Releases are ordered as text."""

    id, source = "versions-ordered-as-text", f"{SPEC}#final-releases"
    seen_by = ("versions/ordering-numeric", "versions/ordering-local")
    areas = LATEST

    def rank(self, version: Version) -> Any:
        return final_first(str, version)


class OrderedAsSemver(WrongLatest):
    """Suffixes of releases are ordered by the alphabet, as semantic versioning does."""

    id, source = "versions-suffixes-as-text", f"{SPEC}#summary-of-permitted-suffixes-and-relative-ordering"
    seen_by = ("versions/ordering-suffixes",)
    areas = LATEST

    def rank(self, version: Version) -> Any:
        suffix = str(version).removeprefix(version.base_version).lstrip(".")
        return not version.is_prerelease, version.epoch, version.release, suffix


class EpochIgnored(WrongLatest):
    """The epoch of a version is left out when releases are ordered."""

    id, source = "versions-epoch-ignored", f"{SPEC}#version-epochs"
    seen_by = ("versions/epoch",)
    areas = LATEST

    def rank(self, version: Version) -> Any:
        return not version.is_prerelease, Version(str(version).partition("!")[2] or str(version))


class PreReleaseIsLatest(WrongLatest):
    """The latest release is the highest version, be it a pre-release."""

    id, source = "versions-pre-release-latest", f"{SPEC}#handling-of-pre-releases"
    seen_by = ("versions/prerelease-not-latest", "versions/dev-is-prerelease")
    areas = LATEST


class PostIsNoFinal(WrongLatest):
    """Post-releases are never the latest while there is another final release."""

    id, source = "versions-post-passed-over", f"{SPEC}#post-releases"
    seen_by = ("versions/post-is-normal",)
    areas = LATEST

    def rank(self, version: Version) -> Any:
        return not version.is_prerelease and not version.is_postrelease, not version.is_prerelease, version


class OldestPreRelease(WrongLatest):
    """Of pre-releases alone the oldest is called the latest."""

    id, source = "versions-oldest-pre-release", f"{SPEC}#handling-of-pre-releases"
    seen_by = ("versions/only-prerelease",)
    areas = LATEST

    def latest_release(self, project: Project) -> Release:
        if all(Version(version).is_prerelease for version in project.releases):
            return min(project.releases.values(), key=lambda release: Version(release.version))
        return super().latest_release(project)


class SpecifierCut(Defect):
    """Requires-Python has room for fifty characters; the clauses behind them are lost."""

    id = "versions-requires-python-cut"
    seen_by = (
        *("simple-html/requires-python-value", "simple-json/requires-python-value"),
        "consistency/requires-python-of-file",
    )
    areas = (
        "simple-html",
        "simple-json",
        "consistency",
        "metadata",
        "versions",
        "clients",
        "pypi-json",
        "hashes",
    )

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        told = super().requires_python(upload, inside)
        return told and (told if len(told) <= ROOM else told[:ROOM].rpartition(",")[0])


class SpecifierTooLong(Defect):
    """An upload whose Requires-Python has more than fifty characters is a server error: its column is too short."""

    id = "versions-requires-python-500"
    seen_by = ("upload-legacy/error-4xx-not-5xx",)
    areas = ("upload-legacy", "versions", "clients", "octopus")

    def requires_python(self, upload: Upload, inside: Inside) -> str | None:
        told = super().requires_python(upload, inside)
        if told and len(told) > ROOM:
            raise Refused(500, "value too long for type character varying(50)")
        return told


class NumbersOf32Bits(WrongLatest):
    """A number of a version is kept in 32 bits when releases are ordered, so one that is a date and time becomes negative."""

    id, source = "versions-numbers-32-bits", f"{SPEC}#final-releases"
    seen_by = ("versions/ordering-numeric",)
    areas = LATEST

    def rank(self, version: Version) -> Any:
        kept = tuple((number + 2**31) % 2**32 - 2**31 for number in version.release)
        return not version.is_prerelease, version.epoch, kept, version


class LargeNumbersRefused(Defect):
    """A version with a number of more than 32 bits ends in a server error."""

    id, source = "versions-numbers-32-bits-500", f"{SPEC}#final-releases"
    seen_by = (f"{LEGACY}auto-create-release",)
    areas = PAGES

    def check_field_use(self, upload: Upload) -> None:
        try:
            version = Version(upload.form.one("version") or "")
        except InvalidVersion:
            version = Version("0")
        if any(number >= 2**31 for number in version.release):
            raise Refused(500, "Value was either too large or too small for an Int32.")
        super().check_field_use(upload)
