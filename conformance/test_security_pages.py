"""What pages must not let slip: credentials, unsafe addresses, files that are quarantined or yanked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from fixtures.environment import is_loopback
from fixtures.exchange import Exchange
from fixtures.pages import HtmlPage, JsonPage
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, not_reached, requirement

ORIGIN = "https://conformance.invalid"
SHORTEST = 6  # letters of a password that is looked for


@requirement("security/https")
def test_index_is_on_https(target: Target, findings: Findings) -> None:
    """The registry is served over https."""
    parts = urlsplit(target.base_url)
    if is_loopback(parts.hostname or ""):
        findings.note("the index is on this machine: https is not asked for")
    findings.expect(
        parts.scheme == "https" or is_loopback(parts.hostname or ""),
        expected="an index on https",
        got=target.base_url,
        at=target.base_url,
        why="pip ignores an index over plain http unless it is told to trust the host; passwords go in the clear",
        advice="put the registry behind TLS",
    )


@requirement("security/no-mixed-content")
def test_https_index_lists_https_files(target: Target, subjects: Subjects, findings: Findings) -> None:
    """An index on https lists no files on plain http."""
    if not target.base_url.startswith("https:"):
        findings.not_offered(f"the index is not on https: {target.base_url}")
        return
    for page in pages(subjects):
        plain = [file.url for file in page.files if file.url.lower().startswith("http:")]
        findings.expect(
            not plain,
            expected="file URLs on https, or relative ones",
            got=f"{len(plain)} on http, such as {plain[0]}" if plain else "",
            at=page.exchange,
            why="pip ignores such files unless it is told to trust the host",
            advice="make the URLs from what the proxy forwards, or relative",
        )


def pages(subjects: Subjects) -> Iterator[HtmlPage | JsonPage]:
    """All pages of the subjects, in each form."""
    for subject in subjects:
        for page in (subject.html, subject.json):
            if page is not None:
                yield page


@requirement("security/credentials-not-in-urls")
def test_listed_urls_hold_no_credentials(
    target: Target, subjects: Subjects, site: Site, findings: Findings
) -> None:
    """The URLs in a page hold no user name or password."""
    known = target.credentials
    secrets = [known.password, known.header.removeprefix("Basic ")] if known else []
    secrets = [secret for secret in secrets if len(secret) >= SHORTEST]
    for page in pages(subjects):
        urls = [file.href for file in page.files] + [file.provenance or "" for file in page.files]
        bad = [url for url in urls if "@" in netloc(url) or any(s in unquote(url) for s in secrets)]
        findings.expect(
            not bad,
            expected="URLs without user name and password",
            got=f"{len(bad)} URLs with them, such as {site.secrets.mask(bad[0])}" if bad else "",
            at=page.exchange,
            why="pip, uv and poetry write URLs into logs and lock files, which get published",
            advice="leave the user of the request, and of the upstream, out of the URLs",
        )


def netloc(url: str) -> str:
    """User, host and port of a URL; "" when it can't be read."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


@requirement("security/json-no-html-sniff")
def test_sniffing_is_forbidden_in_the_right_word(subjects: Subjects, findings: Findings) -> None:
    """X-Content-Type-Options, where it is sent, says nosniff."""
    for page in pages(subjects):
        value = page.exchange.header("x-content-type-options")
        findings.expect(
            value is None or value.partition(",")[0].strip().lower() == "nosniff",
            expected="nosniff, the only word that browsers know",
            got=f"X-Content-Type-Options: {value}",
            at=page.exchange,
            why="browsers overlook any other word, and guess the type",
            advice="send X-Content-Type-Options: nosniff",
        )
    found = next(iter(pages(subjects)), None)
    if found is None:
        not_reached("no page of a project could be read")
    sent = found.exchange.header("x-content-type-options")
    findings.note(f"pages: X-Content-Type-Options: {sent or 'not sent'}")


@requirement("security/cors-read")
def test_other_sites_do_not_read_with_credentials(
    target: Target, registry: Registry, subjects: Subjects, findings: Findings
) -> None:
    """Where pages of other sites may read, they may not do so with the visitor's credentials."""
    url = target.page_url(subjects[0].normalized)
    answer = registry.get(url, headers=(("Origin", ORIGIN),))
    allowed = answer.header("access-control-allow-origin")
    if allowed is None:
        findings.not_offered(f"no Access-Control-Allow-Origin: {url} was answered {answer.said}")
        return
    findings.note(f"Access-Control-Allow-Origin: {allowed}")
    trusting = (answer.header("access-control-allow-credentials") or "").strip().lower() == "true"
    findings.expect(
        not (trusting and allowed.strip() in ("*", ORIGIN, "null")),
        expected="no Access-Control-Allow-Credentials: true for any site that asks",
        got=f"Access-Control-Allow-Origin: {allowed}, Access-Control-Allow-Credentials: true",
        at=answer,
        why="any site that a user visits reads the private index with that user's rights",
        advice="let sites in without credentials, or name the ones that you trust",
    )


@requirement("security/quarantine-enforced")
def test_quarantined_files_are_listed_nowhere(
    target: Target, registry: Registry, staged: Staged, findings: Findings
) -> None:
    """No form of the index lists the files of a quarantined project."""
    for subject in staged.with_marked():
        if "quarantined" not in statuses(subject):
            continue
        for answer, names in listings(target, registry, subject):
            findings.expect(
                not names,
                expected="no files: the project is quarantined",
                got=", ".join(sorted(names)[:5]),
                at=answer,
                why="pip, poetry and pdm read no status and install what is listed",
                advice="list no files of a quarantined project, in no form (PEP 792)",
            )
    try:
        staged.marked("quarantined")
    except NotReached as why:
        findings.not_reached(f"no quarantined project was found, and {why}")


def statuses(subject: Subject) -> set[str]:
    """Every status that the forms of a project's page tell (C-03: also where it should not stand)."""
    found: set[str] = set()
    if subject.html is not None:
        found.update(subject.html.meta("pypi:project-status"))
    if subject.json is not None:
        meta = subject.json.data.get("meta")
        told = [
            subject.json.data.get("project-status"),
            meta.get("project-status") if isinstance(meta, dict) else None,
        ]
        for item in told:
            found.add(str(item.get("status") if isinstance(item, dict) else item))
    return found


def listings(
    target: Target, registry: Registry, subject: Subject
) -> Iterator[tuple[Exchange, frozenset[str]]]:
    """Each form of the index with the files of a project that it lists, the PyPI JSON API among them."""
    for page in (subject.html, subject.json):
        if page is not None:
            yield page.exchange, frozenset(file.filename for file in page.files)
    answer, entries = json_api(target, registry, subject)
    if answer is not None:
        yield answer, frozenset(entries)


def json_api(target: Target, registry: Registry, subject: Subject) -> tuple[Exchange | None, dict[str, bool]]:
    """What the PyPI JSON API says of a project: file name -> whether it is yanked. None where there is no such API."""
    if target.json_api_url is None:
        return None, {}
    answer = registry.get(f"{target.json_api_url}{subject.normalized}/json", accept="application/json")
    try:
        data = answer.json() if answer.ok else {}
    except ValueError:
        return answer, {}
    releases = data.get("releases") if isinstance(data, dict) else None
    rows = [row for files in releases.values() for row in files] if isinstance(releases, dict) else []
    rows += data.get("urls") or [] if isinstance(data, dict) else []
    named = [row for row in rows if isinstance(row, dict) and isinstance(row.get("filename"), str)]
    return answer, {row["filename"]: bool(row.get("yanked")) for row in named}


@requirement("security/yank-consistent-across-routes")
def test_yanks_are_the_same_everywhere(
    target: Target, registry: Registry, staged: Staged, findings: Findings
) -> None:
    """A file that is yanked in one form of the index is yanked in all of them."""
    for subject in staged.with_yanked():
        html, data = subject.html, subject.json
        told = {
            "HTML": yanks(html),
            "JSON": yanks(data),
            "the JSON API": json_api(target, registry, subject)[1],
        }
        forms = {form: files for form, files in told.items() if files}
        if len(forms) < 2:
            continue
        for filename in sorted({name for files in forms.values() for name in files}):
            says = {form: files[filename] for form, files in forms.items() if filename in files}
            findings.expect(
                len(set(says.values())) <= 1,
                expected=f"{filename} yanked in every form, or in none",
                got=", ".join(f"{form}: {'yanked' if said else 'not yanked'}" for form, said in says.items()),
                at=(data or html).exchange if (data or html) is not None else subject.name,  # type: ignore[union-attr]
                why="pip and uv install a yanked file, or not, by the form they get",
                advice="make all forms from one stored mark",
            )
    if not findings.judged["security/yank-consistent-across-routes"]:
        findings.not_offered("the index has one form only")


def yanks(page: HtmlPage | JsonPage | None) -> dict[str, bool]:
    """File name -> whether it is yanked; an empty reason counts as yanked where the attribute is there (A-18)."""
    if page is None:
        return {}
    return {
        f.filename: bool(f.yanked) or (isinstance(page, HtmlPage) and "data-yanked" in f.raw)
        for f in page.files
    }
