"""Distributions made in memory, for checks that need a fresh file, or one that is wrong in one chosen way.

The upload form tells the plain truth about the name, version and metadata that were asked for; what is forged is the
file and its name. A check that wants a lying form changes the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sample_packages import backend
from sample_packages.form import upload_form
from sample_packages.model import CoreMetadata, Distribution, Kind, SampleRelease
from sample_packages.naming import file_component, normalize
from sample_packages.source_tree import file_version, source_tree

PURPOSE = "made for one check"


@dataclass(frozen=True)
class Forgery:
    """How a distribution is to be made. The second half are the ways to make it wrong."""

    metadata_version: str = "2.1"
    summary: str = PURPOSE
    requires_python: str | None = None
    requires_dist: Iterable[str] = ()
    extra_metadata: Iterable[tuple[str, str]] = ()  # further (header, value) pairs
    description: str = ""
    files: Mapping[str, bytes | str] = field(default_factory=dict)  # members beside the module

    filename: str | None = None  # another file name than the right one
    metadata: bytes | None = None  # these bytes as METADATA or PKG-INFO
    inner_name: str | None = None  # the file itself names another project
    inner_version: str | None = None  # the file itself names another version
    # of METADATA, WHEEL, RECORD, PKG-INFO and pyproject.toml those that are missing
    leave_out: Sequence[str] = ()
    # archive paths as they are, not in RECORD
    extra_members: Mapping[str, bytes] = field(default_factory=dict)
    content: bytes | None = None  # these bytes instead of an archive
    truncate: int | None = None  # keep so many bytes; below 0: cut so many off the end
    leading: bytes = b""  # before the archive
    trailing: bytes = b""  # after the archive

    @cached_property
    def core(self) -> CoreMetadata:
        """Give the metadata that is claimed."""
        return CoreMetadata(
            metadata_version=self.metadata_version,
            summary=self.summary,
            requires_python=self.requires_python,
            requires_dist=tuple(self.requires_dist),
            other=tuple(self.extra_metadata),
            description=self.description,
        )

    def wrap(self, archive: bytes) -> bytes:
        """Give the bytes of the file: the archive, or what stands in its place."""
        made = archive if self.content is None else self.content
        return self.leading + made[: self.truncate] + self.trailing


def forge_wheel(
    name: str,
    version: str,
    *,
    tags: str = "py3-none-any",
    build: str = "",
    vendored: bool = False,
    **how: Any,
) -> Distribution:
    """Make a wheel, installable unless `how` (see `Forgery`) says otherwise; `files` are members below its root.

    `vendored` puts the dist-info of another project into the wheel's package, as vendoring tools do: a registry must
    not take its METADATA for the wheel's own.
    """
    forgery = Forgery(**how)
    inside = forgery.inner_name or name, forgery.inner_version or version
    distribution, number = file_component(inside[0]), file_version(inside[1])
    folder = backend.dist_info(distribution, number)
    metadata = forgery.metadata if forgery.metadata is not None else _render(forgery, *inside, "wheel")
    members = {
        **_package(*inside),
        **_as_bytes(forgery.files),
        **(_vendored(distribution) if vendored else {}),
        f"{folder}/METADATA": metadata,
        f"{folder}/WHEEL": backend.render_wheel_file(tags, build),
    }
    members = _without(members, folder, forgery.leave_out)
    if "RECORD" not in forgery.leave_out:
        members |= backend.record(members, folder)
    archive = backend.pack_wheel({**members, **forgery.extra_members})
    right = backend.wheel_filename(file_component(name), file_version(version), tags, build)
    return _distribution(name, version, "wheel", forgery, right, archive, metadata, tags.split("-")[0])


def forge_sdist(name: str, version: str, **how: Any) -> Distribution:
    """Make an sdist, installable without network unless `how` (see `Forgery`) says otherwise.

    `files` go below its top directory.
    """
    forgery = Forgery(**how)
    inside = forgery.inner_name or name, forgery.inner_version or version
    top = f"{file_component(inside[0])}-{file_version(inside[1])}"
    metadata = forgery.metadata if forgery.metadata is not None else _render(forgery, *inside, "sdist")
    tree = source_tree(inside[0], PURPOSE, SampleRelease(inside[1], metadata=forgery.core))
    tree |= {"PKG-INFO": metadata, **_as_bytes(forgery.files)}
    members = _without({f"{top}/{path}": data for path, data in tree.items()}, top, forgery.leave_out)
    archive = backend.pack_sdist({**members, **forgery.extra_members})
    right = f"{file_component(name)}-{file_version(version)}.tar.gz"
    return _distribution(name, version, "sdist", forgery, right, archive, metadata, "source")


def _render(forgery: Forgery, name: str, version: str, kind: Kind) -> bytes:
    headers = forgery.core.headers(name, version, kind, forgery.requires_python)
    return backend.render_metadata(headers, forgery.description)


def _package(name: str, version: str) -> dict[str, bytes]:
    sources = f"src/{file_component(name)}/"
    tree = source_tree(name, PURPOSE, SampleRelease(version))
    return {path.removeprefix("src/"): data for path, data in tree.items() if path.startswith(sources)}


def _vendored(distribution: str) -> dict[str, bytes]:
    """Give another project's dist-info, at a path that sorts before the wheel's own."""
    folder = f"{distribution}/_vendor/another-9.9.dist-info"
    headers = [["Metadata-Version", "2.1"], ["Name", "another"], ["Version", "9.9"]]
    return {
        f"{folder}/METADATA": backend.render_metadata(headers),
        f"{folder}/WHEEL": backend.render_wheel_file("py3-none-any"),
    }


def _as_bytes(files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    return {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}


def _without(members: Mapping[str, bytes], folder: str, missing: Iterable[str]) -> dict[str, bytes]:
    gone = {f"{folder}/{name}" for name in missing}
    return {path: data for path, data in members.items() if path not in gone}


def _distribution(
    name: str,
    version: str,
    kind: Kind,
    forgery: Forgery,
    right_filename: str,
    archive: bytes,
    metadata: bytes,
    python_tag: str,
) -> Distribution:
    return Distribution(
        project_key=normalize(name),
        name=name,
        normalized=normalize(name),
        version=version,
        filename=right_filename if forgery.filename is None else forgery.filename,
        kind=kind,
        content=forgery.wrap(archive),
        metadata=metadata,
        metadata_version=forgery.metadata_version,
        requires_python=forgery.requires_python,
        form=upload_form(_render(forgery, name, version, kind), kind, python_tag),
    )
