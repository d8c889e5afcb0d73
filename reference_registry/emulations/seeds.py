"""Projects that are there from the start, in emulations that take no uploads."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

from reference_registry.model import Digests, Project, Release, StoredFile
from reference_registry.names import normalize
from reference_registry.store import Store

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OLDEST = (1980, 1, 1, 0, 0, 0)  # in zip files


def seed(store: Store, name: str, version: str) -> None:
    """Put a small wheel into the store."""
    body, metadata = wheel(name, version)
    filename = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    project = normalize(name)
    with store.incoming() as path:
        path.write_bytes(body)
        file = StoredFile(
            filename=filename,
            project=project,
            version=version,
            filetype="bdist_wheel",
            pyversion="py3",
            size=len(body),
            digests=Digests(
                hashlib.md5(body, usedforsecurity=False).hexdigest(),
                hashlib.sha256(body).hexdigest(),
                hashlib.blake2b(body, digest_size=32).hexdigest(),
            ),
            path=path.with_name(uuid4().hex),
            uploaded=LONG_AGO,
            uploader="",
            metadata=metadata,
            metadata_sha256=hashlib.sha256(metadata).hexdigest(),
        )
        store.publish(file, path, Project(project, name, ""), Release(version), lambda _: None)


def wheel(name: str, version: str) -> tuple[bytes, bytes]:
    """A wheel that installs one empty module, and its metadata."""
    module = name.replace("-", "_")
    folder = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: A seed\n".encode()
    members = {
        f"{module}.py": b"",
        f"{folder}/METADATA": metadata,
        f"{folder}/WHEEL": b"Wheel-Version: 1.0\nGenerator: seeds\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in members.items()]
    members[f"{folder}/RECORD"] = "\n".join([*record, f"{folder}/RECORD,,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path, OLDEST), data)
    return packed.getvalue(), metadata


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
