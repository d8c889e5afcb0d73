"""Forms that have to be accepted: what each client sends, and single oddities that clients depend on, as data.

Field orders are those of twine 7.0, uv 0.13, poetry 2.5, hatch 1.18, pdm 2.29 and flit (twine package.py, uv-publish/src/lib.rs,
poetry publishing/uploader.py, hatch index/publish.py, pdm publish/package.py, flit upload.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from conformance.judging.uploading import as_sent
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import CONTENT, changed
from sample_packages.model import Distribution

LEGACY = "upload-legacy"
Form = Callable[[Distribution], Sequence[Part]]
Make = Callable[[Fresh], Distribution]


@dataclass(frozen=True)
class Accepted:
    """A form that has to be accepted, and the same without what is tried (the control)."""

    key: str
    what: str
    judges: tuple[str, ...]
    form: Form
    control: Form | None = None  # None: what twine sends
    make: Make = lambda fresh: fresh.wheel("form", requires_python=">=3.8")
    why: str = ""
    advice: str = "accept what the clients send; pass over what is of no use"


def values(sent: Distribution) -> dict[str, list[Part]]:
    """The parts that twine sends, by field."""
    found: dict[str, list[Part]] = {}
    for part in as_sent(sent):
        found.setdefault(part.name, []).append(part)
    return found


def in_order(sent: Distribution, fields: str, **extra: str) -> list[Part]:
    """The parts of these fields in this order; what the file does not have is left out, or has the value in `extra`."""
    known = values(sent)
    parts: list[Part] = []
    for field in fields.split():
        parts += known.get(field, [Part(field, extra[field])] if field in extra else [])
    return parts


def untyped(parts: Iterable[Part]) -> list[Part]:
    """The content without a media type, as uv and flit send it."""
    return [replace(part, content_type=None) if part.name == "content" else part for part in parts]


def uv(sent: Distribution) -> list[Part]:
    """The form of `uv publish`: requires_python always, import names under plural names, no type for the content."""
    fields = (
        ":action sha256_digest blake2_256_digest protocol_version metadata_version name version filetype pyversion author "
        "author_email description description_content_type keywords license_expression summary requires_python classifiers "
        "dynamic license_file project_urls provides_extra import_names requires_dist content"
    )
    return untyped(in_order(sent, fields, requires_python="", import_names=sent.module))


def poetry(sent: Distribution) -> list[Part]:
    """The form of `poetry publish`: three digests first."""
    fields = (
        "md5_digest sha256_digest blake2_256_digest filetype pyversion metadata_version name version summary description "
        "classifiers requires_python import_names requires_dist provides_extra project_urls :action protocol_version content"
    )
    return in_order(sent, fields, import_names=sent.module)


def hatch(sent: Distribution) -> list[Part]:
    """The form of `hatch publish`: description first, digests at the end."""
    fields = (
        "description metadata_version name version summary requires_python requires_dist classifiers import_name filetype "
        "pyversion :action protocol_version md5_digest sha256_digest blake2_256_digest content"
    )
    return in_order(sent, fields, import_name=sent.module)


PDM_FIELDS = (
    "name version filetype pyversion metadata_version summary home_page author author_email maintainer maintainer_email "
    "license description keywords classifiers download_url comment project_urls requires_dist requires_python "
    "provides_extras description_content_type dynamic license_expression sha256_digest md5_digest blake2_256_digest "
    "license_file :action protocol_version content"
)


def pdm(sent: Distribution) -> list[Part]:
    """The form of `pdm publish`: an empty value for each single field that the file does not have."""
    several = {"classifiers", "project_urls", "requires_dist", "provides_extras", "dynamic", "license_file"}
    empty = dict.fromkeys(set(PDM_FIELDS.split()) - several, "")
    return in_order(sent, PDM_FIELDS, **empty)


def flit(sent: Distribution) -> list[Part]:
    """The form of `flit publish`: metadata version 2.3 whatever the file says, no pyversion for an sdist."""
    fields = (
        ":action name version metadata_version summary description project_urls requires_dist requires_python "
        "description_content_type protocol_version filetype pyversion md5_digest sha256_digest content"
    )
    drop = ("pyversion",) if sent.kind == "sdist" else ()
    return untyped(changed(in_order(sent, fields), drop=drop, metadata_version="2.3"))


def twine(sent: Distribution) -> list[Part]:
    """The form of `twine upload`: without md5, digests and :action late, the content last."""
    return changed(as_sent(sent), drop=("md5_digest",))


def sdist(fresh: Fresh) -> Distribution:
    """An sdist for a form."""
    return fresh.sdist("form")


def action_at(place: int) -> Form:
    """The form with :action at this place: 0 the first, -1 the last part."""

    def form(sent: Distribution) -> list[Part]:
        rest = changed(as_sent(sent), drop=(":action",))
        action = Part(":action", "file_upload")
        return [action, *rest] if place == 0 else [*rest, action]

    return form


def content_first(sent: Distribution) -> list[Part]:
    """The file before all fields."""
    return sorted(as_sent(sent), key=lambda part: part.name != "content")


def plus(*parts: Part, **fields: str) -> Form:
    """The form with parts added and fields replaced."""
    return lambda sent: changed(as_sent(sent), add=parts, **fields)


def without(*names: str) -> Form:
    """The form without some fields."""
    return lambda sent: changed(as_sent(sent), drop=names)


def client(name: str, form: Form, *judges: str, make: Make | None = None) -> Accepted:
    """The form of a client."""
    ids = (f"{LEGACY}/endpoint-post", *(f"{LEGACY}/{slug}" for slug in judges))
    why = f"{name} can't publish here"
    plain = Accepted(name, f"an upload with the form of {name}", ids, form, why=why)
    return plain if make is None else replace(plain, key=f"{name}-sdist", make=make)


CLIENTS = (
    client("twine", twine, "action-in-body"),
    client("uv", uv, "content-type-missing-or-image", "empty-value", "unknown-fields-ignored"),
    client("poetry", poetry, "md5-encoding", "unknown-fields-ignored"),
    client("hatch", hatch, "md5-encoding", "unknown-fields-ignored"),
    client("pdm", pdm, "empty-value", "comment-field"),
    client("flit", flit, "md5-encoding", "content-type-missing-or-image"),
    client("uv", uv, "pyversion-sdist-source", make=sdist),
    client("flit", flit, "pyversion-sdist-default", make=sdist),
)


def single(key: str, what: str, judge: str, form: Form, why: str, **more: object) -> Accepted:
    """A form that is odd in one way."""
    return replace(Accepted(key, what, (f"{LEGACY}/{judge}",), form, why=why), **more)  # type: ignore[arg-type]


ODDITIES = (
    single(
        "action-first",
        "a form with :action first",
        "action-in-body",
        action_at(0),
        "uv and flit send it first",
    ),
    single(
        "action-last",
        "a form with :action after the file",
        "action-in-body",
        action_at(-1),
        "a form has no order",
    ),
    single(
        "content-first",
        "a form with the file first",
        "action-in-body",
        content_first,
        "uv sends fields after the file (attestations)",
    ),
    single(
        "protocol-version",
        "a form with protocol_version 1",
        "protocol-version-1",
        as_sent,
        "every client sends it",
        control=without("protocol_version"),
    ),
    single(
        "octet-stream",
        f"a content part of type {CONTENT}",
        "content-type-octet",
        as_sent,
        "twine, poetry, hatch and pdm send this type",
        control=lambda sent: untyped(as_sent(sent)),
    ),
    single(
        "no-content-type",
        "a content part without a media type",
        "content-type-missing-or-image",
        lambda sent: untyped(as_sent(sent)),
        "uv and flit send none",
    ),
    single(
        "sdist-source",
        "an sdist with the pyversion source",
        "pyversion-sdist-source",
        as_sent,
        "twine, uv, poetry, hatch and pdm send it",
        control=without("pyversion"),
        make=sdist,
    ),
    single(
        "sdist-no-pyversion",
        "an sdist without pyversion",
        "pyversion-sdist-default",
        without("pyversion"),
        "flit sends none",
        make=sdist,
    ),
    single(
        "md5-hex",
        "a form with md5_digest in hexadecimal",
        "md5-encoding",
        as_sent,
        "poetry, hatch, pdm and flit send it so",
        control=without("md5_digest"),
    ),
    single(
        "unknown-field",
        "a form with fields that nobody knows",
        "unknown-fields-ignored",
        plus(Part("x_rct_field", "1"), Part("provides_extras", "a"), Part("import_names", "b")),
        "each client sends fields of its own",
    ),
    single(
        "hyphen-field",
        "a form with Description-Content-Type and Requires-Dist as field names",
        "hyphen-fields-ignored",
        plus(Part("Description-Content-Type", "text/plain"), Part("Requires-Dist", "x (bad")),
        "such names mean nothing",
    ),
    single(
        "empty-values",
        "a form with empty values",
        "empty-value",
        plus(requires_python="", home_page="", author="", license="", download_url=""),
        "uv always sends requires_python, pdm sends every field",
        make=lambda fresh: fresh.wheel("form"),
    ),
    single(
        "comment",
        "a form with a comment",
        "comment-field",
        plus(comment="for the record"),
        "twine --comment, pdm",
    ),
    single(
        "gpg-signature",
        "a form with a gpg_signature",
        "gpg-signature-ignored",
        lambda sent: changed(as_sent(sent), add=(signature(sent),)),
        "twine --sign sends one",
    ),
)


def signature(sent: Distribution) -> Part:
    """A detached signature as twine sends it (twine package.py)."""
    text = b"-----BEGIN PGP SIGNATURE-----\n\niQEzBAABCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    return Part("gpg_signature", text, f"{sent.filename}.asc", CONTENT)
