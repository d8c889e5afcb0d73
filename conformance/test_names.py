"""Names and URLs: the normalized name leads to the project, whatever its owner writes."""

from __future__ import annotations

from fixtures.registry import Registry
from fixtures.subjects import Subjects
from fixtures.verdicts import Findings, requirement


@requirement("names/project-url-format")
def test_project_page_at_normalized_name(subjects: Subjects, registry: Registry, findings: Findings) -> None:
    """Each project has its page at <base>/<normalized name>/."""
    for subject in subjects:
        answer = registry.page(subject.name)
        findings.expect(
            answer.ok,
            expected=f"200 with the page of {subject.name}",
            got=answer.said,
            at=answer,
            why="pip and uv ask for the normalized name and for nothing else",
            advice="serve every project at its normalized name (PEP 503), however it was spelled at upload",
        )
