"""Makes text from a registry safe to look at; everything people see goes through here.

A registry may answer with terminal codes, bidirectional overrides, lone surrogates or the end of a script tag. What can't be seen is
shown as its code point, so that it neither hides nor acts.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Controls (not tab and newline), direction and format controls, surrogates, line separators, and what is no character at all.
NO_CHARACTERS = "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
UNSEEN = re.compile(
    f"[{NO_CHARACTERS}\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """Give the text with every unseen or acting character replaced by its code point, like ⟨U+202E⟩."""
    if text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable():
        return text  # what is printable has none of them, and that is seen many times sooner
    return UNSEEN.sub(_shown, text)


def one_line(text: str, limit: int = 0) -> str:
    """Give the cleaned text on one line, cut at `limit` characters when that is not 0."""
    line = " ".join(clean(text).split())
    return line if not limit or len(line) <= limit else line[: limit - 2].rstrip() + " …"


def web_link(url: str) -> str:
    """Give the URL when it is one that may be linked (http or https, with a host), else the empty text."""
    if url != clean(url) or any(c.isspace() for c in url):
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def first_link(text: str) -> str:
    """Give the first http(s) URL inside a text, the empty text when there is none that may be linked."""
    found = re.search(r"https?://[^\s<>\"'(),]+", text)
    return web_link(found[0].rstrip(".;:")) if found else ""


def plural(count: int, word: str, words: str = "") -> str:
    """Give `1 fault` or `2 faults`."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    return "\n" if char == "\r" else f"⟨U+{ord(char):04X}⟩"
