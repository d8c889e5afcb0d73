"""The project list, when the state of a project changes: what nobody installs by accident any more is still there."""

from __future__ import annotations

import pytest

from conformance.judging.known import settled_lists
from conformance.judging.lists import lists
from fixtures.fresh import Fresh
from fixtures.operator import Operator
from fixtures.registry import Registry
from fixtures.target import Target
from fixtures.verdicts import Findings, requirement

STATES = ("archived", "deprecated", "yanked")


@requirement("names/page-implies-listed")
@pytest.mark.parametrize("state", STATES)
def test_a_project_stays_listed_in_every_state(
    state: str, operator: Operator, fresh: Fresh, registry: Registry, target: Target, findings: Findings
) -> None:
    """A project that is archived or deprecated, or whose only file is yanked, keeps its place in the project list."""
    if why := operator.lacks("yank" if state == "yanked" else "status"):
        findings.not_reached(why)
        return
    wheel = fresh.wheel(state)
    registry.publish(wheel)
    if any(
        wheel.normalized not in found.names for found in settled_lists(registry, target, {wheel.normalized})
    ):
        findings.not_reached("the list does not show the newest projects yet (LV-09)")
        return
    if state == "yanked":
        operator.yank(wheel.name, wheel.filename, "broken")
        registry.wait_for(wheel.name, wheel.filename, lambda file: bool(file.yanked))
    else:
        operator.set_status(wheel.name, state, "not kept any more")
    page = registry.page(wheel.name, fresh=True)
    if not page.ok:
        findings.not_reached(f"the page of the project was answered {page.said}")
        return
    for found in lists(registry, target, fresh=True):
        findings.expect(
            wheel.normalized in found.names,
            expected=f"{wheel.normalized} in the {found.form} list, where it was until it was {state}",
            got="it is not listed any more, and its page is still there",
            at=found.exchange,
            also=[page],
            why="mirrors take the project for deleted, and with it what others have pinned",
            advice="list every project that has a page, whatever its state (PEP 503, PEP 592, PEP 792)",
        )
