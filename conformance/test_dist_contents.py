"""What is inside wheels and sdists.

A distribution is its maker's work, and a registry hands it on. So the registry is blamed for a flaw only when it gives other bytes
than those that were uploaded; a flaw in somebody else's file is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from conformance.judging import dist_rules as rules
from conformance.judging.dist_archives import Opened, opened
from conformance.judging.dist_rules import ContentRule
from fixtures.fresh import Fresh
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement
from sample_packages.naming import file_component

ADVICE = "store and send the bytes that were uploaded; never unpack and pack a distribution again"


@dataclass(frozen=True)
class Contents:
    """A rule for what is inside, and what comes of breaking it."""

    rule: ContentRule
    expected: str
    why: str
    modern: bool = False  # files of others in an older format are not told


WHEELS = [
    pytest.param(
        Contents(
            rules.wheel_minimum,
            "one .dist-info directory with METADATA, WHEEL and RECORD",
            "no installer takes it",
        ),
        marks=requirement("dist/wheel-dist-info-minimum"),
        id="minimum",
    ),
    pytest.param(
        Contents(
            rules.wheel_folder, "a .dist-info directory of the normalized name and version", "pip warns"
        ),
        marks=requirement("dist/wheel-dist-info-name"),
        id="folder",
    ),
    pytest.param(
        Contents(
            rules.wheel_metadata_version, "METADATA of version 1.1 or later", "installers can't read it"
        ),
        marks=requirement("dist/wheel-metadata-version"),
        id="metadata-version",
    ),
    pytest.param(
        Contents(
            rules.wheel_same_release,
            "METADATA of the project and version of the file name",
            "uv stops, pip drops the wheel, Poetry and PDM lock wrong data without a word",
        ),
        marks=requirement("dist/wheel-name-version-match"),
        id="release",
    ),
    pytest.param(
        Contents(
            rules.wheel_file,
            "Wheel-Version 1.x, Root-Is-Purelib and a Tag in WHEEL",
            "pip refuses to install it",
        ),
        marks=requirement("dist/wheel-wheel-version"),
        id="wheel-file",
    ),
    pytest.param(
        Contents(
            rules.wheel_tags,
            "the tags and build number of the file name in WHEEL",
            "tools disagree where it fits",
        ),
        marks=requirement("dist/wheel-tags-expand"),
        id="tags",
    ),
    pytest.param(
        Contents(
            rules.wheel_record,
            "every file in RECORD with a hash of SHA-256 or better",
            "what is installed can't be verified, and pip leaves files behind when it uninstalls",
        ),
        marks=requirement("dist/wheel-record-complete"),
        id="record",
    ),
    pytest.param(
        Contents(
            rules.without("RECORD.jws", "RECORD.p7s"),
            "no RECORD.jws and no RECORD.p7s",
            "nobody verifies them",
        ),
        marks=requirement("dist/wheel-no-record-sig"),
        id="signatures",
    ),
    pytest.param(
        Contents(
            rules.without("INSTALLER", "REQUESTED"),
            "no INSTALLER and no REQUESTED",
            "they tell of an installation",
        ),
        marks=requirement("dist/wheel-no-installer"),
        id="installer",
    ),
    pytest.param(
        Contents(
            rules.wheel_licenses, "licence files under .dist-info/licenses/", "licence tools find nothing"
        ),
        marks=requirement("dist/wheel-licenses-dir"),
        id="licenses",
    ),
    pytest.param(
        Contents(
            rules.readable_names,
            "member names in UTF-8",
            "files are installed under names that nothing imports",
        ),
        marks=requirement("dist/wheel-utf8-names"),
        id="utf8",
    ),
]
SBOM = Contents(
    rules.wheel_sboms, "a software bill of materials under .dist-info/sboms/", "scanners fail on it"
)
SDISTS = [
    pytest.param(
        Contents(rules.sdist_opens, "a tar file inside gzip, readable with r:gz", "no tool can unpack it"),
        marks=requirement("dist/sdist-pax"),
        id="pax",
    ),
    pytest.param(
        Contents(
            rules.sdist_top,
            "one top directory, called NAME-VERSION",
            "pip and build tools don't find the sources",
        ),
        marks=requirement("dist/sdist-top-dir"),
        id="top",
    ),
    pytest.param(
        Contents(
            rules.sdist_same_release, "PKG-INFO of the project and version of the file name", "uv stops"
        ),
        marks=requirement("dist/sdist-metadata-match"),
        id="release",
    ),
    pytest.param(
        Contents(
            rules.sdist_files, "pyproject.toml and PKG-INFO in the top directory", "it can't be built", True
        ),
        marks=requirement("dist/sdist-pyproject"),
        id="pyproject",
    ),
    pytest.param(
        Contents(
            rules.sdist_metadata_version, "PKG-INFO of version 2.2 or later", "nobody may rely on it", True
        ),
        marks=requirement("dist/sdist-metadata-2.2"),
        id="metadata-version",
    ),
    pytest.param(
        Contents(
            rules.sdist_licenses, "the licence files that PKG-INFO names", "it can't be built as described"
        ),
        marks=requirement("dist/sdist-license-files"),
        id="licenses",
    ),
    pytest.param(
        Contents(
            rules.sdist_safe, "only members that stay in their directory", "unpacking it writes elsewhere"
        ),
        marks=requirement("dist/sdist-safe-members"),
        id="safe",
    ),
]


def judge(findings: Findings, files: Iterable[Opened], contents: Contents) -> None:
    """Judge what is inside each file: blamed when the registry changed it, told when it is somebody else's."""
    for item in files:
        wrong = contents.rule(item.archive)
        if wrong is None:
            continue
        if not wrong:
            findings.hold()
        elif item.spoiled and item.original and not contents.rule(item.original):
            findings.expect(
                False,
                expected=f"{contents.expected} in {item.file.filename}, as it was uploaded",
                got=wrong,
                at=item.answer,
                why=contents.why,
                advice=ADVICE,
            )
        elif item.original is None and not contents.modern:
            findings.note(f"{item.file.filename}: {wrong}")


@pytest.mark.parametrize("contents", WHEELS)
def test_wheel_contents(
    contents: Contents, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Wheels come back with what the wheel format asks for."""
    judge(findings, opened(registry, subjects.downloading(), ".whl"), contents)


@requirement("dist/wheel-sboms")
def test_wheels_with_sboms(site: Site, subjects: Subjects, fresh: Fresh, findings: Findings) -> None:
    """What lies under .dist-info/sboms/ of a wheel is a software bill of materials."""
    every = list(subjects.downloading())
    if not site.target.read_only:
        name = fresh.name("sbom")
        path = f"{file_component(name)}-1.0.dist-info/sboms/bom.cdx.json"
        wheel = fresh.wheel("", name=name, files={path: '{"bomFormat": "CycloneDX", "specVersion": "1.6"}'})
        site.registry.publish(wheel)
        every.append(Subject(name, site.registry, (wheel,)))
    judge(findings, opened(site.registry, every, ".whl"), SBOM)


@pytest.mark.parametrize("contents", SDISTS)
def test_sdist_contents(
    contents: Contents, subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Sdists come back with what the sdist format asks for."""
    judge(findings, opened(registry, subjects.downloading(), ".tar.gz"), contents)
