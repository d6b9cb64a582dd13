"""A report as Markdown for a README or an issue: its tables, and what the data say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgetop import __version__
from edgetop.export.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgetop.study.report.figure import Figure, Section, Table

_TOO_LONG = frozenset(
    {
        "ball-chart",
        "accuracy-density",
        "accuracy-throughput",
        "time-operations",
        "memory-parameters",
    }
)
"""Figures whose tables repeat what others have; their findings are what counts in a README."""


def document(title: str, sections: Sequence[Section], made_unix_s: float) -> str:
    """The report, without the charts.

    Args:
        title: Of the report.
        sections: What it shows.
        made_unix_s: When, for the reader.
    """
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(made_unix_s))
    lines = [f"## {escaped(title)}", "", f"Made by edgetop {__version__} on {moment}."]
    for section in sections:
        lines += ["", f"### {escaped(section.title)}"]
        for figure in section.figures:
            lines += ["", *_figure(figure)]
    return "\n".join(lines) + "\n"


def _figure(figure: Figure) -> Iterator[str]:
    yield f"#### {escaped(figure.title)}"
    yield ""
    if figure.missing:
        yield f"Not shown: {escaped(figure.missing)}"
        return
    yield escaped(figure.says)
    if figure.findings:
        yield ""
        yield from (f"- {escaped(finding)}" for finding in figure.findings)
    if figure.table is not None and figure.id not in _TOO_LONG:
        yield ""
        yield from _table(figure.table)


def _table(table: Table) -> Iterator[str]:
    yield _row([escaped(heading) for heading in table.headings])
    yield _row(["---:" if table.is_numeric(n) else "---" for n in range(len(table.headings))])
    for row in table.rows:
        yield _row([escaped(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
