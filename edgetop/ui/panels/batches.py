"""The present model by batch: what each costs per image, and which is the fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edgetop.engine.variants import title_as_stored
from edgetop.paint.bars import gauge
from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, join
from edgetop.sample import State
from edgetop.ui.panels.bars import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edgetop.sample import Run, Sample
    from edgetop.ui.view import View

_NUMBER = 9
_NARROW_NUMBER = 7
_NARROW = 60
_LONGEST_BAR = 48
_LEAST_BAR = 6
_LEAST_INFERENCES = 3


class _Column(NamedTuple):
    """One figure of a batch."""

    name: str
    narrow: str
    value: Callable[[Sample], float | None]
    wide_only: bool = False
    decimals: int | None = None
    """How many, where four significant digits say more than is known."""


def _ms_per_image(sample: Sample) -> float | None:
    p50_ms = sample.total.latency.p50_ms
    return None if p50_ms is None else p50_ms / sample.run.batch


def _mj_per_image(sample: Sample) -> float | None:
    energy_j = sample.energy.j_per_image
    return None if energy_j is None else energy_j * 1000


_COLUMNS = (
    _Column("images/s", "FPS", lambda sample: sample.total.fps),
    _Column("ms/image", "ms/im", _ms_per_image),
    _Column("MiB", "MiB", lambda sample: sample.worker.rss_mib, decimals=0),
    _Column("W", "W", lambda sample: sample.energy.mean_power_w, wide_only=True),
    _Column("mJ/image", "mJ", _mj_per_image, wide_only=True),
)


def by_batch(samples: Iterable[Sample], present: Run) -> dict[int, Sample]:
    """The last sample at each batch of the runs that differ from the present one by it only."""
    found = {}
    for sample in samples:
        if _alike(sample.run, present):
            found[sample.run.batch] = sample
    return dict(sorted(found.items()))


def _alike(run: Run, present: Run) -> bool:
    """A run that failed early has not said all; what it did not say does not count."""
    same = (title_as_stored(run.model), run.instances, run.rate_fps)
    if same != (title_as_stored(present.model), present.instances, present.rate_fps):
        return False
    told = run.runtime and present.runtime
    return not told or (run.provider, run.threads, run.precision) == (
        present.provider, present.threads, present.precision
    )  # fmt: skip


def head(view: View, width: int, height: int) -> list[Row]:
    """What is compared, and what the sweep does now."""
    sample = view.sample
    if sample is None:
        return []
    run = sample.run
    words = [part for part in settings(run) if not part.startswith("batch ")]
    dot = f" {view.symbols.dot} "
    first = join((f" {run.model}", "title"), (dot + dot.join(words), "text"))
    ink = "key" if view.sweep else "dim"
    second: Row = ((f" {view.sweep or _fastest(view, run)}", ink),)
    return [first, second, _names(view, sample, width)][:height]


def _fastest(view: View, present: Run) -> str:
    """Which batch is the fastest, and what that gains over the smallest."""
    runs = by_batch(view.runs.values(), present)
    speeds = {batch: one.total.fps for batch, one in runs.items() if _counts(one) and one.total.fps}
    if len(speeds) < 2:  # one alone is no comparison
        return "no other batch has been measured"
    best, least = max(speeds, key=speeds.__getitem__), min(speeds)
    if best == least:
        return f"fastest at batch {best}"
    gain = speeds[best] / speeds[least]
    return f"fastest at batch {best}: {gain:.2f}{view.symbols.times} of batch {least}"


def _names(view: View, sample: Sample, width: int) -> Row:
    each = _width(width)
    names = [
        f"{column.narrow if width < _NARROW else column.name:>{each}}"
        for column in _known(view, sample, width)
    ]
    return ((f"  batch{''.join(names)}", "dim"),)


def _known(view: View, sample: Sample, width: int) -> list[_Column]:
    """Figures that fit, and that this board tells."""
    runs = by_batch(view.runs.values(), sample.run).values()
    return [
        column
        for column in _COLUMNS
        if not (column.wide_only and width < _NARROW)
        and (not column.wide_only or any(column.value(one) is not None for one in runs))
    ]


def _width(width: int) -> int:
    return _NARROW_NUMBER if width < _NARROW else _NUMBER


def table(view: View, width: int, height: int) -> list[Row]:
    """A row for each batch that has run, the smallest first, with a bar of its throughput."""
    sample = view.sample
    if sample is None:
        return []
    runs = by_batch(view.runs.values(), sample.run)
    speeds = [one.total.fps for one in runs.values() if _counts(one) and one.total.fps]
    best = max(speeds, default=None)
    columns = _known(view, sample, width)
    rows = [_row(view, one, columns, best, width) for one in runs.values()]
    return rows[-height:] if height > 0 else []


def _counts(sample: Sample) -> bool:
    return sample.total.inferences >= _LEAST_INFERENCES


def _row(view: View, sample: Sample, columns: list[_Column], best: float | None, width: int) -> Row:
    present = view.sample is not None and sample.run.number == view.sample.run.number
    symbols = view.symbols
    mark = symbols.play if present else " "
    lead = join((f" {mark}", "key"), (f"{sample.run.batch:>5}", "number"))
    if sample.state is State.FAILED:
        return join(lead, (f"  x {sample.state_reason}", "alert"))
    if not _counts(sample):
        return join(lead, (f"  {sample.state_reason or sample.state.value}", "dim"))
    figures = "".join(
        fixed(column.value(sample), _width(width), 4, decimals=column.decimals, dash=symbols.dash)
        for column in columns
    )
    fps = sample.total.fps
    fastest = best is not None and fps == best
    row = join(lead, (figures, "big" if fastest else "text"), ("  ", "text"))
    room = min(_LONGEST_BAR, width - 10 - len(columns) * _width(width))
    if room < _LEAST_BAR or not best or fps is None:
        return row
    return join(row, gauge(fps / best, room, symbols, "chart.throughput.6"))
