"""Watts with what they cover, and what an image costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.numbers import fixed, si, significant
from edgetop.paint.rows import Row, join
from edgetop.sample import Kind
from edgetop.ui.panels.parts import NUMBER_WIDTH, history, number, unknown

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.ui.view import View


def no_power(view: View) -> bool:
    """This board has no power sensor at all."""
    sample = view.sample
    return sample is None or (
        sample.board.power.power_w is None and not sample.board.of_kind(Kind.POWER)
    )


def power(view: View, width: int, height: int) -> list[Row]:
    """The headline figure with its scope, energy per image, rails, history."""
    sample = view.sample
    if sample is None:
        return []
    headline = sample.board.power
    if headline.power_w is None:
        return [unknown(headline.reason, view)][: max(0, height)]
    rows = [
        join(
            number(headline.power_w, view),
            (" W ", "text"),
            (headline.scope + _rails_named(headline.rails, headline.scope), "dim"),
        ),
        _per_image(view, sample),
    ]
    foot = [*_parts(view, sample), *_what_is_left_out(headline.excludes)]
    room = height - len(rows)
    foot = foot[: max(0, room - 3)] if room >= 5 else foot[: max(0, room)]
    chart = history(view, "power_w", width, room - len(foot), "power")
    return [*rows, *chart, *foot][: max(0, height)]


def _rails_named(rails: tuple[str, ...], scope: str) -> str:
    """The rails that the figure is the sum of, unless they are called like the scope."""
    names = [rail for rail in rails if rail != scope]
    return f" ({' + '.join(names)})" if names else ""


def _per_image(view: View, sample: Sample) -> Row:
    energy_j = sample.energy.j_per_image
    if energy_j is None:
        return unknown("energy per image needs a few more readings", view)
    symbols = view.symbols
    text, unit = si(energy_j, "J", micro=symbols.micro)
    images = significant(1 / energy_j if energy_j else None, dash=symbols.dash)
    return join(
        (text.rjust(NUMBER_WIDTH), "number"),
        (f" {unit} per image", "dim"),
        (f"  {images} images per J", "dim"),
    )


def _parts(view: View, sample: Sample) -> list[Row]:
    """The single rails, where there is more than the headline."""
    items = [
        item
        for item in sample.board.of_kind(Kind.POWER)
        if item.sensor.label not in sample.board.power.rails and item.sensor.role != "limit"
    ]
    return [
        join(
            (fixed(item.value, NUMBER_WIDTH, dash=view.symbols.dash), "text"),
            (f" W {item.sensor.label}", "dim"),
            (f" {item.reading.words}" if item.value is None else "", "dim"),
        )
        for item in items
    ]


def _what_is_left_out(excludes: str) -> list[Row]:
    return [((f"excludes {excludes}", "dim"),)] if excludes else []
