"""The page of one run: a single HTML file that opens from disk, needs no network and obeys a strict content security policy.

What comes from a registry reaches the page in two ways only: as text through Jinja's autoescaping, and as JSON in which `<`, `>`
and `&` are written as escapes (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.counts import SYMBOLS
from reports.model import RecordedExchange, Report
from reports.text import clean, first_link, plural, web_link
from reports.view import page_view, shown

TEMPLATES = Path(__file__).resolve().parent / "templates"


def page(report: Report) -> str:
    """Give index.html of a run."""
    view = page_view(report)
    data = {"exchanges": {exchange.id: short(exchange) for exchange in report.exchanges}}
    return render("page.html.j2", "page.js", view=view, report=report, data=data)


def short(exchange: RecordedExchange) -> dict[str, Any]:
    """Give an exchange as the page's script reads it: only what is shown, under short names."""
    return {
        "m": exchange.method,
        "u": exchange.url,
        "s": exchange.status,
        "r": exchange.reason,
        "v": exchange.http_version,
        "e": exchange.error,
        "q": exchange.request_headers,
        "b": exchange.request_body,
        "bn": exchange.request_body_size,
        "h": exchange.response_headers,
        "t": exchange.response_body,
        "tn": exchange.response_body_size,
        "d": exchange.response_sha256,
        "at": exchange.started,
        "ms": round(exchange.duration_s * 1000, 1),
        "c": exchange.curl,
    }


def render(template: str, script: str, *, data: Any, **values: Any) -> str:
    """Fill a template with its inlined style, script and data, and with the policy that allows just these."""
    style_text, script_text = _read("page.css"), _read("common.js") + _read(script)
    policy = (
        f"default-src 'none'; style-src '{_digest(style_text)}'; script-src '{_digest(script_text)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        environment()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup(style_text),  # noqa: S704 - our own file
            script=Markup(script_text),  # noqa: S704 - our own file
            data=json_for_script(data),
            **values,
        )
    )


def json_for_script(data: Any) -> Markup:
    """Give JSON that can stand in a script element: ASCII, without `<`, `>` and `&`, every text cleaned."""
    text = json.dumps(_cleaned(data), ensure_ascii=True, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - what could end the element is escaped above


@functools.cache
def environment() -> jinja2.Environment:
    """Give the template environment: everything is escaped, everything undefined is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.filters |= {
        "plural": plural,
        "web_link": web_link,
        "first_link": first_link,
        "size": size,
        "duration": duration,
        "when": when,
        "shown": shown,
    }
    made.globals |= {"dict": dict, "symbols": dict(SYMBOLS)}
    return made


def size(count: int) -> str:
    """Give `812 B` or `1.4 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """Give `12 ms` or `4.2 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def when(moment: str) -> str:
    """Give `2026-01-31 12:00:00 UTC` for an ISO 8601 time in UTC, anything else as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", moment)
    return f"{found[1]} {found[2]} UTC" if found else moment


def _finalize(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list | tuple) else value


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")
