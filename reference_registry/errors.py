"""How a request is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the registry
    """The request can't be served: a status and one clear sentence."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers)


class LostClient(Exception):  # noqa: N818
    """The client went away before its request was complete."""
