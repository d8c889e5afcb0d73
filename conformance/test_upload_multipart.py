"""Forms that are spelled in other ways than twine's: what multipart/form-data allows (RFC 7578, RFC 2046)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from conformance.judging.uploading import Shot, as_sent, judge_taken, tried
from fixtures.fresh import Fresh
from fixtures.multipart import encode
from fixtures.registry import Registry
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement


def quoted_boundary(kind: str, body: bytes) -> tuple[str, bytes]:
    """The boundary in quotes and field names without them, as .NET writes forms."""
    head, _, boundary = kind.partition("boundary=")
    return f'{head}boundary="{boundary}"', re.sub(
        rb'form-data; name="([a-z_0-9]+)"', rb"form-data; name=\1", body
    )


def boundary_second(kind: str, body: bytes) -> tuple[str, bytes]:
    """Another parameter before the boundary, and the media type in other letters."""
    return kind.replace("multipart/form-data;", "Multipart/Form-Data; charset=utf-8;"), body


def lower_headers(kind: str, body: bytes) -> tuple[str, bytes]:
    """The header of each part in lower case."""
    return kind, body.replace(b"Content-Disposition:", b"content-disposition:")


def filename_first(kind: str, body: bytes) -> tuple[str, bytes]:
    """The name of the file before the name of the field."""
    return kind, re.sub(rb'(name="content"); (filename="[^"]*")', rb"\2; \1", body)


@requirement("upload-legacy/multipart-spellings")
@pytest.mark.parametrize("write", [quoted_boundary, boundary_second, lower_headers, filename_first])
def test_forms_in_other_spellings(
    write: Callable[[str, bytes], tuple[str, bytes]],
    fresh: Fresh,
    registry: Registry,
    target: Target,
    findings: Findings,
) -> None:
    """A form that is written in another way that multipart allows is taken like the one that twine writes."""
    sent = fresh.wheel("written")
    kind, body = write(*encode(as_sent(sent)))
    what = f"a form with {(write.__doc__ or '').rstrip('.').lower()}"
    outcome = tried(registry, what, Shot(sent, body=body, content_type=kind), patience=target.visibility)
    judge_taken(
        findings,
        registry,
        fresh,
        outcome,
        ["upload-legacy/multipart-spellings"],
        why="tools of other makes, as in .NET, can't publish",
        advice="read forms with a library that knows RFC 2046 and RFC 7578",
    )
