"""Files that were made to trouble whoever opens them, as data: a registry may refuse them, or keep them unopened."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from fixtures.fresh import Fresh
from sample_packages.model import Distribution

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>\n"


@dataclass(frozen=True)
class Hostile:
    """One such file."""

    key: str
    what: str
    make: Callable[[Fresh], Distribution]


def wheel(key: str, what: str, **how: Any) -> Hostile:
    """A wheel that is forged so (see `Forgery`)."""
    return Hostile(key, what, lambda fresh: fresh.wheel("hostile", **how))


def sdist(key: str, what: str, **how: Any) -> Hostile:
    """An sdist that is forged so."""
    return Hostile(key, what, lambda fresh: fresh.sdist("hostile", **how))


def changed_zip(key: str, what: str, change: Callable[[zipfile.ZipFile, Distribution], None]) -> Hostile:
    """A wheel to which something is appended."""

    def make(fresh: Fresh) -> Distribution:
        sent = fresh.wheel("hostile")
        file = io.BytesIO(sent.content)
        import warnings

        with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
            warnings.simplefilter("ignore")  # zipfile warns of the second member of one name
            change(archive, sent)
        return replace(sent, content=file.getvalue())

    return Hostile(key, what, make)


def put(archive: zipfile.ZipFile, path: str, data: bytes, mode: int = 0o100644) -> None:
    """Add a member that is the same in every run."""
    info = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
    info.external_attr = mode << 16
    archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def metadata_path(sent: Distribution) -> str:
    """Where a wheel has its metadata."""
    return f"{'-'.join(sent.filename.split('-')[:2])}.dist-info/METADATA"


def second_metadata(archive: zipfile.ZipFile, sent: Distribution) -> None:
    """Append another METADATA under the same path."""
    put(archive, metadata_path(sent), sent.metadata.replace(b"1.0", b"9.9", 1))


def link_member(archive: zipfile.ZipFile, _: Distribution) -> None:
    """Append a symbolic link to a file of the system."""
    put(archive, "link", b"/etc/hostname", 0o120777)


def encrypted(fresh: Fresh) -> Distribution:
    """A wheel whose members are marked as encrypted."""
    sent = fresh.wheel("hostile")
    data = bytearray(sent.content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return replace(sent, content=bytes(data))


def bad_checksum(fresh: Fresh) -> Distribution:
    """A wheel whose METADATA does not have its checksum."""
    sent = fresh.wheel("hostile")
    data = bytearray(sent.content)
    for signature, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] ^= 0xFF
            at = data.find(signature, at + 4)
    return replace(sent, content=bytes(data))


def doubled(fresh: Fresh) -> Distribution:
    """Two wheels, one after the other in one file."""
    first, second = fresh.wheel("hostile"), fresh.wheel("second")
    return replace(first, content=first.content + second.content)


def tar_members(key: str, what: str, members: Callable[[str], Iterable[tarfile.TarInfo]]) -> Hostile:
    """An sdist with further members that are no plain files."""

    def make(fresh: Fresh) -> Distribution:
        sent = fresh.sdist("hostile")
        top = sent.filename.removesuffix(".tar.gz")
        file = io.BytesIO(gzip.decompress(sent.content))
        with tarfile.open(fileobj=file, mode="a") as archive:
            for member in members(top):
                archive.addfile(member)
        return replace(sent, content=gzip.compress(file.getvalue(), mtime=0))

    return Hostile(key, what, make)


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    """One member that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def only_links(fresh: Fresh) -> Distribution:
    """An sdist whose PKG-INFO is a link to a file of the system."""
    sent = fresh.sdist("hostile")
    top = sent.filename.removesuffix(".tar.gz")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(member(f"{top}/PKG-INFO", tarfile.SYMTYPE, "/etc/passwd"))
        archive.addfile(member(f"{top}/pyproject.toml", tarfile.SYMTYPE, "../../../etc/passwd"))
    return replace(sent, content=gzip.compress(file.getvalue(), mtime=0))


ZEROS = 24 * 1024 * 1024
FILES = (
    wheel("wheel-empty", "an empty file named as a wheel", content=b""),
    wheel("wheel-html", "an HTML page named as a wheel", content=HTML),
    wheel("wheel-noise", "random bytes named as a wheel", content=bytes(range(256)) * 40),
    wheel("wheel-cut", "a wheel without its last bytes", truncate=-30),
    wheel("wheel-half", "a quarter of a wheel", truncate=300),
    wheel("wheel-prefix", "a wheel behind a shell script", leading=b"#!/bin/sh\nexit 1\n"),
    wheel("wheel-html-prefix", "a wheel behind an HTML page", leading=HTML),
    wheel("wheel-suffix", "a wheel with bytes after its end", trailing=b"\0" * 100),
    Hostile("wheel-doubled", "two wheels in one file", doubled),
    Hostile("wheel-encrypted", "a wheel marked as encrypted", encrypted),
    Hostile("wheel-checksum", "a wheel with wrong checksums", bad_checksum),
    changed_zip("wheel-two-metadata", "a wheel with two METADATA of one path", second_metadata),
    changed_zip("wheel-link", "a wheel with a link out of it", link_member),
    changed_zip("wheel-climbs", "a wheel with a member ../evil.py", lambda z, _: put(z, "../evil.py", b"")),
    changed_zip(
        "wheel-absolute", "a wheel with a member /evil/evil.py", lambda z, _: put(z, "/evil/evil.py", b"")
    ),
    changed_zip(
        "wheel-bomb", "a wheel that unpacks to 24 MiB of zeros", lambda z, _: put(z, "zeros", bytes(ZEROS))
    ),
    wheel("wheel-no-metadata", "a wheel without METADATA", leave_out=("METADATA",)),
    wheel("wheel-no-wheel", "a wheel without WHEEL", leave_out=("WHEEL",)),
    wheel("wheel-no-record", "a wheel without RECORD", leave_out=("RECORD",)),
    wheel("wheel-other-inside", "a wheel whose metadata name another project", inner_name="another"),
    wheel("wheel-binary-metadata", "a wheel whose METADATA is noise", metadata=bytes(range(256)) * 4),
    wheel("wheel-empty-metadata", "a wheel whose METADATA is empty", metadata=b""),
    sdist("sdist-empty", "an empty file named as an sdist", content=b""),
    sdist("sdist-empty-gzip", "an sdist with nothing in it", content=gzip.compress(b"", mtime=0)),
    sdist("sdist-html", "an HTML page named as an sdist", content=HTML),
    sdist("sdist-cut", "an sdist without its last bytes", truncate=-12),
    sdist("sdist-half", "a part of an sdist", truncate=120),
    sdist("sdist-suffix", "an sdist with bytes after its end", trailing=b"garbage"),
    sdist("sdist-no-pkg-info", "an sdist without PKG-INFO", leave_out=("PKG-INFO",)),
    sdist("sdist-climbs", "an sdist with a member ../../evil.py", extra_members={"../../evil.py": b""}),
    sdist("sdist-absolute", "an sdist with a member /evil/evil.py", extra_members={"/evil/evil.py": b""}),
    sdist("sdist-other-inside", "an sdist of another project inside", inner_name="another"),
    Hostile("sdist-links", "an sdist whose PKG-INFO is a link", only_links),
    tar_members(
        "sdist-devices",
        "an sdist with a device and a pipe",
        lambda top: (member(f"{top}/fifo", tarfile.FIFOTYPE), member(f"{top}/device", tarfile.CHRTYPE)),
    ),
    tar_members(
        "sdist-loop",
        "an sdist with links in a circle",
        lambda top: (
            member(f"{top}/a", tarfile.SYMTYPE, "b"),
            member(f"{top}/b", tarfile.SYMTYPE, "a"),
            member(f"{top}/hard", tarfile.LNKTYPE, "/etc/passwd"),
        ),
    ),
)


def odd_but_whole(key: str, what: str, metadata: str | None = None, **how: Any) -> Hostile:
    """A wheel that is legal and not what most tools write; `metadata` is a template."""

    def make(fresh: Fresh) -> Distribution:
        name = fresh.name("odd")
        text = None if metadata is None else metadata.format(name=name).encode()
        return fresh.wheel("", name=name, metadata=text, **how)

    return Hostile(key, what, make)


def ends_in_line_end(fresh: Fresh) -> Distribution:
    """A wheel whose archive comment is a line end: what cuts the parts of a form at lines takes it away."""
    sent = fresh.wheel("line-end")
    end = b"\r\n"
    return replace(sent, content=sent.content[:-2] + len(end).to_bytes(2, "little") + end)


HEAD = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
LEGAL = (
    Hostile("line-end", "a wheel whose last bytes are a line end", ends_in_line_end),
    odd_but_whole("vendored", "a wheel with another project's dist-info inside a package", vendored=True),
    odd_but_whole("no-newline", "metadata without a newline at the end", HEAD.rstrip()),
    odd_but_whole("crlf", "metadata with CR LF", HEAD.replace("\n", "\r\n")),
    odd_but_whole("unknown-header", "metadata with an unknown header", HEAD + "X-Unheard: yes\n"),
    odd_but_whole("header-case", "metadata with other case in header names", HEAD.replace("Name:", "name:")),
    odd_but_whole(
        "folded", "metadata with a folded header", HEAD + "License: one\n        two\n        three\n"
    ),
    odd_but_whole("long-line", "metadata with a line of 20,000 characters", HEAD + f"\n{'word ' * 4000}\n"),
    odd_but_whole("unicode", "metadata beyond ASCII", HEAD + "Author: Žofie Čapková 山田太郎\n\nGröße 🐍\n"),
    odd_but_whole("build-tag", "a wheel with a build number", build="2_rc"),
    odd_but_whole("tag-set", "a wheel with compressed tag sets", tags="py2.py3-none-any"),
    odd_but_whole(
        "abi3", "a wheel with a platform tag", tags="cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64"
    ),
)
