"""One truth, many forms: a page that shows the Python versions of files does so for files of every kind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator

from conformance.judging.known import Renewed
from conformance.judging.reading import are_specifiers, headers, specifiers
from fixtures.pages import HtmlPage, JsonPage
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.staged import Staged
from fixtures.subjects import Subject
from fixtures.verdicts import Findings, NotReached, requirement
from sample_packages.model import Distribution

RELIABLE = (
    2,
    2,
)  # metadata version from which on what an sdist says is so, unless something is dynamic (PEP 643)
Page = HtmlPage | JsonPage


@requirement("consistency/requires-python-of-all")
def test_python_versions_are_shown_for_files_of_all_kinds(
    site: Site, staged: Staged, registry: Registry, findings: Findings
) -> None:
    """A page that shows the Python versions of files shows them for platform wheels, sdists and yanked files alike."""
    subjects = [subject for subject in site.subjects if subject.distributions]
    with contextlib.suppress(NotReached):
        subjects.append(staged.yanked().subject)
    named = [(subject, wanted) for subject in subjects if (wanted := naming(subject))]
    if not named:
        findings.not_reached("no release of this run is listed whose files all ask for the same Pythons")
        return
    for form, page_of in FORMS.items():
        pages = [
            (subject, wanted, page) for subject, wanted in named if (page := page_of(subject)) is not None
        ]
        if any(shown(page) & wanted for _, wanted, page in pages):
            judge_form(findings, Renewed(registry), pages)
        elif pages:
            findings.note(f"{form} pages show the Python versions of no file; they may leave them out")
    findings.not_offered("no page shows the Python versions of a file, which is optional")


FORMS: dict[str, Callable[[Subject], Page | None]] = {"JSON": lambda s: s.json, "HTML": lambda s: s.html}


def judge_form(
    findings: Findings, renewed: Renewed, pages: Iterable[tuple[Subject, frozenset[str], Page]]
) -> None:
    """Judge the pages of one form, in which other files show what they ask for."""
    for subject, wanted, page in pages:
        there = wanted & {file.filename for file in page.files}
        now = renewed.page(subject.name, page, lambda page, there=there: there <= shown(page))  # type: ignore[misc]
        missing = sorted(there & {file.filename for file in now.files} - shown(now))
        findings.expect(
            not missing,
            expected="the Python versions of each file that asks for some, as this form of the pages shows those of others",
            got=f"none for {', '.join(missing[:3])}",
            at=now.exchange,
            why="pip and uv choose the file for a Python that it does not fit, and fail on it",
            advice="take Requires-Python from every upload: wheels for platforms and sdists too, and keep it when a file is yanked",
        )


def shown(page: Page) -> frozenset[str]:
    """The files whose Python versions a page shows."""
    return frozenset(file.filename for file in page.files if file.requires_python)


def naming(subject: Subject) -> frozenset[str]:
    """The files of ours that ask for Pythons, where all listed files of their release ask for the same (A-09)."""
    releases: dict[object, list[Distribution | None]] = {}
    for file in subject.files:
        key = file.parsed[1] if file.parsed else file.filename
        releases.setdefault(key, []).append(subject.distribution(file.filename))
    alike = (
        found
        for files in releases.values()
        if (found := [d for d in files if d]) and len(found) == len(files)
    )
    return frozenset(name for files in alike if asks_alike(files) for name in relied_on(files))


def asks_alike(files: Iterable[Distribution]) -> bool:
    """Whether forms and files all ask for the same Pythons, in a valid way."""
    asked = {specifiers(told) for file in files for told in told_pythons(file)}
    return len(asked) == 1 and frozenset() not in asked and are_specifiers(",".join(asked.pop()))


def told_pythons(file: Distribution) -> tuple[str, str]:
    """What the form and the file's metadata say; "" for nothing."""
    return dict(file.form).get("requires_python", ""), headers(file.metadata).get("requires-python", [""])[0]


def relied_on(files: Iterable[Distribution]) -> Iterator[str]:
    """The names of the files whose metadata a registry can rely on."""
    for file in files:
        version = tuple(int(part) for part in file.metadata_version.split(".") if part.isdigit())
        if file.kind == "wheel" or (version >= RELIABLE and "dynamic" not in headers(file.metadata)):
            yield file.filename
