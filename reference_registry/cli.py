"""The command line of the registry."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reference_registry.settings import (
    DEFAULT_TOKENS,
    DEFAULT_USERS,
    Access,
    Limits,
    Role,
    Settings,
    Token,
    User,
)

if TYPE_CHECKING:  # loaded only when it is used, so that wrong options are told at once
    from reference_registry.switches import Switch

USERS_VARIABLE = "REFERENCE_REGISTRY_USERS"
TOKENS_VARIABLE = "REFERENCE_REGISTRY_TOKENS"


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="reference_registry",
        description="A small conforming package registry. When it is ready it prints one line of JSON with its URLs.",
        epilog=f"Users and tokens can also stand in {USERS_VARIABLE} and {TOKENS_VARIABLE}, separated by white space.",
    )
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=0, help="0 takes a free one")
    made.add_argument("--prefix", default="", help="a path in front of every URL, like /team/pypi")
    made.add_argument(
        "--auth", choices=[access.value for access in Access], help="who needs credentials (upload)"
    )
    made.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD[:ROLE]")
    made.add_argument("--token", action="append", default=[], metavar="SECRET[:OWNER]")
    made.add_argument("--defect", action="append", default=[], metavar="ID", help="tell this lie")
    made.add_argument(
        "--variation", action="append", default=[], metavar="ID", help="be odd in this legal way"
    )
    made.add_argument("--switch", action="append", default=[], metavar="ID", help="a defect or a variation")
    made.add_argument("--emulate", metavar="NAME", help="behave as the documents of a product say")
    made.add_argument("--list", action="store_true", help="name all defects, variations and emulations")
    made.add_argument("--json", action="store_true", help="with --list: everything about them, for programs")
    made.add_argument("--data", type=Path, metavar="DIR", help="where to keep files until the end")
    made.add_argument(
        "--max-file", type=int, default=Limits.file, metavar="BYTES", help="largest file that is taken"
    )
    made.add_argument("--exit-with-parent", action="store_true", help="end when standard input is closed")
    made.add_argument("--tls-cert", type=Path, metavar="FILE")
    made.add_argument("--tls-key", type=Path, metavar="FILE")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the registry until it is told to stop."""
    options = parser().parse_args(arguments)
    from reference_registry.switches import UnknownSwitch, choose_switches, compose

    if options.list:
        return print_list_as_json() if options.json else print_list()
    try:
        sort_switches(options)
        switches = choose_switches("variation", options.variation) + choose_switches("defect", options.defect)
        switches = emulation(options) + switches
        settings = read_settings(options, os.environ, wanted_access(switches))
    except (UnknownSwitch, ValueError) as error:
        print(f"reference_registry: {error}", file=sys.stderr)
        return 2
    from reference_registry.server import serve

    return serve(
        compose(switches[::-1]), settings, options.tls_cert, options.tls_key, options.exit_with_parent
    )


def print_list() -> int:
    """Defects and variations with their sentences."""
    from reference_registry.switches import find_switches

    for kind in ("defect", "variation"):
        for name, switch in sorted(find_switches(kind).items()):
            print(f"{kind}  {name}  {switch.sentence()}")
    from reference_registry.emulations import find_emulations

    for name, made in sorted(find_emulations().items()):
        print(f"emulation  {name}  {made.sentence()}")
    return 0


def emulation(options: argparse.Namespace) -> list[type[Switch]]:
    """The emulation that was asked for."""
    if options.emulate is None:
        return []
    from reference_registry.emulations import find_emulation

    if options.prefix:
        raise ValueError("an emulation has the paths of its product: leave --prefix out")
    return [find_emulation(options.emulate)]


def print_list_as_json() -> int:
    """Everything that is declared about each switch, as one JSON array."""
    import json

    from reference_registry.switches import find_switches

    rows = [
        {
            "id": name,
            "kind": kind,
            "sentence": switch.sentence(),
            "source": switch.source,
            "seen_by": list(switch.seen_by),
            "areas": list(switch.areas),
            "access": switch.access.value if switch.access is not None else None,
        }
        for kind in ("defect", "variation")
        for name, switch in sorted(find_switches(kind).items())
    ]
    print(json.dumps(rows, indent=1))
    return 0


def sort_switches(options: argparse.Namespace) -> None:
    """Put each --switch to the defects or variations; what is neither stays a defect and is refused as such."""
    from reference_registry.switches import find_switches

    variations = find_switches("variation") if options.switch else {}
    for name in options.switch:
        (options.variation if name in variations else options.defect).append(name)


def wanted_access(switches: Sequence[type[Switch]]) -> Access | None:
    """The access mode in which the switches show; the first that asks for one decides."""
    return next((switch.access for switch in switches if switch.access is not None), None)


def read_settings(
    options: argparse.Namespace, environment: Mapping[str, str], wanted: Access | None
) -> Settings:
    """Settings from options, environment and switches; an option wins."""
    given_users = [*options.user, *environment.get(USERS_VARIABLE, "").split()]
    given_tokens = [*options.token, *environment.get(TOKENS_VARIABLE, "").split()]
    users = tuple(parse_user(text) for text in given_users) or DEFAULT_USERS
    tokens = tuple(parse_token(text, users) for text in given_tokens)
    if not given_users and not given_tokens:
        tokens = DEFAULT_TOKENS
    if (options.tls_cert is None) != (options.tls_key is None):
        raise ValueError("--tls-cert and --tls-key need each other")
    prefix = options.prefix.strip("/")
    settings = Settings(
        host=options.host,
        port=options.port,
        scheme="http" if options.tls_cert is None else "https",
        prefix=f"/{prefix}" if prefix else "",
        access=Access(options.auth) if options.auth else wanted or Access.UPLOAD,
        users=users,
        tokens=tokens,
        data=options.data,
    )
    return replace(settings, limits=replace(settings.limits, file=options.max_file))


def parse_user(text: str) -> User:
    """NAME:PASSWORD[:ROLE]; a password may hold colons unless its end reads like a role."""
    name, colon, rest = text.partition(":")
    if not name or not colon:
        raise ValueError("a user is NAME:PASSWORD[:ROLE]")
    password, colon, role = rest.rpartition(":")
    if colon and role in tuple(Role):
        return User(name, password, Role(role))
    return User(name, rest)


def parse_token(text: str, users: Sequence[User]) -> Token:
    """SECRET[:OWNER]; without an owner the token is a user of its own."""
    secret, colon, name = text.rpartition(":")
    if not colon:
        return Token(text, User("token", ""))
    owner = next((user for user in users if user.name == name), None)
    if owner is None:
        raise ValueError("the owner of a token is not a user")
    return Token(secret, owner)
