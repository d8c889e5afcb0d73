"""Legal oddities of a registry that asks for patience (LV-59): 429 and 503 are no fault when they come first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request

from reference_registry.crowds import under_way
from reference_registry.errors import Refused
from reference_registry.reply import Reply
from reference_registry.switches import Variation
from reference_registry.uploads import Upload

MANY = 100  # requests in one second
CROWD = 5  # requests for one file at the same time
ROOM = 240  # files, more than the sample packages have
SELDOM = 40  # one in so many requests


class LimitsRequests(Variation):
    """More than a hundred requests within a second are asked to come back a second later."""

    id = "requests-limited-429"
    source = "https://www.rfc-editor.org/rfc/rfc6585#section-4"
    told: Mapping[str, str] = MappingProxyType({"retry-after": "1"})

    async def answer(self, request: Request) -> Reply:
        second, count = self.memory.get("limit", (0, 0))
        now = int(time.monotonic())
        count = count + 1 if second == now else 1
        self.memory["limit"] = now, count
        if count > MANY:
            raise Refused(429, "Too many requests.", self.told)
        return await super().answer(request)


class LimitsSilently(LimitsRequests):
    """More than a hundred requests within a second are answered 429 without a word about when to come back."""

    id = "requests-limited-429-silent"
    told = MappingProxyType({})


class BusyAtTimes(Variation):
    """Now and then a request is answered 503 because all workers are busy, without Retry-After; the next one is not."""

    id = "busy-503-silent"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4"

    async def answer(self, request: Request) -> Reply:
        number = self.memory["asked"] = self.memory.get("asked", 0) + 1
        if number % SELDOM == 0:
            raise Refused(503, "All workers are busy.")
        return await super().answer(request)


class GatewayRestarts(Variation):
    """Now and then the gateway in front answers a read with 502, as while the registry starts anew; the next one is handed on."""

    id = "gateway-502-at-times"
    source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.3"

    async def answer(self, request: Request) -> Reply:
        number = self.memory["read"] = self.memory.get("read", 0) + (request.method in ("GET", "HEAD"))
        if request.method in ("GET", "HEAD") and number % SELDOM == 0:
            raise Refused(502, "Bad gateway.")
        return await super().answer(request)


class LimitsCrowds(Variation):
    """Many requests for one file at once are asked to come back a second later."""

    id = "crowds-limited-429"
    source = "https://www.rfc-editor.org/rfc/rfc6585#section-4"

    async def answer(self, request: Request) -> Reply:
        async with under_way(self.memory, request) as many:
            if many >= CROWD:
                raise Refused(429, "Too many requests.", {"retry-after": "1"})
            return await super().answer(request)


class QuotaUsedUp(Variation):
    """After 240 files every upload is refused with 403, as the quota of the account is used up; sooner or later each registry is full."""

    id = "quota-used-up-403"
    source = "https://docs.pypi.org/project-management/storage-limits/"
    status = 403

    def check_rights(self, upload: Upload) -> None:
        super().check_rights(upload)
        if sum(len(project.files) for project in self.store.projects()) >= ROOM:
            raise Refused(self.status, "This account has used all of its storage.")


class StorageFull(QuotaUsedUp):
    """After 240 files every upload is refused with 507."""

    id = "storage-full-507"
    source = "https://www.rfc-editor.org/rfc/rfc4918#section-11.5"
    status = 507
