"""What checks of uploads share: make one, see what became of it, and judge that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.judging.pypi_json_reading import Document, json_api
from conformance.judging.reading import as_version, content
from fixtures.exchange import Exchange
from fixtures.fresh import Fresh
from fixtures.multipart import Part
from fixtures.pages import ListedFile
from fixtures.registry import Registry, in_time, upload_parts
from fixtures.site import Site
from fixtures.subjects import Published, Subject
from fixtures.verdicts import Findings, NotOffered, NotReached
from sample_packages.model import Distribution

NO_SERVER_ERROR = "upload-legacy/error-4xx-not-5xx"
REASON = "upload-legacy/error-reason-or-body"
NOTHING_LEFT = "upload-legacy/no-partial-state"
LISTED = "upload-legacy/appears-in-simple"
UNCHANGED = "upload-legacy/bytes-unchanged"
KEEPS_ENTRY = "upload-legacy/duplicate-keeps-entry"
REFUSED_TOO = "an ordinary upload by the same user is refused too"
USUAL_REASONS = re.compile(
    r"(bad request|unauthorized|forbidden|not found|method not allowed|not acceptable|conflict|gone|"
    r"unsupported media type|unprocessable (entity|content)|(payload|request entity|content) too large|)",
    re.IGNORECASE,
)

TOO_MUCH = re.compile(
    r"\btoo (large|long|big)\b|\bexceed|\b(at most|no more than|(longer|larger|bigger|greater) than|max(imum)?|up to)\b.{0,40}\d|"
    r"\bmax(imum)? (length|size)\b|\b\d+ ?(characters?|bytes|[kmg]i?b)\b.{0,20}\b(or (less|fewer)|at most|max(imum)?|allowed)\b",
    re.IGNORECASE,
)
FINAL_ONLY = re.compile(
    r"\bpre-?releases?\b|\bdevelopment (releases?|versions?)\b|\bonly (final|stable) (releases?|versions?)\b",
    re.IGNORECASE,
)
QUOTA = re.compile(r"\bquota\b|\btoo many (files|releases|uploads|projects)\b", re.IGNORECASE)
NAME_RULE = re.compile(
    r"\bnames?\b.{0,60}\b(normali[sz]ed|too long|at most|longer|\d+ characters?|(lower|upper)[ -]?case|letters|dots|"
    r"hyphens|underscores|match|pattern|policy)\b",
    re.IGNORECASE,
)
VERSION_RULE = re.compile(
    r"\bversions?\b.{0,60}\b(policy|sem(antic )?ver(sioning)?|grow|increase|newer|higher)\b", re.IGNORECASE
)
WHEELS_ONLY = re.compile(
    r"\bwheels?[ -]only\b|\bonly (\w+ )?(wheels?|\.whl)\b|\bno (sdists?|source distributions?)\b|"
    r"\b(sdists?|source distributions?) (are|is) (not|never) (accepted|allowed|permitted|supported|taken)\b",
    re.IGNORECASE,
)

PURE_ONLY = re.compile(
    r"\bonly (pure|universal|platform-independent)\b|\b(pure|universal)([ -]python)? wheels? only\b|"
    r"\bno (platform|binary|native|compiled)([ -]\w+)? wheels?\b|\bno (wheels for )?python ?2\b|\bpolic(y|ies)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shot:
    """One POST to the upload URL: the file that it is about, and the form, or a body that is no form."""

    distribution: Distribution
    parts: Sequence[Part] | None = None  # None: the form that twine sends
    body: bytes | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of an upload."""

    what: str  # the upload in words: "an upload without a version"
    sent: Distribution
    answer: Exchange
    files: tuple[ListedFile, ...]  # what the project page lists afterwards

    @property
    def refused(self) -> bool:
        """Whether the registry said no, as it should: with a 4xx status."""
        return self.answer.complete and self.answer.status is not None and 400 <= self.answer.status < 500

    @property
    def listed(self) -> ListedFile | None:
        """The file, as the page has it."""
        return next((file for file in self.files if file.filename == self.sent.filename), None)


def post(registry: Registry, shot: Shot) -> Exchange:
    """Make the POST; again when the connection broke, as a kept one may (RFC 9112 section 9.3.1). Too slow an answer ends the check."""
    answer = _post(registry, shot)
    if answer.status is None and "broke" in answer.error:
        answer = _post(registry, shot)
    return in_time(answer, shot.distribution)


def _post(registry: Registry, shot: Shot) -> Exchange:
    if shot.body is None:
        return registry.upload(shot.distribution, parts=shot.parts, headers=shot.headers)
    return registry.post_body(
        shot.body, shot.content_type, writes=shot.distribution.name, headers=shot.headers
    )


def tried(
    registry: Registry, what: str, shot: Shot | Distribution, *, patience: float | None = None
) -> Outcome:
    """Upload, and look at the project page: once after a refusal, until the file shows after a success.

    Where a file that never shows is a fault, `patience` is `target.visibility`; without it the upload should not have been accepted.
    """
    shot = shot if isinstance(shot, Shot) else Shot(shot)
    answer = post(registry, shot)
    if patience is None:
        patience = registry.http.waiting.soon(registry.target.visibility)
    files = files_after(registry, shot.distribution, patience if answer.ok else 0.0)
    return Outcome(what, shot.distribution, answer, files)


def files_after(registry: Registry, sent: Distribution, patience: float) -> tuple[ListedFile, ...]:
    """What the project page lists, at the latest after `patience` seconds and at once when the file is there."""
    return registry.settled_files(
        sent.normalized, lambda files: any(file.filename == sent.filename for file in files), patience
    )


def need_uploads(published: Published) -> None:
    """End the check when the run could not upload at all: then a refusal says nothing about its reason."""
    if not any(attempt.accepted for attempt in published.attempts):
        raise NotReached("no ordinary upload of this run was accepted, so a refusal proves nothing")


def said(answer: Exchange) -> str:
    """An answer with the beginning of its body."""
    text = " ".join(answer.text.split())[:160] if answer.complete and answer.raw else ""
    return f"{answer.said}: {text}" if text else answer.said


def tells_a_limit(answer: Exchange) -> bool:
    """Whether the registry says that what was sent is too much for it: 413, or a refusal with words for it (LV-47)."""
    refused = answer.complete and answer.status is not None and 400 <= answer.status < 500
    return refused and (answer.status == 413 or TOO_MUCH.search(answer.text) is not None)


def closed_to(sent: Distribution, answer: Exchange) -> bool:
    """Whether the registry says in words that it takes no source distributions, no pre-releases or other such versions, or that a quota is used up.

    That is its own rule, as others have stricter ones (LV-47).
    """
    if not answer.complete or answer.status is None or not 400 <= answer.status < 500:
        return False
    version = as_version(sent.version)
    sdist = not sent.filename.endswith(".whl") and WHEELS_ONLY.search(answer.text) is not None
    early = version is not None and version.is_prerelease and FINAL_ONLY.search(answer.text) is not None
    return sdist or early or any(rule.search(answer.text) for rule in (QUOTA, VERSION_RULE))


def tells_a_name_rule(answer: Exchange) -> bool:
    """Whether an upload is refused in words that tell how names have to be here: how long, or normalized (LV-47)."""
    refused = answer.complete and answer.status is not None and 400 <= answer.status < 500
    return refused and NAME_RULE.search(answer.text) is not None


def ordinary_refused(registry: Registry, fresh: Fresh) -> bool:
    """Whether an ordinary upload of a new project is refused, too."""
    return not registry.upload(fresh.wheel("control")).ok


def turned_away(
    findings: Findings, registry: Registry, fresh: Fresh, answer: Exchange, ids: Iterable[str] = ()
) -> bool:
    """Whether an upload was refused as any other would be now, though uploads were taken when the run began: a quota or a limit is reached.

    Then nothing of it can be judged (LV-59); to be asked before a refusal is blamed. A registry that never took a file is blamed.
    """
    if answer.ok or not fresh.uploads_worked or not ordinary_refused(registry, fresh):
        return False
    findings.not_reached(f"{REFUSED_TOO}, though uploads were taken before: {said(answer)}", ids)
    return True


def closed_to_tags(answer: Exchange) -> bool:
    """Whether a refusal says in words that wheels of such tags are not wanted: a rule, and no fault in reading a file name (LV-47)."""
    return answer.complete and PURE_ONLY.search(answer.text) is not None


def has_reason(answer: Exchange) -> bool:
    """Whether a refusal says why: in its body, or in a status line of its own words."""
    body = re.sub(r"<[^>]*>|\s+", " ", answer.text).strip() if answer.complete else ""
    return bool(body) or not USUAL_REASONS.fullmatch(answer.reason.strip())


# -- judging ------------------------------------------------------------------------------------------------------


def judge_manners(findings: Findings, outcome: Outcome, *, ids: frozenset[str]) -> None:
    """Judge how an upload was turned down: no server error, a reason, and nothing left. `ids` are those of the check."""
    answer = outcome.answer
    if NO_SERVER_ERROR in ids:
        findings.expect(
            answer.complete and answer.status is not None and answer.status < 500,
            expected=f"{outcome.what} refused with a 4xx status, or accepted",
            got=said(answer),
            at=answer,
            why="twine sends the whole file up to five times more after a 5xx; nobody learns what is wrong",
            advice="look at the form before anything else, and answer 400 with the reason",
            requirement=NO_SERVER_ERROR,
        )
    if REASON in ids and outcome.refused:
        findings.expect(
            has_reason(answer),
            expected=f"a reason in the body or the status line of the refusal of {outcome.what}",
            got=said(answer) + ", without a word",
            at=answer,
            why="uv and poetry show the body, twine, hatch and pdm the status line: there is nothing to show",
            advice="send one sentence as text/plain",
            requirement=REASON,
        )
    if NOTHING_LEFT in ids and not answer.ok:
        findings.expect(
            outcome.listed is None,
            expected=f"no {outcome.sent.filename} on the project page after the refusal of {outcome.what}",
            got=f"{said(answer)}, and the page lists it",
            at=answer,
            why="pip and uv find a file that its uploader believes to be refused",
            advice="make a file visible as the last step, when all checks have passed",
            requirement=NOTHING_LEFT,
        )


def judge_refused(
    findings: Findings,
    registry: Registry,
    outcome: Outcome,
    ids: Iterable[str],
    *,
    kept_is_fine: bool = False,
    why: str = "",
    advice: str = "",
) -> None:
    """Judge that an upload was refused, or (where that harms nobody) published under its true name, byte for byte."""
    if kept_is_fine and outcome.answer.ok and is_unharmed(registry, outcome):
        findings.note(f"{outcome.what} is accepted, and the file is published unharmed", ids)
        return
    fine = " or the file published as it is" if kept_is_fine else ""
    shown = "; the page lists the file" if outcome.listed else "; the page does not list the file"
    findings.expect(
        outcome.refused,
        expected=f"{outcome.what} refused with a 4xx status{fine}",
        got=said(outcome.answer) + (shown if outcome.answer.ok else ""),
        at=outcome.answer,
        why=why or "who uploads believes that the file is published",
        advice=advice or "answer 400 with the reason, and keep nothing",
        requirement=ids,
    )


def is_unharmed(registry: Registry, outcome: Outcome) -> bool:
    """Whether an accepted file is listed under its true name and version and comes back as it was sent."""
    file = outcome.listed
    if file is None or file.parsed is None or file.parsed[0] != outcome.sent.normalized:
        return False
    return content(registry.file(file, fresh=True)) == outcome.sent.content


def judge_taken(
    findings: Findings,
    registry: Registry,
    fresh: Fresh,
    outcome: Outcome,
    ids: Iterable[str],
    *,
    why: str,
    advice: str,
) -> bool:
    """Judge that an upload was accepted and its file is listed. Gives whether it was.

    When an ordinary upload is refused too, the refusal says nothing about what was tried.
    """
    ids = tuple(ids)
    if not outcome.answer.ok and ordinary_refused(registry, fresh):
        findings.not_reached(REFUSED_TOO, ids)
        return False
    accepted = findings.expect(
        outcome.answer.ok,
        expected=f"{outcome.what} accepted with a 2xx status",
        got=said(outcome.answer),
        at=outcome.answer,
        why=why,
        advice=advice,
        requirement=ids,
    )
    return accepted and findings.expect(
        outcome.listed is not None,
        expected=f"{outcome.sent.filename} on the project page after {outcome.what}",
        got=f"{outcome.answer.said}, and the page lists {[f.filename for f in outcome.files] or 'nothing'}",
        at=outcome.answer,
        why="the upload is told as a success, and pip and uv do not find the file",
        advice="answer with success only when the file is, or surely will be, listed",
        requirement=ids,
    )


def judge_if_taken(
    findings: Findings, registry: Registry, outcome: Outcome, *, why: str, advice: str
) -> None:
    """Judge that an upload which the registry may refuse is, once it was accepted, listed and comes back as it was sent."""
    if not outcome.answer.ok:
        findings.note(f"{outcome.what} is refused: {said(outcome.answer)}")
        findings.not_reached(f"{outcome.what} is refused: {said(outcome.answer)}")
        return
    findings.expect(
        outcome.listed is not None,
        expected=f"{outcome.sent.filename} on the project page: {outcome.what} was accepted",
        got=[file.filename for file in outcome.files],
        at=outcome.answer,
        why=why,
        advice=advice,
        requirement=LISTED,
    )
    judge_bytes(findings, registry, outcome)


def judge_bytes(
    findings: Findings, registry: Registry, outcome: Outcome, requirement: str = UNCHANGED
) -> None:
    """Judge that the listed file comes back byte for byte, under a hash that is that of its bytes."""
    file = outcome.listed
    if file is None:
        return
    answer = registry.file(file, fresh=True)
    findings.expect(
        content(answer) == outcome.sent.content,
        expected=f"the {outcome.sent.size} bytes of {file.filename} as they were uploaded",
        got=said(answer) if not answer.ok else f"{len(answer.raw)} other bytes",
        at=answer,
        also=[outcome.answer],
        why="pip, uv, poetry and pdm refuse a file that does not have its hash",
        advice="store the bytes of the part `content` and serve them unchanged",
        requirement=requirement,
    )
    told = {name.lower(): value.lower() for name, value in file.hashes.items()}
    findings.expect(
        told.get("sha256", outcome.sent.sha256) == outcome.sent.sha256,
        expected=f"sha256 {outcome.sent.sha256} beside {file.filename}",
        got=told.get("sha256", ""),
        at=outcome.answer,
        why="the listed hash is not that of the uploaded file: installers refuse it",
        advice="hash the bytes that were stored",
        requirement=requirement,
    )


def judge_entry(findings: Findings, outcome: Outcome, before: ListedFile, now: ListedFile) -> None:
    """Judge that a refused upload left what the page told of the published file of that name as it was."""
    changes = entry_changes(before, now)
    findings.expect(
        not changes,
        expected=f"the entry of {before.filename} as it was before {outcome.what} was refused",
        got="; ".join(changes),
        at=outcome.answer,
        why="pip and uv choose by the Requires-Python, hashes and yank of a file that its uploader could not replace",
        advice="look for a duplicate before anything is written, or write file and metadata in one transaction",
        requirement=KEEPS_ENTRY,
    )


def entry_changes(before: ListedFile, now: ListedFile) -> list[str]:
    """What a page tells otherwise than before. What it did not tell yet may come later: some read files in the background."""
    said = [
        (name, getattr(before, name), getattr(now, name)) for name in ("requires_python", "yanked", "size")
    ]
    if now.upload_time is not None:
        said.append(("upload-time", before.upload_time, now.upload_time))
    told = [row for row in said if row[0] != "size" or row[2] is not None]  # HTML has no size
    changes = [f"{name} {old!r} is now {new!r}" for name, old, new in told if old not in (None, new)]
    for name, old, new in (
        ("hashes", before.hashes, now.hashes),
        ("core-metadata", before.core_metadata, now.core_metadata),
    ):
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            changes += [
                f"{name} {key} is now {new[key]}" for key in old if new.get(key, old[key]) != old[key]
            ]
        elif old and not new:
            changes.append(f"{name} {old!r} is now {new!r}")
    return changes


def listed_versions(registry: Registry, project: str) -> list[str] | None:
    """The `versions` of the JSON page as it is now; None where there are none."""
    page = registry.json_page(project, fresh=True)
    found = page.data.get("versions") if page else None
    return [v for v in found if isinstance(v, str)] if isinstance(found, list) else None


def as_sent(distribution: Distribution) -> list[Part]:
    """The form that twine sends for a file; see `fixtures.registry.changed` for how to change it."""
    return upload_parts(distribution)


def shown_by_json_api(site: Site, project: str) -> Document | None:
    """What PyPI's JSON API shows of a project; None where that API is not offered or has nothing of it."""
    try:
        document = json_api(site).document(Subject(project, site.registry), fresh=True)
    except NotOffered:
        return None
    return document if document.data else None
