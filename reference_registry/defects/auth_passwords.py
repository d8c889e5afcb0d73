"""Faults about which passwords and tokens open something, and who gets to see them."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request

from reference_registry.defects.auth import UPLOADS
from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.settings import Access, Token, User
from reference_registry.switches import Defect


class AnyPassword(Defect):
    """The password of a known user is not looked at."""

    id = "auth-any-password"
    seen_by = ("auth/credentials-validated", "auth/wrong-credentials-401")
    areas = UPLOADS
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        known = [user for user in self.settings.users if user.name == name]
        return known[0] if known else super().user_of_pair(name, password)


class AnyPasswordUploads(AnyPassword):
    """The password of a known user who uploads is not looked at."""

    id = "auth-upload-any-password"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    access = Access.UPLOAD


class PasswordsByBeginning(Defect):
    """Passwords are compared as far as the shorter of the two goes, as by a hash that cuts them off."""

    id = "auth-password-by-beginning"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-invalid-token", "auth/upload-credentials-validated"),
    )
    areas = UPLOADS

    def user_of_pair(self, name: str, password: str) -> User | None:
        for user in self.settings.users:
            length = min(len(user.password), len(password))
            if user.name == name and length > 7 and user.password[:length] == password[:length]:
                return user
        return super().user_of_pair(name, password)


class PasswordsByBeginningForReaders(PasswordsByBeginning):
    """Passwords of readers are compared as far as the shorter of the two goes."""

    id = "auth-read-password-by-beginning"
    seen_by = ("auth/credentials-validated",)
    access = Access.READ


class ColonEndsPassword(Defect):
    """A password ends at its first colon, and what stands behind it is not looked at."""

    id, source = "auth-password-ends-at-colon", "https://www.rfc-editor.org/rfc/rfc7617#section-2"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-invalid-token", "auth/upload-credentials-validated"),
    )
    areas = UPLOADS

    def decode_basic(self, value: str) -> tuple[str, str] | None:
        pair = super().decode_basic(value)
        return pair and (pair[0], pair[1].partition(":")[0])


class PasswordsWithoutCase(Defect):
    """Passwords are compared without regard to case, as by a database column with such a collation."""

    id = "auth-password-without-case"
    seen_by: ClassVar[tuple[str, ...]] = (
        *("auth/upload-invalid-token", "auth/upload-credentials-validated"),
    )
    areas = UPLOADS

    def user_of_pair(self, name: str, password: str) -> User | None:
        for user in self.settings.users:
            if user.name == name and user.password.lower() == password.lower():
                return user
        return super().user_of_pair(name, password)


class PasswordsWithoutCaseForReaders(PasswordsWithoutCase):
    """Passwords of readers are compared without regard to case."""

    id = "auth-read-password-without-case"
    seen_by = ("auth/credentials-validated",)
    access = Access.READ


class AnyToken(Defect):
    """Every token is taken for one of the first user's."""

    id = "auth-any-token"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    areas = UPLOADS

    def user_of_token(self, secret: str) -> User | None:
        return self.settings.users[0]


class AnyBearer(Defect):
    """Whoever sends a bearer token is let in: nobody looks at its signature."""

    id, source = "auth-any-bearer", "https://www.rfc-editor.org/rfc/rfc8725#section-3.1"
    seen_by = ("auth/malformed-authorization",)
    areas = UPLOADS
    access = Access.READ

    def identify(self, request: Request) -> User | None:
        if request.headers.get("authorization", "").lower().startswith("bearer "):
            return self.settings.users[0]
        return super().identify(request)


class RevokedToken(Defect):
    """A token goes on working after it was revoked."""

    id = "auth-revoked-token-works"
    seen_by = ("auth/upload-credentials-validated",)
    areas = UPLOADS

    def is_valid(self, token: Token) -> bool:
        return True


class EchoedPassword(Defect):
    """A refusal repeats user name and password."""

    id = "auth-password-echoed"
    seen_by = ("auth/credentials-not-echoed",)
    areas = UPLOADS

    def refuse(self, request: Request, refusal: Refused) -> Reply:
        given = request.headers.get("authorization", "").partition(" ")[2]
        pair = self.decode_basic(given) if refusal.status == 401 else None
        if pair is not None:
            refusal = Refused(401, f"Login as {pair[0]} with {pair[1]} failed.", refusal.headers)
        return super().refuse(request, refusal)


class EchoedToReaders(EchoedPassword):
    """A refusal to a reader repeats user name and password."""

    id = "auth-password-echoed-to-readers"
    access = Access.READ
