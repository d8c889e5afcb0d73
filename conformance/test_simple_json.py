"""JSON pages as documents: strict JSON, an object, with its meta."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from conformance.judging.lists import json_list_page
from fixtures.exchange import Exchange
from fixtures.pages import JsonPage
from fixtures.root_list import BOUND
from fixtures.site import Offers, Site
from fixtures.verdicts import Findings, NotOffered, NotReached, requirement

UNEXPECTED = "uv stops with Received some unexpected JSON"


def documents(site: Site, offers: Offers) -> Iterator[JsonPage]:
    """The JSON documents of the list and of the project pages; ends the check as not offered when there is none."""
    pages = offers.json_pages()
    with contextlib.suppress(NotOffered, NotReached):
        yield json_list_page(site.registry, site.target)
    yield from pages


@requirement(
    "simple-json/strict-json",
    "simple-json/unique-keys",
    "simple-json/is-object",
    "simple-json/json-optional",
    "simple-json/json-is-primary",
)
def test_json_is_strict(site: Site, offers: Offers, findings: Findings) -> None:
    """JSON answers are strict JSON in UTF-8 without a byte order mark, and each is an object."""
    form = "JSON" if site.subjects.json_pages else "HTML only"
    optional = ("simple-json/json-optional", "simple-json/json-is-primary")
    findings.note(f"the registry offers {form}", optional)
    for page in documents(site, offers):
        value, problem = strict(page)
        findings.expect(
            not problem,
            expected="strict JSON in UTF-8, without a byte order mark (RFC 8259)",
            got=problem,
            at=page.exchange,
            why=UNEXPECTED,
            advice="use a JSON library; encode as UTF-8; send no NaN, no comments, no trailing commas",
            requirement="simple-json/strict-json",
        )
        if not problem:
            findings.expect(
                isinstance(value, dict),
                expected="a JSON object",
                got=f"a JSON {type(value).__name__}",
                at=page.exchange,
                why=UNEXPECTED,
                advice="send an object with meta and projects, or with meta, name and files",
                requirement="simple-json/is-object",
            )
            twice = repeated_keys(page.exchange)
            findings.expect(
                not twice,
                expected="each key once in its object",
                got=f"twice: {', '.join(sorted(twice)[:3])}",
                at=page.exchange,
                why="uv refuses the page; other readers take the first or the last of them",
                advice="write each key once",
                requirement="simple-json/unique-keys",
            )


def strict(page: JsonPage) -> tuple[Any, str]:
    """The value of a body, and why it is no strict JSON. Of a list that is read as a stream the reader has said it."""
    if len(page.exchange.body) > BOUND:
        return page.data, page.problem
    answer = page.exchange
    try:
        return answer.json(), ""
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        return None, str(error)


def repeated_keys(answer: Exchange) -> set[str]:
    """Keys that stand twice in one object (RFC 8259 section 4: SHOULD be unique)."""
    twice: set[str] = set()
    if len(answer.body) > BOUND:
        return twice

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                twice.add(key)
            found[key] = value
        return found

    json.loads(answer.body, object_pairs_hook=pairs)
    return twice


@requirement(
    "simple-json/meta-key",
    "simple-json/meta-api-version",
    *("simple-json/additional-keys", "simple-json/private-keys"),
)
def test_every_answer_has_its_meta(site: Site, offers: Offers, findings: Findings) -> None:
    """Every JSON answer has an object named meta, with the API version as a string; other keys are free."""
    for page in documents(site, offers):
        if page.problem:
            continue
        meta = page.data.get("meta")
        findings.expect(
            isinstance(meta, dict),
            expected="an object under the key meta",
            got=meta if "meta" in page.data else f"the keys {', '.join(page.data)}",
            at=page.exchange,
            why="pypi-simple and mousebender fail without it",
            advice='send "meta": {"api-version": "1.0"} or a later version',
            requirement="simple-json/meta-key",
        )
        findings.hold(("simple-json/additional-keys", "simple-json/private-keys"))
        if isinstance(meta, dict):
            findings.expect(
                page.api_version is not None,
                expected="meta.api-version as a string of two numbers with a dot between",
                got=meta.get("api-version", f"the keys {', '.join(meta)}"),
                at=page.exchange,
                why="pypi-simple refuses a number or any other form",
                advice='write it as a string: "1.4", not 1.4',
                requirement="simple-json/meta-api-version",
            )


LIST_FREEDOM = (
    "simple-json/root-name-form-free",
    "simple-json/root-extra-keys",
    "simple-json/root-unordered",
)


@requirement("simple-json/root-projects-array", "simple-json/root-project-name", *LIST_FREEDOM)
def test_list_is_an_array_of_named_objects(site: Site, findings: Findings) -> None:
    """The project list in JSON has an array of objects named projects, each with a name; form, order and further keys are free."""
    page = json_list_page(site.registry, site.target)
    rows = page.data.get("projects")
    is_array = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    findings.expect(
        is_array,
        expected="an array of objects under the key projects",
        got=rows if "projects" in page.data else page.problem or f"the keys {', '.join(page.data)}",
        at=page.exchange,
        why="mirrors and tools that walk the list fail",
        advice='send "projects": [{"name": "..."}]',
        requirement="simple-json/root-projects-array",
    )
    objects = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    nameless = [row for row in objects if not isinstance(row.get("name"), str) or not row["name"]]
    if objects:
        findings.expect(
            not nameless,
            expected="a name for each entry, a string that is not empty",
            got=nameless[:3],
            at=page.exchange,
            why="mirrors and tools that walk the list fail",
            advice='give each entry a "name"',
            requirement="simple-json/root-project-name",
        )
        findings.hold(LIST_FREEDOM)
