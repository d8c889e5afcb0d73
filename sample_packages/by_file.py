"""Sample projects that differ in which files their releases have (wheel spec, PEP 425, PEP 592, PEP 625)."""

from __future__ import annotations

from dataclasses import replace

from sample_packages.model import SampleProject, SampleRelease, WheelSpec
from sample_packages.naming import prefix

LARGE = 3 * 1024 * 1024  # bytes of the file for range requests

SEVERAL = (
    WheelSpec("py3-none-any", requires_python=">=3.8"),
    WheelSpec("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", requires_python=">=3.11,<3.12"),
    WheelSpec("cp312-abi3-manylinux_2_28_x86_64", requires_python=">=3.12"),
)
PLATFORMS = (
    WheelSpec("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"),
    WheelSpec("cp311-cp311-manylinux_2_28_x86_64"),
    WheelSpec("cp313-cp313t-manylinux_2_28_x86_64"),
    WheelSpec("cp311-cp311-musllinux_1_2_aarch64"),
    WheelSpec("cp311-cp311-macosx_11_0_arm64"),
    WheelSpec("cp311-cp311-macosx_10_9_universal2"),
    WheelSpec("cp311-cp311-win_amd64"),
    WheelSpec("py2.py3-none-any"),
)


def by_file(run_id: str) -> tuple[SampleProject, ...]:
    """Give the projects."""

    def project(key: str, purpose: str, *releases: SampleRelease) -> SampleProject:
        told = tuple(replace(r, metadata=r.metadata.about(purpose)) for r in releases)
        return SampleProject(key, f"{prefix(run_id)}-{key}", purpose, told)

    def release(version: str, *wheels: WheelSpec, sdist: bool = False, payload: int = 0) -> SampleRelease:
        return SampleRelease(version, wheels, sdist, payload=payload)

    plain = WheelSpec()
    return (
        project("wheel-only", "A release without sdist.", release("1.0", plain)),
        project("sdist-only", "A release without wheel.", release("1.0", sdist=True)),
        project(
            "several-wheels",
            "Wheels of one release ask for different Pythons.",
            release("1.0", *SEVERAL, sdist=True),
        ),
        project("platforms", "Wheels for many platforms.", release("1.0", *PLATFORMS)),
        project(
            "build-tag",
            "Wheels of one release with build tags; the highest wins.",
            release("1.0", plain, WheelSpec(build="1"), WheelSpec(build="2fix")),
        ),
        project(
            "many-files",
            "A project with many releases.",
            *(release(f"{major}.{minor}", plain) for major in range(3) for minor in range(1, 5)),
        ),
        project("large", "A file of a few MiB, for range requests.", release("1.0", plain, payload=LARGE)),
        project(
            "to-yank",
            "Two releases, so that the newer one can be yanked.",
            release("1.0", plain, sdist=True),
            release("2.0", plain, sdist=True),
        ),
        project(
            "growing",
            "Releases come one after another, first as sdist, then as wheel, then as both.",
            release("1.0", sdist=True),
            release("1.1", plain),
            release("1.2", plain, sdist=True),
        ),
    )
