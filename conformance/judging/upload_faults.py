"""Uploads that are wrong in one way, as data: what is wrong, which requirements want it refused, and how to make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.judging.uploading import Shot, as_sent
from fixtures.fresh import Fresh
from fixtures.multipart import Part, encode
from fixtures.registry import changed
from sample_packages.model import Distribution

LEGACY, META = "upload-legacy", "upload-meta"
ZEROS = "0" * 64
UNKNOWN_MAJOR = "9.0"


@dataclass(frozen=True)
class Fault:
    """One way in which an upload is wrong."""

    key: str
    what: str
    judges: tuple[str, ...]  # the requirements that want it refused
    make: Callable[[Fresh], Shot]
    kept_is_fine: bool = False  # published under its true name, byte for byte, the file harms nobody
    why: str = ""


def form_fault(
    key: str,
    what: str,
    *judges: str,
    drop: tuple[str, ...] = (),
    add: tuple[Part, ...] = (),
    kept_is_fine: bool = False,
    why: str = "",
    **fields: str,
) -> Fault:
    """A fault of the form: fields dropped, added or replaced; the file itself is good."""

    def make(fresh: Fresh) -> Shot:
        sent = fresh.wheel("fault")
        return Shot(sent, changed(as_sent(sent), drop=drop, add=add, **fields))

    return Fault(key, what, judges, make, kept_is_fine, why)


def named_fault(key: str, what: str, ending: str, *judges: str) -> Fault:
    """A name that no project may have; form, file name and metadata all have it."""

    def make(fresh: Fresh) -> Shot:
        name = fresh.name("named") + ending
        sent = fresh.wheel("", name=name)
        return Shot(sent, changed(as_sent(sent), name=name))

    return Fault(key, what, judges, make, why="pip and uv can't ask for a project of this name")


def version_fault(key: str, version: str, *judges: str) -> Fault:
    """A version that is none; form, file name and metadata all have it."""

    def make(fresh: Fresh) -> Shot:
        name = fresh.name("versioned")
        sent = fresh.wheel(
            "",
            "1.0",
            name=name,
            filename=f"{name.replace('-', '_')}-{version.replace('-', '_')}-py3-none-any.whl",
            metadata=f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        )
        return Shot(replace(sent, version=version), changed(as_sent(sent), version=version))

    return Fault(key, f"an upload with the version {version!r}", judges, make, why="pip and uv skip the file")


def without_fields(fresh: Fresh) -> Shot:
    """Neither form nor file say the version."""
    name = fresh.name("nameless")
    sent = fresh.wheel("", name=name, metadata=f"Metadata-Version: 2.1\nName: {name}\n".encode())
    return Shot(sent, changed(as_sent(sent), drop=("version",)))


def renamed(fresh: Fresh) -> Shot:
    """The form names one project, the file another one."""
    form, file = fresh.name("form"), fresh.wheel("file")
    return Shot(file, changed(as_sent(file), name=form))


def renamed_sdist(fresh: Fresh) -> Shot:
    """The form and the metadata name one project, the file name another one."""
    name, other = fresh.name("form"), fresh.name("file")
    return Shot(fresh.sdist("", name=name, filename=f"{other.replace('-', '_')}-1.0.tar.gz"))


def other_form_version(fresh: Fresh) -> Shot:
    """The form says 2.0, the file name and the metadata say 1.0."""
    sent = fresh.wheel("form")
    return Shot(sent, changed(as_sent(sent), version="2.0"))


def other_version(fresh: Fresh) -> Shot:
    """The form and the metadata say 1.0, the file name says 2.0."""
    name = fresh.name("release")
    return Shot(fresh.wheel("", "1.0", name=name, filename=f"{name.replace('-', '_')}-2.0-py3-none-any.whl"))


def sdist_with_other_digest(fresh: Fresh) -> Shot:
    """An sdist whose digests are those of another file."""
    sent = fresh.sdist("fault")
    return Shot(sent, changed(as_sent(sent), drop=("md5_digest", "blake2_256_digest"), sha256_digest=ZEROS))


def file_named(ending: str) -> Callable[[Fresh], Shot]:
    """A wheel whose file name ends otherwise than a wheel's may."""

    def make(fresh: Fresh) -> Shot:
        name = fresh.name("wheel")
        return Shot(fresh.wheel("", name=name, filename=name.replace("-", "_") + ending))

    return make


def content_as_text(fresh: Fresh) -> Shot:
    """The file comes as a field of text."""
    sent = fresh.wheel("text")
    return Shot(sent, changed(as_sent(sent), drop=("content",), add=(Part("content", "not a file"),)))


def content_without_name(fresh: Fresh) -> Shot:
    """The file has an empty name."""
    sent = fresh.wheel("unnamed")
    form = [replace(part, filename="") if part.name == "content" else part for part in as_sent(sent)]
    return Shot(sent, form)


DIGEST_NAMES = ("md5_digest", "sha256_digest", "blake2_256_digest")
FORM_FAULTS = (
    form_fault(
        "no-action",
        "an upload without :action",
        f"{LEGACY}/action-missing",
        drop=(":action",),
        kept_is_fine=True,
    ),
    form_fault(
        "unknown-action",
        "an upload with an unknown :action",
        f"{LEGACY}/action-missing",
        action="frobnicate",
        kept_is_fine=True,
    ),
    form_fault("no-content", "an upload without a file", f"{LEGACY}/content-required", drop=("content",)),
    Fault(
        "content-text",
        "an upload whose content is text",
        (f"{LEGACY}/content-required",),
        content_as_text,
        True,
    ),
    Fault(
        "content-unnamed",
        "a file without a name",
        (f"{LEGACY}/content-required",),
        content_without_name,
        True,
    ),
    form_fault(
        "no-filetype",
        "an upload without filetype",
        f"{LEGACY}/filetype-required",
        drop=("filetype",),
        kept_is_fine=True,
    ),
    form_fault(
        "wrong-sha256",
        "a file whose sha256_digest is another one",
        f"{LEGACY}/digest-verified",
        sha256_digest=ZEROS,
        why="a file that was damaged on its way is published as if it were whole",
    ),
    form_fault(
        "only-wrong-sha256",
        "a file whose only digest is another file's",
        f"{LEGACY}/digest-verified",
        drop=("md5_digest", "blake2_256_digest"),
        sha256_digest="f" * 64,
        why="a file that was damaged on its way is published as if it were whole",
    ),
    Fault(
        "wrong-sha256-sdist",
        "an sdist whose only digest is another file's",
        (f"{LEGACY}/digest-verified",),
        sdist_with_other_digest,
        why="a file that was damaged on its way is published as if it were whole",
    ),
    form_fault(
        "short-sha256",
        "a sha256_digest of 63 digits",
        f"{LEGACY}/sha256-format",
        drop=("md5_digest", "blake2_256_digest"),
        sha256_digest="a" * 63,
        why="no file has this digest, so nothing was compared",
    ),
    form_fault(
        "sha256-no-hex",
        "a sha256_digest that is not hexadecimal",
        f"{LEGACY}/sha256-format",
        drop=("md5_digest", "blake2_256_digest"),
        sha256_digest="z" * 64,
        why="no file has this digest, so nothing was compared",
    ),
    form_fault(
        "no-name", "an upload without a name", f"{LEGACY}/name-required", drop=("name",), kept_is_fine=True
    ),
    form_fault(
        "no-version",
        "an upload without a version",
        f"{LEGACY}/version-required",
        drop=("version",),
        kept_is_fine=True,
    ),
    form_fault(
        "no-metadata-version",
        "an upload without metadata_version",
        f"{LEGACY}/metadata-version-required",
        drop=("metadata_version",),
        kept_is_fine=True,
    ),
    Fault(
        "no-version-anywhere",
        "an upload whose form and metadata lack the version",
        (f"{META}/required-fields", f"{LEGACY}/version-required"),
        without_fields,
        why="pip and uv stop at metadata without a version",
    ),
)
VALUE_FAULTS = (
    named_fault(
        "name-with-space",
        "a project name with a space",
        " x",
        f"{LEGACY}/name-required",
        f"{META}/name-invalid",
    ),
    named_fault("name-ends-in-hyphen", "a project name that ends in a hyphen", "-", f"{META}/name-invalid"),
    named_fault("name-not-ascii", "a project name with a letter beyond ASCII", "-ſ", f"{META}/name-invalid"),
    named_fault(
        "name-markup",
        "a project name with markup",
        "<img src=x>",
        f"{META}/name-invalid",
        f"{LEGACY}/name-required",
    ),
    version_fault("version-word", "latest", f"{LEGACY}/version-required", f"{META}/version-invalid"),
    version_fault("version-tail", "1.0.x", f"{META}/version-invalid"),
    version_fault("version-dash", "1.0-foo", f"{META}/version-invalid"),
    version_fault("version-local", "1.0+a..b", f"{META}/version-invalid"),
    Fault(
        "other-project",
        "a file named after another project",
        (f"{LEGACY}/filename-name-mismatch",),
        renamed,
        True,
        "uv stops: the index returned metadata for the wrong package",
    ),
    Fault(
        "other-project-sdist",
        "a source distribution named after another project",
        (f"{LEGACY}/filename-name-mismatch",),
        renamed_sdist,
        True,
        "the file stands on the page of a project that it does not belong to",
    ),
    Fault(
        "form-other-version",
        "a form with another version than its file",
        (f"{LEGACY}/filename-version-mismatch",),
        other_form_version,
        True,
        "the file stands in a release that it does not belong to",
    ),
    Fault(
        "other-version",
        "a file named after another version",
        (f"{LEGACY}/filename-version-mismatch",),
        other_version,
        why="uv stops and pip drops the file: its metadata name another version than its name",
    ),
    Fault(
        "wheel-without-tags",
        "a wheel named without tags",
        (f"{LEGACY}/wheel-filename-valid",),
        file_named("-1.0.whl"),
    ),
    Fault(
        "wheel-two-tags",
        "a wheel named with two tags of three",
        (f"{LEGACY}/wheel-filename-valid",),
        file_named("-1.0-py3-none.whl"),
    ),
    Fault(
        "wheel-bad-build",
        "a wheel whose build number begins with a letter",
        (f"{LEGACY}/wheel-filename-valid",),
        file_named("-1.0-x1-py3-none-any.whl"),
    ),
    Fault(
        "wheel-double-underscore",
        "a wheel with an empty part in its name",
        (f"{LEGACY}/wheel-filename-valid",),
        file_named("-1.0--none-any.whl"),
    ),
)


# -- bodies that are no form ------------------------------------------------------------------------------------------


def body_fault(
    key: str,
    what: str,
    spoil: Callable[[str, bytes, Distribution], tuple[str, bytes]],
    *judges: str,
    kept_is_fine: bool = False,
) -> Fault:
    """A fault of the body: `spoil` changes its type and its bytes."""

    def make(fresh: Fresh) -> Shot:
        sent = fresh.wheel("body")
        content_type, body = spoil(*encode(as_sent(sent)), sent)
        return Shot(sent, body=body, content_type=content_type)

    return Fault(key, what, judges or (f"{LEGACY}/malformed-multipart",), make, kept_is_fine)


def urlencoded(_: str, __: bytes, sent: Distribution) -> tuple[str, bytes]:
    """The form as a web page without files sends it."""
    from urllib.parse import urlencode

    return "application/x-www-form-urlencoded", urlencode(sent.form).encode()


def as_json(_: str, __: bytes, sent: Distribution) -> tuple[str, bytes]:
    """The form as a JSON object."""
    import json

    return "application/json", json.dumps(dict(sent.form)).encode()


def body_faults() -> Iterator[Fault]:
    """The faults of bodies."""
    multipart = f"{LEGACY}/multipart"
    yield body_fault(
        "body-urlencoded", "an upload as application/x-www-form-urlencoded", urlencoded, multipart
    )
    yield body_fault("body-json", "an upload as JSON", as_json, multipart)
    yield body_fault(
        "body-plain",
        "a bare file as body",
        lambda _, __, d: ("application/octet-stream", d.content),
        multipart,
    )
    yield body_fault("body-empty", "an empty body", lambda kind, _, __: (kind, b""))
    yield body_fault(
        "no-boundary", "a form without a boundary", lambda _, body, __: ("multipart/form-data", body)
    )
    yield body_fault(
        "other-boundary",
        "a form whose boundary is another one",
        lambda _, body, __: ("multipart/form-data; boundary=another", body),
    )
    yield body_fault(
        "cut-in-file", "a form that ends in the middle of its file", lambda kind, body, _: (kind, body[:-400])
    )
    yield body_fault(
        "cut-in-fields", "a form that ends in the middle of a field", lambda kind, body, _: (kind, body[:300])
    )
    yield body_fault(
        "nameless-part",
        "a form with a part that has no name",
        lambda kind, body, _: (kind, body.replace(b'; name="summary"', b"", 1)),
        kept_is_fine=True,
    )
    yield body_fault("noise", "random bytes as a form", lambda kind, _, __: (kind, bytes(range(256)) * 8))


FAULTS = (*FORM_FAULTS, *VALUE_FAULTS, *body_faults())
