"""Sample projects that differ in how their name is spelled (PEP 503, PEP 508; living spec, Names and normalization)."""

from __future__ import annotations

from sample_packages.model import CoreMetadata, SampleProject, SampleRelease
from sample_packages.naming import prefix

LONG = "-".join(
    ("a-name-that-is-as-long-as-anyone-would-ever-want-to-type", "then-half-as-long-again-for-good-measure")
)


def by_name(run_id: str) -> tuple[SampleProject, ...]:
    """Give one project for each spelling class."""
    run, upper = run_id, run_id.upper()
    prefix(run_id)  # refuses what is no run id
    return (
        _spelled("normalized", f"rct-{run}-normalized", "A name that is already in its normalized form."),
        _spelled("capitals", f"Rct-{upper}-Capitals", "A name with capital letters."),
        _spelled("all-capitals", f"RCT-{upper}-ALL-CAPITALS", "A name in nothing but capital letters."),
        _spelled("dots", f"rct.{run}.with.dots", "A name with dots."),
        _spelled("underscores", f"rct_{run}_with_underscores", "A name with underscores."),
        _spelled("runs", f"Rct-_.{upper}__runs.-_of---separators", "A name with runs of mixed separators."),
        _spelled(
            "capitals-and-dots", f"Rct.{upper}.Dotted.Capitals", "A name with dots and capital letters."
        ),
        _spelled(
            "digits", f"rct-{run}-2048-007-1", "A name that ends in segments of digits, like a version."
        ),
        _spelled("one-letter", f"rct-{run}-x", "A name whose last segment is one letter."),
        _spelled("long", f"rct-{run}-{LONG}", "A long name; its file names stay under 200 bytes."),
        _spelled(
            "adjacent", f"rct-{run}-normalized-too", "A name that begins with another project's whole name."
        ),
    )


def _spelled(key: str, name: str, purpose: str) -> SampleProject:
    metadata = CoreMetadata(requires_python=None).about(purpose)
    return SampleProject(key, name, purpose, (SampleRelease("1.0", sdist=True, metadata=metadata),))
