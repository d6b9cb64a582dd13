"""A report as text, in the format that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.study.report import contents, look, markdown, page
from edgetop.study.report.figure import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results


def report(
    results: Sequence[Results],
    *,
    kind: str,
    title: str = "",
    highlighted: str = "",
    made_unix_s: float,
) -> str:
    """The whole report.

    Args:
        results: Of the boards and sessions that it is about.
        kind: ``html`` or ``md``.
        title: Of the report; empty for one that names the boards.
        highlighted: ID of the one to highlight; empty for those that edgetop measured.
        made_unix_s: When, for the reader.

    Raises:
        UsageError: There are no points, or plotly is not installed and `kind` is ``html``.
    """
    if not any(item.points for item in results):
        raise UsageError("there is nothing to report: no model ran in what was chosen")
    looks = look.looks(results, highlighted)
    title = title or f"Inference on {joined([item.name for item in looks], most=3)}"
    if kind == "md":
        return markdown.document(title, contents.sections(results, highlighted), made_unix_s)
    own = [item.name for item in looks if item.highlighted]
    sections = contents.sections(results, highlighted)
    return page.page(title, sections, own=own, made_unix_s=made_unix_s)
