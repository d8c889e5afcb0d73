"""A registry under the name of another machine: what is allowed to a loopback address is not allowed there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.reference_registry.running import running
from tests.running import run_suite

CHECK = "conformance/test_security_pages.py::test_index_is_on_https"


def test_plain_http_is_blamed_under_a_name_and_not_on_this_machine(tmp_path: Path) -> None:
    """The kill of that check: no switch of the reference registry can give it another machine's name."""
    with running("--port", "0") as registry:
        parts = urlsplit(registry.urls["simple"])
        proxy = {"HTTP_PROXY": f"http://{parts.netloc}", "NO_PROXY": ""}
        far = run_suite(
            tmp_path / "far",
            *("--registry-url", "http://registry.example/simple/", "--registry-read-only"),
            env=proxy,
            checks=CHECK,
        )
        near = run_suite(tmp_path / "near", "--registry-url", registry.urls["simple"], checks=CHECK)
    assert far.verdict("security/https") == "broken", far.text
    assert far.report is not None
    row = next(row for row in far.report.requirements if row.id == "security/https")
    assert row.findings[0].got == "http://registry.example/simple/"
    assert near.verdict("security/https") == "held", near.text


def test_a_registry_on_this_machine_is_never_asked_through_a_proxy(tmp_path: Path) -> None:
    """Where the environment names a proxy for everything, the embedded registry is still found, by pip as well."""
    nowhere = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    checks = "conformance/test_clients_installs.py conformance/test_names_urls.py"
    ran = run_suite(tmp_path, "--registry-clients", "pip", env=nowhere, checks=checks)
    assert ran.exit_code == 0, ran.text
    assert "held" in ran.verdicts.values()
