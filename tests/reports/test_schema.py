"""report.json is what the published schema says, for a validator that is not ours."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reports import model
from reports.write import write_all
from tests.reports.fake import large, report, requirement

SCHEMA = Path(model.__file__).parent / "schema" / "report-1.schema.json"
KINDS = {
    "run": model.RunDescription,
    "target": model.TargetDescription,
    "gate": model.Gate,
    "finding": model.Finding,
    "requirement": model.RequirementResult,
    "check": model.CheckResult,
    "exchange": model.RecordedExchange,
}


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return loaded


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_a_large_hostile_report_fits_and_comes_back_the_same(tmp_path: Path) -> None:
    written = large()
    path = next(p for p in write_all(written, tmp_path) if p.name == "report.json")
    validator().validate(json.loads(path.read_bytes()))
    assert model.load(path) == written


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_and_the_model_have_the_same_fields(kind: str) -> None:
    told = schema()["$defs"][kind]
    fields = {field.name for field in dataclasses.fields(KINDS[kind])}
    assert set(told["properties"]) == fields
    assert set(told["required"]) == fields
    assert told["additionalProperties"] is False


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("requirements", 0, "verdict"), "passed"),
        (("requirements", 0, "level"), "must"),
        (("requirements", 0, "surprise"), 1),
        (("gate", "exit_code"), "0"),
        (("schema_version",), "2.0"),
        (("run", "requests"), -1),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str | int, ...], value: object) -> None:
    data = json.loads(model.to_text(report([requirement("names/a")])))
    assert validator().is_valid(data)
    at: Any = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert not validator().is_valid(data)


def test_files_are_written_whole_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    for _ in range(2):
        paths = write_all(report([requirement("names/a")]), tmp_path / "new")
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(p.name for p in paths)
    assert {p.name for p in paths} == {"report.json", "index.html", "summary.md", "badge.json"}
