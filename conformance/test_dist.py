"""File names of wheels and sdists, as project pages list them.

A file name is its maker's. The registry is blamed for a name that we did not publish in a project of ours; a flaw in somebody
else's file is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conformance.judging import dist_rules as rules
from conformance.judging.dist_rules import NameRule
from conformance.judging.reading import by_name, forms
from conformance.judging.sidecars import IDENTICAL, THERE, judge_promise
from fixtures.fresh import Fresh
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subject, Subjects
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution
from sample_packages.naming import file_component

SKIPPED = "pip and uv skip the file"
KEEP = "keep the file name that was uploaded, byte for byte, in the page and in the URL"


@dataclass(frozen=True)
class Naming:
    """A rule for file names, and the file names that it speaks about."""

    rule: NameRule
    expected: str
    why: str = SKIPPED
    about: tuple[str, ...] = ()  # words of which the name has to hold one


WHEELS = [
    pytest.param(
        Naming(rules.has_parts, "five parts between hyphens, or six with a build tag"),
        marks=requirement("dist/wheel-filename-parts"),
        id="parts",
    ),
    pytest.param(
        Naming(
            rules.has_normalized_name,
            "the normalized project name with underscores in front",
            "uv takes a hyphen for the end of the name and skips the wheel; Poetry takes it: two clients, two versions",
        ),
        marks=requirement("dist/wheel-distribution-normalized"),
        id="name",
    ),
    pytest.param(
        Naming(rules.has_normalized_version, "a normalized version as second part"),
        marks=requirement("dist/wheel-version-normalized"),
        id="version",
    ),
    pytest.param(
        Naming(rules.has_build_digit, "a build tag that begins with a digit"),
        marks=requirement("dist/wheel-build-tag-digit"),
        id="build",
    ),
    pytest.param(
        Naming(rules.has_plain_tags, "tags of letters, digits and underscores, joined by dots"),
        marks=requirement("dist/wheel-tag-format"),
        id="tags",
    ),
    pytest.param(
        Naming(
            rules.has_sorted_tags,
            "the values of a compressed tag in order",
            "two names for one wheel",
            (".",),
        ),
        marks=requirement("dist/wheel-compressed-sorted"),
        id="order",
    ),
    pytest.param(
        Naming(
            rules.platform_rule(("macosx",), rules.MACOS),
            "macosx_10_Y_ARCH or macosx_X_0_ARCH",
            "no Mac takes the wheel",
            ("macosx",),
        ),
        marks=requirement("dist/wheel-macos-tag"),
        id="macos",
    ),
    pytest.param(
        Naming(
            rules.platform_rule(("manylinux", "musllinux"), rules.LINUX),
            "manylinux_X_Y_ARCH, musllinux_X_Y_ARCH or manylinux1/2010/2014_ARCH",
            "no Linux takes the wheel",
            ("manylinux", "musllinux"),
        ),
        marks=requirement("dist/wheel-manylinux-musllinux-tag"),
        id="linux",
    ),
]
MOBILE = (
    Naming(
        rules.platform_rule(("android",), rules.ANDROID),
        "android_LEVEL_ABI with one of the four ABIs",
        "no Android device takes the wheel",
        ("-android",),
    ),
    Naming(
        rules.platform_rule(("ios",), rules.IOS),
        "ios_X_Y_ARCH_iphoneos or _iphonesimulator",
        "no Apple device takes the wheel",
        ("-ios",),
    ),
)


def listed(subject: Subject, *suffixes: str) -> Iterator[tuple[HtmlPage | JsonPage, ListedFile]]:
    """The files of a project with such names, in each form, one for each name."""
    seen: set[str] = set()
    for page in forms(subject):
        for name, file in by_name(page.files).items():
            if name.endswith(suffixes) and name not in seen:
                seen.add(name)
                yield page, file


def uploaded(site: Site) -> frozenset[str]:
    """The names of all files that the run uploaded, also of those that were not visible in time."""
    published = site.prepared.published
    return (
        frozenset(attempt.distribution.filename for attempt in published.attempts)
        if published
        else frozenset()
    )


def judge(
    findings: Findings,
    subject: Subject,
    page: HtmlPage | JsonPage,
    name: str,
    naming: Naming,
    ours: frozenset[str],
) -> None:
    """Judge one file name: the registry is blamed when it is another name for a file that we uploaded (LV-62: it may be an old file of its own)."""
    wrong = naming.rule(name, subject.name)
    if not wrong:
        findings.hold()
    elif name in ours or subject.distribution(name) is not None:
        return  # the flaw is ours, and the registry kept the name
    elif is_another_name(subject, page, name):
        findings.expect(
            False,
            expected=f"{naming.expected}, as in the names that were uploaded",
            got=f"{name}: {wrong}",
            at=page.exchange,
            why=naming.why,
            advice=KEEP,
        )
    else:
        findings.note(f"{name} of {subject.name}: {wrong}")


def is_another_name(subject: Subject, page: HtmlPage | JsonPage, name: str) -> bool:
    """Whether a name on the page stands for a file that we uploaded under another one: one of ours is missing, or has the same digest."""
    ours = {sent.filename for sent in subject.distributions}
    if ours - {file.filename for file in page.files}:
        return True
    digests = {sent.sha256 for sent in subject.distributions}
    return any(
        value.lower() in digests
        for file in page.files
        if file.filename == name
        for value in file.hashes.values()
    )


@pytest.mark.parametrize("naming", WHEELS)
def test_wheel_names(naming: Naming, subjects: Subjects, site: Site, findings: Findings) -> None:
    """File names of wheels keep the form of the spec."""
    for subject in subjects:
        for page, file in listed(subject, ".whl"):
            if not naming.about or any(word in file.filename.removesuffix(".whl") for word in naming.about):
                judge(findings, subject, page, file.filename, naming, uploaded(site))


@requirement("dist/wheel-android-ios-tag")
def test_mobile_wheel_names(site: Site, subjects: Subjects, fresh: Fresh, findings: Findings) -> None:
    """Wheels for Android and iOS are listed with the tags that they were given."""
    every = list(subjects)
    if not site.target.read_only:
        every.append(_mobile_project(site.registry, fresh))
    for subject in every:
        for page, file in listed(subject, ".whl"):
            for naming in MOBILE:
                if any(word in file.filename for word in naming.about):
                    judge(findings, subject, page, file.filename, naming, uploaded(site))


def _mobile_project(registry: Registry, fresh: Fresh) -> Subject:
    """A project with one wheel for each of the two."""
    first = fresh.wheel("mobile", tags="cp313-cp313-android_21_arm64_v8a")
    wheels = (first, fresh.wheel("", name=first.name, tags="cp313-cp313-ios_13_0_arm64_iphoneos"))
    taken = tuple(
        wheel for wheel in wheels if registry.upload(wheel).ok
    )  # one of the tags may be unknown here
    for wheel in taken:
        registry.wait_for(wheel.name, wheel.filename)
    return Subject(first.name, registry, taken)


@requirement("dist/sdist-filename")
def test_sdist_names(subjects: Subjects, site: Site, findings: Findings) -> None:
    """An sdist is called NAME-VERSION.tar.gz, both parts normalized."""
    naming = Naming(
        rules.sdist_name, "NAME-VERSION.tar.gz, both normalized", "uv and pip misread name or version"
    )
    for subject in subjects:
        for page, file in listed(subject, ".tar.gz", ".zip", ".tgz"):
            judge(findings, subject, page, file.filename, naming, uploaded(site))


@requirement("dist/non-dist-files")
def test_other_files_are_told(subjects: Subjects, findings: Findings) -> None:
    """A project page may list files that are neither wheels nor sdists."""
    others = {
        file.filename
        for subject in subjects
        for page in forms(subject)
        for file in page.files
        if not file.filename.endswith((".whl", ".tar.gz", ".zip"))
    }
    findings.note(f"{len(others)} listed files are neither wheels nor sdists", "dist/non-dist-files")


@requirement("dist/wheel-old-names-accepted", THERE, IDENTICAL)
def test_wheels_with_old_names_are_passed_on(
    registry: Registry, subjects: Subjects, fresh: Fresh, site: Site, findings: Findings
) -> None:
    """A wheel with dots or capitals in its name part is passed on as it came, if the registry takes it at all, and so are its metadata."""
    if not site.target.read_only:
        _judge_old_name(registry, _old_wheel(fresh), findings)
    for subject in subjects:
        for _, file in listed(subject, ".whl"):
            part = file.filename.partition("-")[0]
            if not subject.distributions and part != file_component(part):
                answer = registry.file(file)
                findings.expect(
                    answer.ok,
                    expected=f"{file.filename}, which the page lists",
                    got=answer.said,
                    at=answer,
                    why="old releases can't be installed",
                    advice="ask the source for the name that it uses, not for the normalized one",
                )


def _old_wheel(fresh: Fresh) -> Distribution:
    """A wheel as they were named before 2021, with a capital and a dot."""
    name = fresh.name("old-names")
    part = file_component(name)
    return fresh.wheel(
        "", name=name, filename=f"{part[0].upper()}{part[1:].replace('_', '.', 1)}-1.0-py3-none-any.whl"
    )


def _judge_old_name(registry: Registry, wheel: Distribution, findings: Findings) -> None:
    answer = registry.upload(wheel)
    if not answer.ok:  # a hosted registry may ask for normalized names (LV-47)
        proof = f"the upload of {wheel.filename} was answered {answer.said}: only normalized names are taken"
        findings.not_offered(proof, "dist/wheel-old-names-accepted")
        return
    same = file_component(wheel.filename.partition("-")[0])

    def of(files: tuple[ListedFile, ...]) -> list[ListedFile]:
        return [f for f in files if file_component(f.filename.partition("-")[0]) == same]

    listed_file = next(iter(of(registry.settled_files(wheel.name, lambda files: bool(of(files))))), None)
    got = registry.file(listed_file, fresh=True) if listed_file else None
    findings.expect(
        got is not None and got.ok,
        expected=f"{wheel.filename} listed and served",
        got="not listed" if got is None else got.said,
        at=got or answer,
        why="the upload was answered with success, and nobody can install the file",
        advice="compare file names after normalization, or refuse the upload",
    )
    if listed_file is not None:
        judge_promise(findings, registry, listed_file, wheel)
