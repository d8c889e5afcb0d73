"""The page and the matrix in a real browser (Debian's chromium), opened from disk."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.compare import write_comparison
from reports.counts import state
from reports.model import Report
from reports.write import write_all
from tests.chromium import CHROMIUM, FLAGS
from tests.reports.fake import large

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAIT = 10_000  # milliseconds

expect = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: the page is not opened in a browser"
).expect
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium was found: the page is not opened in a browser"
)

CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const lum = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (e) => { for (let n = e; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg, script, .unseen, .skip") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const a = lum(parse(getComputedStyle(e).color)), b = lum(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...bad];
}"""


@pytest.fixture(scope="module")
def written() -> Report:
    return large()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, written: Report) -> Path:
    made: Path = tmp_path_factory.mktemp("pages")
    write_all(written, made)
    newer = dataclasses.replace(large(seed=8), target=written.target)
    newer = dataclasses.replace(newer, run=dataclasses.replace(newer.run, started="2026-03-01T00:00:00Z"))
    write_comparison([written, newer, large(seed=9)], made)
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=60_000)
        yield opened
        opened.close()


@contextlib.contextmanager
def opened(browser: Browser, path: Path, **settings: object) -> Iterator[Page]:
    """Open a page; whatever it says on the console, or asks the network for, fails the test."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **settings})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(WAIT)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None
    )
    page.goto(path.as_uri())
    yield page
    if settings.get("java_script_enabled", True):
        assert page.evaluate("window.hacked") is None
    assert said == []
    context.close()


def visible(page: Page) -> list[str]:
    ids: list[str] = page.eval_on_selector_all("details.req:not([hidden])", "rows => rows.map(row => row.id)")
    return ids


def test_it_loads(browser: Browser, folder: Path) -> None:
    began = time.monotonic()
    with opened(browser, folder / "index.html") as page:
        assert page.title().startswith("Fails: ")
        assert (
            time.monotonic() - began < 60.0
        )  # a bound against a hang; how fast it is belongs into a benchmark


def test_filters_by_area_level_verdict_and_text(browser: Browser, folder: Path, written: Report) -> None:
    rows = written.requirements
    with opened(browser, folder / "index.html") as page:
        assert len(visible(page)) == len(rows)
        page.get_by_label("Area", exact=True).select_option("hashes")
        assert set(visible(page)) == {r.id for r in rows if r.area == "hashes"}
        page.locator("#filter label", has_text="SHOULD").click()
        assert set(visible(page)) == {r.id for r in rows if (r.area, r.level) == ("hashes", "SHOULD")}
        assert page.evaluate("location.hash") == "#?area=hashes&level=SHOULD"
        page.get_by_role("button", name="Show all").click()
        assert len(visible(page)) == len(rows)
        page.locator("#filter label", has_text="broken").click()
        assert set(visible(page)) == {r.id for r in rows if state(r) == "broken"}
        page.get_by_role("button", name="Show all").click()
        page.get_by_label("Text", exact=True).fill(rows[100].id)
        assert rows[100].id in visible(page)
        page.get_by_label("Text", exact=True).fill("nothing of the kind is there")
        assert visible(page) == []
        expect(page.get_by_role("status").first).to_have_text("0 of 400 requirements shown")


def test_the_url_keeps_the_filter_and_leads_to_a_requirement(
    browser: Browser, folder: Path, written: Report
) -> None:
    with opened(browser, folder / "index.html") as page:
        page.evaluate("location.hash = '#?verdict=broken,known&level=MUST'")
        page.wait_for_function("document.querySelectorAll('details.req:not([hidden])').length < 400")
        page.reload()
        wanted = {r.id for r in written.requirements if state(r) in ("broken", "known") and r.level == "MUST"}
        assert set(visible(page)) == wanted
        held = next(r.id for r in written.requirements if r.verdict == "held")
        page.evaluate("id => { location.hash = id }", held)
        page.wait_for_function("id => document.getElementById(id).open", arg=held)
        assert held in visible(page)


def test_the_grid_leads_to_its_requirements(browser: Browser, folder: Path, written: Report) -> None:
    with opened(browser, folder / "index.html") as page:
        cell = page.locator(".grid a.cell.is-broken").first
        area, level = (cell.get_attribute("data-filter") or "").split("&")
        cell.click()
        page.wait_for_function("document.querySelectorAll('details.req:not([hidden])').length < 400")
        assert set(visible(page)) == {
            r.id for r in written.requirements if (f"area={r.area}", f"level={r.level}") == (area, level)
        }


def test_evidence_opens_by_keyboard_and_a_command_is_copied(
    browser: Browser, folder: Path, written: Report
) -> None:
    row = next(r for r in written.requirements if r.verdict == "held")
    check = next(c for c in written.checks if c.nodeid in row.checks)
    exchange = next(e for e in written.exchanges if e.id == check.exchanges[0])
    with opened(browser, folder / "index.html", permissions=["clipboard-read", "clipboard-write"]) as page:
        shown = page.locator(f"[id='{row.id}']")
        shown.locator("> summary").focus()
        page.keyboard.press("Enter")
        evidence = shown.locator("details.ex")
        expect(evidence).to_have_count(len(check.exchanges))
        evidence.first.locator("> summary").press("Enter")
        evidence.first.locator("button.copy").click()
        page.wait_for_function("document.getElementById('said').textContent !== ''")
        assert page.evaluate("navigator.clipboard.readText()") == exchange.curl


def test_without_the_permission_the_command_is_selected(
    browser: Browser, folder: Path, written: Report
) -> None:
    row = next(r for r in written.requirements if state(r) == "broken" and r.findings[0].exchanges)
    with opened(browser, folder / "index.html") as page:
        page.evaluate(
            "navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => false"
        )
        shown = page.locator(f"[id='{row.id}']")
        shown.locator("> summary").click()
        button = shown.locator("button.copy").first
        wanted = button.locator("xpath=../pre").inner_text()
        button.click()
        page.wait_for_function("document.getElementById('said').textContent.startsWith('Selected')")
        assert page.evaluate("getSelection().toString()").strip() == wanted.strip()


def test_broken_requirements_can_be_read_without_javascript(
    browser: Browser, folder: Path, written: Report
) -> None:
    row = next(r for r in written.requirements if state(r) == "broken")
    with opened(browser, folder / "index.html", java_script_enabled=False) as page:
        shown = page.locator(f"[id='{row.id}']")
        shown.locator("> summary").click()
        expect(shown.get_by_text("curl -sS").first).to_be_visible()
        expect(shown.get_by_text(row.findings[0].expected).first).to_be_visible()
        assert not page.locator("#filter").is_visible()
        assert not shown.locator("button.copy").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", ["index.html", "matrix.html"])
def test_it_looks_right(
    browser: Browser, folder: Path, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 1000}}
    with opened(browser, folder / name, **look) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if name == "index.html":
            page.locator("details.req.state-broken > summary").first.click()
            page.locator("details.req.state-held > summary").first.click()
        assert page.evaluate(CONTRAST) == []
        page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png")
        assert (tmp_path / f"{name}-{width}-{scheme}.png").stat().st_size > 10_000


def test_it_prints_with_the_broken_ones_open(
    browser: Browser, folder: Path, tmp_path: Path, written: Report
) -> None:
    with opened(browser, folder / "index.html", color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.evaluate(CONTRAST) == []
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert not page.locator("#filter").is_visible()
        row = next(r for r in written.requirements if state(r) == "broken")
        assert page.locator(f"[id='{row.id}']").get_by_text("curl -sS").first.is_visible()


def test_the_matrix_filters(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "matrix.html") as page:
        lines = page.locator("tr.line:not([hidden])")
        every = lines.count()
        page.get_by_text("where they differ").click()
        assert lines.count() == page.locator("tr.line.differs").count() < every
        page.get_by_label("Area", exact=True).select_option("hashes")
        assert 0 < lines.count() == page.locator("tbody[data-area=hashes] tr.line.differs").count()
        assert page.evaluate("location.hash") == "#?area=hashes&only=differs"
        page.reload()
        assert lines.count() == page.locator("tbody[data-area=hashes] tr.line.differs").count()
        page.locator("tr.line:not([hidden]) details.why summary").first.click()
        expect(page.locator("tr.line:not([hidden]) details.why[open] div").first).to_be_visible()
