"""Distributions made in memory, for checks that need a fresh file, or one that is wrong in one chosen way.

The upload form always tells the plain truth about name, version and metadata as they were asked for; what is forged is
the file and its name. A check that wants a lying form changes the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

from sample_packages import backend
from sample_packages.form import upload_form
from sample_packages.model import CoreMetadata, Distribution, Kind
from sample_packages.naming import file_component, normalize
from sample_packages.source_tree import PYPROJECT

VENDORED = ("vendored", "9.9")  # name and version that a vendored dist-info claims


def forge_wheel(
    name: str,
    version: str,
    *,
    metadata_version: str = "2.1",
    requires_python: str | None = None,
    requires_dist: Iterable[str] = (),
    extra_metadata: Iterable[tuple[str, str]] = (),
    description: str = "",
    tags: str = "py3-none-any",
    build: str = "",
    files: Mapping[str, bytes | str] | None = None,
    filename: str | None = None,
    metadata: bytes | None = None,
    inner_name: str | None = None,
    inner_version: str | None = None,
    leave_out: Iterable[str] = (),
    vendored: bool = False,
    extra_members: Mapping[str, bytes] | None = None,
    content: bytes | None = None,
    truncate: int | None = None,
    leading: bytes = b"",
    trailing: bytes = b"",
) -> Distribution:
    """Make a wheel of `name` and `version`, installable unless asked otherwise.

    `files` are members of the wheel; left to itself it holds one module. These make it wrong:

    - `filename`: another file name than the right one.
    - `metadata`: these bytes as METADATA. `inner_name`, `inner_version`: METADATA and dist-info name another project.
    - `leave_out`: of METADATA, WHEEL and RECORD, those that are missing.
    - `vendored`: a second dist-info, of a vendored project, stands before the wheel's own.
    - `extra_members`: put into the archive, but not into RECORD.
    - `content`: these bytes instead of an archive. `truncate`: only so many first bytes of it. `leading`, `trailing`:
      bytes around it.
    """
    core = CoreMetadata(
        metadata_version,
        "A forged wheel",
        requires_python,
        tuple(requires_dist),
        other=tuple(extra_metadata),
        description=description,
    )
    claimed = _render(core, name, version, "wheel")
    inner = metadata if metadata is not None else _render(core, inner_name or name, inner_version or version, "wheel")
    folder = backend.dist_info(file_component(inner_name or name), file_version(inner_version or version))
    members = _code(name, files, "")
    if vendored:
        members |= _vendored_dist_info(file_component(name))
    members |= {f"{folder}/METADATA": inner, f"{folder}/WHEEL": backend.render_wheel_file(tags, build)}
    members = _without(members, folder, leave_out)
    if "RECORD" not in leave_out:
        members |= backend.record(members, folder)
    members |= extra_members or {}
    made = backend.pack_wheel(members) if content is None else content
    right = backend.wheel_filename(file_component(name), file_version(version), tags, build)
    return _distribution(
        name=name,
        version=version,
        filename=filename if filename is not None else right,
        kind="wheel",
        content=leading + made[:truncate] + trailing,
        claimed=claimed,
        metadata=inner,
        core=core,
        python_tag=tags.split("-")[0],
    )


def forge_sdist(
    name: str,
    version: str,
    *,
    metadata_version: str = "2.1",
    requires_python: str | None = None,
    requires_dist: Iterable[str] = (),
    extra_metadata: Iterable[tuple[str, str]] = (),
    description: str = "",
    files: Mapping[str, bytes | str] | None = None,
    filename: str | None = None,
    metadata: bytes | None = None,
    inner_name: str | None = None,
    inner_version: str | None = None,
    leave_out: Iterable[str] = (),
    extra_members: Mapping[str, bytes] | None = None,
    content: bytes | None = None,
    truncate: int | None = None,
    leading: bytes = b"",
    trailing: bytes = b"",
) -> Distribution:
    """Make an sdist of `name` and `version`, installable without network unless asked otherwise.

    The options are those of `forge_wheel`; `files` go below the top directory, `leave_out` knows PKG-INFO,
    `extra_members` are paths from the root of the archive, so that they may be outside the top directory.
    """
    core = CoreMetadata(
        metadata_version,
        "A forged sdist",
        requires_python,
        tuple(requires_dist),
        other=tuple(extra_metadata),
        description=description,
    )
    claimed = _render(core, name, version, "sdist")
    inner = metadata if metadata is not None else _render(core, inner_name or name, inner_version or version, "sdist")
    top = f"{file_component(inner_name or name)}-{file_version(inner_version or version)}"
    tree = {"PKG-INFO": inner, **_buildable(core, name, version), **_code(name, files, "src/")}
    members = _without({f"{top}/{path}": data for path, data in tree.items()}, top, leave_out)
    made = backend.pack_sdist(members | dict(extra_members or {})) if content is None else content
    right = f"{file_component(name)}-{file_version(version)}.tar.gz"
    return _distribution(
        name=name,
        version=version,
        filename=filename if filename is not None else right,
        kind="sdist",
        content=leading + made[:truncate] + trailing,
        claimed=claimed,
        metadata=inner,
        core=core,
        python_tag="source",
    )
