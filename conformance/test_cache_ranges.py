"""Parts of files: whoever sends a part says which, and sends just that."""

from __future__ import annotations

from conformance.judging.cache_reading import (
    LARGE,
    body_parts,
    content_range,
    is_strong,
    large_files,
    ranged,
    ranged_files,
    serves_ranges,
    some_files,
)
from fixtures.exchange import Exchange
from fixtures.pages import ListedFile
from fixtures.registry import Registry
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

OTHER = '"conformance-no-such-etag"'
BEHIND = 99_999_999  # a position behind the end of every file that is tried
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
ADVICE = "send exactly the bytes that Content-Range names, or overlook Range and send the whole file with 200"


def part_problem(answer: Exchange, whole: bytes, first: int, last: int) -> str:
    """What is wrong with a 206 that should lie within these bytes of a file; "" when nothing is."""
    span = content_range(answer)
    if span is None:
        return f"Content-Range: {answer.header('content-range')}"
    begin, end, length = span
    if length not in (None, len(whole)) or begin > end or end >= len(whole):
        return f"Content-Range: {answer.header('content-range')}, for a file of {len(whole)} bytes"
    if answer.raw != whole[begin : end + 1]:
        return (
            f"{len(answer.raw)} bytes that are not those of Content-Range: {answer.header('content-range')}"
        )
    if begin < first or end > last or begin > first:
        return f"bytes {begin}-{end}"
    return ""


def judge_part(findings: Findings, answer: Exchange, whole: bytes, first: int, last: int) -> None:
    """Judge an answer that is a part, or the whole file."""
    wrong = part_problem(answer, whole, first, last) if answer.status == 206 else ""
    if answer.status == 200 and answer.raw != whole:
        wrong = f"200 with {len(answer.raw)} bytes that are not the file"
    if answer.status in (200, 206) and not answer.complete:
        wrong = answer.said
    findings.expect(
        not wrong,
        expected=f"206 with Content-Range: bytes {first}-{last}/{len(whole)} and these bytes, or 200 with the whole file",
        got=wrong,
        at=answer,
        why="uv, poetry and pip put parts together: the file is damaged, or asked for again and again",
        advice=ADVICE,
    )


@requirement("cache/range-206")
def test_first_bytes_of_a_file(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Bytes of a file from its beginning, its middle and its end come with 206 and a Content-Range, or the whole file comes."""
    for file, whole in (*some_files(registry, subjects), *large_files(registry, subjects)):
        end, middle = len(whole.raw) - 1, len(whole.raw) // 2
        parts = ((0, 9), (0, 0), (middle, middle + 49), (50, end), (middle + 1, end), (end, end))
        for first, last in parts if len(whole.raw) < LARGE else parts[2:]:
            spec = f"bytes={first}-{last}" if last < end or first == end else f"bytes={first}-"
            answer = ranged(registry, file, spec)
            judge_part(findings, answer, whole.raw, first, last)
            judge_part_etag(findings, registry, file, whole, answer)
            findings.expect(
                answer.status in (200, 206),
                expected=f"206 or 200 for {spec} of a file with {len(whole.raw)} bytes",
                got=answer.said,
                at=answer,
                also=[whole],
                why="uv stops at 416 and at server errors, and reads 404 as a missing file",
                advice=ADVICE,
            )


def judge_part_etag(
    findings: Findings, registry: Registry, file: ListedFile, whole: Exchange, part: Exchange
) -> None:
    """Judge that a part bears the strong ETag that the whole file bears (RFC 9110 section 15.3.7), unless that changes anyway."""
    tag, wanted = part.header("etag"), whole.header("etag")
    weak = tag is not None and not is_strong(tag)
    if part.status != 206 or part.url != whole.url or weak or not is_strong(wanted):
        return
    findings.expect(
        tag == wanted or registry.file(file, fresh=True).header("etag") != wanted,
        expected=f"ETag: {wanted}, as the whole file has it",
        got=f"ETag: {tag}" if tag else "no ETag",
        at=part,
        also=[whole],
        why="caches and clients that put parts together take them for parts of different files",
        advice="send the ETag of the whole file with each of its parts (RFC 9110 section 15.3.7)",
    )


@requirement("cache/range-past-end")
def test_range_that_ends_behind_the_end(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A range that begins in a file and ends behind it gets what there is, or the whole file."""
    for file, whole in some_files(registry, subjects):
        answer = ranged(registry, file, f"bytes=0-{BEHIND}")
        judge_part(findings, answer, whole.raw, 0, len(whole.raw) - 1)
        findings.expect(
            answer.status in (200, 206),
            expected=f"206 or 200 for bytes 0-{BEHIND} of a file with {len(whole.raw)} bytes",
            got=answer.said,
            at=answer,
            also=[whole],
            why="a client that asks for parts of one size does not get the last one: uv stops at 416",
            advice="take a last position behind the end for the last byte (RFC 9110 section 14.1.2)",
        )


@requirement("cache/accept-ranges")
def test_announced_ranges_are_served(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Accept-Ranges says what is so: bytes where parts are served, none where they are not."""
    for file, whole in some_files(registry, subjects):
        said = whole.listed("accept-ranges")
        answer = ranged(registry, file, "bytes=0-9")
        findings.expect(
            not ("bytes" in said and answer.status == 200 and len(answer.raw) > 10)
            and not ("none" in said and answer.status == 206),
            expected=f"what Accept-Ranges: {', '.join(said) or 'none'} says",
            got=answer.said,
            at=answer,
            also=[whole],
            why="uv and poetry ask for a part first, and get the whole file for nothing",
            advice="send Accept-Ranges: bytes where ranges work, and nowhere else",
        )
        findings.note("files can be had in parts" if answer.status == 206 else "files come whole only")


@requirement("cache/range-suffix")
def test_last_bytes_of_a_file(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """The last bytes of a file come when they are asked for, or the whole file comes."""
    tried = [
        (f, whole, n) for f, whole in ranged_files(registry, subjects) for n in (100, len(whole.raw) + 100)
    ]
    for file, whole, wanted in tried:
        answer = ranged(registry, file, f"bytes=-{wanted}")
        size = len(whole.raw)
        begin = max(size - wanted, 0)  # more than there is means all of it
        judge_part(findings, answer, whole.raw, begin, size - 1)
        survivable = answer.status in (416, 501)  # LV-51: known of large CDNs, and clients cope
        findings.expect(
            answer.status in (200, 206) or survivable,
            expected=f"206 with bytes {begin}-{size - 1}, or 200",
            got=answer.said,
            at=answer,
            also=[whole],
            why="poetry asks for the end of a wheel first; 404 reads as a missing file, 500 is retried",
            advice="serve suffix ranges (RFC 9110 section 14.1.2), or answer 200 with the whole file",
        )
        if survivable:
            findings.note(f"ranges from the end are answered {answer.status}: poetry needs a second request")


@requirement("cache/range-unsatisfiable")
def test_range_behind_the_end(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A range that begins behind the end of a file gets 416, or the whole file."""
    for file, whole in ranged_files(registry, subjects):
        size = len(whole.raw)
        answer = ranged(registry, file, f"bytes={size + 10}-{size + 20}")
        findings.expect(
            answer.status == 416 or (answer.status == 200 and answer.raw == whole.raw),
            expected="416, or 200 with the whole file",
            got=answer.said,
            at=answer,
            also=[whole],
            why="a client that resumes takes what comes for the rest of the file",
            advice="answer 416 with Content-Range: bytes */SIZE (RFC 9110 section 15.5.17)",
        )
        told = (answer.header("content-range") or "").replace(" ", "").lower()
        findings.expect(
            answer.status != 416 or told in ("", f"bytes*/{size}"),
            expected=f"Content-Range: bytes */{size}",
            got=f"Content-Range: {answer.header('content-range')}",
            at=answer,
            also=[whole],
            why="clients learn the size of the file from it",
            advice="give the size of the whole file",
        )


@requirement("cache/range-unknown-unit")
def test_unknown_range_unit_is_overlooked(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A range in a unit that is not known gets the whole file."""
    for file, whole in some_files(registry, subjects, 1):
        answer = ranged(registry, file, "conformance-lines=0-9")
        findings.expect(
            answer.status == 200 and answer.raw == whole.raw,
            expected="200 with the whole file",
            got=answer.said,
            at=answer,
            also=[whole],
            why="a part that was cut by another measure damages the file",
            advice="overlook Range unless its unit is bytes (RFC 9110 section 14.2)",
        )


@requirement("cache/range-multiple")
def test_several_ranges_at_once(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Several ranges come as parts that each say which bytes they are; one range never does."""
    for file, whole in some_files(registry, subjects, 1):
        answer = ranged(registry, file, "bytes=0-9,100-119")
        multipart = answer.media_type == "multipart/byteranges"
        if answer.status == 206 and multipart:
            judge_parts(findings, answer, whole.raw)
        elif answer.status == 206:
            judge_part(findings, answer, whole.raw, 0, 119)
        else:
            findings.expect(
                answer.status in (200, 416, 400),
                expected="206, 200 with the whole file, or 416",
                got=answer.said,
                at=answer,
                also=[whole],
                why="uv reads a wheel in several parts; 404 reads as a missing file",
                advice=ADVICE,
            )
        single = ranged(registry, file, "bytes=0-9")
        findings.expect(
            not (single.status == 206 and single.media_type == "multipart/byteranges"),
            expected="one part, not in a multipart body (RFC 9110 section 15.3.7.2)",
            got=single.said,
            at=single,
            why="clients that asked for one range take the multipart body for the bytes",
            advice="send one range as it is, with Content-Range in the head",
        )


def judge_parts(findings: Findings, answer: Exchange, whole: bytes) -> None:
    """Judge a multipart/byteranges body (RFC 9110 sections 14.6 and 15.3.7.2)."""
    parts = body_parts(answer)
    right = bool(parts) and all(
        span is not None and span[2] in (None, len(whole)) and data == whole[span[0] : span[1] + 1]
        for span, data in parts or ()
    )
    findings.expect(
        right and answer.header("content-range") is None,
        expected="parts, each with its own Content-Range and those bytes, and none in the head",
        got=f"{len(parts or ())} readable parts, Content-Range in the head: {answer.header('content-range')}",
        at=answer,
        why="clients cut the parts by Content-Range",
        advice=ADVICE,
    )


@requirement("cache/if-range")
def test_range_only_of_the_file_that_was_begun(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A range on condition of another validator gets the whole file."""
    for file, whole in ranged_files(registry, subjects):
        for validator in (OTHER, LONG_AGO):
            answer = ranged(registry, file, "bytes=0-9", ("If-Range", validator))
            findings.expect(
                answer.status == 200 and answer.raw == whole.raw,
                expected=f"200 with the whole file for If-Range: {validator}",
                got=answer.said,
                at=answer,
                also=[whole],
                why="pip resumes a download so: with 206 it glues the halves of two files together",
                advice="overlook Range unless If-Range is the strong ETag of the file (RFC 9110 section 13.1.5)",
            )
        etag = whole.header("etag")
        if etag and is_strong(etag):
            answer = ranged(registry, file, "bytes=0-9", ("If-Range", etag))
            judge_part(findings, answer, whole.raw, 0, 9)
            if answer.status != 206:
                findings.note(f"If-Range with the file's own ETag is answered {answer.said}: pip starts anew")


@requirement("cache/range-through-redirect")
def test_ranges_work_behind_redirects(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Where the URL of a file redirects, a range of it comes from where it leads to."""
    moved = [(f, whole) for f, whole in some_files(registry, subjects) if whole.via]
    for file, whole in moved:
        if not serves_ranges(registry, file, whole):
            continue
        answer = ranged(registry, file, "bytes=0-9")
        judge_part(findings, answer, whole.raw, 0, 9)
        findings.expect(
            answer.status in (200, 206),
            expected="206 or 200 at the end of the redirects",
            got=answer.said,
            at=answer,
            also=[whole],
            why="uv stops; poetry takes the whole wheel",
            advice="sign URLs for GET with any Range",
        )
    if not moved:
        findings.not_offered("no file URL redirects")
    elif not any(serves_ranges(registry, file, whole) for file, whole in moved):
        findings.not_offered("files behind redirects come whole only")
