"""Makes reports for tests: small ones by hand, and a large one with everything a hostile registry could put into it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from reports.model import (
    CheckResult,
    Finding,
    Gate,
    Level,
    RecordedExchange,
    Report,
    RequirementResult,
    RunDescription,
    TargetDescription,
    VerdictName,
)

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "<img src=x onerror=window.hacked=1>",
    "\u2028line\u2029separators",
    "| a | table |\n|---|---|\n# heading\n",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "http://evil.example/ www.evil.example @somebody #1 evil@evil.example",
    "\x1b[31mred\x1b[0m\x00\x07",
    "\u202egnp.exe\u2066\ufeff",
    "lone \udc80 surrogate \uffff",
    "' onmouseover='x' \" autofocus onfocus=\"x",
    "```\nfence\n``` `tick` &lt;b&gt; &amp;",
    "{{ 7*7 }} {% raw %} ${x}",
    "A" * 3000,
    "- [ ] task\n> quote\n1. one\n<details><summary>x</summary>",
)
AREAS = (
    *("names", "simple-html", "simple-json", "negotiation", "hashes", "metadata", "yank", "versions", "auth"),
    *("upload-legacy", "upload-2", "ranges", "caching", "redirects", "retries", "tls", "tracks", "status"),
    *("attest", "dist", "search", "octopus", "limits", "faults"),
)
CLIENTS = {
    "pip": ("skips the file", "stops with an error", "installs unverified"),
    "uv": ("can't install wheels with metadata", "stops with an error"),
    "poetry": ("downloads each file to hash it", "takes another version"),
    "twine": ("upload ends in an error",),
    "Octopus Deploy": ("does not find the package",),
}
TEXTS = (
    "Each project has one page at the base URL followed by its normalized name.",
    "A link to a file names it in its last path segment, and the file behind it has that name.",
    "The answer to a request with If-None-Match is 304 without a body when nothing changed.",
    "A file that was yanked stays listed, with the reason as the registry was given it.",
    "The metadata file next to a wheel is byte for byte the METADATA inside the wheel.",
    "An upload of a file that exists already with another content is refused, and nothing changes.",
)
LEVEL_OF: tuple[Level, ...] = ("MUST", "MUST", "MUST", "CLIENT", "SHOULD", "SHOULD", "MAY")


def exchange(number: int, *, text: str = "", size: int = 400) -> RecordedExchange:
    """One exchange; `text` stands wherever a registry may write."""
    url = f"https://registry.example/simple/project-{number}/"
    body = f'<!DOCTYPE html>\n<html><body><a href="/files/p-{number}.whl">p</a></body></html>\n{text}'
    return RecordedExchange(
        id=f"e{number}",
        method="POST" if number % 17 == 0 else "GET",
        url=url + (text[:40] if number % 29 == 0 else ""),
        request_headers=(("Accept", "text/html"), ("Authorization", "***"), ("User-Agent", "pip/25.0")),
        request_body="" if number % 17 else "--boundary\r\nContent-Disposition: form-data",
        request_body_size=0 if number % 17 else 812,
        status=None if number % 101 == 0 else (200, 200, 200, 404, 304)[number % 5],
        reason=text[:30] or "OK",
        http_version="HTTP/1.1",
        response_headers=(("Content-Type", "text/html"), ("X-Echo", text or "x"), ("ETag", f'"{number}"')),
        response_body=(body + "x" * size)[: max(size, len(body))],
        response_body_size=len(body) + size,
        response_sha256=f"{number:064x}",
        error="connection reset" if number % 101 == 0 else "",
        started="2026-01-31T12:00:00Z",
        duration_s=0.001 * (number % 900),
        curl=f"curl -sS -i -u \"$REGISTRY_USERNAME:$REGISTRY_PASSWORD\" -H 'Accept: text/html' '{url}'",
    )


def finding(name: str, number: int = 1, *, text: str = "", exchanges: Sequence[str] = ()) -> Finding:
    """One mismatch."""
    return Finding(
        requirement=name,
        expected="a link that ends in the file's name",
        got=text or "a link that ends in /download",
        where=f"GET https://registry.example/simple/project-{number}/" + text[:60],
        why="pip takes the last path segment for the file's name" + text[:30],
        advice="let the links end in the file's name" + text[:30],
        fingerprint=f"{number:016x}",
        exchanges=tuple(exchanges),
        reproduction="python - <<'END'\nprint('shows it')\nEND" if number % 3 == 0 else "",
    )


def requirement(
    name: str,
    level: Level = "MUST",
    verdict: VerdictName | None = "held",
    *,
    findings: Sequence[Finding] = (),
    reason: str = "",
    status: str = "tested",
    clients: dict[str, str] | None = None,
    known: str = "",
    documented: str = "",
    text: str = TEXTS[0],
    checks: Sequence[str] = (),
    mode: str = "read",
) -> RequirementResult:
    """One row of the ledger with its verdict."""
    return RequirementResult(
        id=name,
        area=name.partition("/")[0],
        level=level,
        text=text,
        source="Simple repository API (living spec); PEP 503",
        url="https://packaging.python.org/en/latest/specifications/simple-repository-api/",
        api="1.0",
        mode=mode,
        status=status,
        verdict=verdict,
        reason=reason,
        checks=tuple(checks),
        findings=tuple(findings),
        clients=clients or {},
        known=known,
        documented=documented,
    )


def report(
    rows: Sequence[RequirementResult],
    *,
    checks: Sequence[CheckResult] = (),
    exchanges: Sequence[RecordedExchange] = (),
    name: str = "example",
    started: str = "2026-01-31T12:00:00Z",
    version: str = "0.1.0",
    gate: Gate | None = None,
    emulation: str = "",
) -> Report:
    """A report around the rows."""
    return Report(
        run=RunDescription(
            id="k3x9",
            started=started,
            duration_s=4.2,
            suite_version=version,
            seed=42,
            python="3.11.9",
            platform="Linux-6.1",
            command="pytest --registry-url https://registry.example/simple/",
            requests=812,
            repeats=300,
            clients={"pip": "25.0", "uv": "0.5.1"},
        ),
        target=TargetDescription(
            name=name,
            url="https://registry.example/simple/",
            upload_url="https://registry.example/legacy/",
            user="ci",
            profile="nexus",
            profile_reason="the Server header says so",
            read_only=False,
            read_only_reason="",
            emulation=emulation,
        ),
        gate=gate or Gate("must", 0, "everything that was asked for was judged"),
        requirements=tuple(rows),
        checks=tuple(checks),
        exchanges=tuple(exchanges),
    )


def large(*, requirements: int = 400, exchanges: int = 2000, hostile: bool = True, seed: int = 7) -> Report:
    """A report as large as a real one gets: all verdicts, all levels, and hostile texts wherever a registry may write."""
    dice = random.Random(seed)

    def pick() -> str:
        return dice.choice(HOSTILE) if hostile else ""

    made = [exchange(n, text=pick() if n % 3 == 0 else "") for n in range(exchanges)]
    rows, checks = [], []
    for number in range(requirements):
        row, check = _pair(dice, number, [e.id for e in made], pick)
        rows.append(row)
        checks.append(check)
    broken = sum(1 for r in rows if r.verdict == "broken" and r.level == "MUST" and not r.known)
    gate = Gate("must", 1, f"{broken} requirements broken {pick()}", ("hashes/r4 04",), ("yank/r6 06",), ())
    return report(
        rows,
        checks=checks,
        exchanges=made,
        gate=gate,
        name="nexus 3.82" + pick()[:40],
        emulation="Nexus docs",
    )


def _pair(
    dice: random.Random, number: int, ids: Sequence[str], pick: Callable[[], str]
) -> tuple[RequirementResult, CheckResult]:
    area = AREAS[number % len(AREAS)]
    name, level = f"{area}/r{number}", dice.choice(LEVEL_OF)
    verdict: VerdictName = dice.choices(
        ("held", "broken", "not offered", "not reached", "error"), (80, 7, 6, 6, 1)
    )[0]
    share = max(1, len(ids) // 400)
    own = tuple(ids[(number * share + i) % len(ids)] for i in range(share))
    texts = (pick(), pick())
    found = (
        tuple(
            finding(name, number * 3 + i, text=texts[i], exchanges=own[:2])
            for i in range(dice.choice((1, 2)))
        )
        if verdict == "broken"
        else ()
    )
    outside = verdict == "held" and number % 23 == 0
    reason = f"the page answers 404 {texts[0]}" if verdict in ("not offered", "not reached", "error") else ""
    node = f"conformance/test_{area.replace('-', '_')}.py::test_r{number}"
    row = requirement(
        name,
        level,
        None if outside else verdict,
        findings=found,
        reason="binds clients, not registries" if outside else reason,
        status="binds-clients" if outside else "tested",
        clients={c: dice.choice(e) for c, e in CLIENTS.items() if dice.random() < 0.3},
        known="ticket NX-1, accepted until 2026-06-01" if verdict == "broken" and number % 4 == 0 else "",
        documented="https://vendor.example/limits" if verdict == "broken" and number % 5 == 0 else "",
        text=dice.choice(TEXTS),
        checks=() if outside else (node,),
    )
    check = CheckResult(
        nodeid=node,
        requirements=(name,),
        outcome="failed" if verdict == "broken" else "passed",
        verdicts={} if outside else {name: verdict},
        reasons={name: reason} if reason else {},
        findings=found,
        notes=(texts[1],) if number % 10 == 0 else (),
        exchanges=() if outside else own,
        duration_s=0.02,
        title="A link ends in the file's name.",
    )
    return row, check
