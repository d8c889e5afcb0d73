"""One truth, many forms: what HTML, JSON and the bytes tell of a file is one story."""

from __future__ import annotations

from conformance.judging.accepting import USER_AGENTS
from conformance.judging.known import patience
from conformance.judging.reading import (
    as_version,
    both_forms,
    by_name,
    content,
    digest,
    fetched,
    forms,
    headers,
    inner_metadata,
    specifiers,
    to_fetch,
)
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.pages import HtmlPage, JsonPage, ListedFile, normalize, read_page
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.staged import Staged
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, not_offered, not_reached, requirement
from sample_packages.forge import forge_wheel
from sample_packages.model import Distribution

REPEATED = 3  # pages that are asked for twice more
LISTED = 8  # projects of others whose pages are asked for
POLICY = frozenset({401, 403, 429, 451})


@requirement("consistency/url-gives-the-file")
def test_urls_give_the_files_they_name(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The URL of a file that was uploaded gives that file: an archive whose own metadata names the project and the version."""
    for subject in subjects.downloading():
        for page in forms(subject):
            for file, answer in fetched(registry, subject, page.files):
                ours = subject.distribution(file.filename)
                if ours is not None and answer.ok:
                    findings.expect(
                        names(answer, ours),
                        expected=f"{ours.filename}: an archive of {ours.name} {ours.version}",
                        got=described(answer, ours),
                        at=answer,
                        also=[page.exchange],
                        why="pip and uv refuse the file, or install something else",
                        advice="serve under each URL the file that the page names there",
                    )


def names(answer: Exchange, ours: Distribution) -> bool:
    """Whether an answer is the archive of this distribution, by what its metadata says."""
    data = content(answer)
    if data is None:
        return False
    if data == ours.content:
        return True
    found = headers(inner_metadata(ours.filename, data) or b"")
    name, version = found.get("name", [""])[0], found.get("version", [""])[0]
    return normalize(name) == ours.normalized and as_version(version) == as_version(ours.version)


def described(answer: Exchange, ours: Distribution) -> str:
    """What came instead."""
    data = content(answer)
    if data is None:
        return f"{answer.said}, which does not decode"
    found = headers(inner_metadata(ours.filename, data) or b"")
    if not found:
        return f"{answer.said}, which is no such archive: it begins with {data[:24]!r}"
    return f"an archive of {found.get('name', ['?'])[0]} {found.get('version', ['?'])[0]}"


@requirement("consistency/bytes-as-uploaded")
def test_files_are_served_as_uploaded(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """The bytes behind a URL are those that were uploaded."""
    for subject in subjects.downloading():
        for file, answer in fetched(registry, subject, subject.files):
            ours, data = subject.distribution(file.filename), content(answer)
            if ours is not None and data is not None:
                findings.expect(
                    data == ours.content,
                    expected=f"the {ours.size} bytes of {ours.filename} as they were uploaded, sha256 {ours.sha256}",
                    got=f"{len(data)} bytes, sha256 {digest('sha256', data)}",
                    at=answer,
                    why="uv publish --check-url, signatures and attestations of the author do not fit",
                    advice="store and serve files as they come; refuse what you do not like",
                )


@requirement("consistency/both-urls-one-file")
def test_html_and_json_lead_to_the_same_bytes(
    subjects: Subjects, offers: Offers, registry: Registry, findings: Findings
) -> None:
    """The URL of a file in HTML and the one in JSON give the same bytes."""
    for pair in both_forms(offers, subjects.downloading()):
        other = by_name(pair.html.files)
        for file in to_fetch(pair.subject, pair.json.files):
            html = other.get(file.filename)
            if html is None:
                continue
            one, two = registry.file(file), registry.file(html)
            first, second = content(one), content(two)
            if first is not None or second is not None:
                findings.expect(
                    first == second,
                    expected=f"one file behind {file.url} and {html.url}",
                    got=f"{one.said} from JSON, {two.said} from HTML",
                    at=two,
                    also=[one, pair.json.exchange, pair.html.exchange],
                    why="who reads HTML installs another file than who reads JSON, or none",
                    advice="make both links from one stored location",
                )


@requirement("consistency/requires-python-of-file")
def test_pages_show_the_files_own_requires_python(
    subjects: Subjects, registry: Registry, findings: Findings
) -> None:
    """The Python versions that a page shows for a file are those in the file's own metadata, in HTML and in JSON."""
    for subject in subjects.downloading():
        for page in forms(subject):
            rows = asked(registry, subject, page)
            for file, answer, inside in rows:
                shown = file.requires_python
                if not shown:
                    continue  # to show nothing is legal
                same = specifiers(shown) == specifiers(inside)
                mates = [own for mate, _, own in rows if mate is not file and mate.parsed == file.parsed]
                if not same and any(specifiers(shown) == specifiers(own) for own in mates):
                    findings.note(f"{file.filename} shows what another file of its release asks for (A-09)")
                    continue
                findings.expect(
                    same,
                    expected=f"what {file.filename} itself says: {inside!r}",
                    got=repr(shown),
                    at=page.exchange,
                    also=[answer],
                    why="pip and uv skip the file for a Python that it fits, or choose it for one that it does not",
                    advice="read Requires-Python out of each file; a release may have files for different Pythons",
                )


def asked(
    registry: Registry, subject: Subject, page: HtmlPage | JsonPage
) -> list[tuple[ListedFile, Exchange, str]]:
    """The files of a page whose metadata could be read, with the Pythons that they ask for."""
    rows = []
    for file, answer in fetched(registry, subject, page.files):
        data = content(answer)
        inside = inner_metadata(file.filename, data) if data is not None else None
        if inside is not None:
            rows.append((file, answer, headers(inside).get("requires-python", [""])[0]))
    return rows


@requirement("consistency/pages-repeat")
def test_pages_stay_as_they_are(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """A page that nothing was uploaded to lists the same files with the same hashes when it is asked for again."""
    for subject in [subject for subject in subjects if subject.files][:REPEATED]:
        first = subject.json or subject.html
        before = by_name(subject.files)
        for page in registry.looks(subject.name, 2, frozenset(before)):
            now = by_name(page.files if page is not None else ())
            gone = sorted(before.keys() - now.keys())
            other = sorted(n for n in before.keys() & now.keys() if before[n].hashes != now[n].hashes)
            findings.expect(
                not gone and not other,
                expected=f"the {len(before)} files of {subject.name} as before",
                got=f"gone: {gone[:5]}, with other hashes: {other[:5]}",
                at=page.exchange if page is not None else registry.page(subject.name, fresh=True),
                also=[first.exchange] if first is not None else [],
                why="pip finds a version in one call and not in the next; a lock can't be repeated",
                advice="let all nodes answer from the same state",
            )


@requirement("consistency/clients-alike")
def test_all_clients_see_the_same_page(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """A page has the same status, files and hashes for pip, uv, twine, poetry, pdm, requests and this suite."""
    subject = next((subject for subject in subjects if subject.files), None)
    if subject is None:
        not_reached("no project with files was found")
    ours = registry.page(subject.name)
    if not ours.ok:
        not_reached(f"the page of {subject.name} can't be read: {ours.said}")
    for client, value in USER_AGENTS.items():
        headers = (("User-Agent", value),)
        theirs = registry.page(subject.name, headers=headers)
        told = difference(ours, theirs)
        if told:  # once more: something may have been published, or a node was behind
            now, theirs = (
                registry.page(subject.name, fresh=True),
                registry.page(subject.name, headers=headers, fresh=True),
            )
            told = difference(now, theirs)
        findings.expect(
            not told,
            expected=f"{ours.status} and the files and hashes of {subject.name} that this suite gets, for {client}",
            got=told,
            at=theirs,
            also=[ours],
            why=f"what others can install, {client} does not find, or installs unchecked",
            advice="look for rules about User-Agent in the registry, and in the firewall or proxy in front of it",
        )


def difference(ours: Exchange, theirs: Exchange) -> str:
    """How a page differs from ours: its status, its files, or the hashes of a file; "" when it does not."""
    if theirs.status != ours.status or not theirs.complete:
        return theirs.said
    pages = read_page(ours), read_page(theirs)
    if pages[0] is None or pages[1] is None:
        return "" if pages[0] is pages[1] else f"{theirs.said}, which is no page"
    before, now = (by_name(page.files) for page in pages if page is not None)
    if before.keys() != now.keys():
        gone, more = sorted(before.keys() - now.keys()), sorted(now.keys() - before.keys())
        return f"without {gone[:5]}, and with {more[:5]} besides"
    for name, file in before.items():
        both = file.hashes.keys() & now[name].hashes.keys()
        lost = bool(file.hashes) != bool(now[name].hashes)
        if lost or any(file.hashes[kind] != now[name].hashes[kind] for kind in both):
            return f"hashes {dict(now[name].hashes)} for {name}, not {dict(file.hashes)}"
    return ""


@requirement("consistency/forms-in-step")
def test_new_releases_show_in_both_forms(
    fresh: Fresh, registry: Registry, offers: Offers, target: Target, findings: Findings
) -> None:
    """A new release shows in HTML and in JSON, both within the time that the profile allows."""
    offers.html_pages()
    offers.json_pages()
    first = fresh.wheel("in-step", "1.0")
    registry.publish(first)
    for read in (registry.html_page, registry.json_page):
        read(first.name, fresh=True)  # whatever keeps pages has now kept both
    second = forge_wheel(first.name, "1.1")
    registry.publish(second)
    for word in ("HTML", "JSON"):
        page = awaited(registry, target, second, word)
        findings.expect(
            page is not None and second.filename in by_name(page.files),
            expected=f"{second.filename} in {word}, as it shows in the other form",
            got=sorted(by_name(page.files)) if page else "no page",
            at=page.exchange if page else f"{word} page of {first.name}",
            why="poetry, which reads HTML, does not find what pip finds in JSON, or the other way round",
            advice="renew both kept forms when a file comes in, each with its own validator",
        )


def awaited(
    registry: Registry, target: Target, distribution: Distribution, form: str
) -> HtmlPage | JsonPage | None:
    """The page in one form, as soon as it lists the file; the last one seen when it never does."""
    read = registry.html_page if form == "HTML" else registry.json_page

    def look() -> HtmlPage | JsonPage | None:
        return read(distribution.name, fresh=True)

    return registry.settled(
        look, lambda page: page is not None and distribution.filename in by_name(page.files), patience(target)
    )


@requirement("consistency/listed-projects-have-pages")
def test_listed_projects_have_pages(
    site: Site, staged: Staged, registry: Registry, target: Target, findings: Findings
) -> None:
    """A project in the project list has its page."""
    if not target.root_offered:
        not_offered("there is no project list")
    root = registry.json_root() or registry.html_root()
    if root is None:
        not_reached(f"the project list was answered {registry.root().said}")
    chosen = {subject.normalized for subject in (*site.subjects, *staged.others()[:LISTED])}
    if site.prepared.published is not None:
        chosen |= {
            normalize(attempt.distribution.name) for attempt in site.published.attempts if attempt.accepted
        }
    for name in sorted(chosen & set(root.projects)):
        answer = registry.page(name)
        if answer.ok or answer.status in POLICY or not is_still_listed(registry, name):
            findings.hold()
            continue
        again = registry.page(name, fresh=True)
        findings.expect(
            again.ok or again.status in POLICY,
            expected=f"200 with the page of {name}, which the project list names",
            got=again.said,
            at=again,
            also=[root.exchange],
            why="mirrors fail for the project; Octopus and people choose a package that is not there",
            advice="take a project off the list when its page goes",
        )


def is_still_listed(registry: Registry, name: str) -> bool:
    """Whether the project list, asked again, still has the project."""
    root = registry.json_root(fresh=True) or registry.html_root(fresh=True)
    return root is not None and name in root.projects
