"""The result of the self test: a table with a verdict for people, one object for programs."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from edgetop.cli.table import aligned
from edgetop.sample import processor_words
from edgetop.selftest import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgetop.engine.spec import RunSpec
    from edgetop.selftest.figures import Figures
    from edgetop.selftest.measure import Result

_UNKNOWN = "-"
_HEAD = (
    "variant", "ratio", "quartiles", "95 % interval", "pairs", "dropped", "p99 ratio",
    "CPU, % of a core", "MiB", "bytes/s",
)  # fmt: skip


def lines(spec: RunSpec, result: Result) -> Iterator[str]:
    """The table and the sentence below it."""
    control = result.control
    if control is None:
        return
    everything = [control, *result.variants]
    yield f"{_title(spec, result)}; bare loop {_number(result.bare_fps)} images/s"
    rows = [_row(figures, result.rss_mib.get(figures.name)) for figures in everything]
    yield from aligned([_HEAD, *rows], (False, *[True] * (len(_HEAD) - 1)))
    yield _how(result)
    said = verdict.sentence(control, result.variants)
    yield f"interrupted; so far: {said}" if result.interrupted else f"verdict: {said}"


def record(spec: RunSpec, result: Result) -> dict[str, Any]:
    """All figures, with null for what is not known."""
    control = result.control
    columns, rows = result.plan.size
    return {
        "type": "selftest",
        "t": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "model": spec.title,
        "batch": result.facts.get("batch"),
        "provider": result.facts.get("provider"),
        "threads": result.facts.get("threads"),
        "runtime": result.facts.get("runtime"),
        "screen": f"{columns}x{rows}",
        "interval_s": result.plan.interval_s,
        "max_load_percent": result.plan.max_load_percent,
        "slice_s": result.timing.slice_s if result.timing else None,
        "bare_fps": result.bare_fps,
        "other_load_percent": result.other_load_percent,
        "control": _record(control, result) if control else None,
        "variants": [
            {**_record(figures, result), "verdict": verdict.verdict(figures, control).value}
            for figures in result.variants
            if control
        ],
        "verdict": verdict.sentence(control, result.variants) if control else None,
        "interrupted": result.interrupted,
    }


def _title(spec: RunSpec, result: Result) -> str:
    facts = result.facts
    if not facts:
        return spec.title
    on = processor_words(facts["provider"], facts["threads"])
    return f"{spec.title}, batch {facts['batch']}, {on}, {facts['runtime']}"


def _how(result: Result) -> str:
    slice_s = f"{result.timing.slice_s:g} s" if result.timing else "no"
    most, median = result.plan.max_load_percent, _number(result.other_load_percent, 2)
    return (
        f"ratio: throughput by that of the bare loop, in pairs of slices of {slice_s}; dropped: "
        f"others used more than {most:g} % of the machine (median {median} %)"
    )


def _row(figures: Figures, rss_mib: float | None) -> tuple[str, ...]:
    interval = figures.interval
    return (
        figures.name,
        _ratio(figures.ratio),
        _span(figures.quartiles),
        _span((interval.low, interval.high) if interval else None),
        str(figures.pairs),
        str(figures.dropped),
        _ratio(figures.p99_ratio),
        _number(figures.cpu_percent, 2),
        _UNKNOWN if rss_mib is None else f"{rss_mib:.0f}",
        _UNKNOWN if figures.bytes_per_s is None else f"{figures.bytes_per_s:,.0f}",
    )


def _record(figures: Figures, result: Result) -> dict[str, Any]:
    low, high = figures.quartiles or (None, None)
    interval = figures.interval
    return {
        "name": figures.name,
        "ratio": figures.ratio,
        "ratio_q1": low,
        "ratio_q3": high,
        "ratio_low": interval.low if interval else None,
        "ratio_high": interval.high if interval else None,
        "pairs": figures.pairs,
        "dropped": figures.dropped,
        "p99_ratio": figures.p99_ratio,
        "cpu_percent": figures.cpu_percent,
        "rss_mib": result.rss_mib.get(figures.name),
        "bytes_per_s": figures.bytes_per_s,
    }


def _ratio(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f}"


def _span(ends: tuple[float, float] | None) -> str:
    return _UNKNOWN if ends is None else f"{ends[0]:.3f}-{ends[1]:.3f}"


def _number(value: float | None, digits: int = 3) -> str:
    """So many significant digits, whole numbers in full."""
    if value is None:
        return _UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"
