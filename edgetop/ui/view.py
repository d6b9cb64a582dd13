"""What the panels paint from: the newest sample and the history that led to it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from edgetop.paint.scale import steady_ceiling
from edgetop.stats.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.paint.rows import Row
    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Event, Sample
    from edgetop.session.player import Position
    from edgetop.stats.minute import Minute
    from edgetop.stats.soak import Soak
    from edgetop.ui.finder import Found
    from edgetop.ui.panels.published import Neighbours

SERIES = ("fps", "p50_ms", "cpu_percent", "gpu_percent", "power_w", "temperature_c")
"""The histories that are kept."""

_KEPT_EVENTS = 200
_KEPT_RUNS = 100
_MOST_CHARTS = 32


class View:
    """Everything that is on the screen, as data; it does not know whether the samples are live.

    Args:
        symbols: The characters that this terminal can show.
        board: Name of the board.
    """

    def __init__(self, symbols: Symbols, board: str = "") -> None:
        self.symbols = symbols
        self.board = board
        self.bytes_per_s: float | None = None
        """What the screen itself sends to the terminal; None while not measured."""
        self.sweep = ""
        """What a batch sweep that goes on does now; empty while there is none."""
        self.position: Position | None = None
        """Where the replay stands; None if this is none."""
        self.timeline: Sequence[tuple[float, str]] = ()
        """Elapsed time and short word of what happened in the whole of a replayed session."""
        self.published: Found | None = None
        """Published boards for a run, once they are looked up."""
        self.neighbours: Neighbours | None = None
        """Those of them that the screen names."""
        self.clear()

    def clear(self) -> None:
        """Forget all samples: those that follow are of another time."""
        self.sample: Sample | None = None
        self.series = {name: TimeSeries() for name in SERIES}
        self._soak: Soak | None = None
        self.charts: dict[tuple[object, ...], tuple[object, list[Row]]] = {}
        """Charts as they were last painted, and the moment they were painted for."""
        self._ceilings: dict[str, float | None] = dict.fromkeys(SERIES)
        self.events: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self.runs: dict[int, Sample] = {}
        """The last sample of each run, by number."""
        self.lowest_fps: float | None = None
        self.highest_fps: float | None = None
        self._figures_of: tuple[int, float] = (0, 0.0)

    @property
    def soak(self) -> Soak:
        """The session minute by minute."""
        if self._soak is None:
            # numpy comes with it: with the first sample it is there, the first paint needs none.
            from edgetop.stats.soak import Soak

            self._soak = Soak()
        return self._soak

    def remember(self, minutes: Sequence[Minute]) -> None:
        """Take over minutes from before the samples that will come."""
        if minutes:
            self.soak.restore(minutes)

    def keep_chart(self, key: tuple[object, ...], moment: object, rows: list[Row]) -> None:
        """Remember a painted chart; those of sizes that the terminal once had are forgotten."""
        if len(self.charts) >= _MOST_CHARTS:
            self.charts.clear()
        self.charts[key] = (moment, rows)

    def update(self, sample: Sample) -> None:
        """Take the next sample."""
        span_s = sample.monotonic_s - self.sample.monotonic_s if self.sample else 0.0
        self.sample = sample
        self.runs[sample.run.number] = sample
        if len(self.runs) > _KEPT_RUNS:
            del self.runs[next(iter(self.runs))]
        self.events.extend(sample.events)
        self.soak.add(sample)
        board = sample.board
        values = {
            "fps": sample.fps,
            "p50_ms": sample.window.latency.p50_ms,
            "cpu_percent": board.cpu_percent.value,
            "gpu_percent": board.gpu_percent.value,
            "power_w": board.power.power_w,
            "temperature_c": board.temperature_c.value,
        }
        for name, value in values.items():
            self.series[name].add(sample.monotonic_s, value, span_s)
        for event in sample.events:
            if event.mark:
                for series in self.series.values():
                    series.mark(sample.monotonic_s, event.mark)
        self._follow_range(sample)

    def _follow_range(self, sample: Sample) -> None:
        """Lowest and highest throughput since the run's figures began."""
        number, elapsed_s = self._figures_of
        if sample.run.number != number or sample.run_elapsed_s < elapsed_s:
            self.lowest_fps = self.highest_fps = None
        self._figures_of = (sample.run.number, sample.run_elapsed_s)
        if sample.fps is not None:
            seen = [value for value in (self.lowest_fps, self.highest_fps) if value is not None]
            self.lowest_fps = min([sample.fps, *seen])
            self.highest_fps = max([sample.fps, *seen])

    def ceiling(self, name: str, values: list[float | None]) -> float | None:
        """The axis maximum for what a chart of this series shows now; it does not jump about."""
        peak = max((value for value in values if value is not None), default=None)
        self._ceilings[name] = steady_ceiling(peak, self._ceilings[name])
        return self._ceilings[name]
