"""Small worlds for real clients: releases of which a certain one has to come, or must not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from conformance.judging.clients_wishes import Wish, wish_for
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.registry import Registry
from fixtures.verdicts import NotOffered, NotReached, requirement
from sample_packages.model import Distribution

LAG = timedelta(seconds=2)  # a Date field is cut to the second, and servers make a new one once in a second
PATIENCE = 10.0  # seconds until a registry's clock must have moved on, or a yank must show


def each(behaviour: str, *clients: str) -> pytest.MarkDecorator:
    """The same check for each client, for the requirement clients/CLIENT-BEHAVIOUR; several behaviours stand with a comma."""
    rows = [
        pytest.param(
            client,
            id=client,
            marks=requirement(*(f"clients/{client}-{word}" for word in behaviour.split(","))),
        )
        for client in clients
    ]
    return pytest.mark.parametrize("client", rows)


def releases(fresh: Fresh, registry: Registry, hint: str, **pythons: str) -> tuple[Distribution, ...]:
    """Publish releases 1.0, 2.0 ... of one new project; `first=">=3.8"` and so on are their Requires-Python, in order."""
    name, made = fresh.name(hint), []
    for number, python in enumerate(pythons.values(), 1):
        made.append(fresh.wheel("", f"{number}.0", name=name, requires_python=python or None))
        registry.publish(made[-1])
    registry.in_step(name, [file.filename for file in made])  # clients read one form of the page, once
    return tuple(made)


def older_python(fresh: Fresh, registry: Registry) -> Wish:
    """The newest release needs the Python of today; the one before it runs on older ones too."""
    files = releases(fresh, registry, "older-python", first=">=3.8", second=">=3.11")
    return wish_for(files, "", "1.0")


def newest_yanked(fresh: Fresh, registry: Registry, operator: Operator) -> tuple[Wish, Wish]:
    """The newest release is yanked: a pin gets it, a range passes over it (PEP 592, Installers)."""
    if why := operator.lacks("yank"):
        raise NotReached(why)
    files = releases(fresh, registry, "newest-yanked", first="", second="")
    yanked = files[-1]
    operator.yank(yanked.name, yanked.filename, "broken")
    until = time.monotonic() + min(PATIENCE, registry.target.visibility)
    while not _shows_yanked(registry, yanked):
        if time.monotonic() > until:
            raise NotReached(f"no page says that {yanked.filename} is yanked: the area yank judges that")
        time.sleep(registry.target.poll)
    return wish_for(files, "==2.0", "2.0"), wish_for(files, ">=1.0", "1.0")


def _shows_yanked(registry: Registry, file: Distribution) -> bool:
    """Whether one form of the page says so; clients read one of them."""
    pages = (registry.json_page(file.name, fresh=True), registry.html_page(file.name, fresh=True))
    return any(f.yanked for page in pages if page for f in page.files if f.filename == file.filename)


def sdist_beside_wheel(fresh: Fresh, registry: Registry) -> Wish:
    """A release with both kinds of files, of which the sdist brings one file more: so it shows which of them came."""
    wheel = fresh.wheel("sdist")
    sdist = fresh.sdist("", name=wheel.name, files={f"src/{wheel.module}/from_sdist.txt": "from the sdist\n"})
    for file in (wheel, sdist):
        registry.publish(file)
    registry.in_step(wheel.name, [wheel.filename, sdist.filename])
    return wish_for((wheel, sdist), "==1.0", "1.0", kind="sdist")


def before_and_after(fresh: Fresh, registry: Registry) -> tuple[Wish, Wish, str]:
    """Two releases and a moment between their uploads, by the registry's clock: the older one, the newest one, the moment."""
    name = fresh.name("moments")
    first = fresh.wheel("", "1.0", name=name)
    offers_upload_times(registry, first)
    moment = _clock(registry, name) + LAG
    until = time.monotonic() + PATIENCE
    while _clock(registry, name) <= moment:
        if time.monotonic() > until:
            raise NotReached("the registry's clock stands still")
        time.sleep(registry.target.poll)
    second = fresh.wheel("", "2.0", name=name)
    registry.publish(second)
    registry.in_step(name, [first.filename, second.filename])
    files = (first, second)
    told = moment.isoformat().replace("+00:00", "Z")
    return wish_for(files, "", "1.0"), wish_for(files, "", "2.0"), told


def offers_upload_times(registry: Registry, file: Distribution) -> None:
    """Publish a file; ends the check as not offered when the index does not say when files were uploaded."""
    listed = registry.publish(file)
    page = registry.json_page(file.name, fresh=True)
    if page is None:
        raise NotOffered(f"upload times are in JSON pages only (PEP 700), and {file.name} has none")
    if "upload-time" not in listed.raw:
        raise NotOffered(f"{file.filename} is listed without upload-time, which is optional (PEP 700)")


def _clock(registry: Registry, project: str) -> datetime:
    """The registry's time (RFC 9110 section 6.6.1), to the second."""
    told = registry.page(project, fresh=True).header("date")
    try:
        return parsedate_to_datetime(told or "").astimezone(UTC)
    except ValueError:
        raise NotReached("the registry does not tell its time (Date)") from None
