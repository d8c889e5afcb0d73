"""The built files are right by the judgement of the tools that will read them."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version
from twine.commands.check import check
from twine.package import PackageFile
from twine.repository import Repository

from sample_packages.catalogue import catalogue
from sample_packages.model import Distribution

Built = tuple[Distribution, ...]


def wheels(built: Built) -> list[Distribution]:
    return [d for d in built if d.kind == "wheel"]


def sdists(built: Built) -> list[Distribution]:
    return [d for d in built if d.kind == "sdist"]


def opened(wheel: Distribution) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(wheel.content))


def test_every_release_has_the_files_that_the_catalogue_says(built: Built, run_id: str) -> None:
    expected = Counter(
        {(p.key, v.version): len(v.wheels) + v.sdist for p in catalogue(run_id) for v in p.releases}
    )
    assert Counter((d.project_key, d.version) for d in built) == expected
    assert len({d.filename for d in built}) == len(built)
    assert len({d.sha256 for d in built}) == len(built)


def test_every_metadata_is_valid_and_says_what_the_distribution_says(built: Built) -> None:
    for d in built:
        metadata = Metadata.from_email(d.metadata, validate=True)
        assert (metadata.name, metadata.metadata_version) == (d.name, d.metadata_version), d.filename
        assert metadata.version == Version(d.version), d.filename
        assert f"\nVersion: {d.version}\n".encode() in d.metadata
        given = metadata.requires_python
        assert str(given or "") == str(Metadata.from_email(d.metadata).requires_python or ""), d.filename
        assert (given is None) == (d.requires_python is None), d.filename


def test_file_names_are_the_normalized_ones(built: Built) -> None:
    for d in built:
        name, version = (
            parse_wheel_filename(d.filename)[:2] if d.kind == "wheel" else parse_sdist_filename(d.filename)
        )
        assert (name, version) == (canonicalize_name(d.name), Version(d.version)), d.filename
        start = f"{d.normalized.replace('-', '_')}-{Version(d.version)}"
        assert d.filename.startswith((f"{start}-", f"{start}.tar.gz")), d.filename
        assert len(d.filename.encode()) < 200


def test_records_list_every_member_with_its_digest_and_size(built: Built) -> None:
    for wheel in wheels(built):
        with opened(wheel) as archive:
            record = next(n for n in archive.namelist() if n.endswith(".dist-info/RECORD"))
            rows = {
                path: (digest, size)
                for path, digest, size in csv.reader(archive.read(record).decode().splitlines())
            }
            assert rows.pop(record) == ("", "")
            assert set(rows) == set(archive.namelist()) - {record}, wheel.filename
            for path, (digest, size) in rows.items():
                data = archive.read(path)
                sha256 = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={sha256}", str(len(data))), (wheel.filename, path)


def test_wheels_are_zips_that_strict_readers_take(built: Built) -> None:
    """No data descriptors, no extra fields, no compression, no name twice (PyPI's upload rules, August 2025)."""
    for wheel in wheels(built):
        with opened(wheel) as archive:
            assert archive.testzip() is None
            infos = archive.infolist()
        assert len({i.filename for i in infos}) == len(infos)
        for info in infos:
            assert (info.flag_bits & 0b1000, info.extra, info.compress_type) == (0, b"", zipfile.ZIP_STORED)


def test_wheel_files_name_the_tags_of_the_file_name(built: Built) -> None:
    for wheel in wheels(built):
        _, _, build, tags = parse_wheel_filename(wheel.filename)
        with opened(wheel) as archive:
            text = archive.read(
                next(n for n in archive.namelist() if n.endswith(".dist-info/WHEEL"))
            ).decode()
        rows = [tuple(line.split(": ", 1)) for line in text.splitlines()]
        assert {value for key, value in rows if key == "Tag"} == {str(tag) for tag in tags}
        assert [value for key, value in rows if key == "Build"] == (
            ["".join(map(str, build))] if build else []
        )


def test_sdists_have_one_top_directory_with_what_pep_517_asks_for(built: Built) -> None:
    for sdist in sdists(built):
        top = sdist.filename.removesuffix(".tar.gz")
        with tarfile.open(fileobj=io.BytesIO(sdist.content), mode="r:gz") as archive:
            members = archive.getmembers()
        assert {m.name.split("/")[0] for m in members} == {top}
        assert {f"{top}/PKG-INFO", f"{top}/pyproject.toml"} <= {m.name for m in members}
        assert {(m.mode, m.uid, m.gid, m.uname, m.gname, m.type) for m in members} == {
            (0o644, 0, 0, "", "", tarfile.REGTYPE)
        }
        assert sdist.content[3:8] == bytes(5)  # the gzip header has no file name and no time


def test_twine_finds_nothing_to_complain_about(
    built: Built, built_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not check([str(built_files / d.filename) for d in built], strict=True)
    assert "PASSED" in capsys.readouterr().out


def test_upload_forms_are_what_twine_sends(built: Built, built_files: Path) -> None:
    for d in built:
        sent = Repository._convert_metadata_to_list_of_tuples(
            PackageFile.from_filename(str(built_files / d.filename), None).metadata_dictionary()
        )
        digests = {"sha256_digest": d.sha256, "blake2_256_digest": d.blake2_256}
        ours = [*d.form, *digests.items()]
        assert sorted(ours) == sorted([*sent, (":action", "file_upload"), ("protocol_version", "1")]), (
            d.filename
        )
        assert [v for k, v in ours if k == "requires_dist"] == [v for k, v in sent if k == "requires_dist"]


def test_wheels_of_one_release_ask_for_different_pythons(built: Built) -> None:
    asked = [d.requires_python for d in built if d.project_key == "several-wheels"]
    assert asked == [">=3.8", ">=3.11,<3.12", ">=3.12", ">=3.8"]


def test_an_sdist_may_leave_open_what_its_wheel_says(built: Built) -> None:
    wheel, sdist = (d for d in built if d.project_key == "metadata-2-2")
    assert ("dynamic", "requires-dist") in [(k, v.lower()) for k, v in sdist.form]
    assert any(k == "requires_dist" for k, _ in wheel.form)
    assert not any(k == "requires_dist" for k, _ in sdist.form)


def test_licence_files_lie_where_pep_639_wants_them(built: Built) -> None:
    wheel, sdist = (d for d in built if d.project_key == "metadata-2-4")
    with opened(wheel) as archive:
        assert any(n.endswith(".dist-info/licenses/LICENSE.txt") for n in archive.namelist())
    with tarfile.open(fileobj=io.BytesIO(sdist.content)) as archive:
        assert f"{sdist.filename.removesuffix('.tar.gz')}/LICENSE.txt" in archive.getnames()


def test_the_file_for_ranges_is_a_few_mib_and_incompressible(built: Built) -> None:
    (large,) = (d for d in built if d.project_key == "large")
    assert 3 << 20 < large.size < 4 << 20
    assert len(gzip.compress(large.content, 1)) > large.size * 0.99
    assert all(d.size < 64 * 1024 for d in built if d is not large)


def test_text_beyond_ascii_is_utf_8(built: Built) -> None:
    for d in built:
        if d.project_key == "unicode":
            assert "日本語" in d.metadata.decode("utf-8")
            assert "日本語" in dict(d.form)["summary"]
