"""All sample projects of a run."""

from __future__ import annotations

from sample_packages.by_file import by_file
from sample_packages.by_metadata import by_metadata
from sample_packages.by_name import by_name
from sample_packages.by_version import by_version
from sample_packages.model import SampleProject


def catalogue(run_id: str) -> tuple[SampleProject, ...]:
    """Give every sample project, each under its own key and name."""
    return (*by_name(run_id), *by_version(run_id), *by_file(run_id), *by_metadata(run_id))
