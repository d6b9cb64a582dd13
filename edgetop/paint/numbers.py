"""Numbers as people read them: three significant digits, a fixed width, the unit apart.

A value that is unknown, infinite or not a number is shown as a dash, never as zero.
"""

from __future__ import annotations

import math

DASH = "–"
_THOUSANDS = ((1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"), (1e15, "P"))
_PREFIXES = (
    (1e-9, "n"),
    (1e-6, "µ"),
    (1e-3, "m"),
    (1.0, ""),
    (1e3, "k"),
    (1e6, "M"),
    (1e9, "G"),
    (1e12, "T"),
)


def significant(value: float | None, digits: int = 3, dash: str = DASH) -> str:
    """The value with so many significant digits: 3.97, 12.5, 247, 0.0506.

    Digits before the point are never rounded away: 184022 stays. Trailing zeros stay too, so
    that a value that hovers keeps its point in place. Beyond 1e15 and below 1e-4 in powers of ten.
    """
    if value is None or not math.isfinite(value):
        return dash
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.{max(0, digits - 1)}e}"
    return _plain(value, _decimals(size, digits))


def fixed(
    value: float | None,
    width: int,
    digits: int = 3,
    *,
    decimals: int | None = None,
    dash: str = DASH,
) -> str:
    """The value right-aligned in exactly ``width`` cells, with at most two decimals.

    Where it does not fit it loses decimals, then becomes 12.3k or 1.23M; where not even that
    fits, ``#`` fills the width rather than a number that misleads. A value that is not zero
    but would read 0.00 is shown as <0.01 where that fits.

    Args:
        value: None, nan and infinity give the dash.
        width: Cells; 0 or less gives an empty text.
        digits: Significant digits wanted.
        decimals: Decimals to hold whatever the size, so that the points of a column line up.
        dash: What stands for unknown.
    """
    width = max(0, width)
    if value is None or not math.isfinite(value):
        return dash.rjust(width)[:width]
    places = min(2, _decimals(abs(value), digits)) if decimals is None else max(0, decimals)
    texts = [_plain(value, fewer) for fewer in range(places, -1, -1)] + _short(value)
    if value and not float(texts[0]):
        texts.insert(0, f"{'>-' if value < 0 else '<'}{10.0**-places:.{places}f}")
    for candidate in texts:
        if len(candidate) <= width:
            return candidate.rjust(width)
    return "#" * width


def grouped(count: float | None, dash: str = DASH) -> str:
    """A count with blanks between the thousands: 184 022."""
    if count is None or not math.isfinite(count):
        return dash
    return f"{round(count):,}".replace(",", " ")


def clock(seconds: float | None, dash: str = DASH) -> str:
    """A duration in eight cells: 00:12:31, beyond 99 hours 4d 04:10, beyond 9 days 12d 03h."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return dash.rjust(8)
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours < 100:
        return f"{hours:02d}:{minute:02d}:{second:02d}"
    days, hour = divmod(hours, 24)
    if days < 10:
        return f"{days}d {hour:02d}:{minute:02d}"
    return (f"{days}d {hour:02d}h" if days < 1000 else f"{min(days, 9_999_999)}d").rjust(8)


def si(
    value: float | None, unit: str, digits: int = 3, *, micro: str = "µ", dash: str = DASH
) -> tuple[str, str]:
    """A value in a base unit as number and prefixed unit: 0.0506 J gives ("50.6", "mJ").

    Zero and the unknown keep the base unit; seconds are never put into kiloseconds.
    """
    if value is None or not math.isfinite(value):
        return dash, unit
    if value == 0:
        return "0", unit
    prefixes = _PREFIXES[:4] if unit == "s" else _PREFIXES
    scale, prefix = prefixes[0]
    for larger, name in prefixes[1:]:
        if abs(float(f"{value / scale:.{max(0, digits - 1)}e}")) < 1000:
            break
        scale, prefix = larger, name
    return significant(value / scale, digits), (micro if prefix == "µ" else prefix) + unit


def mib(value: float | None, dash: str = DASH) -> tuple[str, str]:
    """Mebibytes as number and unit: ("82", "MiB"), ("3.1", "GiB"); one decimal for small ones."""
    if value is None or not math.isfinite(value):
        return dash, "MiB"
    for unit in ("MiB", "GiB"):
        if abs(value) < 999.5:
            one_decimal_below = 9.95 if unit == "MiB" else 99.95
            return f"{value:.{1 if abs(value) < one_decimal_below else 0}f}", unit
        value /= 1024
    return f"{value:.1f}", "TiB"


def _decimals(size: float, digits: int) -> int:
    """Decimals that give a positive number so many significant digits, after rounding."""
    if size == 0:
        return max(0, digits - 1)
    exponent = int(f"{size:.{max(0, digits - 1)}e}".rpartition("e")[2])
    return max(0, digits - 1 - exponent)


def _plain(value: float, decimals: int) -> str:
    """The value with so many decimals; a zero has no sign."""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not float(text) else text


def _short(value: float) -> list[str]:
    """Shorter and shorter ways to write a large number: 12.3k, 12k; 0.01M."""
    texts = []
    for scale, letter in _THOUSANDS:
        scaled = abs(value) / scale
        if 0.9995 <= scaled < 999.5:
            places = min(2, _decimals(scaled, 3))
            texts += [f"{_plain(value / scale, fewer)}{letter}" for fewer in range(places, -1, -1)]
    return texts
