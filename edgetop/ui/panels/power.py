"""Watts with what they cover, and what an image costs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from edgetop.paint.numbers import fixed, si, significant
from edgetop.paint.rows import Row, join, width_of
from edgetop.readings import Kind
from edgetop.ui.panels.parts import NUMBER_WIDTH, history, number, unknown
from edgetop.ui.panels.versus import compared, versus

if TYPE_CHECKING:
    from edgetop.readings import SensorReading
    from edgetop.sample import Sample
    from edgetop.ui.view import View

_ROOMY = 10
"""Rows from which what is left out may take two."""
_LEAST_CHART = 3
"""Rows below which the history makes no sense."""
_LONGEST_NAME = 14
"""Cells for the name of a rail."""


def no_power(view: View) -> bool:
    """This board has no power sensor at all."""
    sample = view.sample
    if sample is None:
        return False
    return sample.board.power.power_w is None and not sample.board.of_kind(Kind.POWER)


def power(view: View, width: int, height: int) -> list[Row]:
    """The headline figure with its scope, energy per image, history, rails, what is left out."""
    sample = view.sample
    if sample is None:
        return []
    headline = sample.board.power
    if headline.power_w is None:
        rows = [unknown(headline.reason, view), *_rails(view, sample, width)]
        return rows[: max(0, height)]
    than_a = compared(view)
    difference = () if than_a is None else versus(than_a.power, more_is_better=False)
    rows = [
        join(
            number(headline.power_w, view),
            (" W ", "text"),
            *((difference, ("  ", "text")) if difference else ()),
            (headline.scope_words, "dim"),
        ),
        _per_image(view, sample, width),
    ]
    left_out = _what_is_left_out(view, headline.excludes, width, 2 if height >= _ROOMY else 1)
    rails = _rails(view, sample, width)
    room = height - len(rows) - len(left_out)
    rails = rails[: max(0, room - _LEAST_CHART)] if room > _LEAST_CHART else rails[: max(0, room)]
    chart = history(view, "power_w", width, room - len(rails), "power")
    return [*rows, *chart, *rails, *left_out][: max(0, height)]


def _per_image(view: View, sample: Sample, width: int) -> Row:
    energy_j = sample.energy.j_per_image
    if energy_j is None:
        return unknown("J per image needs more readings", view)
    symbols = view.symbols
    text, unit = si(energy_j, "J", micro=symbols.micro)
    # As wide from 1.00 to 9999: what stands behind it does not move.
    images = significant(1 / energy_j if energy_j else None, dash=symbols.dash).rjust(4)
    row = join((text.rjust(NUMBER_WIDTH), "number"), (f" {unit} per image", "dim"))
    than_a = compared(view)
    if than_a is not None and than_a.energy_j_per_image is not None:
        row = join(row, ("  ", "text"), versus(than_a.energy_j_per_image, more_is_better=False))
    endings = (f"  {images} images per J", f"  {images} per J", "")
    room = width - width_of(row)
    return join(row, (next(text for text in endings if len(text) <= max(0, room)), "dim"))


def _rails(view: View, sample: Sample, width: int) -> list[Row]:
    """The single rails, where there is more than the headline; as many in a row as fit.

    Those of most whole watts come first, so that small changes do not move them about.
    """
    headline = sample.board.power.rails
    items = [
        item
        for item in sample.board.of_kind(Kind.POWER)
        if len(headline) > 1 or item.sensor.label not in headline
    ]
    items.sort(key=lambda item: -round(item.value or 0.0))
    known = [item for item in items if item.value is not None]
    name_width = min(_LONGEST_NAME, max((len(item.sensor.label) for item in known), default=0))
    each = max(1, (width + 1) // (NUMBER_WIDTH + 4 + name_width))
    cells = [_rail(view, item, name_width) for item in known]
    rows = [
        join(*(join(cell, (" ", "text")) for cell in cells[start : start + each]))
        for start in range(0, len(cells), each)
    ]
    silent = [item for item in items if item.value is None]
    return rows + [
        join(_rail(view, item, _LONGEST_NAME), (f" {item.reading.words}", "dim")) for item in silent
    ]


def _rail(view: View, item: SensorReading, name_width: int) -> Row:
    return join(
        (fixed(item.value, NUMBER_WIDTH, dash=view.symbols.dash), "text"),
        (f" W {item.sensor.label[:name_width]:<{name_width}}", "dim"),
    )


def _what_is_left_out(view: View, excludes: str, width: int, most_lines: int) -> list[Row]:
    """Broken, and where it is too long cut, between words."""
    if not excludes:
        return []
    ending = f" {view.symbols.ellipsis}"
    lines = textwrap.wrap(
        f"excludes {excludes}", max(12, width), max_lines=most_lines, placeholder=ending
    )
    return [((line, "dim"),) for line in lines]
