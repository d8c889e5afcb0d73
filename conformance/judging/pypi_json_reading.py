"""PyPI's JSON API as checks read it: where it is, and the documents of the projects under judgement.

No standard asks a registry for it, so it is judged only where it is offered: the profile says so, or the project route answers 200
with the documented shape.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from conformance.judging.reading import as_version
from fixtures.exchange import Exchange, NoAnswer
from fixtures.registry import Registry
from fixtures.site import Site
from fixtures.subjects import Subject
from fixtures.verdicts import NotOffered, shorten

ACCEPT = "application/json"
FEATURE = "pypi-json-api"
SHAPE = frozenset({"info", "urls", "releases"})
TEXTS = ("summary", "description", "description_content_type", "author", "maintainer", "keywords")
LISTS = ("classifiers", "provides_extra")
LAG = 10.0  # seconds that a cache in front of the API may be behind the simple pages
MOST = 8  # projects whose documents are judged


@dataclass(frozen=True)
class Document:
    """One answer of the API. `data` is {} when it is not a JSON object."""

    subject: Subject
    exchange: Exchange
    data: Mapping[str, Any]

    @property
    def info(self) -> Mapping[str, Any]:
        """The metadata of the release that is shown."""
        found = self.data.get("info")
        return found if isinstance(found, dict) else {}

    @property
    def version(self) -> Version | None:
        """The release that is shown."""
        value = self.info.get("version")
        return as_version(value) if isinstance(value, str) else None

    @property
    def releases(self) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """Version -> the file objects under `releases`; what has another form is left out."""
        found = self.data.get("releases")
        rows = found.items() if isinstance(found, dict) else ()
        return {version: _objects(files) for version, files in rows if isinstance(files, list)}

    @property
    def urls(self) -> tuple[Mapping[str, Any], ...]:
        """The file objects under `urls`."""
        return _objects(self.data.get("urls"))

    @cached_property
    def files(self) -> tuple[Mapping[str, Any], ...]:
        """All file objects, wherever they stand, each once where both lists agree."""
        found: list[Mapping[str, Any]] = list(self.urls)
        found += [file for files in self.releases.values() for file in files if file not in found]
        return tuple(found)


@dataclass(frozen=True)
class JsonApi:
    """The API of one registry."""

    base: str  # everything in front of PROJECT/json
    registry: Registry
    subjects: tuple[Subject, ...]

    def project_url(self, name: str) -> str:
        """The URL of a project's data."""
        return f"{self.base}{quote(name)}/json"

    def release_url(self, name: str, version: str) -> str:
        """The URL of a release's data."""
        return f"{self.base}{quote(name)}/{quote(version, safe='!+')}/json"

    def ask(self, url: str, **options: object) -> Exchange:
        """GET as Dependabot and Renovate do."""
        return self.registry.get(url, accept=ACCEPT, **options)

    def document(self, subject: Subject, **options: object) -> Document:
        """The data of a project, whatever the answer is."""
        answer = self.ask(self.project_url(subject.normalized), **options)
        return Document(subject, answer, read(answer))

    @property
    def documents(self) -> Iterator[Document]:
        """The data of the projects that have some."""
        for subject in self.subjects:
            document = self.document(subject)
            if document.data:
                yield document


def json_api(site: Site) -> JsonApi:
    """Find the API. Ends the check as not offered when no place answers with the documented shape."""
    subjects = chosen(site)
    places = _places(site)
    if site.target.json_api_url is not None or FEATURE in site.target.offered:
        found = next((p for p in places if _answers(JsonApi(p, site.registry, subjects))), places[0])
        return JsonApi(found, site.registry, subjects)
    asked = []
    for place in places:
        api = JsonApi(place, site.registry, subjects)
        if _answers(api):
            return api
        asked.append(api.document(subjects[0]).exchange)
    raise NotOffered("; ".join(f"{answer.url} answered {answer.said}" for answer in asked))


def info_problems(document: Document) -> list[str]:
    """What `info` tells otherwise than the uploads of the release that it shows; keys that are not there are passed over."""
    sent = [d for d in document.subject.distributions if as_version(d.version) == document.version]
    found: list[str] = []
    for key in (*TEXTS, *LISTS) if sent else ():
        wanted = [_values(key, [text for name, text in d.form if name == key]) for d in sent]
        told = document.info.get(key)
        if key not in document.info or not any(wanted) or (key == "description" and not told):
            continue  # a description is long, and may be left out
        shown = _values(key, told if isinstance(told, list) else [told])
        if shown not in wanted:
            right = [text for name, text in sent[0].form if name == key]
            found.append(f"{key} is {shorten(told, 120)}, not {shorten(right, 120)}")
    return found


def _values(key: str, values: Iterable[object]) -> frozenset[str]:
    """Values without what may differ: order, white space, the composition of characters, spellings of extras, parameters of a type."""
    texts = {unicodedata.normalize("NFC", "".join(str(v).split())) for v in values if v is not None}
    if (
        key == "description_content_type"
    ):  # the parameters that are sent are those that count when there are none
        texts = {text.partition(";")[0].lower() for text in texts}
    return frozenset(map(canonicalize_name, texts) if key == "provides_extra" else texts)


def requirements(lines: Iterable[Any]) -> frozenset[str]:
    """Requirements in one spelling, so that spaces and quotes do not count."""
    found = set()
    for line in lines:
        try:
            found.add(str(Requirement(str(line))))
        except InvalidRequirement:
            found.add(str(line))
    return frozenset(found)


def settled(
    look: Callable[[], Document],
    good: Callable[[Document], bool],
    site: Site,
    first: Document | None = None,
) -> Document:
    """The data, looked at again until they are good or a cache should have caught up."""
    until = time.monotonic() + (1.0 if site.target.embedded else min(LAG, site.target.visibility))
    found = first or look()
    while not good(found) and time.monotonic() < until:
        time.sleep(site.target.poll)
        found = look()
    return found


def chosen(site: Site) -> tuple[Subject, ...]:
    """The projects whose data are judged: those with the most releases first."""
    listed = [subject for subject in site.subjects if subject.files]
    listed = listed or list(site.subjects)
    return tuple(
        sorted(listed, key=lambda s: -len({file.parsed and file.parsed[1] for file in s.files}))[:MOST]
    )


def read(answer: Exchange) -> Mapping[str, Any]:
    """The JSON object of a good answer; {} for any other."""
    if not answer.ok:
        return {}
    try:
        data = answer.json()
    except (NoAnswer, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _answers(api: JsonApi) -> bool:
    """Whether the first project is found there, in the documented shape."""
    return bool(SHAPE & set(api.document(api.subjects[0]).data))


def _places(site: Site) -> tuple[str, ...]:
    """Where the API may be: as told, beside `simple/`, or at the root of the host (Renovate, Dependabot)."""
    if site.target.json_api_url is not None:
        return (site.target.json_api_url,)
    parts = urlsplit(site.target.base_url)
    folder = parts.path.rstrip("/").rpartition("/")[0]
    return tuple(dict.fromkeys(parts._replace(path=path).geturl() for path in (f"{folder}/pypi/", "/pypi/")))


def _objects(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
