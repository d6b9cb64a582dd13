"""What a board can measure, as a record for JSON: the contract of `edgetop sensors --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.export.records import Record, iso_utc, power_record

if TYPE_CHECKING:
    from edgetop.readings import BoardReadings, SensorReading


def board_record(
    board: BoardReadings, *, model: str, board_id: str, release: str, time_unix_s: float
) -> Record:
    """Everything that the sensors say at one moment.

    Args:
        board: The readings.
        model: Name of the board.
        board_id: Its short name.
        release: Software release of the vendor or distribution.
        time_unix_s: Of the readings.
    """
    return {
        "type": "sensors",
        "t": iso_utc(time_unix_s),
        "board": {
            "model": model,
            "id": board_id,
            "release": release or None,
            "power_mode": board.power_mode or None,
            "governor": board.governor or None,
        },
        "power": power_record(board.power),
        "throttle": [f"{item.source}: {item.cause}" for item in board.throttle],
        "throttled_since_boot": list(board.throttled_before),
        "sensors": [_sensor(item) for item in board.sensors],
    }


def _sensor(item: SensorReading) -> Record:
    sensor, reading = item.sensor, item.reading
    record: Record = {
        "kind": sensor.kind.value,
        "label": sensor.label,
        "value": _digits(reading.value),
        "unit": sensor.unit,
        "role": sensor.role,
        "reason": reading.words or None,
        "source": sensor.source,
        "maximum": _digits(sensor.maximum),
        "parent": sensor.parent or None,
        "status": reading.reason.value,
    }
    if sensor.unit == "bits":
        record["now"] = _listed(reading.detail if reading.value is not None else "")
        record["since_boot"] = _listed(reading.since_boot)
    elif reading.value is not None and reading.detail:
        record["note"] = reading.detail
    if reading.value is None and sensor.hint:
        record["hint"] = sensor.hint
    return record


def _listed(text: str) -> list[str]:
    return text.split(", ") if text else []


def _digits(value: float | None) -> float | None:
    """Nine significant digits; whole numbers of any size stay whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(f"{value:.9g}")
