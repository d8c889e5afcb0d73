"""Sample projects that differ in their versions (PEP 440; living spec, Version specifiers)."""

from __future__ import annotations

from sample_packages.model import CoreMetadata, SampleProject, SampleRelease
from sample_packages.naming import prefix

# Every form that PEP 440 has for one release number, in order from old to new.
FORMS = (
    "1.0.dev1",
    "1.0a1.dev2",
    "1.0a1",
    "1.0a1.post1",
    "1.0b2",
    "1.0rc1",
    "1.0rc1.post1.dev3",
    "1.0rc1.post1",
)
FINAL_FORMS = ("1.0", "1.0.post1.dev2", "1.0.post1")


def by_version(run_id: str) -> tuple[SampleProject, ...]:
    """Give the projects; versions are listed from old to new, but for `numeric-order` and `calendar`."""

    def project(key: str, purpose: str, *versions: str, sdists: bool = False) -> SampleProject:
        metadata = CoreMetadata().about(purpose)
        releases = tuple(SampleRelease(v, sdist=sdists, metadata=metadata) for v in versions)
        return SampleProject(key, f"{prefix(run_id)}-{key}", purpose, releases)

    return (
        project("all-forms", "Every PEP 440 form of one version.", *FORMS, *FINAL_FORMS),
        project(
            "pre-and-final", "A final release, and newer pre-releases.", "1.0", "2.0a1", "2.0rc1", sdists=True
        ),
        project("final-over-pre", "A final release newer than its pre-releases.", "1.0a1", "1.0rc1", "1.0"),
        project("only-pre", "Nothing but pre-releases.", "1.0a1", "1.0b1", "1.0rc2", sdists=True),
        project("only-dev", "Nothing but development releases.", "0.1.dev1", "0.1.dev10", "0.1.dev9"),
        project("post-latest", "A post-release is the latest.", "1.0", "1.0.post1", "1.0.post2", sdists=True),
        project(
            "epoch", "An epoch makes the smaller number the newer version.", "2024.1", "1!0.5", sdists=True
        ),
        project(
            "calendar",
            "Calendar versions, one of them with a time, and so larger than 32 bits.",
            *("2023.12.31", "20240105123456", "2024.10", "2024.1.5"),
            sdists=True,
        ),
        project("numeric-order", "1.10 is newer than 1.9, and came first.", "1.10", "1.9", "1.2"),
        project(
            "segments", "Versions of one segment and of many.", "7", "7.0.1", "7.1.2.3.4.5.6.7.8", sdists=True
        ),
        project(
            "zeros", "Versions that end or begin in zeros.", "0", "0.0.1", "1.0.0", "10.0.0.0", sdists=True
        ),
        project(
            "unnormalized",
            "Metadata spells the versions freely, file names carry the normalized form.",
            *("1.0-RC.1", "v1.1", "1.2-3", "1.3.ALPHA_4", "1.4c5", "01.005.0006", "2.0.Rev7.DEV8"),
            sdists=True,
        ),
        project(
            "local",
            "Local versions; a public registry may refuse them.",
            "1.0",
            "1.0+local.1",
            "1.0+Ubuntu-2",
        ),
    )
