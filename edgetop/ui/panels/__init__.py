"""The panels of the live screen: each a function (view, width, height) -> rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.ui.panels.events import events
from edgetop.ui.panels.latency import latency
from edgetop.ui.panels.memory import memory
from edgetop.ui.panels.power import no_power, power
from edgetop.ui.panels.processors import processors
from edgetop.ui.panels.published import no_published, published
from edgetop.ui.panels.temperature import no_temperature, temperature
from edgetop.ui.panels.throughput import throughput

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.paint.rows import Row
    from edgetop.ui.view import View

    Paint = Callable[[View, int, int], list[Row]]
    """(view, width, height) -> at most ``height`` rows; longer rows are cut to ``width``."""


@dataclass(frozen=True, slots=True)
class PanelKind:
    """One panel: its number key is its place in `PANELS`, from 1."""

    name: str
    title: str
    paint: Paint
    quiet: Callable[[View], bool] = lambda _view: False
    """It has nothing to say but one line with the reason, and gives its room away."""


PANELS = (
    PanelKind("throughput", "Throughput", throughput),
    PanelKind("latency", "Latency", latency),
    PanelKind("processors", "Processors", processors),
    PanelKind("memory", "Memory", memory),
    PanelKind("power", "Power", power, no_power),
    PanelKind("temperature", "Temperature", temperature, no_temperature),
    PanelKind("published", "Published boards  ms per image", published, no_published),
    PanelKind("events", "Events", events),
)

__all__ = ["PANELS", "PanelKind"]
