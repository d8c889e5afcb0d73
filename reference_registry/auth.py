"""Who asks, and what they may do (RFC 9110 section 11, RFC 7617; tokens as user `__token__`, as PyPI has them)."""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.requests import Request

from reference_registry.core import Core
from reference_registry.errors import Refused
from reference_registry.model import Project
from reference_registry.settings import Access, Role, Token, User

TOKEN_USER = "__token__"  # noqa: S105 - the name that says "the password is a token"
ANONYMOUS = User("anonymous", "", Role.UPLOADER)


class Auth(Core):
    """Identity and rights."""

    # -- identity

    def identify(self, request: Request) -> User | None:
        """The user behind the Authorization header; None without one, or with a wrong one."""
        given = request.headers.getlist("authorization")
        if len(given) != 1:
            return None
        scheme, _, value = given[0].strip().partition(" ")
        if scheme.lower() in ("bearer", "token"):
            return self.user_of_token(value.strip())
        if scheme.lower() != "basic":
            return None
        pair = self.decode_basic(value.strip())
        return None if pair is None else self.user_of_pair(*pair)

    def decode_basic(self, value: str) -> tuple[str, str] | None:
        """User name and password: base64 of `name:password`; only the name can't hold a colon."""
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return None
        name, colon, password = text.partition(":")
        return (name, password) if colon else None

    def user_of_pair(self, name: str, password: str) -> User | None:
        """The user with this name and password."""
        if name == TOKEN_USER:
            return self.user_of_token(password.strip())
        matching = [user for user in self.settings.users if user.name == name]
        return matching[0] if matching and same(matching[0].password, password) else None

    def user_of_token(self, secret: str) -> User | None:
        """The owner of a token; None when it is unknown or does not count any more."""
        token = next((token for token in self.settings.tokens if same(token.secret, secret)), None)
        return token.owner if token is not None and self.is_valid(token) else None

    def is_valid(self, token: Token) -> bool:
        """Whether a token still opens what it opened once."""
        return not token.revoked

    # -- rights

    def may_read(self, user: User | None) -> bool:
        """Whether pages and files may be read."""
        return not self.reads_need_credentials() or user is not None

    def may_upload(self, user: User) -> bool:
        """Whether this user may upload anything at all."""
        return user.role in (Role.ADMIN, Role.UPLOADER)

    def may_write(self, user: User, project: Project) -> bool:
        """Whether this user may add to a project: its owner, or an admin. In an open registry everybody may."""
        if self.settings.access is Access.OPEN or user.role is Role.ADMIN:
            return True
        return project.owner == user.name

    # -- gates

    def require_reader(self, request: Request) -> None:
        """Let only readers through. Known and unknown names get the same answer."""
        if self.reads_need_credentials() and not self.may_read(self.identify(request)):
            raise self.unauthorized()

    def require_uploader(self, request: Request) -> User:
        """The user who uploads; asked before anything of the body is looked at."""
        user = self.identify(request)
        if user is None and self.settings.access is Access.OPEN:
            return ANONYMOUS
        if user is None:
            raise self.unauthorized()
        if not self.may_upload(user) and self.settings.access is not Access.OPEN:
            raise Refused(403, "This user may read, but not upload.")
        return user

    def require_admin(self, request: Request) -> User:
        """The admin behind an admin call; also an open registry asks for the credentials."""
        user = self.identify(request)
        if user is None:
            raise self.unauthorized()
        if user.role is not Role.ADMIN:
            raise Refused(403, "Only an admin may do this.")
        return user

    def unauthorized(self) -> Refused:
        """401 with a challenge: without it pip, twine and browsers don't try again with credentials."""
        return Refused(401, "Valid credentials are needed.", self.challenge_headers())

    def challenge_headers(self) -> dict[str, str]:
        """The header that goes with every 401 (RFC 9110 section 11.6.1)."""
        return {"www-authenticate": self.challenge()}

    def challenge(self) -> str:
        """The challenge itself."""
        return 'Basic realm="reference registry", charset="UTF-8"'


def same(expected: str, given: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
