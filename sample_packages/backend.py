"""A PEP 517 build backend that needs nothing but the standard library.

A copy of this file lies in every sample's source tree (``backend-path``), so that its sdist installs without network.
It reads ``sample.json`` and packs ``src/``. Its archives are the same bytes on every machine: sorted members, one fixed
time, fixed modes, and no compression, because two builds of zlib may compress the same data into different bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

TREE_COPY = "_backend/sample_backend.py"  # where a source tree keeps its copy of this file
DESCRIPTION_FILE = "sample.json"
ANY = {"tag": "py3-none-any", "build": ""}
MOMENT = (2020, 1, 1, 0, 0, 0)
MTIME = 1577836800  # the same moment, UTC
STORED_BLOCK = 65535  # the largest stored block of DEFLATE (RFC 1951 section 3.2.4)

Headers = Sequence[Sequence[str]]


# the hooks ----------------------------------------------------------------------------------------------------


def get_requires_for_build_wheel(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    """Ask for nothing: a sample builds without network."""
    return []


def get_requires_for_build_sdist(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    """Ask for nothing: a sample builds without network."""
    return []


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Mapping[str, Any] | None = None
) -> str:
    """Write the ``.dist-info`` directory of the wheel that the settings choose."""
    sample = _read_sample()
    folder = dist_info(sample["distribution"], sample["version"])
    for path, data in _dist_info_files(sample, _chosen(sample, config_settings)).items():
        target = Path(metadata_directory) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build one wheel: that of ``config_settings["wheel"]``, or else one for every platform."""
    sample = _read_sample()
    wheel = _chosen(sample, config_settings)
    members = {path.removeprefix("src/"): data for path, data in _sources().items()}
    members |= _dist_info_files(sample, wheel)
    members |= record(members, dist_info(sample["distribution"], sample["version"]))
    name = wheel_filename(sample["distribution"], sample["version"], wheel["tag"], wheel["build"])
    (Path(wheel_directory) / name).write_bytes(pack_wheel(members))
    return name


def build_sdist(sdist_directory: str, config_settings: Mapping[str, Any] | None = None) -> str:
    """Build the sdist, with this backend in it."""
    sample = _read_sample()
    top = f"{sample['distribution']}-{sample['version']}"
    kept = ("pyproject.toml", DESCRIPTION_FILE, TREE_COPY, *sample["license_files"])
    members = {path: Path(path).read_bytes() for path in kept} | _sources()
    members["PKG-INFO"] = render_metadata(sample["sdist_headers"], sample["description"])
    name = f"{top}.tar.gz"
    (Path(sdist_directory) / name).write_bytes(pack_sdist({f"{top}/{p}": d for p, d in members.items()}))
    return name


def _read_sample() -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(Path(DESCRIPTION_FILE).read_text("utf-8"))
    return sample


def _chosen(sample: Mapping[str, Any], settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the wheel that is asked for. An installer asks for none: it gets one that fits everywhere."""
    label = (settings or {}).get("wheel")
    if label is not None:
        wheel: dict[str, Any] = sample["wheels"][int(label)]
        return wheel
    return {**ANY, "headers": sample["wheel_headers"]}


def _sources() -> dict[str, bytes]:
    found = (p for p in Path("src").rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {path.as_posix(): path.read_bytes() for path in found}


def _dist_info_files(sample: Mapping[str, Any], wheel: Mapping[str, Any]) -> dict[str, bytes]:
    folder = dist_info(sample["distribution"], sample["version"])
    files = {
        f"{folder}/METADATA": render_metadata(wheel["headers"], sample["description"]),
        f"{folder}/WHEEL": render_wheel_file(wheel["tag"], wheel["build"]),
    }
    if sample["entry_points"]:
        files[f"{folder}/entry_points.txt"] = sample["entry_points"].encode()
    for path in sample["license_files"]:  # PEP 639
        files[f"{folder}/licenses/{path}"] = Path(path).read_bytes()
    return files


# the parts of a distribution ----------------------------------------------------------------------------------


def dist_info(distribution: str, version: str) -> str:
    """Name the ``.dist-info`` directory (wheel spec)."""
    return f"{distribution}-{version}.dist-info"


def wheel_filename(distribution: str, version: str, tag: str, build: str = "") -> str:
    """Name a wheel file (wheel spec, file name convention)."""
    return "-".join(part for part in (distribution, version, build, tag) if part) + ".whl"


def render_metadata(headers: Headers, description: str = "") -> bytes:
    """Write core metadata: the headers in their order, then the description as the body (PEP 566)."""
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    return (f"{head}\n{description}" if description else head).encode()


def render_wheel_file(tag: str, build: str = "") -> bytes:
    """Write the ``WHEEL`` file: one ``Tag`` line for each tag of a compressed set (PEP 425)."""
    python, abi, platform = tag.split("-")
    lines = [
        "Wheel-Version: 1.0",
        "Generator: registry-conformance",
        f"Root-Is-Purelib: {'true' if platform == 'any' else 'false'}",
        *(
            f"Tag: {py}-{ab}-{where}"
            for py in python.split(".")
            for ab in abi.split(".")
            for where in platform.split(".")
        ),
        *([f"Build: {build}"] if build else []),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def record(members: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """Write ``RECORD``: path, sha256 and size of each member, and itself without them (wheel spec)."""
    lines = [
        f"{path},sha256={_record_digest(members[path])},{len(members[path])}" for path in sorted(members)
    ]
    return {f"{folder}/RECORD": "".join(f"{line}\n" for line in [*lines, f"{folder}/RECORD,,"]).encode()}


def _record_digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


# archives -----------------------------------------------------------------------------------------------------


def pack_wheel(members: Mapping[str, bytes]) -> bytes:
    """Pack a zip file: code first, ``.dist-info`` last and ``RECORD`` at the very end (wheel spec, recommendation)."""
    return pack_zip((path, members[path]) for path in sorted(members, key=_wheel_order))


def _wheel_order(path: str) -> tuple[bool, bool, str]:
    in_dist_info = path.split("/")[0].endswith(".dist-info")
    return in_dist_info, in_dist_info and path.endswith("/RECORD"), path


def pack_zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack a zip file of stored members; written to memory, so that none needs a data descriptor (PyPI refuses them)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in members:
            info = zipfile.ZipInfo(path, MOMENT)
            info.create_system = 3  # Unix also when built on Windows
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def pack_sdist(members: Mapping[str, bytes]) -> bytes:
    """Pack a ``.tar.gz`` in the pax format (PEP 517, PEP 625)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(members):
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.mode = len(members[path]), MTIME, 0o644
            archive.addfile(info, io.BytesIO(members[path]))
    return gzip_stored(buffer.getvalue())


def gzip_stored(data: bytes) -> bytes:
    """Wrap bytes as gzip (RFC 1952) in stored blocks.

    Even at level 0 the block sizes are the compressor's own choice and zlib-ng chooses otherwise; ours are fixed.
    """
    head = b"\x1f\x8b\x08\x00" + b"\x00" * 4 + b"\x00\xff"  # no flags, no time, unknown system
    starts = range(0, len(data), STORED_BLOCK) or range(1)
    blocks = [_stored_block(data[s : s + STORED_BLOCK], s + STORED_BLOCK >= len(data)) for s in starts]
    return head + b"".join(blocks) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _stored_block(data: bytes, last: bool) -> bytes:
    return struct.pack("<BHH", last, len(data), len(data) ^ 0xFFFF) + data
