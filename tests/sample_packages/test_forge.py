"""A forged distribution is right, but for what it was asked to have wrong."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from twine.commands.check import check
from twine.package import PackageFile
from twine.repository import Repository

from sample_packages.backend import STORED_BLOCK, gzip_stored
from sample_packages.forge import forge_sdist, forge_wheel
from sample_packages.model import Distribution

NAME = "Rct.forged_One"


def members(d: Distribution) -> dict[str, bytes]:
    if d.kind == "wheel":
        with zipfile.ZipFile(io.BytesIO(d.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(d.content), mode="r:gz") as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr]


@pytest.mark.parametrize("forge", [forge_wheel, forge_sdist])
def test_left_alone_it_is_right(forge: object, tmp_path: Path) -> None:
    assert callable(forge)
    d: Distribution = forge(
        NAME,
        "1.0-RC1",
        metadata_version="2.3",
        requires_python=">=3.9,<4",
        requires_dist=(r for r in ["a>1", "b; extra == 'x'"]),
        extra_metadata=[("Provides-Extra", "x"), ("Project-URL", "Home, https://example.org")],
        description="Grüße <b>\n",
    )
    path = tmp_path / d.filename
    path.write_bytes(d.content)
    parse = parse_wheel_filename if d.kind == "wheel" else parse_sdist_filename
    assert [str(part) for part in parse(d.filename)[:2]] == ["rct-forged-one", "1.0rc1"]
    assert Metadata.from_email(d.metadata).requires_dist is not None
    assert d.metadata in members(d).values()
    assert not check([str(path)], strict=True)
    sent = Repository._convert_metadata_to_list_of_tuples(
        PackageFile.from_filename(str(path), None).metadata_dictionary()
    )
    ours = [*d.form, ("sha256_digest", d.sha256), ("blake2_256_digest", d.blake2_256)]
    assert sorted(ours) == sorted([*sent, (":action", "file_upload"), ("protocol_version", "1")])
    assert (d.name, d.version, d.metadata_version, d.requires_python) == (NAME, "1.0-RC1", "2.3", ">=3.9,<4")


@pytest.mark.parametrize("forge", [forge_wheel, forge_sdist])
def test_the_same_request_gives_the_same_bytes_and_another_gives_others(forge: object) -> None:
    assert callable(forge)
    assert forge(NAME, "1.0") == forge(NAME, "1.0")
    distinct = [
        forge(NAME, "1.0"),
        forge(NAME, "1.1"),
        forge("other", "1.0"),
        forge(NAME, "1.0", files={"more": "x"}),
    ]
    assert len({d.sha256 for d in distinct}) == len(distinct)


def test_a_wheel_can_lack_any_part() -> None:
    for part in ("METADATA", "WHEEL", "RECORD"):
        names = {path.split("/")[-1] for path in members(forge_wheel(NAME, "1.0", leave_out=[part]))}
        assert {"METADATA", "WHEEL", "RECORD"} - names == {part}


def test_an_sdist_can_lack_its_pkg_info() -> None:
    d = forge_sdist(NAME, "1.0", leave_out=["PKG-INFO"])
    assert not any(path.endswith("PKG-INFO") for path in members(d))
    assert any(path.endswith("pyproject.toml") for path in members(d))


@pytest.mark.parametrize("forge", [forge_wheel, forge_sdist])
def test_the_file_can_contradict_the_form(forge: object) -> None:
    assert callable(forge)
    d: Distribution = forge(NAME, "1.0", inner_name="victim", inner_version="9.9")
    inner = Metadata.from_email(d.metadata)
    assert (inner.name, str(inner.version)) == ("victim", "9.9")
    assert any(path.startswith("victim-9.9") for path in members(d))
    assert dict(d.form)["version"] == "1.0"
    assert d.filename.startswith("rct_forged_one-1.0")


@pytest.mark.parametrize("forge", [forge_wheel, forge_sdist])
def test_the_file_name_and_the_metadata_bytes_can_be_anything(forge: object) -> None:
    assert callable(forge)
    d: Distribution = forge(NAME, "1.0", filename="../x.whl", metadata=b"\xff\x00 not metadata")
    assert d.filename == "../x.whl"
    assert b"\xff\x00 not metadata" in members(d).values()
    assert ("name", "Rct.forged-One") in d.form


@pytest.mark.parametrize("forge", [forge_wheel, forge_sdist])
def test_the_archive_can_be_spoiled(forge: object) -> None:
    assert callable(forge)
    whole: bytes = forge(NAME, "1.0").content
    assert forge(NAME, "1.0", content=b"not an archive").content == b"not an archive"
    assert forge(NAME, "1.0", truncate=100).content == whole[:100]
    assert forge(NAME, "1.0", truncate=-30).content == whole[:-30]
    assert forge(NAME, "1.0", truncate=0).content == b""
    assert forge(NAME, "1.0", leading=b"MZ", trailing=b"PK").content == b"MZ" + whole + b"PK"


def test_vendored_metadata_stands_before_the_wheels_own() -> None:
    paths = [p for p in members(forge_wheel(NAME, "1.0", vendored=True)) if p.endswith(".dist-info/METADATA")]
    assert [p.count("/") for p in paths] == [3, 1]


def test_extra_members_are_not_in_the_record() -> None:
    d = forge_wheel(NAME, "1.0", files={"data.txt": "listed"}, extra_members={"../evil.txt": b"not listed"})
    (record,) = (data for path, data in members(d).items() if path.endswith("/RECORD"))
    assert b"data.txt," in record
    assert b"evil" not in record
    assert "../evil.txt" in members(d)
    assert "../evil.txt" in members(forge_sdist(NAME, "1.0", extra_members={"../evil.txt": b""}))


def test_tags_and_build_stand_in_the_name_and_the_form() -> None:
    d = forge_wheel(NAME, "1.0", tags="cp311-abi3-win_amd64", build="7")
    assert d.filename == "rct_forged_one-1.0-7-cp311-abi3-win_amd64.whl"
    assert ("pyversion", "cp311") in d.form


def test_an_option_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(TypeError):
        forge_wheel(NAME, "1.0", requires_pyhton=">=3")


@pytest.mark.parametrize("size", [0, 1, STORED_BLOCK - 1, STORED_BLOCK, STORED_BLOCK + 1, 3 * STORED_BLOCK])
def test_gzip_made_by_hand_reads_back(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert gzip.decompress(gzip_stored(data[:size])) == data[:size]
