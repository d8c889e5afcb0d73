"""Versions as they are published: listed under the right name and version, downloadable, and one release each."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import pytest
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from conformance.judging.known import Renewed
from conformance.judging.reading import as_version, content, forms, headers, inner_metadata
from conformance.judging.uploading import (
    Shot,
    as_sent,
    closed_to,
    listed_versions,
    need_uploads,
    said,
    tried,
    turned_away,
)
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import HtmlPage, JsonPage, ListedFile
from fixtures.registry import Registry, changed
from fixtures.subjects import Published, PublishedProject, Subjects
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

SAMPLES = ("all-forms", "calendar", "segments", "zeros", "numeric-order", "only-dev", "post-latest")
NORMAL = "versions/normal-forms-recognised"
APPEARS, UNCHANGED = "upload-legacy/appears-in-simple", "upload-legacy/bytes-unchanged"


@requirement("versions/scheme", "versions/local-syntax")
def test_listed_versions_follow_the_scheme(subjects: Subjects, findings: Findings) -> None:
    """Versions that are listed follow the version scheme; what is older than the scheme is told (A-23, LV-31)."""
    for subject in subjects:
        uploaded = {as_version(d.version) for d in subject.distributions}
        for page in forms(subject):
            found = page.data.get("versions") if isinstance(page, JsonPage) else None
            texts = [v for v in found if isinstance(v, str)] if isinstance(found, list) else []
            texts += [str(file.parsed[1]) for file in page.files if file.parsed]
            garbled = bool(uploaded - {as_version(text) for text in texts if found is None or text in found})
            for text in dict.fromkeys(texts):
                judge_text(findings, text, page.exchange, known=garbled)


def judge_text(findings: Findings, text: str, where: Exchange, *, known: bool) -> None:
    """Judge one listed version. Further ones may be listed (LV-31); `known` says that one we uploaded is missing, so this is a garbled one."""
    version = as_version(text)
    if version is None and not known:
        findings.note(f"{where.url} lists {text!r}, a version from before the scheme")
        return
    ids = ["versions/scheme"]
    ids += ["versions/local-syntax"] if "+" in text or (version and version.local) else []
    findings.expect(
        version is not None,
        expected="versions that follow the scheme, as all that were uploaded do",
        got=text,
        at=where,
        why="pip, uv, poetry and pdm skip the files of such a release; renovate drops it",
        advice="list the version that was uploaded, in its normal form",
        requirement=ids,
    )


@requirement("versions/scheme", "versions/local-syntax")
@pytest.mark.parametrize(
    ("given", "like"), [("1.0+a..b", "1.0+a.b"), ("1.0-foo", "1.0+foo"), ("1.0.x", "1.0")]
)
def test_a_version_outside_the_scheme_becomes_no_other(
    given: str, like: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """An upload whose version follows no form of the scheme does not become a release of another version."""
    need_uploads(published)
    name = fresh.name("mangled")
    stem = name.replace("-", "_")
    own = f"Metadata-Version: 2.1\nName: {name}\nVersion: {given}\n".encode()
    filename = f"{stem}-{given.replace('-', '_')}-py3-none-any.whl"
    sent = fresh.wheel("", "1.0", name=name, filename=filename, metadata=own)
    outcome = tried(
        registry, f"an upload of version {given!r}", Shot(sent, changed(as_sent(sent), version=given))
    )
    shown = listed_versions(registry, name) or []
    shown += [str(file.parsed[1]) for file in outcome.files if file.parsed]
    findings.expect(
        not any(as_version(text) is not None for text in shown),
        expected=f"{given!r} refused, or kept as the string that it is",
        got=f"{said(outcome.answer)}; listed as {shown}, like {like!r}",
        at=outcome.answer,
        why="a release appears that nobody made; pip and uv install it under a version that it does not have",
        advice="refuse versions that do not parse (Version specifiers)",
        requirement="versions/scheme",
    )
    if "+" in given:
        findings.expect(
            given not in shown,
            expected="no listed version with an empty part in its local label",
            got=shown,
            at=outcome.answer,
            requirement="versions/local-syntax",
        )


@requirement("upload-legacy/auto-create-release", "upload-legacy/appears-in-simple")
@pytest.mark.parametrize("key", SAMPLES)
def test_every_form_of_version_is_published(
    key: str, published: Published, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """Every form of version is accepted, listed under its own name and downloadable."""
    need_uploads(published)
    attempts = published.projects[key].attempts
    refused = [a.exchange for a in attempts if not a.accepted and not closed_to(a.distribution, a.exchange)]
    if refused and turned_away(findings, registry, fresh, refused[0]):
        return
    for attempt in attempts:
        sent = attempt.distribution
        if closed_to(sent, attempt.exchange):
            continue
        findings.expect(
            attempt.accepted,
            expected=f"{sent.filename} (version {sent.version}) accepted",
            got=said(attempt.exchange),
            at=attempt.exchange,
            why="no client can publish this release",
            advice="accept every version of the scheme (Version specifiers)",
            requirement="upload-legacy/auto-create-release",
        )
        if attempt.accepted:
            findings.expect(
                attempt.visible,
                expected=f"{sent.filename} on its project page",
                got="not listed within the time that the profile gives",
                at=attempt.exchange,
                why="pip, uv, poetry and pdm do not find this release",
                advice="list every file whose upload was accepted",
                requirement="upload-legacy/appears-in-simple",
            )


@requirement("upload-legacy/appears-in-simple")
@pytest.mark.parametrize(
    "key", ["all-forms", "pre-and-final", "only-pre", "only-dev", "epoch", "numeric-order"]
)
def test_clients_choose_from_the_page_what_was_published(
    key: str, published: Published, registry: Registry, findings: Findings
) -> None:
    """The release that a client chooses from the page is the one that it would choose from what was accepted."""
    project = published.projects[key]
    taken = [Version(a.distribution.version) for a in project.attempts if a.accepted]
    if not taken:
        findings.not_reached("no file of this project was accepted")
        return
    page = page_of(registry, project)
    ours = {attempt.distribution.filename for attempt in project.attempts}
    shown = [file.parsed[1] for file in (page.files if page else ()) if file.parsed and file.filename in ours]
    for specifier in ("", "<2", ">=1.0rc1", "~=1.0"):
        expected, got = choice(taken, specifier), choice(shown, specifier)
        findings.expect(
            expected == got,
            expected=f"{expected} as the choice for {specifier or 'any version'}",
            got=str(got),
            at=page.exchange if page else project.name,
            why="pip and uv install another release than the one that was published for them",
            advice="list every file, under its own version",
        )


def choice(versions: list[Version], specifier: str) -> Version | None:
    """What pip chooses: the newest match, pre-releases only when nothing else fits (packaging's rules)."""
    matching = SpecifierSet(specifier).filter(versions)
    return max(matching, default=None)


def page_of(
    registry: Registry, project: PublishedProject, *, versions: bool = False
) -> HtmlPage | JsonPage | None:
    """The page of a project, as soon as it lists what was accepted, and the `versions` too where that is asked for."""
    page = registry.json_page(project.name) or registry.html_page(project.name)
    taken = [a.distribution for a in project.attempts if a.accepted]

    def whole(page: HtmlPage | JsonPage) -> bool:
        shown = versions_on(page) if versions else None
        known = None if shown is None else {as_version(text) for text in shown}
        return {d.filename for d in taken} <= {file.filename for file in page.files} and (
            known is None or {Version(d.version) for d in taken} <= known
        )

    return Renewed(registry).page(project.name, page, whole) if page else None


def versions_on(page: HtmlPage | JsonPage | None) -> list[str] | None:
    """The `versions` of a JSON page; None where there are none."""
    found = page.data.get("versions") if isinstance(page, JsonPage) else None
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else None


MARKED = {"epoch": ("!", "versions/epoch"), "local": ("+", APPEARS)}


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, marks=requirement(*dict.fromkeys((name, APPEARS, UNCHANGED))))
        for key, (_, name) in MARKED.items()
    ],
)
def test_releases_with_an_epoch_or_a_local_part(
    key: str, published: Published, registry: Registry, findings: Findings
) -> None:
    """A release with an epoch or a local part, where it is accepted, is listed under its version and downloadable."""
    mark, name = MARKED[key]
    project = published.projects[key]
    wanted = [attempt for attempt in project.attempts if mark in attempt.distribution.filename]
    page = page_of(registry, project)
    files = {file.filename: file for file in (page.files if page else ())}
    for attempt in wanted:
        if attempt.accepted:
            judge_marked(findings, registry, attempt.distribution, files, mark, name)
        else:
            findings.note(f"{attempt.distribution.version} is refused: {said(attempt.exchange)}")
    if not any(attempt.accepted for attempt in wanted):
        findings.not_reached(f"the registry refuses versions with {mark}")


def judge_marked(
    findings: Findings,
    registry: Registry,
    sent: Distribution,
    files: dict[str, ListedFile],
    mark: str,
    name: str,
) -> None:
    """Judge one file with such a character: its entry, its URL as given, and that URL as pip encodes it."""
    file = files.get(sent.filename)
    findings.expect(
        file is not None and file.parsed is not None and file.parsed[1] == Version(sent.version),
        expected=f"{sent.filename} listed under this very name",
        got=sorted(files),
        at=sent.filename,
        why=f"pip and uv do not find the release, or another one: {mark} stands for itself in file names",
        advice="list file names as they were uploaded; encode them in URLs only",
        requirement=(name, APPEARS),
    )
    if file is None:
        return
    parts = urlsplit(file.url)
    encoded = parts._replace(path=quote(unquote(parts.path), safe="/@~"))
    tries: list[tuple[Exchange, tuple[str, ...]]] = [(registry.file(file), (name, UNCHANGED))]
    if mark in unquote(parts.path):  # pip models/link.py encodes ! and + in every URL
        tries.append((registry.get(encoded.geturl(), accept="*/*"), (UNCHANGED,)))
    for answer, ids in tries:
        findings.expect(
            content(answer) == sent.content,
            expected=f"the bytes of {sent.filename}",
            got=said(answer),
            at=answer,
            why=f"pip encodes {mark} in URLs whatever the page says, uv takes them as they are (LV-64)",
            advice="decode the path before looking for the file",
            requirement=ids,
        )


@requirement(NORMAL)
def test_other_spellings_are_the_normal_version(
    published: Published, registry: Registry, findings: Findings
) -> None:
    """An upload whose metadata spell a version in another known way is taken for the normal form, or refused."""
    project = published.projects["unnormalized"]
    accepted = [a for a in project.attempts if a.accepted]
    for attempt in project.attempts:
        if not attempt.accepted:
            findings.note(
                f"version {attempt.distribution.version!r} is refused: {said(attempt.exchange)}", NORMAL
            )
    if not accepted:
        return
    page = page_of(registry, project, versions=True)
    files = {file.filename for file in (page.files if page else ())}
    shown = versions_on(page)
    known = None if shown is None else {as_version(text) for text in shown}
    for attempt in accepted:
        sent, version = attempt.distribution, Version(attempt.distribution.version)
        findings.expect(
            sent.filename in files and (known is None or version in known),
            expected=f"{sent.filename} listed, and a version that equals {version}",
            got=f"files {sorted(files)}, versions {shown}",
            at=attempt.exchange,
            why="the release that was told as published is not found, or under another version",
            advice="parse versions with all their spellings (Version specifiers, Normalization)",
            requirement=NORMAL,
        )


@requirement("versions/requires-python-specifier")
def test_listed_requires_python_is_a_specifier(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """Each Requires-Python that is listed is a specifier, unless the file itself says what is none (LV-20)."""
    for subject in subjects:
        for page in forms(subject):
            for file in page.files:
                if file.requires_python and not is_specifier(file.requires_python):
                    inside = own_requires_python(registry, subject.distribution(file.filename), file)
                    if inside is None or inside == file.requires_python:
                        findings.note(
                            f"{file.filename} asks for {file.requires_python!r}, which is no specifier"
                        )
                        continue
                    findings.expect(
                        False,
                        expected=f"the Requires-Python of {file.filename}, {inside!r}",
                        got=file.requires_python,
                        at=page.exchange,
                        why="uv skips the file and takes an older version without a word",
                        advice="show the value of the metadata, escaped once in HTML",
                    )
                elif file.requires_python:
                    findings.hold()


def is_specifier(text: str) -> bool:
    """Whether a text is a version specifier, without markers and without an empty clause (`version_many` of the grammar)."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return all(clause.strip() for clause in text.split(","))


def own_requires_python(registry: Registry, sent: Distribution | None, file: ListedFile) -> str | None:
    """The Requires-Python that the file's own metadata has; None when they can't be read."""
    if sent is not None:
        return sent.requires_python or ""
    data = content(registry.file(file))
    metadata = inner_metadata(file.filename, data) if data is not None else None
    return None if metadata is None else next(iter(headers(metadata).get("requires-python", [])), "")
