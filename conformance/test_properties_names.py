"""Names with random inputs: however a name is spelled it is one project, and a name that only looks like it is none."""

from __future__ import annotations

from itertools import islice

from conformance.judging.known import patience
from conformance.judging.spellings import handed_on, judge_spelling
from conformance.judging.uploading import Shot, as_sent, need_uploads, said, tried
from fixtures.pages import normalize, read_page
from fixtures.properties import Properties, Trial
from fixtures.registry import Registry, changed
from fixtures.site import Site
from fixtures.subjects import Published, Subjects
from fixtures.target import Target
from fixtures.verdicts import requirement

FEW = 8  # projects whose names are spelled in other ways
RULE, ONE_PROJECT = "names/normalization-rule", "names/equivalent-names-one-project"


@requirement(RULE, ONE_PROJECT)
def test_any_two_spellings_are_one_project(
    published: Published, registry: Registry, target: Target, properties: Properties
) -> None:
    """Files uploaded under any two spellings of a name stand together on the page at the normalized name."""
    from conformance.judging import generated

    need_uploads(published)

    def judge(ends: tuple[str, str], trial: Trial) -> None:
        start = trial.fresh.name("n")
        for number, end in enumerate(ends):
            name = start + end
            sent = trial.fresh.wheel("", f"1.{number}", name=name)
            form = changed(
                as_sent(sent), name=name
            )  # as uv sends it; twine turns most separators into hyphens
            outcome = tried(registry, name, Shot(sent, form), patience=trial.patience(patience(target)))
            if not outcome.answer.ok:  # stricter rules on names are legal (LV-47)
                trial.findings.not_reached(
                    f"the upload of a project named {name} was answered {said(outcome.answer)}"
                )
                return
            listed = trial.findings.expect(
                outcome.listed is not None,
                expected=f"{sent.filename} on the page of {normalize(name)}, after its upload as {name}",
                got=", ".join(file.filename for file in outcome.files) or "no file",
                at=outcome.answer,
                why="pip, uv, poetry and pdm ask only for the normalized name and do not find the release",
                advice="normalize as PEP 503 does: lower case, every run of . - _ becomes one -",
                requirement=(RULE, ONE_PROJECT) if number else RULE,
            )
            if not listed:
                return

    properties.hold(generated.two_spellings(), judge, uploads=True, shown=" and ".join)


@requirement("names/unnormalized-url-redirect", "names/unnormalized-redirect-target")
def test_any_spelling_in_the_url_leads_to_the_project(
    site: Site, subjects: Subjects, properties: Properties
) -> None:
    """Any spelling of a name in the URL redirects to the normalized URL, shows the same page, or is not found."""
    from conformance.judging import generated

    few = {subject.normalized: subject for subject in islice(subjects, FEW)}

    def judge(spelling: str, trial: Trial) -> None:
        judge_spelling(site, trial.findings, few[normalize(spelling)], spelling, "drawn at random")

    properties.hold(generated.spelling_of(list(few)), judge, shown=str)


@requirement("names/unknown-project-404")
def test_a_name_that_looks_like_another_is_not_it(
    subjects: Subjects, registry: Registry, properties: Properties
) -> None:
    """A name that differs in one character from that of a project never gets that project's files."""
    from conformance.judging import generated

    def judge(name: str, trial: Trial) -> None:
        answer = registry.page_spelled(name)
        page = read_page(answer) if answer.ok else None
        strangers = [f for f in (page.files if page else ()) if f.parsed and f.parsed[0] != normalize(name)]
        answered = (answer.complete and (answer.status or 500) < 500) or handed_on(answer)
        fine = answered and not strangers
        trial.findings.expect(
            fine,
            expected=f"404 for {name}, or a page with files of {normalize(name)} alone",
            got=f"{answer.said}, with {strangers[0].filename}" if strangers else answer.said,
            at=answer,
            why="installers get another project's files, or stop instead of going on to the next index",
            advice="compare whole normalized names, and let no character stand for others",
        )

    names = [subject.normalized for subject in islice(subjects, FEW)]
    properties.hold(generated.near_misses(names), judge, shown=str)
