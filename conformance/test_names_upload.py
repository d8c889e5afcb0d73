"""Names at upload: every spelling finds its one project, and what is no name never becomes one."""

from __future__ import annotations

import time
from urllib.parse import unquote

from conformance.judging.lists import ProjectList, json_list, lists
from conformance.judging.reading import by_name
from conformance.judging.uploading import files_after
from fixtures.fresh import Fresh
from fixtures.registry import Registry, changed, upload_parts
from fixtures.site import Site
from fixtures.verdicts import Findings, NotOffered, NotReached, not_reached, requirement

PATIENCE = 5.0  # seconds until a project that was taken under a strange name would show


@requirement("names/equivalent-names-one-project", "names/root-one-entry-per-normal-form")
def test_two_spellings_are_one_project(
    site: Site, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Files uploaded under two spellings of a name stand on one page, and the list has one entry."""
    first = fresh.wheel("two-spellings", "1.0")
    spelled = first.name.replace("-two-spellings", "_Two.Spellings")
    second = fresh.wheel("", "1.1", name=spelled)
    registry.publish(first)
    answer = registry.upload(second)
    if not answer.ok:  # stricter rules on names are legal (LV-47)
        not_reached(f"an upload for {first.name}, spelled {spelled}, was answered {answer.said}")
    wanted = {first.filename, second.filename}
    listed_files = registry.settled_files(
        first.name, lambda files: wanted <= {file.filename for file in files}
    )
    names = {file.filename for file in listed_files}
    findings.expect(
        wanted <= names,
        expected=f"{first.filename} and {second.filename} on the page of {first.name}",
        got=", ".join(sorted(names)) or "no file",
        at=answer,
        why="pip and uv see only part of the releases",
        advice="store projects under their normalized name",
    )
    for listed in lists(registry, site.target, fresh=True):
        expect_one_entry(findings, listed, first.name)


@requirement("names/other-names-other-projects")
def test_names_that_are_alike_are_two_projects(fresh: Fresh, registry: Registry, findings: Findings) -> None:
    """Long names that differ at their end, a name with a number behind it, and one that another begins with are projects of their own."""
    for hint, end in (("long" + "-and-longer" * 7, "s"), ("numbered", "-2"), ("begun", "x")):
        one = fresh.name(hint)
        pair = [fresh.sdist("", "1.0", name=one), fresh.sdist("", "1.0", name=one + end)]
        try:
            for sent in pair:
                registry.publish(sent)
        except NotReached as problem:  # stricter rules on names are legal (LV-47)
            findings.note(f"{one} and {one}{end} could not be compared: {problem}")
            continue
        for own, other in (pair, pair[::-1]):
            names = by_name(files_after(registry, own, registry.target.visibility)).keys()
            page = registry.page_now(own.name)
            findings.expect(
                own.filename in names and other.filename not in names,
                expected=f"{own.filename} on the page of {own.name}, and not {other.filename}",
                got=", ".join(sorted(names)) or "no file",
                at=page.exchange if page else "",
                why="pip and uv are offered the files of another project",
                advice="take a project by its whole normalized name, of whatever length; never guess it from a file name",
            )


def expect_one_entry(findings: Findings, listed: ProjectList, name: str) -> None:
    """The list has at most one entry for the project; a new one may come late (LV-09)."""
    shown = [entry.shown for entry in listed.entries if entry.normalized == name]
    findings.expect(
        len(shown) <= 1,
        expected=f"one entry for {name} in the {listed.form} list",
        got=", ".join(shown),
        at=listed.exchange,
        why="mirrors and search tools take one project for several",
        advice="list projects by their normalized name",
        requirement="names/root-one-entry-per-normal-form",
    )


@requirement("names/no-trailing-newline", "names/valid-format-ascii-only")
def test_strange_names_are_not_taken(
    site: Site, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A name with a newline at its end, or with a letter from outside ASCII, does not become a project's name."""
    cases = (("names/no-trailing-newline", "\n"), ("names/valid-format-ascii-only", "\u212a"))
    for name, tail in cases:
        wheel = fresh.wheel("strange")
        parts = changed(upload_parts(wheel), name=wheel.name + tail)
        answer = registry.post(parts, writes=wheel.name)
        shown = shown_with(site, wheel.name, tail) if answer.ok else []
        findings.expect(
            not shown,
            expected="the upload refused, or the name stored without that character",
            got=f"{answer.said}; then the registry shows {', '.join(shown)}",
            at=answer,
            why="no client can ask for such a project, and it looks like another one",
            advice=r"match the whole name against the pattern, with \Z and ASCII letters only",
            requirement=name,
        )


def shown_with(site: Site, name: str, tail: str) -> list[str]:
    """Where the registry shows the name with that tail, once it shows anything of it."""
    until = time.monotonic() + min(site.target.visibility, PATIENCE)
    while True:
        found = names_in_lists(site, name + tail)
        page = site.registry.json_page(name, fresh=True)
        told = page.data.get("name") if page is not None else None
        if isinstance(told, str) and tail in told:
            found.append(f"the name {told!r} in {page.exchange.url if page else ''}")
        if found or page is not None or time.monotonic() > until:
            return found
        time.sleep(site.target.poll)


def names_in_lists(site: Site, name: str) -> list[str]:
    """The places in the project lists that have exactly this name."""
    found = []
    try:
        listed = json_list(site.registry, site.target, fresh=True)
        found += [f"{e.shown!r} in the JSON list" for e in listed.entries if e.shown == name]
    except (NotOffered, NotReached):
        pass
    page = site.registry.html_root(fresh=True) if site.target.root_offered else None
    links = [unquote(anchor.href) for anchor in page.anchors] if page is not None else []
    return found + [f"the link {link!r} in the HTML list" for link in links if f"/{name}/" in f"/{link}"]
