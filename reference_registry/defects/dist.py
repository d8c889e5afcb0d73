"""Faults in the names under which distributions are listed."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from reference_registry.errors import Refused
from reference_registry.model import Project, StoredFile
from reference_registry.reply import Reply
from reference_registry.switches import Defect

WHEEL_SPEC = "https://packaging.python.org/en/latest/specifications/binary-distribution-format/"
TAG_SPEC = "https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/"
SDIST_SPEC = "https://packaging.python.org/en/latest/specifications/source-distribution-format/"
# A page with a file too many disturbs whatever counts files or compares names.
TOUCHED = (
    *(
        "dist",
        "simple-json",
        "simple-html",
        "consistency",
        "names",
        "versions",
        "p700",
        "pypi-json",
        "clients",
    ),
    *("metadata", "hashes", "yank", "upload-legacy", "retry", "attest", "pypi-misc", "status"),
)


class Alias(Defect):
    """Base: some files are listed a second time, under a name that the registry made."""

    areas = TOUCHED

    def alias(self, name: str) -> str:
        """The other name of a file; the same name when it has none."""
        return name

    def listed_files(self, project: Project) -> list[StoredFile]:
        files = super().listed_files(project)
        made = [replace(file, filename=self.alias(file.filename)) for file in files]
        known = {file.filename for file in files}
        return [*files, *(file for file in made if file.filename not in known)]

    def find_file(self, project: str, digest: str, filename: str) -> StoredFile:
        try:
            return super().find_file(project, digest, filename)
        except Refused:
            found = self.store.project(project)
            for file in found.files.values() if found else ():
                if self.alias(file.filename) == filename:
                    return super().find_file(project, digest, file.filename)
            raise


class WheelAlias(Alias):
    """Base: the same for wheels, part by part."""

    def alias(self, name: str) -> str:
        if not name.endswith(".whl"):
            return name
        return "-".join(self.parts(name.removesuffix(".whl").split("-"))) + ".whl"

    def parts(self, parts: list[str]) -> list[str]:
        """The parts of the other name."""
        return parts


class SixParts(WheelAlias):
    """A wheel is also listed under its name with the packager's initials behind it."""

    id, source = "dist-wheel-many-parts", f"{WHEEL_SPEC}#file-name-convention"
    seen_by = ("dist/wheel-filename-parts",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts, "repacked", "1"]


class HyphenName(WheelAlias):
    """Wheels are also listed under the normalized project name with its hyphens."""

    id, source = "dist-wheel-hyphen-name", "https://github.com/astral-sh/uv/issues/18049"
    seen_by = ("dist/wheel-distribution-normalized", "dist/wheel-filename-parts")

    def parts(self, parts: list[str]) -> list[str]:
        return [parts[0].replace("_", "-"), *parts[1:]]


class LongVersion(WheelAlias):
    """Wheels are also listed with a v in front of their version."""

    id = "dist-wheel-version-spelling"
    seen_by = ("dist/wheel-version-normalized",)

    def parts(self, parts: list[str]) -> list[str]:
        return [parts[0], f"v{parts[1]}", *parts[2:]]


class LetterBuild(WheelAlias):
    """Wheels are also listed with a build tag that begins with a letter."""

    id = "dist-wheel-build-letter"
    seen_by = ("dist/wheel-build-tag-digit",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts[:2], "b1", *parts[-3:]]


class SpacedTags(WheelAlias):
    """Wheels are also listed with a tag that has an empty value in its set."""

    id = "dist-wheel-empty-tag"
    seen_by = ("dist/wheel-tag-format",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts[:-1], f"{parts[-1]}."]


class ReversedTags(WheelAlias):
    """The values of compressed tags are listed in the wrong order."""

    id, source = "dist-wheel-tag-order", f"{TAG_SPEC}#compressed-tag-sets"
    seen_by = ("dist/wheel-compressed-sorted",)

    def parts(self, parts: list[str]) -> list[str]:
        return [
            ".".join(sorted(part.split("."), reverse=True)) if "." in part and n > 1 else part
            for n, part in enumerate(parts)
        ]


class ShortMac(WheelAlias):
    """macOS wheels are also listed without the minor number of their system."""

    id, source = "dist-wheel-macos-short", f"{TAG_SPEC}#macos"
    seen_by = ("dist/wheel-macos-tag",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts[:-1], parts[-1].replace("macosx_11_0_", "macosx_11_")]


class PlainManylinux(WheelAlias):
    """Linux wheels are also listed with manylinux alone as the platform."""

    id, source = "dist-wheel-manylinux-bare", f"{TAG_SPEC}#manylinux"
    seen_by = ("dist/wheel-manylinux-musllinux-tag",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts[:-1], "manylinux_x86_64"] if "manylinux" in parts[-1] else parts


class PlainAndroid(WheelAlias):
    """Android wheels are also listed without their API level."""

    id, source = "dist-wheel-android-bare", f"{TAG_SPEC}#android"
    seen_by = ("dist/wheel-android-ios-tag",)

    def parts(self, parts: list[str]) -> list[str]:
        return [*parts[:-1], parts[-1].replace("android_21_", "android_")]


class SdistAsUploadedName(Alias):
    """Sdists are also listed with hyphens in the name, as before PEP 625."""

    id, source = "dist-sdist-hyphen-name", "https://peps.python.org/pep-0625/"
    seen_by = ("dist/sdist-filename",)

    def alias(self, name: str) -> str:
        return name.replace("_", "-") if name.endswith(".tar.gz") else name


class OldNamesHidden(Defect):
    """A wheel whose name has capitals or dots is taken and then not listed."""

    id, source = "dist-old-names-hidden", f"{WHEEL_SPEC}#escaping-and-unicode"
    seen_by = ("dist/wheel-old-names-accepted",)
    areas = ("dist", "names", "upload-legacy", "retry", "clients")

    def listed_files(self, project: Project) -> list[StoredFile]:
        return [file for file in super().listed_files(project) if not self.is_old(file)]

    def is_old(self, file: StoredFile) -> bool:
        """Whether the name part is not normalized."""
        part = file.filename.partition("-")[0]
        return file.filename.endswith(".whl") and (part != part.lower() or "." in part)


class OtherTypesLost(Defect):
    """A file that is listed under a name with capitals is answered with 404."""

    id = "dist-old-names-not-served"
    seen_by = ("dist/wheel-old-names-accepted",)
    areas = ("dist", "names", "upload-legacy", "retry", "clients")

    def whole_file(self, request: Request, file: StoredFile) -> Reply:
        if file.filename != file.filename.lower() and file.filename.endswith(".whl"):
            raise self.not_found()
        return super().whole_file(request, file)
