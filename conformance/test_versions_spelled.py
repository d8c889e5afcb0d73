"""Spellings of versions: two of one version are one release, and what is no version is not taken for one."""

from __future__ import annotations

import pytest
from packaging.version import Version

from conformance.judging.reading import as_version
from conformance.judging.uploading import Outcome, Shot, as_sent, listed_versions, need_uploads, said, tried
from fixtures.fresh import Fresh
from fixtures.registry import Registry, changed
from fixtures.subjects import Published
from fixtures.verdicts import Findings, requirement

NORMAL, KEEPS = "versions/normal-forms-recognised", "versions/equal-keeps-files"
PAIRS = {
    "rc-spelling": ("1.0rc1", "1.0-RC.1"),
    "v-prefix": ("1.1", "v1.1"),
    "post-dash": ("1.2.post3", "1.2-3"),
    "alpha": ("1.3a4", "1.3.ALPHA_4"),
    "zeros": ("1.0", "1.0.0"),
    "zeros-wheels": ("1.0", "1.0.0"),
}


def second_spelling(
    fresh: Fresh, registry: Registry, first: str, second: str, *, wheels: bool = False
) -> tuple[Outcome, str]:
    """Publish a wheel of one spelling, then upload an sdist (or a wheel) of the same version in another one.

    Gives what became of the second, and the name of the first.
    """
    name = fresh.name("spelled")
    published = registry.publish(fresh.wheel("", first, name=name))
    make = fresh.wheel if wheels else fresh.sdist
    outcome = tried(
        registry, f"{second} after {first}", make("", second, name=name), patience=registry.target.visibility
    )
    return outcome, published.filename


def judge_one_release(
    findings: Findings, registry: Registry, outcome: Outcome, first: str, ids: tuple[str, ...]
) -> None:
    """Judge that two spellings are one release, or the second was refused."""
    findings.expect(
        outcome.refused or outcome.answer.ok,
        expected=f"{outcome.what} accepted or refused",
        got=said(outcome.answer),
        at=outcome.answer,
        why="twine sends the file again and again",
        requirement=ids,
    )
    shown = listed_versions(registry, outcome.sent.name) or []
    equal = [text for text in shown if as_version(text) == Version(first)]
    normal = {str(as_version(text)) for text in equal}
    if len(equal) > 1 and len(normal) > 1:
        findings.note(f"equal versions stand side by side: {equal} (A-05)", ids)
        return
    findings.expect(
        len(equal) < 2,
        expected=f"one release for {first} and its other spelling",
        got=equal,
        at=outcome.answer,
        why="tools that read the list count two releases where there is one",
        advice="compare versions in their normal form when a file comes in",
        requirement=ids,
    )


@requirement("versions/unique", NORMAL, KEEPS)
@pytest.mark.parametrize("pair", PAIRS)
def test_two_spellings_are_one_release(
    pair: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Two spellings of one version never become two releases of a project, and neither's file takes the other's place."""
    need_uploads(published)
    first, second = PAIRS[pair]
    outcome, older = second_spelling(fresh, registry, first, second, wheels=pair.endswith("wheels"))
    judge_one_release(findings, registry, outcome, first, ("versions/unique",))
    judge_found(findings, outcome, first)
    seen = any(file.filename == older for file in outcome.files)
    findings.expect(
        seen or registry.wait_for(outcome.sent.name, older) is not None,
        expected=f"{older} still listed after {outcome.sent.filename} was answered {outcome.answer.said}",
        got=[file.filename for file in outcome.files],
        at=outcome.answer,
        why="pip, uv and poetry no longer find a file that they have locked",
        advice=f"keep the files of a release by their names; put {second} beside {first}, or refuse it with 409",
        requirement=KEEPS,
    )


def judge_found(findings: Findings, outcome: Outcome, first: str) -> None:
    """Judge that an accepted file of the other spelling is listed."""
    if outcome.answer.ok:
        findings.expect(
            outcome.listed is not None,
            expected=f"{outcome.sent.filename} listed",
            got=[file.filename for file in outcome.files],
            at=outcome.answer,
            why="the upload is told as a success, and the file is lost",
            advice=f"put it into the release {first}",
            requirement=NORMAL,
        )
    else:
        findings.note(f"{outcome.what}: {said(outcome.answer)}", NORMAL)


@requirement("versions/c-and-rc", "versions/c-equals-rc")
def test_c_and_rc_are_one_release(
    published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A project does not end up with both a c and an rc release of one version."""
    need_uploads(published)
    outcome, _ = second_spelling(fresh, registry, "1.0rc1", "1.0c1")
    judge_one_release(findings, registry, outcome, "1.0rc1", ("versions/c-and-rc", "versions/c-equals-rc"))


@requirement("versions/no-whitespace")
@pytest.mark.parametrize("spaced", [" 1.0", "1.0 ", "1.0\n"], ids=["before", "after", "newline"])
def test_space_is_no_part_of_a_version(
    spaced: str, published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """Space around a version is refused, or not kept."""
    need_uploads(published)
    sent = fresh.wheel("space")
    outcome = tried(registry, f"version {spaced!r}", Shot(sent, changed(as_sent(sent), version=spaced)))
    shown = [*(listed_versions(registry, sent.name) or []), *(file.filename for file in outcome.files)]
    findings.expect(
        (outcome.refused or outcome.answer.ok) and not any(text != text.strip() for text in shown),
        expected=f"version {spaced!r} refused, or listed without its space",
        got=f"{said(outcome.answer)}; listed {shown}",
        at=outcome.answer,
        why="a version with space in it equals no version that a client asks for",
        advice="strip the value, or refuse it",
    )


@requirement("versions/implicit-post-invalid-dash")
def test_a_bare_hyphen_makes_no_post_release(
    published: Published, fresh: Fresh, registry: Registry, findings: Findings
) -> None:
    """A version that ends in a bare hyphen is refused, or in any case not taken for a post-release."""
    need_uploads(published)
    sent = fresh.wheel("hyphen")
    outcome = tried(registry, "version '1.0-'", Shot(sent, changed(as_sent(sent), version="1.0-")))
    shown = [as_version(text) for text in listed_versions(registry, sent.name) or ()]
    shown += [file.parsed[1] for file in outcome.files if file.parsed]
    findings.expect(
        not any(version is not None and version.is_postrelease for version in shown),
        expected="no post-release: `1.0-` is no version",
        got=f"{said(outcome.answer)}; listed {[str(v) for v in shown]}",
        at=outcome.answer,
        why="pip and uv take the post-release before 1.0",
        advice="refuse versions that do not parse",
    )
    findings.note(f"version '1.0-' is answered {said(outcome.answer)}")
