"""PyPI's JSON API, where a registry has it (docs.pypi.org, JSON API). No standard asks for it, many tools read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from fixtures.exchange import Exchange, NoAnswer
from fixtures.registry import Registry
from fixtures.subjects import Subject
from fixtures.target import Target
from fixtures.verdicts import NotOffered


@dataclass(frozen=True)
class JsonApiProject:
    """The document of one project."""

    subject: Subject
    exchange: Exchange
    data: Mapping[str, Any]

    @property
    def info(self) -> Mapping[str, Any]:
        """The metadata of the latest release."""
        info = self.data.get("info")
        return info if isinstance(info, dict) else {}

    @property
    def releases(self) -> Mapping[str, list[Any]]:
        """Version -> its file objects; {} where the registry sends no releases."""
        releases = self.data.get("releases")
        if not isinstance(releases, dict):
            return {}
        return {version: files for version, files in releases.items() if isinstance(files, list)}

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """File name -> file object, of all releases and of the latest one."""
        urls = self.data.get("urls")
        listed = [
            *(urls if isinstance(urls, list) else []),
            *(f for files in self.releases.values() for f in files),
        ]
        return {
            f["filename"]: f for f in listed if isinstance(f, dict) and isinstance(f.get("filename"), str)
        }


def json_api_base(target: Target) -> str | None:
    """Where that API is: as the profile knows it, or beside the simple index as on PyPI."""
    if target.json_api_url:
        return target.json_api_url
    return urljoin(target.base_url, "../pypi/") if target.base_url.endswith("/simple/") else None


def json_api_project(registry: Registry, target: Target, subject: Subject) -> JsonApiProject | None:
    """The document of a project, or None when the answer is none of that API's."""
    base = json_api_base(target)
    if base is None:
        return None
    answer = registry.get(f"{base}{subject.normalized}/json", accept="application/json")
    try:
        data = answer.json() if answer.ok and answer.media_type.endswith("json") else None
    except (NoAnswer, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("info"), dict):
        return None
    return JsonApiProject(subject, answer, data)


def json_api_projects(
    registry: Registry, target: Target, subjects: tuple[Subject, ...]
) -> list[JsonApiProject]:
    """The documents of all projects. Ends the check as not offered when there are none."""
    found = []
    for number, subject in enumerate(subjects):
        project = json_api_project(registry, target, subject)
        if project is not None:
            found.append(project)
        elif number >= 2 and not found:
            break  # three projects without it: this registry does not have it
    if not found:
        base = json_api_base(target)
        where = (
            f"{base}{subjects[0].normalized}/json is no document of it" if base else "no URL of it is known"
        )
        raise NotOffered(f"PyPI's JSON API is not there: {where}")
    return found
