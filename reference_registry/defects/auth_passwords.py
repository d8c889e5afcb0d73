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


class AnyName(Defect):
    """A password is looked for among those of all users, whatever name comes with it."""

    id, source = "auth-any-name", "https://www.rfc-editor.org/rfc/rfc7617#section-2"
    seen_by: ClassVar[tuple[str, ...]] = ("auth/credentials-validated", "auth/wrong-credentials-401")
    areas = UPLOADS
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        others = (user for user in self.settings.users if user.password == password)
        return super().user_of_pair(name, password) or next(others, None)


class AnyNameUploads(AnyName):
    """An upload is taken from whoever has the password of any user."""

    id = "auth-upload-any-name"
    seen_by = ("auth/upload-invalid-token", "auth/upload-credentials-validated")
    access = Access.UPLOAD


LONGEST_PASSWORD = 72  # bytes, of bcrypt
LONGEST_TOKEN = 255  # letters, of a database column


class LongPasswordIsError(Defect):
    """A password of more than 72 bytes is a server error, as bcrypt takes no longer one."""

    id = "auth-long-password-is-500"
    seen_by: ClassVar[tuple[str, ...]] = ("auth/malformed-authorization",)
    areas = UPLOADS
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        if len(password.encode()) > LONGEST_PASSWORD:
            raise Refused(500, "password cannot be longer than 72 bytes")
        return super().user_of_pair(name, password)


class LongPasswordUploadIsError(LongPasswordIsError):
    """An upload with a password of more than 72 bytes is a server error."""

    id = "auth-upload-long-password-is-500"
    seen_by = ("auth/upload-invalid-token",)
    access = Access.UPLOAD


class NulInNameIsError(Defect):
    """A user name with a NUL in it is a server error, as databases take none."""

    id = "auth-nul-in-name-is-500"
    seen_by = ("auth/malformed-authorization",)
    areas = UPLOADS
    access = Access.READ

    def user_of_pair(self, name: str, password: str) -> User | None:
        if "\0" in name:
            raise Refused(500, "A string literal cannot contain NUL (0x00) characters.")
        return super().user_of_pair(name, password)


class LongTokenIsError(Defect):
    """A token that is longer than the column for tokens is a server error."""

    id = "auth-long-token-is-500"
    seen_by = ("auth/malformed-authorization",)
    areas = UPLOADS
    access = Access.READ

    def user_of_token(self, secret: str) -> User | None:
        if len(secret) > LONGEST_TOKEN:
            raise Refused(500, "value too long for type character varying(255)")
        return super().user_of_token(secret)
