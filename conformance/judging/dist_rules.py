"""The rules for file names and contents of distributions, each a function that says what is wrong ("" when nothing is)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable

from packaging.utils import canonicalize_name

from conformance.judging.dist_archives import Archive, as_version, same_release, wheel_name

NameRule = Callable[[str, str], str]  # file name, project name
ContentRule = Callable[[Archive], str | None]  # None: the rule does not speak about this file

MACOS = re.compile(r"macosx_(10_\d+|(1[1-9]|[2-9]\d)_0)_[a-z0-9_]+")
LINUX = re.compile(r"(manylinux_\d+_\d+|manylinux(1|2010|2014)|musllinux_\d+_\d+)_[a-z0-9_]+")
ANDROID = re.compile(r"android_\d+_(arm64_v8a|armeabi_v7a|x86|x86_64)")
IOS = re.compile(r"ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)")
STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b"})
UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")


def escaped(project: str) -> str:
    """A project name as it stands in file names (Binary distribution format, Escaping and Unicode)."""
    return canonicalize_name(project).replace("-", "_")


# names of wheels ----------------------------------------------------------------------------------------------


def has_parts(filename: str, project: str) -> str:
    """Five parts, or six with a build tag."""
    parts = filename.removesuffix(".whl").split("-")
    count = "" if len(parts) in (5, 6) else f"{len(parts)} parts between hyphens"
    return count or ("" if all(parts) else "an empty part")


def has_normalized_name(filename: str, project: str) -> str:
    """The name part is normalized, with underscores."""
    return (
        "" if filename.startswith(f"{escaped(project)}-") else f"it does not begin with {escaped(project)}-"
    )


def has_normalized_version(filename: str, project: str) -> str:
    """The version part is a version in its normalized spelling."""
    found = wheel_name(filename)
    version = as_version(found.version) if found else None
    if found is None or version is None:
        return "" if found is None else f"{found.version} is not a version"
    return "" if str(version) == found.version else f"{found.version} where {version} is normal"


def has_build_digit(filename: str, project: str) -> str:
    """The build tag begins with a digit."""
    found = wheel_name(filename)
    bad = found is not None and found.build and not found.build[0].isdigit()
    return f"the build tag {found.build}" if bad and found else ""


def has_plain_tags(filename: str, project: str) -> str:
    """Three tags of letters, digits and underscores, sets joined by dots."""
    found = wheel_name(filename)
    if found is None:
        return ""
    values = [value for tag in (found.python, found.abi, found.platform) for value in tag.split(".")]
    bad = [value for value in values if not re.fullmatch(r"\w+", value)]
    return f"the tag {bad[0]!r}" if bad else ""


def has_sorted_tags(filename: str, project: str) -> str:
    """Tags that join several values have them in order."""
    found = wheel_name(filename)
    tags = (found.python, found.abi, found.platform) if found else ()
    return next((f"the tag {tag}" for tag in tags if tag.split(".") != sorted(tag.split("."))), "")


def platform_rule(starts: tuple[str, ...], pattern: re.Pattern[str]) -> NameRule:
    """Platform tags that begin so have this form."""

    def rule(filename: str, project: str) -> str:
        found = wheel_name(filename)
        platforms = found.platform.split(".") if found else []
        concerned = [platform for platform in platforms if platform.startswith(starts)]
        return next((f"the tag {tag}" for tag in concerned if not pattern.fullmatch(tag)), "")

    return rule


# what is inside a wheel ---------------------------------------------------------------------------------------


def wheel_minimum(wheel: Archive) -> str | None:
    """One .dist-info directory with METADATA, WHEEL and RECORD."""
    if wheel.problem:
        return wheel.problem
    if not wheel.folder:
        return f"{len(wheel.folders)} .dist-info directories"
    missing = [name for name in ("METADATA", "WHEEL", "RECORD") if wheel.inside(name) is None]
    return f"no {missing[0]} in {wheel.folder}" if missing else ""


def wheel_folder(wheel: Archive) -> str | None:
    """The directory bears the normalized name and version."""
    found = wheel_name(wheel.filename)
    if found is None or not wheel.folder:
        return None
    version = as_version(found.version)
    wanted = f"{escaped(found.distribution)}-{found.version if version is None else version}.dist-info"
    return "" if wheel.folder == wanted else f"{wheel.folder} where {wanted} is normal"


def wheel_metadata_version(wheel: Archive) -> str | None:
    """METADATA is of version 1.1 or later."""
    if wheel.metadata is None:
        return None
    return "" if wheel.metadata_version >= (1, 1) else f"Metadata-Version: {wheel.value('metadata-version')}"


def wheel_same_release(wheel: Archive) -> str | None:
    """METADATA speaks of the project and version of the file name."""
    found = wheel_name(wheel.filename)
    if found is None or wheel.metadata is None:
        return None
    same = same_release(wheel, found.distribution, found.version)
    return "" if same else f"METADATA of {wheel.value('name')!r} {wheel.value('version')!r}"


def wheel_file(wheel: Archive) -> str | None:
    """WHEEL has Wheel-Version 1.x, Root-Is-Purelib and tags."""
    if wheel.wheel is None:
        return None
    version = next(iter(wheel.wheel.get("wheel-version", ())), "")
    if not re.fullmatch(r"1\.\d+", version):
        return f"Wheel-Version: {version or 'is missing'}"
    missing = [name for name in ("root-is-purelib", "tag") if not wheel.wheel.get(name)]
    return f"no {missing[0].title()} in WHEEL" if missing else ""


def wheel_tags(wheel: Archive) -> str | None:
    """The tags and the build number inside are those of the file name."""
    found = wheel_name(wheel.filename)
    if found is None or wheel.wheel is None:
        return None
    inner, build = frozenset(wheel.wheel.get("tag", ())), "".join(wheel.wheel.get("build", ()))
    if inner != found.tags:
        return f"WHEEL has the tags {', '.join(sorted(inner)) or 'none'}"
    return (
        ""
        if build in ("", found.build) and bool(build) == bool(found.build)
        else f"WHEEL has Build: {build or 'none'}"
    )


def wheel_record(wheel: Archive) -> str | None:
    """RECORD lists all files with a right, strong hash."""
    if wheel.record is None:
        return None
    exempt = {f"{wheel.folder}/{name}" for name in UNHASHED}
    for path, data in wheel.members.items():
        if path in exempt:
            continue
        if path not in wheel.record:
            return f"{path} is not in RECORD"
        name, _, digest = wheel.record[path][0].partition("=")
        if name not in STRONG:
            return f"{path} has the hash {name or 'none'} in RECORD"
        made = base64.urlsafe_b64encode(hashlib.new(name, data).digest()).rstrip(b"=").decode()
        if made != digest.rstrip("="):
            return f"the hash of {path} in RECORD is not that of the file"
    return ""


def without(*names: str) -> ContentRule:
    """These files are not in the .dist-info directory."""

    def rule(wheel: Archive) -> str | None:
        if not wheel.folder:
            return None
        return next((f"{name} is there" for name in names if wheel.inside(name) is not None), "")

    return rule


def wheel_licenses(wheel: Archive) -> str | None:
    """With metadata 2.4, licence files lie under licenses/."""
    named = (wheel.metadata or {}).get("license-file", [])
    if wheel.metadata_version < (2, 4) or not named:
        return None
    missing = [path for path in named if wheel.inside(f"licenses/{path}") is None]
    return f"{missing[0]} is not under {wheel.folder}/licenses/" if missing else ""


def wheel_sboms(wheel: Archive) -> str | None:
    """What lies under sboms/ is JSON, XML or the tag-value form of SPDX."""
    found = {
        p: d for p, d in wheel.members.items() if wheel.folder and p.startswith(f"{wheel.folder}/sboms/")
    }
    if not found:
        return None
    return next(
        (f"{path} is none of JSON, XML and SPDX" for path, data in found.items() if not _is_sbom(data)), ""
    )


def _is_sbom(data: bytes) -> bool:
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"SPDXVersion:")):
        return True
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def readable_names(archive: Archive) -> str | None:
    """Member names are UTF-8."""
    return None if archive.problem else f"the member {archive.odd[0]!r}" if archive.odd else ""


# sdists -------------------------------------------------------------------------------------------------------


def sdist_name(filename: str, project: str) -> str:
    """NAME-VERSION.tar.gz, both normalized (PEP 625)."""
    stem = filename.removesuffix(".tar.gz")
    start = f"{escaped(project)}-"
    if stem == filename or not stem.startswith(start):
        return f"it is not {start}VERSION.tar.gz"
    version = as_version(stem.removeprefix(start))
    return (
        ""
        if version is not None and str(version) == stem.removeprefix(start)
        else "its version is not normalized"
    )


def sdist_opens(sdist: Archive) -> str | None:
    """It is a tar file inside gzip."""
    return sdist.problem


def sdist_top(sdist: Archive) -> str | None:
    """One directory, called after name and version."""
    if sdist.problem or not sdist.members:
        return None
    if not sdist.top or f"{sdist.top}" in sdist.members:
        return f"{len(sdist.tops)} entries at the top: {', '.join(sorted(sdist.tops))}"
    name, _, version = sdist.top.rpartition("-")
    if sdist.metadata is None or same_release(sdist, name, version):
        return ""
    return f"the directory {sdist.top} for {sdist.value('name')} {sdist.value('version')}"


def sdist_same_release(sdist: Archive) -> str | None:
    """PKG-INFO speaks of the project and version of the file name."""
    name, _, version = sdist.filename.removesuffix(".tar.gz").rpartition("-")
    if sdist.metadata is None:
        return None
    same = same_release(sdist, name, version)
    return "" if same else f"PKG-INFO of {sdist.value('name')!r} {sdist.value('version')!r}"


def sdist_files(sdist: Archive) -> str | None:
    """PKG-INFO and pyproject.toml are there."""
    if not sdist.top:
        return None
    missing = [name for name in ("PKG-INFO", "pyproject.toml") if sdist.inside(name) is None]
    return f"no {missing[0]} in {sdist.top}" if missing else ""


def sdist_metadata_version(sdist: Archive) -> str | None:
    """PKG-INFO is of version 2.2 or later."""
    if sdist.metadata is None:
        return None
    return "" if sdist.metadata_version >= (2, 2) else f"Metadata-Version: {sdist.value('metadata-version')}"


def sdist_licenses(sdist: Archive) -> str | None:
    """With metadata 2.4, licence files are there."""
    named = (sdist.metadata or {}).get("license-file", [])
    if sdist.metadata_version < (2, 4) or not named:
        return None
    missing = [path for path in named if sdist.inside(path) is None]
    return f"{missing[0]} is not in {sdist.top}" if missing else ""


def sdist_safe(sdist: Archive) -> str | None:
    """No member leads out."""
    return None if sdist.problem else (sdist.odd[0] if sdist.odd else "")
