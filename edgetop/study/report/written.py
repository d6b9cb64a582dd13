"""A report as text, in the format that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.study.report import contents, look, markdown, page
from edgetop.study.report.figure import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results
    from edgetop.study.report.tables import Facts


def report(
    results: Sequence[Results],
    *,
    kind: str,
    title: str = "",
    highlighted: str = "",
    facts: Facts | None = None,
    made_unix_s: float,
) -> str:
    """The whole report.

    Args:
        results: Of the boards and sessions that it is about.
        kind: ``html`` or ``md``.
        title: Of the report; empty for one that names the boards.
        highlighted: ID of the one to highlight; empty for those that edgetop measured.
        facts: What a session wrote down of its system, by its ID: headings and texts.
        made_unix_s: When, for the reader.

    Raises:
        UsageError: There are no points, or plotly is not installed and `kind` is ``html``.
    """
    if not any(item.points for item in results):
        raise UsageError("there is nothing to report: no model ran in what was chosen")
    looks = look.looks(results, highlighted)
    looks.sort(key=lambda item: not item.highlighted)
    title = title or f"Inference on {joined([item.name for item in looks], most=3)}"
    if kind == "md":
        sections = contents.sections(results, highlighted, facts)
        return markdown.document(title, sections, made_unix_s)
    page.plotly_js()  # better refused before all is computed
    own = [item.name for item in looks if item.highlighted]
    sections = contents.sections(results, highlighted, facts)
    return page.page(title, sections, own=own, made_unix_s=made_unix_s)
