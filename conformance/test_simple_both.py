"""Both forms of the index tell the same, and HTML carries every text unharmed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice

from conformance.judging.cache_reading import may_be_kept
from conformance.judging.known import known_projects, patience
from conformance.judging.lists import VALID_NAME, html_list, json_list
from conformance.judging.reading import BothForms, both_forms, specifiers
from fixtures.pages import HtmlPage, ListedFile
from fixtures.registry import Registry
from fixtures.site import Offers, Site
from fixtures.staged import REASON, Staged
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.naming import belongs_to_suite


@requirement("simple-html/same-files-as-json")
def test_both_forms_list_the_same_files(
    subjects: Subjects, offers: Offers, target: Target, findings: Findings
) -> None:
    """The HTML page and the JSON page of a project list the same files with the same facts."""
    until = time.monotonic() + patience(target)
    for both in both_forms(offers, subjects):
        problems = differences(both)
        while problems and time.monotonic() < until:  # one form may be cached longer than the other
            time.sleep(target.poll)
            again = read_anew(both.subject)
            both, problems = (again, differences(again)) if again else (both, [])
        findings.expect(
            not problems,
            expected=f"the same files and facts for {both.subject.name} in HTML and JSON",
            got="; ".join(problems[:5]),
            at=both.html.exchange,
            also=[both.json.exchange],
            why="dependabot reads HTML and proposes other releases than the installers see in JSON",
            advice="make both pages from the same data; drop both from the cache when a file comes or goes",
        )


def read_anew(subject: Subject) -> BothForms | None:
    """Both pages as they are now; None when one is gone."""
    html = subject.registry.html_page(subject.name, fresh=True)
    data = subject.registry.json_page(subject.name, fresh=True)
    return BothForms(subject, html, data) if html is not None and data is not None else None


def differences(both: BothForms) -> list[str]:
    """Where the two forms contradict each other; what only one of them tells is no contradiction."""
    html, data = ({file.filename for file in page.files} for page in (both.html, both.json))
    found = [f"{name} is only in HTML" for name in sorted(html - data)]
    found += [f"{name} is only in JSON" for name in sorted(data - html)]
    for name, left, right in both.shared:
        found += [
            f"{name}: {fact} is {a} in HTML and {b} in JSON" for fact, a, b in contradictions(left, right)
        ]
    return found


def contradictions(html: ListedFile, data: ListedFile) -> Iterator[tuple[str, object, object]]:
    """Facts that both forms tell, differently."""
    for name in html.hashes.keys() & data.hashes.keys():
        if html.hashes[name].lower() != data.hashes[name].lower():
            yield name, html.hashes[name], data.hashes[name]
    left, right = html.requires_python, data.requires_python
    if left and right and specifiers(left) != specifiers(right):
        yield "requires-python", left, right
    if bool(html.yanked) != bool(data.yanked):
        yield "yanked", html.yanked, data.yanked
    if html.provenance and data.provenance and html.provenance != data.provenance:
        yield "provenance", html.provenance, data.provenance
    if None not in (html.gpg_sig, data.gpg_sig) and html.gpg_sig != data.gpg_sig:
        yield "the signature", html.gpg_sig, data.gpg_sig


@requirement("simple-json/root-equals-html")
def test_both_lists_name_the_same_projects(
    site: Site, registry: Registry, target: Target, findings: Findings
) -> None:
    """The JSON list and the HTML list name the same projects."""
    left, right = html_list(registry, target), json_list(registry, target)
    known, kept = known_projects(site), may_be_kept(left.exchange) or may_be_kept(right.exchange)

    def lasting(names: AbstractSet[str]) -> AbstractSet[str]:
        """Without what this run makes meanwhile, where a cache may keep each form for a while of its own (RFC 9111 section 4.2)."""
        return {name for name in names if not belongs_to_suite(name) or name in known} if kept else names

    until = time.monotonic() + patience(target)
    same = agree(lasting(left.names), lasting(right.names))
    while not same and time.monotonic() < until:
        # Projects of others come and go: JSON has to fit the HTML read just before it, or the one read just after.
        before = html_list(registry, target, fresh=True)
        right = json_list(registry, target, fresh=True)
        left = html_list(registry, target, fresh=True)
        old, now, new = lasting(before.names), lasting(right.names), lasting(left.names)
        same = not missing(now, old | new) and not missing(old & new, now)
        if not same:
            time.sleep(target.poll)
    only_html = missing(lasting(left.names), right.names)
    only_json = missing(lasting(right.names), left.names)
    findings.expect(
        same,
        expected="the same projects in both forms of the list",
        got=f"only in HTML: {', '.join(only_html[:5]) or 'none'}; only in JSON: {', '.join(only_json[:5]) or 'none'}",
        at=left.exchange,
        also=[right.exchange],
        why="tools see other projects, depending on the form that they read",
        advice="make both forms from the same data, and drop both from the cache together",
    )


def missing(here: AbstractSet[str], there: AbstractSet[str]) -> list[str]:
    """What is here and not there, as far as a message needs it; names that HTML readers take for navigation (A-14) don't count."""
    return list(islice((name for name in here if name not in there and VALID_NAME.fullmatch(name)), 1000))


def agree(left: AbstractSet[str], right: AbstractSet[str]) -> bool:
    """Whether both have the same names."""
    return not missing(left, right) and not missing(right, left)


@requirement("simple-html/attribute-escaping")
def test_values_of_attributes_read_back_as_given(
    offers: Offers, subjects: Subjects, findings: Findings
) -> None:
    """Values with angle brackets are escaped once: they read back as they were given and add nothing to the page."""
    offers.html_pages()
    for subject, page in subjects.html_pages:
        for file in page.files:
            known = subject.distribution(file.filename)
            if known is None or file.requires_python is None:
                continue
            findings.expect(
                "&" not in file.requires_python and not stray(file),
                expected=f"data-requires-python reads back as {known.requires_python}",
                got=f"{file.requires_python}; attributes {', '.join(file.raw)}",
                at=page.exchange,
                why="uv skips a file whose requires-python was escaped twice",
                advice="escape & < > and quotes once, when the page is written",
            )
    findings.not_offered("no page shows a value that would have to be escaped")


def stray(file: ListedFile) -> list[str]:
    """Attributes that are none: pieces of a value that was cut at a quote."""
    return [name for name in file.raw if not re.fullmatch(r"[a-z][a-z0-9:_-]*", name)]


@requirement("simple-html/attribute-escaping")
def test_reasons_read_back_as_given(
    offers: Offers, staged: Staged, registry: Registry, findings: Findings
) -> None:
    """Reasons with quotes, ampersands and tags read back as they were given, where they are shown at all."""
    offers.html_pages()
    for scene in ("yanked", "archived"):
        try:
            subject = staged.yanked().subject if scene == "yanked" else staged.marked(scene).subject
        except NotReached as why:
            findings.not_reached(str(why))
            continue
        page = registry.html_page(subject.name, fresh=True)
        if page is not None:
            judge_reasons(findings, page)


def judge_reasons(findings: Findings, page: HtmlPage) -> None:
    """The shown reasons are whole, and nothing of them became markup."""
    shown = [str(file.yanked) for file in page.files if isinstance(file.yanked, str)]
    shown += page.meta("pypi:project-status-reason")
    wrong = [text for text in shown if text != REASON]
    extra = [name for file in page.files for name in stray(file)]
    findings.expect(
        not wrong and not extra and "<tags>" not in page.exchange.text,
        expected=REASON,
        got=wrong[0] if wrong else f"attributes {', '.join(extra)}" if extra else "a raw tag in the page",
        at=page.exchange,
        why="a reason can break the page or put a script into it; tools show it mangled",
        advice="escape & < > and quotes once, when the page is written",
    )


@requirement("simple-html/meta-in-head")
def test_metas_of_the_index_are_in_the_head(offers: Offers, findings: Findings) -> None:
    """The index's own meta elements stand in the head of the page."""
    for page in offers.html_pages():
        outside = [name for name, _, in_head in page.metas if name.startswith("pypi:") and not in_head]
        findings.expect(
            not outside,
            expected="metas whose names begin with pypi: in <head>",
            got=", ".join(outside),
            at=page.exchange,
            why="mousebender and pypi-simple look for them in the head",
            advice="write them before </head>",
            requirement="simple-html/meta-in-head",
        )
