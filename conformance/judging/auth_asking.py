"""What the checks about credentials share: credentials of nobody, challenges as data, and whether there is a lock at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fixtures.almost import Almost
from fixtures.exchange import Exchange, origin
from fixtures.fresh import Fresh
from fixtures.http import PIP_ACCEPT, Credentials
from fixtures.pages import SIMPLE_TYPES, read_page
from fixtures.profiles.loading import find
from fixtures.profiles.model import Profile, Request
from fixtures.profiles.reading import ProfileError
from fixtures.registry import Registry
from fixtures.subjects import Subject, Subjects
from fixtures.target import Target
from fixtures.verdicts import Findings, NotOffered, NotReached

MARK = "conformance-wrong-password-7d1f"
NOBODY = Credentials("conformance-nobody", MARK)
INVENTED_BEARERS = (  # a token of nobody, and one that says of itself that it has no signature (RFC 7519 section 6)
    f"Bearer {MARK}",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.",
)
SCHEME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
PARAMETER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s,\"]+)")
QUOTED_COMMA = re.compile(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")


@dataclass(frozen=True)
class Challenge:
    """One challenge of a WWW-Authenticate header: the scheme, lower case, and its parameters."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def challenges(answer: Exchange) -> tuple[Challenge, ...]:
    """All challenges of an answer, in however many headers they came (RFC 9110 section 11.6.1)."""
    found: list[Challenge] = []
    for value in answer.header_values("www-authenticate"):
        for item in (piece.strip() for piece in QUOTED_COMMA.split(value)):
            parameter = PARAMETER.fullmatch(item)
            if parameter and found:
                found[-1] = _with(found[-1], item)
                continue
            scheme, _, rest = item.partition(" ")
            if SCHEME.fullmatch(scheme):
                found.append(_with(Challenge(scheme.lower()), rest))
    return tuple(found)


def _with(challenge: Challenge, text: str) -> Challenge:
    more = {name.lower(): value.strip('"') for name, value in PARAMETER.findall(text)}
    return Challenge(challenge.scheme, {**challenge.parameters, **more})


def lower_scheme(credentials: Credentials) -> str:
    """The Authorization header of credentials, with the name of the scheme in other letters (RFC 9110 section 11.1)."""
    return "bAsIC" + credentials.header.removeprefix("Basic")


def need_lock(target: Target, subjects: Subjects, registry: Registry) -> Credentials:
    """The reader's credentials; ends the check as not offered where everybody may read."""
    if target.reads_need_credentials and registry.reader is not None:
        return registry.reader
    answer = registry.anonymous().page(subjects[0].name)
    if answer.ok:
        raise NotOffered(f"reading asks for no credentials: a stranger's {said_of(answer)}")
    raise NotReached(f"the page of {subjects[0].name} can't be read: {answer.said}")


def need_file_lock(target: Target, subjects: Subjects, registry: Registry) -> Credentials:
    """As `need_lock`; also where the pages are open and files are not."""
    if target.files_need_credentials and registry.reader is not None:
        return registry.reader
    return need_lock(target, subjects, registry)


def said_of(answer: Exchange) -> str:
    """A request and its answer in a few words."""
    return f"{answer.method} {answer.url} was answered {answer.said}"


def profile_of(target: Target) -> Profile | None:
    """What is known of the product, or None."""
    try:
        return find(target.profile)
    except ProfileError:
        return None


def declared(target: Target, request: Request) -> tuple[int, ...]:
    """The statuses that the product's profile names for a kind of request; () when it says nothing."""
    profile = profile_of(target)
    answer = profile.answer_to(request) if profile is not None else None
    return answer.status if answer is not None else ()


def wrong_credentials(target: Target) -> Sequence[tuple[str, Credentials]]:
    """Credentials that must not open anything, each with words for it. Few, so that no account gets locked.

    Where the token is the user name, as with some products, the password means nothing and is no test.
    """
    rows = [("an unknown user", NOBODY), ("an invented token", Credentials("__token__", f"pypi-{MARK}"))]
    right = target.credentials
    if right is not None and right.password and right.username != "__token__" and not token_is_user(target):
        rows.insert(0, ("the right user with a wrong password", Credentials(right.username, MARK)))
    if target.renamed is not None and names_count(target):
        rows.append(("a user that does not exist, with the password of another one", target.renamed))
    if target.revoked is not None:
        rows.append(("a token that was revoked", target.revoked))
    return rows


def need_almost(target: Target) -> Sequence[Almost]:
    """Credentials that are almost the right ones; ends the check where there are none that a careful server must refuse."""
    if not target.almost:
        raise NotReached(
            "there is no password to vary: it is a token, empty, or part of no pair of user and password"
        )
    return target.almost


def users_alone(target: Target) -> Iterator[tuple[str, str]]:
    """User names that open nothing without their password, also the right one (RFC 4513 section 5.1.2: LDAP lets it in)."""
    yield "an unknown user", NOBODY.username
    right = target.credentials
    if right is not None and right.username and right.password and not token_is_user(target):
        yield "the right user", right.username


def token_is_user(target: Target) -> bool:
    """Whether the token is sent as the name of the user, and the password means nothing."""
    profile = profile_of(target)
    return profile is not None and profile.credentials.token_as == "user"  # noqa: S105 - a word, no secret


def names_count(target: Target) -> bool:
    """Whether the product is known to look at the user name beside a password, whatever the password is."""
    profile = profile_of(target)
    return profile is not None and profile.credentials.names_count


def odd_logins(target: Target) -> Iterator[tuple[str, str]]:
    """Authorization values that are well-formed, open nothing, and are more than many a library for passwords takes; with words for each."""
    right = target.credentials
    known = right is not None and right.username not in ("", "__token__") and not token_is_user(target)
    user = right.username if right is not None and known else NOBODY.username
    long = Credentials(user, MARK.ljust(100, "x"))
    yield f"the {'right' if known else 'unknown'} user with a wrong password of 100 bytes", long.header
    yield "a user name with a NUL in it", Credentials(f"{NOBODY.username}\0x", MARK).header
    yield "an invented bearer token of 300 bytes", f"Bearer {MARK.ljust(300, 'x')}"


def locked_things(registry: Registry, subjects: Subjects, target: Target) -> Iterator[tuple[str, str, str]]:
    """URLs that a private index protects, as (what it is, URL, Accept): the root, a page, a file of it."""
    if target.root_offered and not registry.anonymous().root().ok:
        yield "the root page", target.base_url, PIP_ACCEPT
    subject = subjects[0]
    yield "a project page", target.page_url(subject.normalized), PIP_ACCEPT
    for file in subject.files[:1]:
        yield "a file", file.url, "*/*"


def is_listed(subject: Subject, reader: Registry) -> bool:
    """Whether the list of projects shows a project to this reader."""
    lists = (reader.json_root, reader.html_root)
    return any(
        found is not None and subject.normalized in found.projects for found in (ask() for ask in lists)
    )


def on_index(target: Target, url: str) -> bool:
    """Whether a URL is on the host of the index, where clients send its credentials."""
    return origin(url) == origin(target.base_url)


def with_files(subjects: Subjects) -> Subject:
    """The first subject that has files."""
    found = next((subject for subject in subjects if subject.files), None)
    if found is None:
        raise NotReached("no project with files was found")
    return found


def unknown_name(subjects: Subjects) -> str:
    """A name in the form of the subjects' names, so long that nobody has it."""
    return f"conformance-unknown-{len(subjects)}-d41d8cd98f00b204e9800998"


def gives(answer: Exchange) -> bool:
    """Whether an answer shows an index page, or the head of one."""
    return answer.media_type in SIMPLE_TYPES and (
        answer.method == "HEAD" or (page := read_page(answer)) is None or bool(page.files)
    )


def judge_challenge(findings: Findings, answer: Exchange) -> None:
    """Judge the challenge of an answer, if it has to have one."""
    if answer.status != 401:
        findings.hold(("auth/401-challenge", "auth/basic-realm"))
        return
    found = challenges(answer)
    findings.expect(
        bool(found),
        expected="WWW-Authenticate with a challenge",
        got=answer.header("www-authenticate") or "no WWW-Authenticate",
        at=answer,
        why="a client that sends credentials only when asked never sends them",
        advice='send WWW-Authenticate: Basic realm="..." with every 401 (RFC 9110 section 15.5.2)',
        requirement="auth/401-challenge",
    )
    if found and all(challenge.scheme != "basic" for challenge in found):
        findings.note(
            f"no challenge of {answer.url} names Basic, which is all that pip, uv and twine send, asked or not"
        )
    for challenge in found:
        if challenge.scheme == "basic":
            findings.expect(
                "realm" in challenge.parameters,
                expected='Basic realm="..."',
                got=answer.header("www-authenticate") or "",
                at=answer,
                why="the realm says where the credentials hold; clients that keep them by realm can't use them",
                advice="give the challenge a realm (RFC 7617 section 2: it is required)",
                requirement="auth/basic-realm",
            )


def need_gate(registry: Registry) -> Credentials:
    """The uploader's credentials; ends the check as not offered where uploads are made without any."""
    if registry.writer is None:
        raise NotOffered("uploads are made without credentials: none were given")
    return registry.writer


def open_to_all(registry: Registry, fresh: Fresh) -> Exchange | None:
    """The answer that proves that neither missing nor invented credentials keep anybody from uploading; None when they do."""
    for who in (None, NOBODY):
        answer = registry.upload(fresh.wheel("open-to-all"), credentials=who)
        if not answer.ok:
            return None
    return answer
