"""Lengths and codings: what arrives is what was announced, byte for byte."""

from __future__ import annotations

from conformance.judging.cache_reading import (
    codings,
    decoded,
    filenames,
    is_strong,
    large_files,
    opaque,
    project_pages,
    roots,
    some_files,
)
from conformance.judging.reading import content
from fixtures.exchange import Exchange
from fixtures.pages import JSON_TYPE, SIMPLE_TYPES, ListedFile
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement

HEAD_RANGE, HEAD_ETAG = "cache/head-ignores-range", "cache/head-etag"
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # what they begin with (RFC 1952, RFC 8878)
RANGE = (("Range", "bytes=0-9"),)
RUNS = "a browser runs what an uploader put into the file, with the rights of the registry's users"
FATAL = "uv stops: the status of HEAD, or a length of 0, is fatal to it"


@requirement("cache/head-files", "cache/head-content-length", HEAD_RANGE, HEAD_ETAG)
def test_head_tells_what_get_gives(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """HEAD on a file is answered like GET without the body, with the file's length and ETag where they are told, and without parts."""
    ranges_tried = False
    for file, whole in (*some_files(registry, subjects), *large_files(registry, subjects)):
        answer = registry.head(file.url, accept="*/*")
        told = answer.status in (400, 403, 404, 405)  # LV-52, RED-10: clients take the whole file then
        findings.expect(
            (answer.ok or told) and not answer.raw,
            expected=f"{whole.status} without a body",
            got=answer.said,
            at=answer,
            also=[whole],
            why=FATAL,
            advice="answer HEAD like GET and leave the body out",
            requirement="cache/head-files",
        )
        if told:
            findings.note(f"HEAD on a file is answered {answer.status}: uv and pip take whole files then")
            findings.not_offered(f"HEAD on a file is answered {answer.said}", (HEAD_RANGE, HEAD_ETAG))
            continue
        judge_head_length(findings, answer, whole)
        judge_head_etag(findings, answer, whole)
        if answer.ok and not ranges_tried:
            judge_head_range(findings, registry.head(file.url, accept="*/*", headers=RANGE), answer)
            ranges_tried = True
    for page in project_pages(registry, subjects):
        answer = registry.get(page.url, accept=page.accept, method="HEAD")
        if answer.ok and answer.media_type == page.answer.media_type:
            now = registry.get(page.url, accept=page.accept, fresh=True)
            again = registry.get(page.url, accept=page.accept, fresh=True)
            if len({len(one.raw) for one in (page.answer, now, again)}) > 1:
                # a page with the time of day or signed links in it: HEAD tells what GET would have had at its moment
                findings.note(f"{page.url} is not always of one length: that of HEAD can't be compared")
                continue
            judge_head_length(findings, answer, now)


def judge_head_etag(findings: Findings, answer: Exchange, whole: Exchange) -> None:
    """Judge the ETag of HEAD by that of GET (RFC 9110 section 9.3.2), where both have one; a coding may have made one weak."""
    tag, wanted = answer.header("etag"), whole.header("etag")
    if tag is None or wanted is None:
        findings.not_offered(f"no ETag in the answers to GET and HEAD of {whole.url}", HEAD_ETAG)
    if not answer.ok or tag is None or wanted is None or answer.url != whole.url:
        return
    findings.expect(
        opaque(tag) == opaque(wanted),
        expected=f"ETag: {wanted}, as GET sends it",
        got=f"ETag: {tag}",
        at=answer,
        also=[whole],
        why="caches throw their copy away, and who resumes by what HEAD said begins again",
        advice="make the ETag in one place, from the stored file alone",
        requirement=HEAD_ETAG,
    )


def judge_head_range(findings: Findings, answer: Exchange, plain: Exchange) -> None:
    """Judge HEAD with Range, which has a meaning for GET alone (RFC 9110 section 14.2)."""
    findings.expect(
        answer.status != 206,
        expected=f"{plain.said}, as without Range",
        got=f"{answer.said}, Content-Length: {answer.header('content-length')}",
        at=answer,
        also=[plain],
        why="who asks for the size of a file takes the length of the part for it",
        advice="overlook Range unless the method is GET",
        requirement=HEAD_RANGE,
    )


def judge_head_length(findings: Findings, answer: Exchange, whole: Exchange) -> None:
    """Judge the Content-Length of HEAD by what GET gave (RFC 9110 section 8.6: MUST NOT be another number)."""
    length = answer.header("content-length")
    if length is None or not answer.ok:
        findings.hold("cache/head-content-length")
        return
    findings.expect(
        length.strip() == str(len(whole.raw)),
        expected=f"Content-Length: {len(whole.raw)}, or none",
        got=f"Content-Length: {length}",
        at=answer,
        also=[whole],
        why=FATAL,
        advice="send the length that GET would have, or no Content-Length (RFC 9110 section 8.6)",
        requirement="cache/head-content-length",
    )


@requirement("cache/content-length-right")
def test_bodies_are_as_long_as_announced(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Where Content-Length is given, it is the length of the body."""
    for page in project_pages(registry, subjects):
        judge_length(findings, page.answer, None)
    for subject, file in subjects.files_to_fetch():
        ours = subject.distribution(file.filename)
        judge_length(findings, registry.file(file), len(ours.content) if ours is not None else file.size)


def judge_length(findings: Findings, answer: Exchange, size: int | None) -> None:
    """Judge one answer; `size` is that of the file, when it is known."""
    length = answer.header("content-length")
    if answer.status != 200 or length is None:
        findings.hold()
        return
    plain = not codings(answer) and answer.complete
    findings.expect(
        length.strip() == str(len(answer.raw))
        and not (plain and size is not None and len(answer.raw) < size),
        expected=f"a body of {length} bytes" + (f", and a file of {size}" if size is not None else ""),
        got=f"{len(answer.raw)} bytes" + (f", then {answer.error}" if answer.error else ""),
        at=answer,
        why="poetry stops with a connection error; others retry, or find that the hash does not match",
        advice="announce the length of what is sent, or send it in chunks without one",
    )


@requirement("cache/one-length")
def test_answers_have_one_length(site: Site, subjects: Subjects, findings: Findings) -> None:
    """No answer, be it a list, a page, a file or that to an upload, has both Content-Length and Transfer-Encoding."""
    registry, published = site.registry, site.prepared.published
    answers = [registry.root(accept) for accept in (JSON_TYPE, HTML_ACCEPT)]
    answers += [page.answer for page in project_pages(registry, subjects)]
    answers += [whole for _, whole in some_files(registry, subjects)]
    answers += [attempt.exchange for attempt in published.attempts] if published is not None else []
    for answer in (step for last in answers for step in (*last.via, last)):
        length, coding = answer.header("content-length"), answer.header("transfer-encoding")
        if answer.status is not None and answer.http_version in ("HTTP/1.1", "HTTP/1.0"):
            findings.expect(
                length is None or coding is None,
                expected="Content-Length or Transfer-Encoding, or neither",
                got=f"Content-Length: {length} and Transfer-Encoding: {coding}",
                at=answer,
                why="proxies and clients disagree about where the body ends: they cut it, refuse it, or read the next answer wrongly",
                advice="leave Content-Length out of what is sent in chunks; often a proxy and the server behind it add one each",
            )


@requirement("cache/no-content-encoding-files")
def test_files_come_as_they_are(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """Files come without a content coding to who wants none."""
    for _, answer in some_files(registry, subjects, 4):
        findings.expect(
            not codings(answer),
            expected="no Content-Encoding: the request said Accept-Encoding: identity",
            got=f"Content-Encoding: {answer.header('content-encoding')}",
            at=answer,
            why="pip hashes the coded bytes; uv, poetry and pdm unpack an sdist that only bears the label",
            advice="serve .tar.gz and .whl without Content-Encoding; they are compressed already",
        )


@requirement("cache/coded-body-decodes", "cache/gzip-pages")
def test_coded_bodies_decode(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """What comes with Content-Encoding: gzip is gzip to its last byte, and the same page or file inside."""
    for page in project_pages(registry, subjects):
        answer = registry.get(page.url, accept=page.accept, encoding="gzip")
        judge_coding(findings, answer)
        same = filenames(page.answer) == filenames(answer) or not answer.ok
        findings.expect(
            same or filenames(registry.get(page.url, accept=page.accept, fresh=True)) == filenames(answer),
            expected="the page that comes without a coding",
            got="a page that lists other files",
            at=answer,
            also=[page.answer],
            why="pip and uv ask for gzip and see another project than a browser does",
            advice="compress what would have been sent without a coding",
            requirement="cache/gzip-pages",
        )
        findings.note("pages come compressed on request" if codings(answer) else "pages are never compressed")
    for page in roots(registry, encoding="gzip"):
        judge_coding(findings, page.answer)
    for file, whole in (*some_files(registry, subjects), *large_files(registry, subjects)):
        answer = registry.file(file, encoding="gzip")
        judge_coding(findings, answer, content(whole) if not codings(whole) else None)
    page = project_pages(registry, subjects)[0]
    for name in ("br", "zstd"):
        judge_label(
            findings, registry.get(page.url, accept=page.accept, encoding=name), name, page.answer.raw
        )


def judge_label(findings: Findings, answer: Exchange, name: str, plain: bytes) -> None:
    """Judge a coding that can't be undone here by what certainly is none of it: other codings, and no coding at all."""
    if not answer.ok or codings(answer) != [name]:
        return
    begins = answer.raw.startswith(ZSTD) if name == "zstd" else not answer.raw.startswith((GZIP, ZSTD))
    findings.expect(
        begins and answer.raw != plain,
        expected=f"a body that is {name}, as its Content-Encoding says",
        got="the plain page" if answer.raw == plain else f"a body that begins with {answer.raw[:4].hex(' ')}",
        at=answer,
        why="clients that ask for this coding, as pip and uv do where they know it, can't read the page",
        advice="name in Content-Encoding just what was done to the body (RFC 9110 section 8.4)",
        requirement="cache/coded-body-decodes",
    )


def judge_coding(findings: Findings, answer: Exchange, plain: bytes | None = None) -> None:
    """Judge the coding of one answer; `plain` is what must be inside, when it is known."""
    inside = decoded(answer)
    findings.expect(
        not answer.ok or (inside is not None and plain in (None, inside)),
        expected=f"a body that is {', '.join(codings(answer)) or 'not coded'}, from the first byte to the last",
        got="a body that does not decode, or has bytes behind the end of the coding"
        if inside is None
        else f"{len(inside)} bytes inside that are not those of the plain answer",
        at=answer,
        why="uv refuses bytes behind the end; pip, poetry and pdm stop when it does not decode",
        advice="name in Content-Encoding just what was done to the body (RFC 9110 section 8.4)",
        requirement="cache/coded-body-decodes",
    )


@requirement("cache/vary-accept-encoding", "cache/etag-differs-by-coding")
def test_coded_pages_are_told_apart(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A page or metadata file that comes coded to some is marked with Vary and has a strong ETag of its own."""
    pairs = [
        (page.answer, registry.get(page.url, accept=page.accept, encoding="gzip"))
        for page in project_pages(registry, subjects)
    ]
    pairs += [
        (registry.metadata(file), registry.metadata(file, encoding="gzip"))
        for file in announced(subjects)[:1]
    ]
    coded = [
        (plain, packed) for plain, packed in pairs if packed.ok and codings(packed) and not codings(plain)
    ]
    for plain, packed in coded:
        judge_apart(findings, plain, packed)
    if not coded:
        findings.not_offered("no page comes coded when gzip is asked for")


def judge_apart(findings: Findings, plain: Exchange, packed: Exchange) -> None:
    """Judge that a cache can tell a coded answer from the plain one."""
    cached = not packed.listed("cache-control") & {"no-store", "private"}
    findings.expect(
        not cached or bool(packed.listed("vary") & {"accept-encoding", "*"}),
        expected="Vary: Accept-Encoding",
        got=f"Vary: {packed.header('vary') or 'not sent'}",
        at=packed,
        also=[plain],
        why="caches hand coded pages to clients such as Octopus that can't decode them",
        advice="add Accept-Encoding to Vary (RFC 9110 section 12.5.5)",
        requirement="cache/vary-accept-encoding",
    )
    etag = packed.header("etag")
    findings.expect(
        not (is_strong(etag) and etag == plain.header("etag")),
        expected="another ETag than that of the same without a coding, or a weak one",
        got=f"{etag} for both",
        at=packed,
        also=[plain],
        why="caches and resuming clients take the coded bytes for the plain ones",
        advice="make the coding a part of the ETag (RFC 9110 section 8.8.3), or mark the ETag as weak",
        requirement="cache/etag-differs-by-coding",
    )


@requirement("cache/metadata-compressible")
def test_metadata_files_are_coded_on_request_only(
    registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """A metadata file comes compressed only to who asks for that, with the same bytes inside."""
    advertised = announced(subjects)
    for file in advertised:
        plain, packed = registry.metadata(file), registry.metadata(file, encoding="gzip")
        if not plain.ok:
            continue  # whether announced metadata is there is judged in its own area
        findings.expect(
            not codings(plain),
            expected="no Content-Encoding: the request said Accept-Encoding: identity",
            got=f"Content-Encoding: {plain.header('content-encoding')}",
            at=plain,
            why="pip compares the digest with the coded bytes and stops",
            advice="compress only for those who ask",
        )
        findings.expect(
            not packed.ok or decoded(packed) == (decoded(plain) or plain.raw),
            expected="the same bytes inside the coding",
            got="other bytes, or a body that does not decode",
            at=packed,
            also=[plain],
            why="the digest does not match: pip and uv stop",
            advice="compress the bytes of the metadata file and nothing else",
        )
    if not advertised:
        findings.not_offered("no file has its metadata announced")


@requirement("cache/file-content-type-free")
def test_files_are_not_labelled_as_pages(registry: Registry, subjects: Subjects, findings: Findings) -> None:
    """A file may have any media type but that of a page."""
    for _, answer in some_files(registry, subjects, 4):
        findings.note(f"files come as {answer.media_type or 'no media type'}")
        findings.expect(
            answer.media_type not in SIMPLE_TYPES,
            expected="any media type but those of index pages",
            got=answer.media_type,
            at=answer,
            why=RUNS,
            advice="serve files as application/octet-stream",
        )
    for file in announced(subjects)[:1]:
        answer = registry.metadata(file)
        findings.expect(
            answer.media_type not in SIMPLE_TYPES or not answer.ok,
            expected="any media type but those of index pages for a metadata file",
            got=answer.media_type,
            at=answer,
            why=RUNS,
            advice="serve metadata as text/plain or application/octet-stream",
        )


def announced(subjects: Subjects) -> list[ListedFile]:
    """Some files whose metadata are announced."""
    return [f for s in list(subjects)[:6] for f in s.files if f.core_metadata][:3]
