"""What clients make of each fault is known of every defect, and the page is made from that."""

from __future__ import annotations

from reference_registry.switches import find_switches
from reports.impact import load_impact
from tests.client_impact import page


def test_every_defect_was_shown_to_the_default_clients() -> None:
    kept = {one.defect: one for one in load_impact().defects}
    assert sorted(kept) == sorted(find_switches("defect")), "run `python -m tests.client_impact --missing`"
    for one in kept.values():  # where the registry refuses uploads, there is nothing to install
        assert set(one.clients) in ({"pip", "uv", "twine"}, {"twine"}), one.defect


def test_the_page_is_current() -> None:
    made = page.render(load_impact(), len(find_switches("defect")))
    assert page.PAGE.read_text("utf-8") == made, "run `python -m tests.client_impact --page`"
