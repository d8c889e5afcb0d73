"""What the suite costs beyond the registry's answers: `python -m benchmarks.suite [--latency 0.05] [--runs 3]`.

One run of this command compares, on the same machine and at the same time: the whole suite against the reference registry, and a bare
pooled client that sends the same requests to a fresh one, one after another. Read the ratios, not the seconds. Compiled modules are kept
between the runs, as Python does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks.tap import Sent

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Served:
    """A registry that benchmarks may use; the URLs go through the relay where there is one."""

    simple: str
    upload: str


@contextlib.contextmanager
def registry(latency: float) -> Iterator[Served]:
    """A fresh reference registry, as far away as `latency` seconds."""
    words = [sys.executable, "-m", "reference_registry", "--port", "0", "--exit-with-parent"]
    with _process(words) as line:
        told = json.loads(line)
        port = urlsplit(told["simple"]).port
        if not latency:
            yield Served(told["simple"], told["upload"])
            return
        with _process(
            [sys.executable, "-m", "benchmarks.latency", "--to", str(port), "--delay", str(latency)]
        ) as near:
            yield Served(*(told[key].replace(f":{port}/", f":{near}/") for key in ("simple", "upload")))


@contextlib.contextmanager
def _process(words: list[str]) -> Iterator[str]:
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def suite(served: Served, directory: Path) -> tuple[float, list[Sent], dict[str, int]]:
    """Run the whole suite; gives wall time in seconds, the requests that it sent, and what its report counts."""
    tap = directory / "tap"
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "benchmarks.tap",
        "conformance",
    ]
    words += ["--registry-url", served.simple, "--registry-upload-url", served.upload]
    words += [
        "--registry-username",
        "alice",
        "--registry-clients",
        "none",
        "--registry-report",
        str(directory),
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "TAP_FILE": str(tap),
        "REGISTRY_PASSWORD": "alice-secret",
        "PYTHONPATH": str(ROOT),
    }
    begun = time.monotonic()
    subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, timeout=600, check=False)
    wall = time.monotonic() - begun
    run = json.loads((directory / "report.json").read_text("utf-8"))["run"]
    return wall, pickle.loads(tap.read_bytes()), {"requests": run["requests"], "repeats": run["repeats"]}


def bare(served: Served, old: Served, sent: list[Sent]) -> float:
    """Send the same requests with one pooled client, one after another; gives wall time in seconds."""
    here, there = urlsplit(old.simple).netloc, urlsplit(served.simple).netloc
    begun = time.monotonic()
    with httpx.Client(timeout=30) as client:
        client.headers.clear()
        for method, url, headers, body, raw_path in sent:
            target = httpx.URL(url.replace(here, there))
            if raw_path is not None:
                target = target.copy_with(raw_path=raw_path)
            with contextlib.suppress(httpx.HTTPError):
                request = httpx.Request(
                    method,
                    target,
                    headers=[(k.encode(), v.encode()) for k, v in headers],
                    content=body or None,
                )
                response = client.send(request, stream=True)
                for _ in response.iter_raw():
                    pass
                response.close()
    return time.monotonic() - begun


def measure(latency: float, runs: int) -> None:
    """Print one line of seconds and one of ratios."""
    walls, bares, counts = [], [], {"requests": 0, "repeats": 0}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as directory:
            with registry(latency) as first:
                wall, sent, counts = suite(first, Path(directory))
            with registry(latency) as second:
                bares.append(bare(second, first, sent))
            walls.append(wall)
    wall, plain = statistics.median(walls), statistics.median(bares)
    print(
        f"latency {latency * 1000:.0f} ms: suite {wall:.2f} s, bare client one by one {plain:.2f} s, "
        f"{counts['requests']} requests, {counts['repeats']} of them repeats"
    )
    print(f"  suite / bare = {wall / plain:.2f}    bare / suite = {plain / wall:.1f}")


def main() -> int:
    """Measure without and with latency."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite", description=__doc__)
    parser.add_argument(
        "--latency", type=float, default=0.05, help="seconds of a round trip for the second measurement"
    )
    parser.add_argument("--runs", type=int, default=3, help="medians are over so many runs")
    options = parser.parse_args()
    measure(0.0, options.runs)
    measure(options.latency, max(1, options.runs // 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
