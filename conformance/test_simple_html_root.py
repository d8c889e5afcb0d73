"""The project list in HTML: one anchor for each project, with its name and a link to its page."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from conformance.judging.known import BLOCKED, is_late, known_projects, of_others, own_projects, settled_lists
from conformance.judging.lists import Entry, ProjectList, html_list
from conformance.judging.spellings import same_path, sample
from fixtures.pages import HTML_TYPES, normalize, read_page
from fixtures.registry import HTML_ACCEPT, Registry
from fixtures.site import Site
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement
from sample_packages.naming import belongs_to_suite


@requirement("simple-html/root-anchor-per-project", "simple-html/no-pagination")
def test_one_anchor_for_each_project(
    site: Site, registry: Registry, target: Target, findings: Findings
) -> None:
    """The project list holds exactly one anchor for each project, all of them in one answer."""
    html_list(registry, target)
    known = known_projects(site)
    for listed in settled_lists(registry, target, known):
        if listed.form != "HTML":
            continue
        missing = sorted(name for name in known if name not in listed.names)
        late = is_late(site, listed, missing)
        if late:
            findings.not_reached("the list does not show the newest projects yet (LV-09)")
        problems = [f"{name} is missing" for name in missing if not late]
        doubled = [name for name in listed.doubled if name in known or not belongs_to_suite(name)]
        problems += [f"{name} has more than one" for name in doubled]
        if not late or doubled:
            findings.expect(
                not problems,
                expected="one anchor for each project of the registry",
                got="; ".join(problems[:5]),
                at=listed.exchange,
                why="mirrors and tools that walk the list miss projects, or take one for several",
                advice="list each project once, by its normalized name, all in one page",
                requirement=("simple-html/root-anchor-per-project", "simple-html/no-pagination"),
            )


@requirement("simple-html/anchor-text-is-project-name")
def test_anchor_text_is_the_project_name(registry: Registry, target: Target, findings: Findings) -> None:
    """The text of an anchor in the list is the project's name, in any spelling."""
    listed = html_list(registry, target)
    for entry in listed.entries:
        findings.expect(
            normalize(entry.shown) == normalize(entry.segment),
            expected=f"the name of the project at {entry.url}, in any spelling",
            got=entry.shown or "no text",
            at=listed.exchange,
            why="clients that read names from the text see no such project",
            advice="write the project's name between <a> and </a>",
        )


@requirement("simple-html/root-href-targets-project", "simple-html/root-href-canonical")
def test_links_of_the_list_lead_to_the_projects(
    site: Site, registry: Registry, target: Target, findings: Findings
) -> None:
    """The link of an anchor in the list leads to the page of that project, without a detour."""
    listed = html_list(registry, target)
    known = known_projects(site)
    own = [entry for entry in listed.entries if entry.said in known]
    rest = of_others(entry for entry in listed.entries if entry not in own)
    for entry in own + sample(rest, site.prepared.seed):
        expect_link(registry, target, findings, listed, entry)
    hidden = {
        p.normalized for p in own_projects(site)
    } - known  # not at its normalized name: the link may tell why
    for entry in listed.entries:
        if entry.said in hidden:
            expect_canonical(findings, listed, entry)


def expect_link(
    registry: Registry, target: Target, findings: Findings, listed: ProjectList, entry: Entry
) -> None:
    """The link leads to the project's page, and best is its normalized URL with the slash."""
    name = entry.said
    at_home = same_path(entry.url, target.page_url(name))
    answer = registry.page(name, HTML_ACCEPT) if at_home else registry.get(entry.url, accept=HTML_ACCEPT)
    page = read_page(answer) if answer.ok and answer.media_type in HTML_TYPES and not at_home else None
    strangers = [f.filename for f in page.files if f.parsed and f.parsed[0] != name] if page else []
    findings.expect(
        (answer.ok or answer.status in BLOCKED) and not strangers,
        expected=f"a link to the page of {name}",
        got=f"{entry.url}: {answer.said}" + (f", with {strangers[0]}" if strangers else ""),
        at=listed.exchange,
        also=[answer],
        why="mirrors and people who follow the list miss the project",
        advice=f"link to {target.page_url(name)}, absolute or relative to the URL of the list",
        requirement="simple-html/root-href-targets-project",
    )
    expect_canonical(findings, listed, entry)


def expect_canonical(findings: Findings, listed: ProjectList, entry: Entry) -> None:
    """The link is the project's normalized URL with the slash."""
    name = entry.said
    findings.expect(
        unquote(urlsplit(entry.url).path).endswith(f"/{name}/"),  # RFC 3986 section 2.3: %2D is a hyphen
        expected=f"a link that ends in /{name}/",
        got=unquote(entry.url),
        at=listed.exchange,
        why="each click costs a redirect, and Octopus loses its login on it",
        advice="link to the normalized name, with a slash at the end",
        requirement="simple-html/root-href-canonical",
    )
