"""The whole suite against a real registry, as somebody runs it who knows nothing but its URL and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.running import Ran, run_suite
from tests.servers.model import RunningRegistry

DEADLINE = 900.0  # seconds for one run
TOLD: Mapping[str, tuple[str, ...]] = {  # what neither URL nor answers tell, so that the user says it
    "devpi-mirror": ("--registry-profile", "devpi-mirror"),
    "simple-repository-server": ("--registry-profile", "simple-repository-server"),
    "static": ("--registry-profile", "static"),
    "static-two-hosts": ("--registry-profile", "static"),
}


def judge(registry: RunningRegistry, directory: Path, *words: str) -> Ran:
    """Run it with these words, too; the report goes to `directory`."""
    env = {}
    if registry.username:
        env = {"REGISTRY_USERNAME": registry.username, "REGISTRY_PASSWORD": registry.password or ""}
    return run_suite(directory, "--registry-url", registry.url, *words, env=env, deadline=DEADLINE)
