"""Writes hostile text into Markdown so that it stays text: no table, link, HTML, mention or heading can come out of it.

Written for GitHub Flavored Markdown (https://github.github.com/gfm/), which GitLab and Azure render as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.text import clean, one_line, web_link

SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$^=])")
# Autolinks, @mentions and #123 references start without a character that Markdown lets one escape: an entity breaks them.
ACTING = re.compile(r"(?i)(?<=\w)(://)|(@)|\b(www)(\.)|(:)(?=[a-z0-9+_-]+:)")
LINE_START = re.compile(r"^(\s*)([-+>=]|\d+[.)])")


def escape(text: str, limit: int = 0) -> str:
    """Give the text on one line, as text; `limit` counts characters before escaping."""
    line = SPECIAL.sub(r"\\\1", one_line(text, limit))
    line = ACTING.sub(_inert, line)
    return LINE_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if found[2][0] in "-+>=" else found[0], line
    )


def link(text: str, url: str, limit: int = 0) -> str:
    """Give a link, or only its text where the URL may not be linked."""
    safe = web_link(url)
    if not safe:
        return escape(text, limit)
    target = "".join(
        c if c.isalnum() or c in "-._~:/?#@!$&'*+,;=%" else f"%{ord(c):02X}" for c in safe if ord(c) < 0x80
    )
    return (
        f"[{escape(text, limit)}]({target.replace('(', '%28').replace(')', '%29')})"
        if safe.isascii()
        else escape(text, limit)
    )


def code(text: str, limit: int = 0) -> str:
    """Give inline code; a fence longer than any run of backticks inside, and no pipe that a table could read."""
    line = one_line(text, limit) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    line = line.replace("|", "\\|")
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def fenced(text: str) -> str:
    """Give a block of shell code; its fence is longer than any run of backticks inside."""
    block = clean(text)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", block))])
    return f"{fence}sh\n{block}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join([' --- '] * len(head))}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _inert(found: re.Match[str]) -> str:
    return "".join(
        {"@": "&#64;", ":": "&#58;", "://": "&#58;//", ".": "&#46;"}.get(g, g) for g in found.groups() if g
    )
