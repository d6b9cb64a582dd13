"""A terminal's screen as an SVG picture: the same bytes for the same screen."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from cell_shapes import (
    ARCS,
    CELL_H,
    CELL_W,
    SHADES,
    Rect,
    arc,
    braille_dots,
    is_braille,
    merged,
    rectangles,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyte.screens import Char

MARGIN = 12
"""Pixels between the frame and the screen, on every side."""
TITLE_H = 24
"""Height of the title bar where there is one."""
FONT = "'DejaVu Sans Mono', 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace"
FONT_PX = 13.3
"""The size at which a character of the common monospaced fonts is as wide as a cell."""
_BASELINE = 12
_DOT_PX = 3.1

_ANSI = {
    "black": "21252b",
    "red": "e06c75",
    "green": "98c379",
    "brown": "d8b265",
    "blue": "61a0ef",
    "magenta": "c678dd",
    "cyan": "56b6c2",
    "white": "c8ccd4",
    "brightblack": "6b7280",
    "brightred": "ff7b85",
    "brightgreen": "b1e18b",
    "brightbrown": "f2cd7e",
    "brightblue": "82b8ff",
    "brightmagenta": "da94f0",
    "brightcyan": "7fd6e0",
    "brightwhite": "ffffff",
    "bfightmagenta": "da94f0",
}
"""The sixteen colours by pyte's names; the last is its spelling for that background."""


@dataclass(frozen=True, slots=True)
class DefaultColours:
    """What a terminal shows where the program set no colour, as six hexadecimal digits."""

    foreground: str = "d4d7dd"
    background: str = "14171c"


@dataclass(frozen=True, slots=True)
class Style:
    """How one cell's text looks; colours as six hexadecimal digits."""

    foreground: str
    background: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style in one row."""

    column: int
    row: int
    text: str
    cells: int
    """How many cells it covers: a wide character has two."""
    style: Style


def render(
    cells: Sequence[Sequence[Char]],
    title: str = "",
    defaults: DefaultColours | None = None,
) -> str:
    """The SVG document of a screen.

    Args:
        cells: rows of pyte's characters, all of one length.
        title: text of the bar above the screen; none without it.
        defaults: the terminal's own colours.
    """
    styles = [[_style(cell, defaults or DefaultColours()) for cell in row] for row in cells]
    head = TITLE_H if title else 0
    width = len(cells[0]) * CELL_W + 2 * MARGIN
    height = len(cells) * CELL_H + 2 * MARGIN + head
    paper = _commonest_background(styles)
    ink = _mixed("7f7f7f", paper, 0.5)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"',
        f'viewBox="0 0 {width} {height}" role="img">',
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"',
        f'fill="#{paper}" stroke="#{ink}"/>',
        f'<g font-family="{FONT}" font-size="{FONT_PX}">',
    ]
    if title:
        parts.append(_title_bar(title, width, ink))
    parts.append(f'<g transform="translate({MARGIN},{MARGIN + head})">')
    parts += _drawing(cells, styles, paper)
    return "\n".join([*parts, "</g>", "</g>", "</svg>", ""])


def _title_bar(title: str, width: int, ink: str) -> str:
    return (
        f'<path d="M1,{TITLE_H}.5H{width - 1}" stroke="#{ink}" opacity=".5"/>\n'
        f'<text x="{width // 2}" y="17" text-anchor="middle" fill="#8a8f98">'
        f"{escape(title)}</text>"
    )


def _drawing(
    cells: Sequence[Sequence[Char]], styles: list[list[Style]], paper: str
) -> Iterator[str]:
    """The layers of the screen: backgrounds, shapes, dots, curves, text."""
    areas: dict[str, list[Rect]] = defaultdict(list)
    shapes: dict[str, list[Rect]] = defaultdict(list)
    dots: dict[str, str] = defaultdict(str)
    arcs: dict[str, str] = defaultdict(str)
    for row, (line, line_styles) in enumerate(zip(cells, styles, strict=True)):
        for column, (cell, style) in enumerate(zip(line, line_styles, strict=True)):
            x, y = column * CELL_W, row * CELL_H
            if style.background != paper:
                areas[style.background].append((x, y, CELL_W, CELL_H))
            colour = style.foreground
            if cell.data in SHADES:
                shade = _mixed(colour, style.background, SHADES[cell.data])
                areas[shade].append((x, y, CELL_W, CELL_H))
            elif cell.data in ARCS:
                arcs[colour] += arc(cell.data, x, y)
            elif _is_drawn(cell.data) and is_braille(cell.data):
                dots[colour] += "".join(f"M{x + a},{y + b}h.01" for a, b in braille_dots(cell.data))
            elif _is_drawn(cell.data):
                shapes[colour] += [(x + a, y + b, w, h) for a, b, w, h in rectangles(cell.data)]
            for offset in [14] * style.underline + [8] * style.strike:
                shapes[colour].append((x, y + offset, CELL_W, 1))
    yield '<g shape-rendering="crispEdges">'
    yield from (_filled(colour, rects) for colour, rects in areas.items())
    yield from (_filled(colour, rects) for colour, rects in shapes.items())
    yield "</g>"
    for colour, path in arcs.items():
        yield f'<path fill="none" stroke="#{colour}" d="{path}"/>'
    for colour, path in dots.items():
        yield (
            f'<path fill="none" stroke="#{colour}" stroke-width="{_DOT_PX}" '
            f'stroke-linecap="round" d="{path}"/>'
        )
    yield from (_text(run) for run in runs(cells, styles))


def runs(cells: Sequence[Sequence[Char]], styles: list[list[Style]]) -> Iterator[Run]:
    """The text of the screen in runs of one style, without what is drawn as a shape.

    Two blanks end a run, and so does a symbol: it may come from another font with other widths.
    """
    for row, (line, line_styles) in enumerate(zip(cells, styles, strict=True)):
        start = 0
        for end in range(1, len(line) + 1):
            same = end < len(line) and line_styles[end] == line_styles[start]
            if same and _continues(line[end - 1].data, line[end].data):
                continue
            text = "".join(cell.data for cell in line[start:end])
            if text.strip() and not _is_drawn(text[0]):
                blanks = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
                covered = end - start - sum(blanks)
                yield Run(start + blanks[0], row, text.strip(), covered, line_styles[start])
            start = end


def _continues(before: str, after: str) -> bool:
    """True if two neighbouring cells may stand in one run of text."""
    if after == "":  # the right half of a wide character
        return True
    apart = (_is_drawn(before), _is_symbol(before), _is_drawn(after), _is_symbol(after))
    return before != "" and not any(apart) and (before, after) != (" ", " ")


def _text(run: Run) -> str:
    """A run as an SVG element that is exactly as wide as its cells, whatever the font."""
    x, y = run.column * CELL_W, run.row * CELL_H + _BASELINE
    width = run.cells * CELL_W
    marks = ' font-weight="bold"' * run.style.bold + ' font-style="italic"' * run.style.italic
    if _is_symbol(run.text):
        place = f'x="{x + width // 2}" y="{y}" text-anchor="middle"'
    else:
        place = f'x="{x}" y="{y}" textLength="{width}"'
    return f'<text {place} fill="#{run.style.foreground}"{marks}>{escape(run.text)}</text>'


def _filled(colour: str, rects: list[Rect]) -> str:
    path = "".join(f"M{x},{y}h{w}v{h}h{-w}z" for x, y, w, h in merged(rects))
    return f'<path fill="#{colour}" d="{path}"/>'


def _is_drawn(data: str) -> bool:
    """True for a character that is drawn as a shape and not as text."""
    if len(data) != 1:
        return False
    return data in SHADES or data in ARCS or is_braille(data) or bool(rectangles(data))


def _is_symbol(text: str) -> bool:
    """True for a character beyond the letters and punctuation that every font has."""
    return len(text) == 1 and ord(text) > 0x24F and not 0x2010 <= ord(text) <= 0x2027


def _style(cell: Char, defaults: DefaultColours) -> Style:
    foreground = _colour(cell.fg, defaults.foreground)
    background = _colour(cell.bg, defaults.background)
    if cell.reverse:
        foreground, background = background, foreground
    return Style(
        foreground,
        background,
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        strike=cell.strikethrough,
    )


def _colour(name: str, default: str) -> str:
    return default if name == "default" else _ANSI.get(name, name)


def _mixed(colour: str, under: str, share: float) -> str:
    """A colour laid over another, of which `share` comes from the first."""
    pairs = zip(bytes.fromhex(colour), bytes.fromhex(under), strict=True)
    return bytes(round(a * share + b * (1 - share)) for a, b in pairs).hex()


def _commonest_background(styles: list[list[Style]]) -> str:
    counts = Counter(style.background for row in styles for style in row)
    return min(counts, key=lambda colour: (-counts[colour], colour))
