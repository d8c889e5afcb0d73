"""The body of an upload: multipart/form-data, read as it comes in (RFC 7578). The file goes to disk, the rest stays in memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from reference_registry.errors import Refused
from reference_registry.model import Digests
from reference_registry.settings import Limits

PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))\s*', re.DOTALL)
PLAIN_ENCODINGS = ("", "7bit", "8bit", "binary")


@dataclass(frozen=True)
class Content:
    """The uploaded file: its claimed name, and what was found on the way to disk."""

    filename: str
    path: Path
    size: int
    digests: Digests


@dataclass(frozen=True)
class Form:
    """An upload form. Repeated fields keep all their values, in order."""

    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()  # names of the fields that came as files
    content: Content | None = None
    signature: bytes | None = None

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field. Empty ones and the literal UNKNOWN count as not given."""
        return tuple(value for key, value in self.fields if key == name and value not in ("", "UNKNOWN"))

    def one(self, name: str) -> str | None:
        """The value of a field that has one."""
        return next(iter(self.all(name)), None)


@dataclass
class _Part:
    """The part that is being read."""

    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    filename: str | None = None
    data: bytearray = field(default_factory=bytearray)


def boundary_of(content_type: str) -> str:
    """The boundary in a Content-Type header, or a refusal."""
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        raise Refused(415, "An upload has to be multipart/form-data.")
    boundary = dict(parse_parameters(";" + parameters)).get("boundary", "")
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise Refused(400, "The Content-Type has no valid multipart boundary.")
    return boundary


def parse_parameters(text: str) -> list[tuple[str, str]]:
    """The parameters of a header value, in order, repeated ones too."""
    pairs = []
    for name, quoted, plain in PARAMETER.findall(text):
        value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted else plain.strip()
        pairs.append((name.lower(), value))
    return pairs


class FormReader:
    """Takes the pieces of a body and makes a form of them."""

    def __init__(self, boundary: str, target: Path, limits: Limits) -> None:
        self.limits = limits
        self.target = target
        self.fields: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.signature: bytes | None = None
        self.content: Content | None = None
        self.complete = False
        self._text = 0
        self._part = _Part()
        self._header = (bytearray(), bytearray())
        self._sink: BinaryIO | None = None
        self._hashes: list[Any] = [
            hashlib.md5(usedforsecurity=False),
            hashlib.sha256(),
            hashlib.blake2b(digest_size=32),
        ]
        self._parser = MultipartParser(
            boundary.encode(),
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._opened,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finished,
            },
        )

    async def read(self, body: AsyncIterator[bytes]) -> Form:
        """Read a whole body."""
        try:
            async for chunk in body:
                if chunk:
                    self._parser.write(chunk)
        except FormParserError:
            raise Refused(400, "The body is not well-formed multipart/form-data.") from None
        finally:
            if self._sink is not None:
                self._sink.close()
        if not self.complete:
            raise Refused(400, "The body ends before its closing boundary.")
        return Form(tuple(self.fields), tuple(self.files), self.content, self.signature)

    # -- what the parser reports

    def _begin(self) -> None:
        self._part = _Part()
        self._header = (bytearray(), bytearray())
        if len(self.fields) + len(self.files) >= self.limits.fields:
            raise Refused(413, "The form has too many fields.")

    def _header_end(self) -> None:
        name, value = self._header
        self._part.headers[decode(bytes(name)).strip().lower()] = decode(bytes(value)).strip()
        self._header = (bytearray(), bytearray())

    def _opened(self) -> None:
        part = self._part
        disposition, _, rest = part.headers.get("content-disposition", "").partition(";")
        parameters = parse_parameters(";" + rest)
        given = [name for name, _ in parameters]
        if disposition.strip().lower() != "form-data" or given.count("name") != 1:
            raise Refused(400, "A part of the form has no name.")
        if "filename*" in given or given.count("filename") > 1:
            raise Refused(400, "A part of the form has an ambiguous filename (RFC 7578 section 4.2).")
        if part.headers.get("content-transfer-encoding", "").lower() not in PLAIN_ENCODINGS:
            raise Refused(400, "A part of the form has a transfer encoding (RFC 7578 section 4.7).")
        part.name = dict(parameters)["name"]
        part.filename = dict(parameters).get("filename")
        if part.filename is not None:
            self.files.append(part.name)
        if self._is_content():
            if self.content is not None or self._sink is not None:
                raise Refused(400, "The form has more than one content.")
            self._sink = self.target.open("wb")

    def _is_content(self) -> bool:
        return self._part.name == "content" and self._part.filename is not None

    def _data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._is_content() and self._sink is not None:
            if self._sink.tell() + len(piece) > self.limits.file:
                raise Refused(413, f"The file is larger than {self.limits.file} bytes.")
            self._sink.write(piece)
            for digest in self._hashes:
                digest.update(piece)
            return
        self._text += len(piece)
        if self._text > self.limits.text:
            raise Refused(413, "The form's fields are too large.")
        self._part.data += piece

    def _end(self) -> None:
        part = self._part
        if self._is_content() and self._sink is not None and part.filename is not None:
            size = self._sink.tell()
            self._sink.close()
            md5, sha256, blake2b = (digest.hexdigest() for digest in self._hashes)
            self.content = Content(part.filename, self.target, size, Digests(md5, sha256, blake2b))
        elif part.name == "gpg_signature":
            self.signature = bytes(part.data) or None
        elif part.filename is None:
            self.fields.append((part.name, decode(bytes(part.data))))

    def _finished(self) -> None:
        self.complete = True


def decode(data: bytes) -> str:
    """Text of a form is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "The form is not UTF-8.") from None
