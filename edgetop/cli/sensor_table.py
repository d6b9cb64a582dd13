"""The readings of a board as text for people."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from edgetop.cli.table import aligned
from edgetop.readings import Kind, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.readings import BoardReadings, SensorReading
    from edgetop.sensors.absence import Absence
    from edgetop.sensors.identity import Identity

_ROOM_FOR_SOURCE = 110
_DECIMALS = {
    Kind.POWER: 3,
    Kind.ENERGY: 2,
    Kind.UTILIZATION: 1,
    Kind.TEMPERATURE: 1,
    Kind.CLOCK: 0,
    Kind.FAN: 0,
    Kind.THROTTLE: 0,
    Kind.VOLTAGE: 3,
    Kind.CURRENT: 3,
}
_PLACES = {"rail": "rail of unknown place", "module-branch": "module, one of several", "part": ""}
_TITLES = {
    Kind.POWER: "Power",
    Kind.ENERGY: "Energy",
    Kind.UTILIZATION: "Utilization",
    Kind.TEMPERATURE: "Temperature",
    Kind.CLOCK: "Clock",
    Kind.MEMORY: "Memory",
    Kind.FAN: "Fan",
    Kind.THROTTLE: "Throttling",
    Kind.VOLTAGE: "Voltage",
    Kind.CURRENT: "Current",
}


def sensor_table(
    identity: Identity, board: BoardReadings, absent: Sequence[Absence], width: int
) -> str:
    """Board, headline power, every sensor by kind, and what has no value.

    Args:
        identity: Of the board.
        board: Its readings.
        absent: What it does not measure.
        width: Columns of the terminal.
    """
    blocks = [_heading(identity, board), _power(board), _throttling(board)]
    blocks.append(_sensors(board, width))
    blocks.append(_unknown(board, absent, width))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _heading(identity: Identity, board: BoardReadings) -> list[str]:
    settings = [
        identity.release,
        board.power_mode and f"power mode {board.power_mode}",
        board.governor and f"governor {board.governor}",
    ]
    return [f"{identity.model} ({identity.id})", ", ".join(filter(None, settings))]


def _power(board: BoardReadings) -> list[str]:
    power = board.power
    if power.power_w is None:
        return [f"power: {power.reason}"]
    lines = [f"{power.power_w:.3g} W {power.scope_words}"]
    lines += [f"  covers {power.covers}"] if power.covers else []
    return lines + ([f"  excludes {power.excludes}"] if power.excludes else [])


def _throttling(board: BoardReadings) -> list[str]:
    lines = [f"throttled now by {item.source}: {item.cause}" for item in board.throttle]
    lines += [f"since boot: {text}" for text in board.throttled_before]
    known = any(item.value is not None for item in board.of_kind(Kind.THROTTLE))
    return lines or (["not throttled"] if known else [])


def _sensors(board: BoardReadings, width: int) -> list[str]:
    lines: list[list[str]] = []
    for kind, title in _TITLES.items():
        items = [item for item in board.of_kind(kind) if item.value is not None]
        cores = [item for item in items if item.sensor.role == "core"]
        if kind is Kind.UTILIZATION and len(cores) > 1:
            items = [item for item in items if item not in cores]
        rows = [_row(item) for item in items]
        if kind is Kind.UTILIZATION and len(cores) > 1:
            rows.append(["", "", "cores", " ".join(f"{item.value:.0f}" for item in cores), ""])
        lines += [[title if number == 0 else "", *row] for number, row in enumerate(rows)]
    if not lines:
        return []
    if width < _ROOM_FOR_SOURCE:
        lines = [line[:-1] for line in lines]
    return aligned(lines, [False, True, False, False, False, False][: len(lines[0])])


def _row(item: SensorReading) -> list[str]:
    """Value, unit, label, what there is to know, source."""
    sensor = item.sensor
    value, unit = _value(item)
    return [value, unit, sensor.label, _remark(item), sensor.source]


def _value(item: SensorReading) -> tuple[str, str]:
    value = item.value or 0.0
    if item.sensor.unit == "bytes":
        return f"{value / 2**20:.0f}", "MiB"
    if item.sensor.unit == "bits":
        return f"{int(value):#x}", ""
    unit = "" if item.sensor.unit == "bool" else item.sensor.unit
    return f"{value:.{_DECIMALS.get(item.sensor.kind, 0)}f}", unit


def _remark(item: SensorReading) -> str:
    sensor = item.sensor
    if item.reading.detail or item.reading.since_boot:
        since = f"since boot: {item.reading.since_boot}" if item.reading.since_boot else ""
        return "; ".join(filter(None, (item.reading.detail, since)))
    if sensor.parent:
        return f"inside {sensor.parent}"
    if sensor.kind is Kind.POWER:
        return _PLACES.get(sensor.role, sensor.role)
    if sensor.maximum and sensor.unit == "bytes":
        return f"of {sensor.maximum / 2**20:.0f} MiB"
    if sensor.maximum and sensor.kind is Kind.CLOCK:
        return f"at most {sensor.maximum:.0f}"
    if sensor.maximum and sensor.kind is Kind.TEMPERATURE:
        return f"critical {sensor.maximum:g}"
    return ""


def _unknown(board: BoardReadings, absent: Sequence[Absence], width: int) -> list[str]:
    """Sensors without a value, with the reason and what would help."""
    silent = [
        item
        for item in board.sensors
        if item.value is None and item.reading.reason is not Reason.WARMING_UP
    ]
    closed = [item for item in silent if item.reading.reason is Reason.NO_PERMISSION]
    lines = [
        f"{item.sensor.label} ({item.sensor.kind.value}): {item.reading.words}"
        for item in silent
        if item not in closed
    ]
    if closed:
        lines.append(f"{_labels(closed)}: {closed[0].reading.words}")
    lines += [f"{text.what}: {text.why}" for text in absent]
    hints: dict[str, list[SensorReading]] = {}
    for item in silent:
        if item.sensor.hint and item.reading.reason is not Reason.OFFLINE:
            hints.setdefault(item.sensor.hint, []).append(item)
    lines += [f"what would help for {_labels(items)}: {hint}" for hint, items in hints.items()]
    wrapped = [piece for line in lines for piece in _wrapped(line, width)]
    return ["Not known", *wrapped] if wrapped else []


def _labels(items: Sequence[SensorReading]) -> str:
    return ", ".join(dict.fromkeys(item.sensor.label for item in items))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(30, width - 2), initial_indent="  ", subsequent_indent="      ")
