"""Forms as the clients send them, each of which has to be accepted, and what becomes of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.judging.sidecars import IDENTICAL, THERE, judge_promise
from conformance.judging.upload_forms import CLIENTS, ODDITIES, Accepted
from conformance.judging.uploading import (
    Outcome,
    Shot,
    as_sent,
    judge_bytes,
    judge_if_taken,
    judge_taken,
    said,
    shown_by_json_api,
    tells_a_limit,
    tried,
)
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.registry import Registry, changed
from fixtures.site import Site
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement
from sample_packages.model import Distribution

MAPPING, REPEATED, COMMENT = (
    "upload-legacy/field-name-mapping",
    "upload-legacy/repeated-keys",
    "upload-legacy/comment-field",
)
APPEARS, BYTES = "upload-legacy/appears-in-simple", "upload-legacy/bytes-unchanged"
LONG = "A line of a long description.\n" * 10_000
DIGESTS = ("md5_digest", "sha256_digest", "blake2_256_digest")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.key, marks=requirement(*case.judges, BYTES))
        for case in (*CLIENTS, *ODDITIES)
    ],
)
def test_forms_that_clients_send(
    case: Accepted, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A form that some client sends is accepted, and its file is published."""
    sent = case.make(fresh)
    outcome = tried(registry, case.what, Shot(sent, case.form(sent)), patience=target.visibility)
    if not outcome.answer.ok and not control_works(case, fresh, registry):
        findings.not_reached(f"a form without what is tried is refused too: {said(outcome.answer)}")
        return
    taken = findings.expect(
        outcome.answer.ok,
        expected=f"{case.what} accepted with a 2xx status",
        got=said(outcome.answer),
        at=outcome.answer,
        why=case.why,
        advice=case.advice,
        requirement=case.judges,
    ) and findings.expect(
        outcome.listed is not None,
        expected=f"{sent.filename} on the project page after {case.what}",
        got=f"{outcome.answer.said}; the page lists {[file.filename for file in outcome.files]}",
        at=outcome.answer,
        why=case.why,
        advice="publish what was accepted",
        requirement=case.judges,
    )
    if taken:
        judge_bytes(findings, registry, outcome)


def control_works(case: Accepted, fresh: Fresh, registry: Registry) -> bool:
    """Whether the same kind of file is accepted without what the case tries."""
    sent = case.make(fresh)
    form = case.control(sent) if case.control else as_sent(sent)
    return registry.upload(sent, parts=form).ok


@requirement(REPEATED, BYTES)
def test_a_form_with_hundreds_of_fields(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A form with hundreds of repeated fields before its file is accepted whole."""
    needs = tuple(f"rct-dependency-{n}>={n}.0" for n in range(1, 301))
    extras = tuple(f"extra-{n}" for n in range(1, 61))
    sent = fresh.wheel(
        "many", requires_dist=needs, extra_metadata=tuple(("Provides-Extra", extra) for extra in extras)
    )
    outcome = tried(registry, "a form with 360 repeated fields", sent, patience=target.visibility)
    why = "packages with many dependencies and classifiers can't be published, or lose some of them"
    advice = "raise the parser's limit on the number of fields; clients send several hundred"
    if judge_taken(findings, registry, fresh, outcome, [REPEATED], why=why, advice=advice):
        judge_bytes(findings, registry, outcome)
        info = shown_info(site, sent)
        for key, values in (("requires_dist", needs), ("provides_extra", extras)):
            kept = info.get(key)
            if isinstance(kept, list):
                findings.expect(
                    len(kept) == len(values),
                    expected=f"{len(values)} entries of {key} in the JSON API",
                    got=len(kept),
                    at=outcome.answer,
                    why=why,
                    advice=advice,
                    requirement=REPEATED,
                )


@requirement(APPEARS, BYTES)
@pytest.mark.parametrize("digest", DIGESTS)
def test_a_form_with_one_digest(
    digest: str, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A file that came with one digest only is listed, once it is accepted; which digests suffice is the registry's choice."""
    sent = fresh.wheel("one-digest")
    form = changed(as_sent(sent), drop={*DIGESTS} - {digest})
    outcome = tried(registry, f"a form with {digest} alone", Shot(sent, form), patience=target.visibility)
    judge_if_taken(
        findings,
        registry,
        outcome,
        why="clients send different digests; the upload is told as a success, and pip and uv never find the file",
        advice="compute the digests that the page needs from the bytes",
    )


@requirement(MAPPING, BYTES, THERE, IDENTICAL)
def test_a_form_with_a_long_description(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A description of a few hundred kilobytes is accepted, unless a limit is told with 413, or in words, and stays whole."""
    sent = fresh.wheel("long", description=LONG)
    outcome = tried(registry, "a description of 300 kB", sent, patience=target.visibility)
    if tells_a_limit(outcome.answer):
        findings.note(f"a description of 300 kB is over a limit ({said(outcome.answer)})")
        findings.not_reached("the registry has a limit below 300 kB for the form")
        return
    why = "packages with a long README or change log can't be published"
    advice = "raise the limit of what a form may hold in memory, or answer 413"
    if judge_taken(findings, registry, fresh, outcome, [MAPPING], why=why, advice=advice):
        judge_bytes(findings, registry, outcome)
        if outcome.listed is not None:
            judge_promise(findings, registry, outcome.listed, sent)
        judge_whole(findings, site, outcome, "description", LONG)


WORDY = {  # what projects with many authors, or with a whole license in the field, send
    "Author": ", ".join(f"Author Number {number}" for number in range(30)),
    "Keywords": ",".join(f"keyword-{number}" for number in range(60)),
    "License": " ".join(["Permission is hereby granted, free of charge, to any person."] * 20),
}


@requirement(MAPPING)
def test_a_form_with_long_fields(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """Author, keywords and license of some hundred characters are accepted, unless a limit is told in words, and stay whole."""
    sent = fresh.wheel("wordy", extra_metadata=tuple(WORDY.items()))
    outcome = tried(registry, "fields of 500 to 1200 characters", sent, patience=target.visibility)
    if tells_a_limit(outcome.answer):
        findings.not_reached(f"the registry has a limit for such fields: {said(outcome.answer)}")
        return
    why = "packages with many authors, or a whole license in its field, can't be published"
    advice = "make room for whole texts; the core metadata have no limits for these fields"
    if not judge_taken(findings, registry, fresh, outcome, [MAPPING], why=why, advice=advice):
        return
    for name, text in WORDY.items():
        judge_whole(findings, site, outcome, name.lower(), text)


def judge_whole(findings: Findings, site: Site, outcome: Outcome, field: str, text: str) -> None:
    """Judge that the JSON API, where it shows a field, shows all of it."""
    kept = shown_info(site, outcome.sent).get(field)
    if kept:  # a field may be left out
        findings.expect(
            isinstance(kept, str) and "".join(kept.split()) == "".join(text.split()),
            expected=f"the {len(text)} characters of the {field} in the JSON API",
            got=f"{len(kept)} characters" if isinstance(kept, str) else kept,
            at=outcome.answer,
            why="readers of a project see a part of what was sent",
            advice="keep the whole field, or answer 413",
            requirement=MAPPING,
        )


EVERY_FIELD = (
    ("Keywords", "one,two"),
    ("Author", "An Author"),
    ("Author-email", "Author <author@example.org>"),
    ("Maintainer", "A Maintainer"),
    ("Maintainer-email", "Maintainer <maintainer@example.org>"),
    ("License", "MIT"),
    ("Platform", "any"),
    ("Supported-Platform", "linux"),
    ("Classifier", "Programming Language :: Python :: 3"),
    ("Classifier", "Topic :: Utilities"),
    ("Project-URL", "Source, https://example.org/source"),
    ("Project-URL", "Issues, https://example.org/issues"),
    ("Requires-External", "libpng (>=1.5)"),
    ("Provides-Dist", "other"),
    ("Obsoletes-Dist", "older"),
    ("Provides-Extra", "fast"),
)
SINGLE = {
    "keywords": "one, two",
    "author": "An Author",
    "maintainer": "A Maintainer",
    "license": "MIT",
    "requires_python": ">=3.8",
}


@requirement(MAPPING, REPEATED, COMMENT)
def test_metadata_fields_are_taken_under_their_names(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """Every metadata field is accepted under its form name, and the JSON API, where there is one, shows what was sent."""
    sent = fresh.wheel(
        "fields",
        requires_python=">=3.8",
        requires_dist=("one>=1", 'two; extra == "fast"'),
        extra_metadata=EVERY_FIELD,
        description="The description.\n",
    )
    form = changed(as_sent(sent), comment="a comment")
    outcome = tried(
        registry, "a form with every metadata field", Shot(sent, form), patience=target.visibility
    )
    ids = [MAPPING, REPEATED]
    why = "twine and uv can't publish, or metadata are lost"
    if not judge_taken(
        findings, registry, fresh, outcome, [*ids, COMMENT], why=why, advice="take the fields as named"
    ):
        return
    info = shown_info(site, sent)
    if not info:
        return
    judge_single(findings, outcome, info)
    for field, wanted in (
        ("classifiers", {"Programming Language :: Python :: 3", "Topic :: Utilities"}),
        ("requires_dist", {"one>=1", 'two; extra == "fast"'}),
        ("project_urls", {"Source", "Issues"}),
    ):
        kept = info.get(field)
        if kept is not None and not isinstance(kept, (list, dict)):
            continue
        shown = {str(value).replace(" ", "") for value in kept or ()}
        findings.expect(
            {value.replace(" ", "") for value in wanted} <= shown,
            expected=f"both values of {field} in the JSON API",
            got=kept,
            at=outcome.answer,
            why="twine and uv send each value as a part of its own; only one of them was kept",
            advice="keep all parts of a field that may be repeated",
            requirement=REPEATED,
        )


def judge_single(findings: Findings, outcome: Outcome, info: Mapping[str, Any]) -> None:
    """Judge the fields with one value, as the JSON API shows them."""
    for field, wanted in SINGLE.items():
        shown = info.get(field)
        if field in info:
            findings.expect(
                isinstance(shown, str) and shown.replace(" ", "") == wanted.replace(" ", ""),
                expected=f"{field} {wanted!r} in the JSON API",
                got=shown,
                at=outcome.answer,
                why="what twine and uv sent is lost",
                advice=f"read the form's field {field}",
                requirement=MAPPING,
            )


@requirement(COMMENT)
def test_comments_show_in_the_json_api(
    site: Site, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """The comment of an upload shows where PyPI's JSON API is offered."""
    sent = fresh.wheel("comment")
    form = changed(as_sent(sent), comment="for the record", add=(Part("x_unknown", "1"),))
    outcome = tried(registry, "a form with a comment", Shot(sent, form), patience=target.visibility)
    if not outcome.answer.ok:
        findings.not_reached(f"the upload was answered {outcome.answer.said}")
        return
    document = shown_by_json_api(site, sent.normalized)
    files = {file.get("filename"): file for file in document.files} if document else {}
    file = files.get(sent.filename, {})
    if not file.get("comment_text"):
        findings.note("comments are accepted and not shown", COMMENT)
        return
    findings.expect(
        file["comment_text"] == "for the record",
        expected="the comment as it was sent",
        got=file["comment_text"],
        at=outcome.answer,
        why="twine --comment is there to be read",
        advice="show the comment of this very file",
    )


def shown_info(site: Site, sent: Distribution) -> Mapping[str, Any]:
    """What the JSON API tells of the only release of a project; {} where there is none."""
    document = shown_by_json_api(site, sent.normalized)
    return document.info if document else {}
