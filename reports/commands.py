"""The commands that need a registry, the ledger of requirements or pytest. Everything heavy is imported where it is used."""

from __future__ import annotations

import contextlib
import difflib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reports.text import clean, one_line

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "conformance"
UNUSABLE = 6
LEFT = 1  # cleanup: something is still there


def run_pytest(url: str | None, words: Sequence[str]) -> int:
    """Run the checks as `pytest --registry-url URL WORDS` does, from any directory."""
    import pytest

    chosen = [_node(word) for word in words]
    arguments = ["-p", "fixtures.plugin", *_configuration()]
    arguments += ["--registry-url", url] if url is not None else []
    arguments += chosen if any(_names_checks(word) for word in chosen) else [*chosen, str(CHECKS)]
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    sys.argv = [
        "pytest",
        *(["--registry-url", url] if url is not None else []),
        *words,
    ]  # the report tells the command
    return int(pytest.main(arguments))


def _configuration() -> list[str]:
    """Outside of a checkout, whatever configuration lies around belongs to somebody else."""
    if (ROOT / "conftest.py").is_file() and (ROOT / "pyproject.toml").is_file():
        return ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={ROOT}"]
    return ["-c", str(Path(__file__).with_name("run.ini")), f"--rootdir={ROOT}"]


def _node(word: str) -> str:
    """Take conformance/test_x.py::test_y as pytest shows it, wherever the command is given."""
    return str(ROOT / word) if word.startswith("conformance/") else word


def _names_checks(word: str) -> bool:
    return not word.startswith("-") and Path(word.partition("::")[0]).is_relative_to(CHECKS)


def serve(words: Sequence[str]) -> int:
    """Start the reference registry in a process of its own and wait for its end."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-m", "reference_registry", *words]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the terminal sent it to both
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            return 0
    return 4 if code == 2 else code  # argparse's code for wrong usage


def explain(name: str) -> int:
    """Print a row of the ledger. Raises `ValueError` for an id that it does not have."""
    rows = {row["id"]: row for row in _ledger()}
    row = rows.get(name)
    if row is None:
        near = difflib.get_close_matches(name, rows, 3, 0.4) or sorted(id_ for id_ in rows if name in id_)[:3]
        hint = f"; near: {', '.join(near)}" if near else ""
        raise ValueError(f"no requirement {name!r} among {len(rows)}{hint}")
    print(f"{row['id']}  {row['level']}")
    print(f"\n  {row['text']}\n")
    facts = {
        "source": row["source"],
        "": row["url"],
        "since": f"Simple API {row['api']}" if row["api"] else "",
    }
    facts |= {
        "binds": row["binds"],
        "judged by": {"read": "reading", "write": "uploading"}.get(row["mode"], ""),
    }
    facts |= {"status": row["status"], "because": row.get("reason", ""), "note": row.get("note", "")}
    for word, value in facts.items():
        if value:
            print(f"  {word + ':' if word else '':<11}{value}")
    for client, effect in row.get("clients", {}).items():
        print(f"  {'hurts:':<11}{client}: {effect}")
    return 0


def _ledger() -> Iterator[dict[str, Any]]:
    for path in sorted((CHECKS / "requirements").glob("*.toml")):
        yield from tomllib.loads(path.read_text("utf-8")).get("requirement", [])


def profiles() -> int:
    """List the products that are known."""
    from fixtures.profiles import load_profiles

    known = load_profiles()
    wide = max((len(profile.name) for profile in known), default=0)
    for profile in known:
        print(f"{profile.name:<{wide}}  {profile.title}: {one_line(profile.summary)} [{profile.evidence}]")
    return 0


def detect(url: str, *, offline: bool, ca_bundle: str | None) -> int:
    """Say which product it is, and where uploads go; 6 when nothing usable answers."""
    from fixtures import profiles as known
    from fixtures.secrets import Secrets, split_userinfo

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no URL of a registry: it wants http:// or https:// and a host")
    bare, _, password = split_userinfo(url)
    secrets, problem = Secrets(filter(None, [password])), ""
    found = known.detect_url(bare)
    if not offline and not found.certain:
        found, problem = _ask(bare, ca_bundle)
    for secret in found.secrets:
        secrets.add(secret)
    facts = {"profile": f"{found.profile.name} ({found.profile.title})", "because": found.reason}
    if len(found.candidates) > 1:
        facts["may be"] = ", ".join(found.candidates)
    facts |= {
        "uploads": found.upload_url or "unknown",
        "read-only": found.read_only,
        "question": found.question,
    }
    facts |= {"advice": found.profile.advice}
    for word, value in facts.items():
        if value:
            print(f"{word + ':':<11}{secrets.mask(clean(value))}")
    if problem:
        print(f"registry-conformance: {secrets.mask(one_line(problem, 500))}", file=sys.stderr)
    return UNUSABLE if problem else 0


def _ask(url: str, ca_bundle: str | None) -> tuple[Any, str]:
    """Detect from the answers at the URL and one page above it; gives also why nothing was answered, "" when it was."""
    from fixtures import profiles as known
    from fixtures.http import Http

    http = Http(verify=ca_bundle or True)
    try:
        answer = http.get(url)
        if answer.status is None:
            return known.detect_url(
                url
            ), f"nothing answers at {url}: {answer.error}; this is from the URL alone"
        here = known.Seen.of(answer.status, answer.headers, answer.text if answer.complete else "")
        first = known.detect(url, here)
        if first.certain:
            return first, ""
        above = http.get(known.root_url(url))
        seen = known.Seen.of(above.status, above.headers, above.text if above.complete else "")
        return known.detect(url, here, seen), ""
    finally:
        http.close()


def cleanup(ledger: Path, username: str | None, ca_bundle: str | None) -> int:
    """Delete what a run left; 1 when something is still there. Raises `ValueError` when it can't be done at all."""
    from fixtures.cleanup import finish, login

    name = username or os.environ.get("REGISTRY_USERNAME") or None
    secret = os.environ.get("REGISTRY_PASSWORD") or os.environ.get("REGISTRY_TOKEN") or ""
    deleted, left = finish(ledger, login(ledger, name, secret), verify=ca_bundle or True)
    print(f"deleted: {deleted}")
    for project in left:
        print(f"still there: {one_line(project)}")
    return LEFT if left else 0
