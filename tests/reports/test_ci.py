"""action.yml and the snippets of docs/ci.md: parsed, checked against the real options, and the action's script run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.options import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "ci.md").read_text("utf-8")
INPUTS = {
    "url",
    "upload-url",
    "username",
    "password",
    "profile",
    "fail-on",
    "baseline",
    "read-only",
    "report-dir",
    "args",
}


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return loaded


def step(name: str) -> dict[str, Any]:
    return next(s for s in action()["runs"]["steps"] if s.get("name") == name)


def test_the_action_has_its_inputs_and_outputs() -> None:
    told = action()
    assert set(told["inputs"]) >= INPUTS
    assert set(told["outputs"]) == {"exit-code", "report", "summary"}
    assert told["runs"]["using"] == "composite"
    for name, row in told["inputs"].items():
        assert row["description"], name
        assert isinstance(row["default"], str), name


def test_every_input_is_used_and_none_becomes_part_of_a_script() -> None:
    told = action()
    text = json.dumps(told["runs"])
    for name in told["inputs"]:
        assert f"inputs.{name}" in text, name
    for one in told["runs"]["steps"]:
        assert "${{" not in one.get("run", "")
        assert one.get("shell", "bash") == "bash"


def test_the_action_sets_variables_that_the_suite_reads() -> None:
    known = {option.variable for option in OPTIONS}
    used = {name for name in step("Judge the registry")["env"] if name.startswith("REGISTRY_")}
    assert used <= known


@pytest.mark.parametrize(
    ("code", "args", "words"),
    [
        (0, "", ["run", "https://r.example/simple/"]),
        (
            1,
            "-k 'a and b' --registry-seed 3",
            ["run", "https://r.example/simple/", "-k", "a and b", "--registry-seed", "3"],
        ),
        (6, "$(touch hacked); `id`", ["run", "https://r.example/simple/", "$(touch", "hacked);", "`id`"]),
    ],
)
def test_the_script_of_the_action(tmp_path: Path, code: int, args: str, words: list[str]) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python").symlink_to(sys.executable)
    fake = tools / "registry-conformance"
    fake.write_text(
        f"""#!{sys.executable}
import json, os, pathlib, sys
if sys.argv[1] == "report":
    print("fails: MUST 1 of 2 held")
    sys.exit(0)
pathlib.Path("words.json").write_text(json.dumps(sys.argv[1:]))
out = pathlib.Path(os.environ["REGISTRY_REPORT"])
if {code} != 6:
    out.mkdir(exist_ok=True)
    (out / "report.json").write_text("{{}}")
    (out / "summary.md").write_text("## It went so\\n")
sys.exit({code})
""",
        "utf-8",
    )
    fake.chmod(0o755)
    judge = step("Judge the registry")
    env = dict.fromkeys(judge["env"], "")
    env |= {"IN_URL": "https://r.example/simple/", "IN_ARGS": args, "REGISTRY_REPORT": "out"}
    env |= {"REGISTRY_CONFORMANCE_BIN": str(tools), "PATH": os.environ["PATH"]}
    env |= {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    done = subprocess.run(["bash", "-e", "-c", judge["run"]], cwd=tmp_path, env=env, timeout=30, check=False)
    assert done.returncode == 0
    assert json.loads((tmp_path / "words.json").read_text()) == words
    assert not (tmp_path / "hacked").exists()
    output = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert output["exit-code"] == str(code)
    assert output["report"] == "out"
    assert output["summary"] == (
        "exit code 6: the run gave no report" if code == 6 else "fails: MUST 1 of 2 held"
    )
    assert (tmp_path / "summary").read_text().startswith("**Registry" if code == 6 else "## It went so")


def test_the_gate_of_the_action_ends_with_the_code() -> None:
    script = step("Gate")["run"]
    for given, code in (("0", 0), ("7", 7), ("", 3)):
        done = subprocess.run(
            ["bash", "-c", script], env={"CODE": given, "LINE": "x"}, timeout=30, check=False
        )
        assert done.returncode == code


def test_the_snippets_parse() -> None:
    blocks = re.findall(r"```(\w+)\n(.*?)```", DOCS, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["toml", "yaml", "yaml", "yaml", "groovy"]
    github, gitlab, azure = (yaml.safe_load(text) for kind, text in blocks if kind == "yaml")
    used = next(s for s in github["jobs"]["conformance"]["steps"] if s.get("id") == "judge")
    assert set(used["with"]) <= set(action()["inputs"])
    assert gitlab["registry-conformance"]["artifacts"]["when"] == "always"
    assert any("task" in s for s in azure["steps"])
    groovy = blocks[-1][1]
    for left, right in ("{}", "()", "[]"):
        assert groovy.count(left) == groovy.count(right)


def test_the_documented_options_variables_and_inputs_exist() -> None:
    assert set(re.findall(r"(--registry-[a-z-]+)", DOCS)) <= {option.flag for option in OPTIONS}
    assert set(re.findall(r"\b(REGISTRY_[A-Z_]+)\b", DOCS)) <= {option.variable for option in OPTIONS}
    documented = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", DOCS, re.MULTILINE)
    assert {name for row in documented for name in re.findall(r"`([a-z-]+)`", row)} == set(action()["inputs"])


def test_the_documented_baseline_loads(tmp_path: Path) -> None:
    from reports.baseline import load

    block = re.search(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    assert block is not None
    (tmp_path / "known.toml").write_text(block[1], "utf-8")
    assert len(load(tmp_path / "known.toml").entries) == 1
