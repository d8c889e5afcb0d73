"""Legal oddities of yanked files."""

from __future__ import annotations

from starlette.requests import Request

from reference_registry.model import StoredFile
from reference_registry.pages import Json
from reference_registry.switches import Variation

SPEC = "https://packaging.python.org/specifications/file-yanking/"


class AttributeWithoutValue(Variation):
    """A yank without a reason is an attribute without a value."""

    id, source = "yank-attribute-without-value", SPEC

    def html_anchor(self, request: Request, file: StoredFile) -> str:
        return super().html_anchor(request, file).replace(' data-yanked=""', " data-yanked")


class KeyLeftOut(Variation):
    """Files in JSON have the key yanked only when they are."""

    id, source = "yank-key-left-out", SPEC

    def json_file(self, request: Request, file: StoredFile) -> Json:
        entry = super().json_file(request, file)
        return entry if file.yanked else {key: value for key, value in entry.items() if key != "yanked"}
