"""Real pip, uv, poetry and pdm: what they install is what was published, hash by hash."""

from __future__ import annotations

from conformance.judging.clients_judging import judge_refused, judge_taken
from conformance.judging.clients_scenes import (
    before_and_after,
    each,
    newest_yanked,
    offers_upload_times,
    older_python,
    sdist_beside_wheel,
)
from conformance.judging.clients_wishes import FINAL, available, wish, wish_for
from fixtures.clients import READING, Clients, Order
from fixtures.clients.places import has_keyring_command
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.verdicts import Findings, NotReached, requirement


@each("install", "pip", "poetry", "pdm")
def test_installs(client: str, site: Site, clients: Clients, findings: Findings) -> None:
    """A client installs exact versions and ranges, final versions before pre-releases, each file as it was published."""
    clients.ready(client)
    wishes = available(site, FINAL)
    with clients.home() as home:
        order = Order(tuple(item.requirement for item in wishes), kind="wheel")
        judge_taken(findings, clients.install(client, home, order), wishes)


@each("pre", "uv", "poetry", "pdm")
def test_takes_pre_releases(client: str, site: Site, clients: Clients, findings: Findings) -> None:
    """A client that is told that pre-releases are welcome takes a newer one."""
    clients.ready(client)
    item = wish(site, "pre-and-final", "", "2.0rc1")
    with clients.home() as home:
        order = Order((item.requirement,), pre=True, kind="wheel")
        judge_taken(findings, clients.install(client, home, order), [item])


@each("dependencies", "uv", "poetry", "pdm")
def test_installs_dependencies(client: str, site: Site, clients: Clients, findings: Findings) -> None:
    """A client installs the dependencies of a project and of its extras."""
    clients.ready(client)
    wishes = [
        wish(site, "extras", "==1.0", "1.0", extra="[more]"),
        wish(site, "dependency", ">=1.0", "1.0"),
        wish(site, "normalized", "==1.0", "1.0"),
    ]
    with clients.home() as home:
        order = Order((wishes[0].requirement,), kind="wheel")
        judge_taken(findings, clients.install(client, home, order), wishes)


@each("sdist", "uv", "poetry", "pdm")
def test_installs_from_sdists(
    client: str, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A client that may take no wheels builds the sdist that was published, where there is a wheel as well."""
    clients.ready(client)
    item = sdist_beside_wheel(fresh, registry)
    with clients.home() as home:
        taken = clients.install(client, home, Order((item.requirement,), kind="sdist"))
        judge_taken(findings, taken, [item], kind="sdist")


@each("older-python", "pip", "uv", "poetry", "pdm")
def test_goes_back_for_an_older_python(
    client: str, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A client whose user wants Python 3.9 as well passes over a release that asks for a newer one."""
    clients.ready(client)
    item = older_python(fresh, registry)
    with clients.home() as home:
        taken = clients.install(client, home, Order((item.requirement,), kind="wheel", python="3.9"))
        judge_taken(findings, taken, [item])


@each("yanked-pin,yanked-range", "pip", "uv", "poetry", "pdm")
def test_knows_yanked_releases(
    client: str,
    clients: Clients,
    registry: Registry,
    operator: Operator,
    fresh: Fresh,
    findings: Findings,
) -> None:
    """A client takes a yanked release that is pinned with ==, and passes over it in a range."""
    clients.ready(client)
    pin, anything = newest_yanked(fresh, registry, operator)
    for item, name in ((pin, "yanked-pin"), (anything, "yanked-range")):
        with clients.home() as home:
            taken = clients.install(client, home, Order((item.requirement,), kind="wheel"))
            judge_taken(findings, taken, [item], requirement=f"clients/{client}-{name}")


@each("exclude-newer", "pip", "uv", "pdm")
def test_looks_back_in_time(
    client: str, clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """A client that may take only what was uploaded before a moment takes the release that was the newest then."""
    clients.ready(client)
    older, newest, moment = before_and_after(fresh, registry)
    for item, before in ((older, moment), (newest, "")):
        with clients.home() as home:
            taken = clients.install(client, home, Order((item.requirement,), kind="wheel", before=before))
            judge_taken(findings, taken, [item])


@requirement("clients/poetry-min-release-age")
def test_poetry_waits_for_releases_to_age(
    clients: Clients, registry: Registry, fresh: Fresh, findings: Findings
) -> None:
    """poetry with solver.min-release-age takes nothing that was uploaded just now."""
    clients.ready("poetry")
    wheel = fresh.wheel("age")
    offers_upload_times(registry, wheel)
    item = wish_for((wheel,), "", "1.0")
    for days in (0, 1):
        with clients.home() as home:
            taken = clients.install("poetry", home, Order((item.requirement,), kind="wheel", min_age=days))
            if days:
                judge_refused(findings, taken, item, f"no release may be younger than {days} day")
            else:
                judge_taken(findings, taken, [item])


@each("credentials", "pip", "uv", "poetry", "pdm")
def test_reads_with_credentials(
    client: str, site: Site, clients: Clients, registry: Registry, findings: Findings
) -> None:
    """A client installs with credentials from each of the places where it looks for those of an index."""
    clients.ready(client)
    who = registry.reader or registry.writer
    if who is None:
        raise NotReached("no credentials are known")
    item = wish(site, "normalized", "==1.0", "1.0")
    for place in READING[client]:
        with clients.home() as home:
            order = Order((item.requirement,), kind="wheel", place=place, who=who)
            judge_taken(findings, clients.install(client, home, order), [item], place=place)


@each("keyring", "pip", "uv", "poetry", "pdm")
def test_asks_the_keyring(
    client: str, site: Site, clients: Clients, registry: Registry, findings: Findings
) -> None:
    """A client gets the credentials that only the user's keyring knows, once the index has asked for them."""
    clients.ready(client)
    if registry.reader is None:
        raise NotReached("everybody may read this index: no client asks a keyring about it")
    if not has_keyring_command():
        raise NotReached("no command can stand in for a keyring on this system")
    item = wish(site, "normalized", "==1.0", "1.0")
    with clients.home() as home:
        order = Order((item.requirement,), kind="wheel", place="keyring")
        judge_taken(findings, clients.install(client, home, order), [item], place="keyring")
