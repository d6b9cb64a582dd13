"""A report as one HTML file that needs no network: style, charts, script and data are inside.

Names in a report come from anywhere. They are escaped three times over, for who reads them: as
HTML on the page, as entities in the charts (plotly.js reads a few tags), and so that no text can
end the script that carries the data. A content security policy with the hashes of the two scripts
lets nothing else run and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import time
from importlib import resources
from typing import TYPE_CHECKING, Any

from edgetop import __version__
from edgetop.errors import UsageError
from edgetop.study.report.swatch import swatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgetop.study.report.figure import Figure, Section, Table

_MOST_FINDINGS = 10
_HOW_TO_READ = (
    "A button above a chart hides what bears its name and shows it again; a mark tells more when "
    "it is pointed at; the numbers of a chart are below it."
)
_NO_SCRIPT = "The charts need JavaScript; the tables have all that they show."
_WORDY = 40
"""Characters of a cell that must not become a tall narrow column."""
INSTALL = 'pip install "edgetop[report]"'


def page(title: str, sections: Sequence[Section], *, own: Sequence[str], made_unix_s: float) -> str:
    """The whole file.

    Args:
        title: Of the page.
        sections: What it shows.
        own: Names of the boards that are highlighted, in tables too.
        made_unix_s: When, for the reader.

    Raises:
        UsageError: plotly is not installed.
    """
    library, script = plotly_js(), _shipped("page.js")
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(made_unix_s))
    pieces = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(library, script)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="edgetop {__version__}">',
        f"<title>{_text(title)}</title>",
        f"<style>{_shipped('page.css')}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{_text(title)}</h1>",
        f'<p class="soft">Made by edgetop {__version__} on {moment}. {_HOW_TO_READ}</p>',
        f'<noscript><p class="missing">{_NO_SCRIPT}</p></noscript>',
        "</header>",
        *_contents(sections),
        "<main>",
        *(line for section in sections for line in _section(section, frozenset(own))),
        "</main>",
        f'<script type="application/json" id="figures">{_data(sections)}</script>',
        f"<script>{library}</script>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(pieces)


def plotly_js() -> str:
    """The charting library that the plotly package ships.

    Raises:
        UsageError: The package is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise UsageError(
            f"an HTML report needs plotly: {INSTALL}; --format md does without"
        ) from error
    return str(get_plotlyjs())


def chart_text(value: Any) -> Any:
    """Traces and layouts with every text made plain: plotly.js reads tags and entities in it.

    Args:
        value: Whatever JSON can hold. Templates of hover texts are ours and stay as they are.
    """
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, dict):
        return {
            key: item if key == "hovertemplate" else chart_text(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [chart_text(item) for item in value]
    return value


def _data(sections: Sequence[Section]) -> str:
    figures = {
        figure.id: {"data": _grouped(figure), "layout": chart_text(figure.layout)}
        for section in sections
        for figure in section.figures
        if figure.traces
    }
    text = json.dumps(figures, separators=(",", ":"), allow_nan=False)
    # Within a script only these could end it or open a comment.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _grouped(figure: Figure) -> list[Any]:
    """Its traces, each with the number of its entry in the legend, for the buttons."""
    numbers = {key.name: number for number, key in enumerate(figure.legend)}
    return [
        chart_text(trace | {"meta": numbers.get(trace.get("legendgroup", ""), -1)})
        for trace in figure.traces
    ]


def _policy(*scripts: str) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _shipped(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def _text(text: str) -> str:
    return html.escape(text)


def _contents(sections: Sequence[Section]) -> Iterator[str]:
    yield '<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ul>'
    for section in sections:
        yield f'<li><a href="#{section.id}">{_text(section.title)}</a><ul>'
        for figure in section.figures:
            absent = ' <span class="soft">(no data)</span>' if figure.missing else ""
            yield f'<li><a href="#{figure.id}">{_text(figure.title)}</a>{absent}</li>'
        yield "</ul></li>"
    yield "</ul></nav>"


def _section(section: Section, own: frozenset[str]) -> Iterator[str]:
    yield f'<section aria-labelledby="{section.id}"><h2 id="{section.id}">'
    yield f"{_text(section.title)}</h2>"
    for figure in section.figures:
        yield from _figure(figure, own)
    yield "</section>"


def _figure(figure: Figure, own: frozenset[str]) -> Iterator[str]:
    yield f'<section class="figure" aria-labelledby="{figure.id}">'
    yield f'<h3 id="{figure.id}">{_text(figure.title)}</h3>'
    if figure.missing:
        yield f'<p class="missing">Not shown: {_text(figure.missing)}</p></section>'
        return
    yield f'<p class="says">{_text(figure.says)}</p>'
    if figure.traces:
        yield from _legend(figure)
        yield (
            f'<div class="plot" id="plot-{figure.id}" data-figure="{figure.id}" role="group" '
            f'aria-label="{_text(figure.title)}, chart" style="height:{figure.height_px}px"></div>'
        )
    if figure.table is not None and figure.table_open:
        yield from _table(figure.table, figure.title, own)
    yield from _findings(figure.findings)
    if figure.table is not None and not figure.table_open:
        yield f"<details><summary>The numbers ({len(figure.table.rows)} rows)</summary>"
        yield from _table(figure.table, figure.title, own)
        yield "</details>"
    yield "</section>"


def _findings(findings: Sequence[str]) -> Iterator[str]:
    first, more = findings[:_MOST_FINDINGS], findings[_MOST_FINDINGS:]
    if first:
        yield f'<ul class="findings">{_items(first)}</ul>'
    if more:
        yield f"<details><summary>{len(more)} more such lines</summary>"
        yield f'<ul class="findings">{_items(more)}</ul></details>'


def _items(lines: Sequence[str]) -> str:
    return "".join(f"<li>{_text(line)}</li>" for line in lines)


def _legend(figure: Figure) -> Iterator[str]:
    if not figure.legend:
        return
    yield '<ul class="legend" aria-label="Legend">'
    for number, key in enumerate(figure.legend):
        yield (
            f'<li><button type="button" aria-pressed="true" data-plot="plot-{figure.id}" '
            f'data-group="{number}">{swatch(key)}{_text(key.name)}</button></li>'
        )
    yield "</ul>"


def _table(table: Table, title: str, own: frozenset[str]) -> Iterator[str]:
    numbers = ['class="number"' if table.is_numeric(n) else "" for n in range(len(table.headings))]
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(title)}, table">'
    yield "<table><thead><tr>"
    for heading, kind in zip(table.headings, numbers, strict=True):
        yield f'<th scope="col" {kind}>{_text(heading)}</th>'
    yield "</tr></thead><tbody>"
    for row in table.rows:
        cells = "".join(_cell(cell, kind) for cell, kind in zip(row, numbers, strict=True))
        yield f'<tr class="own">{cells}</tr>' if row and row[0] in own else f"<tr>{cells}</tr>"
    yield "</tbody></table></div>"


def _cell(text: str, kind: str) -> str:
    kind = kind or ('class="words"' if len(text) > _WORDY else "")
    return f"<td {kind}>{_text(text)}</td>" if kind else f"<td>{_text(text)}</td>"
