"""Real pip and uv: they find and take what was published."""

from __future__ import annotations

from conformance.judging.clients_judging import (
    downloaded,
    judge_files,
    judge_taken,
    judge_versions,
    pinned,
)
from conformance.judging.clients_wishes import FINAL, SDISTS, available, from_others, wish
from fixtures.clients import Clients, Taken
from fixtures.site import Site
from fixtures.verdicts import Findings, requirement

WHEELS = ("--no-deps", "--only-binary", ":all:")


@requirement("clients/pip-download")
def test_pip_downloads(site: Site, clients: Clients, findings: Findings) -> None:
    """pip downloads exact versions and ranges, final versions before pre-releases, byte for byte."""
    wishes = from_others(site) if site.target.read_only else available(site, FINAL)
    with clients.home() as home:
        asked = [item.requirement for item in wishes]
        ran = clients.pip(home, "download", *WHEELS, "--dest", str(home.files), *asked)
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/pip-pre")
def test_pip_takes_pre_releases(site: Site, clients: Clients, findings: Findings) -> None:
    """pip with --pre takes a newer pre-release."""
    wishes = [wish(site, "pre-and-final", "", "2.0rc1")]
    with clients.home() as home:
        ran = clients.pip(
            home, "download", *WHEELS, "--pre", "--dest", str(home.files), wishes[0].requirement
        )
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/pip-sdist")
def test_pip_downloads_sdists(site: Site, clients: Clients, findings: Findings) -> None:
    """pip with --no-binary downloads sdists, byte for byte."""
    wishes = available(site, SDISTS, kind="sdist")
    options = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation")
    with clients.home() as home:
        asked = [item.requirement for item in wishes]
        ran = clients.pip(home, "download", *options, "--dest", str(home.files), *asked)
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/pip-require-hashes")
def test_pip_checks_hashes(site: Site, clients: Clients, findings: Findings) -> None:
    """pip with --require-hashes takes the files whose hashes were noted when they were built."""
    wishes = available(site, FINAL[:1] + FINAL[4:6])
    with clients.home() as home:
        lock = home.path / "requirements.txt"
        lock.write_text("".join(f"{item.pin}\n" for item in wishes))
        options = (*WHEELS, "--require-hashes", "--dest", str(home.files))
        ran = clients.pip(home, "download", *options, "--requirement", str(lock))
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/pip-dependencies")
def test_pip_finds_dependencies(site: Site, clients: Clients, findings: Findings) -> None:
    """pip finds the dependencies of a project and of its extras."""
    wishes = [
        wish(site, "extras", "==1.0", "1.0", extra="[more]"),
        wish(site, "dependency", ">=1.0", "1.0"),
        wish(site, "normalized", "==1.0", "1.0"),
    ]
    with clients.home() as home:
        options = ("--only-binary", ":all:", "--dest", str(home.files))
        ran = clients.pip(home, "download", *options, wishes[0].requirement)
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/pip-python-version")
def test_pip_fits_another_python(site: Site, clients: Clients, findings: Findings) -> None:
    """pip for another Python version goes back to the newest release that fits it."""
    wishes = [wish(site, "requires-python", "", "2.0")]
    with clients.home() as home:
        options = (
            *WHEELS,
            "--python-version",
            "3.99",
            "--implementation",
            "py",
            "--abi",
            "none",
            "--platform",
            "any",
        )
        ran = clients.pip(home, "download", *options, "--dest", str(home.files), wishes[0].requirement)
        judge_files(findings, ran, wishes, downloaded(home.files))


@requirement("clients/uv-install")
def test_uv_installs_with_hashes(site: Site, clients: Clients, findings: Findings) -> None:
    """uv installs exact versions with --require-hashes and the hashes that were noted when they were built."""
    wishes = from_others(site) if site.target.read_only else available(site, FINAL[:1] + FINAL[3:])
    with clients.home() as home:
        lock = home.path / "requirements.txt"
        lock.write_text("".join(f"{item.pin}\n" for item in wishes))
        options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(home.files))
        ran = clients.uv(home, ("pip", "install"), *options, "--requirement", str(lock))
        judge_taken(findings, Taken(ran, home.files), wishes)


@requirement("clients/uv-resolve")
def test_uv_resolves(site: Site, clients: Clients, findings: Findings) -> None:
    """uv resolves ranges, pre-releases where there is nothing else, extras and dependencies."""
    wishes = available(site, FINAL[:-1])
    extras = wish(site, "extras", "==1.0", "1.0", extra="[more]")
    wanted = [*wishes, extras, wish(site, "dependency", ">=1.0", "1.0")]
    with clients.home() as home:
        asked = home.path / "requirements.in"
        asked.write_text("".join(f"{item.requirement}\n" for item in [*wishes, extras]))
        options = ("--no-header", "--no-annotate", "--only-binary", ":all:", "--quiet")
        ran = clients.uv(home, ("pip", "compile"), *options, str(asked))
        judge_versions(findings, ran, wanted, pinned(ran.text))
