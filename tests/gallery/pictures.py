"""Pictures of the pages in the gallery, taken with a real browser, for README.md and docs/reports.md."""

from __future__ import annotations

from pathlib import Path

from tests.chromium import CHROMIUM, FLAGS

PICTURES = (  # file, page, colours, width and height in pixels
    ("report.png", "devpi/index.html", "light", 1200, 1000),
    ("report-dark-narrow.png", "devpi/index.html", "dark", 420, 900),
    ("matrix.png", "matrix.html", "light", 1200, 800),
)


def take(gallery: Path) -> bool:
    """Take all pictures; give False when no browser is there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return False
    if CHROMIUM is None:
        return False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=60_000)
        for file, page, colours, width, height in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if colours == "dark" else "light",
            )
            opened = context.new_page()
            opened.goto((gallery / page).as_uri())
            opened.screenshot(path=gallery / file)
            context.close()
        browser.close()
    return True
