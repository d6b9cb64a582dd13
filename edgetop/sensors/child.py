"""Vendors' Python packages, asked in a process of their own.

They may hang for ever, crash, or change their process for their own needs (jtop sets the start
method of multiprocessing); none of that may happen to edgetop. The child prints a line of JSON
at each interval: a list of rows, or the one problem that it ended with.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from edgetop.locations import PACKAGE_ROOT
from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.plausibility import checked
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST_LINE_S = 6.0
_NEXT_LINE_S = 5.0
_RETRY_S = 10.0
_MOST_BYTES = 1 << 20

Row = dict[str, Any]
"""``kind``, ``label``, ``unit``, and ``value`` or ``reason``; optional ``role``, ``scope``,
``parent``, ``maximum``, ``detail``."""


class ChildProvider:
    """The rows that a child process prints, as sensors.

    Args:
        name: Of the provider.
        kind: What it is mostly for.
        module: What `python -m` runs; it calls `serve`.
        clock: CLOCK_MONOTONIC seconds.
    """

    blocks = True
    period_s = 1.0

    def __init__(self, name: str, kind: Kind, module: str, clock: Clock = monotonic) -> None:
        self.name = name
        self.kind = kind
        self._module = module
        self._clock = clock
        self._child: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._start_due_s = float("-inf")
        self._sensors: dict[str, Sensor] = {}
        self._readings: dict[str, Reading] = {}

    def probe(self) -> tuple[Sensor, ...]:
        """The rows of the child's first or latest line."""
        self._listen()
        return tuple(self._sensors.values())

    def read(self) -> Mapping[str, Reading]:
        """The newest line; without one in time the child is started again."""
        self._listen()
        return self._readings

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1.0)

    def _listen(self) -> None:
        first = self._child is None
        if first:
            if self._clock() < self._start_due_s:
                return
            self._start()
        line = self._newest_line(_FIRST_LINE_S if first else _NEXT_LINE_S)
        if line is None:
            self._give_up("no answer; trying again every 10 s", Reason.STALE)
            return
        try:
            said = json.loads(line)
            if isinstance(said, dict):
                problem = str(said["problem"]), Reason(said["reason"])
            else:
                self._take(said)
                return
        except (ValueError, TypeError, KeyError, AttributeError):
            problem = f"said {line[:60]!r}", Reason.ERROR
        self._give_up(*problem)

    def _start(self) -> None:
        self._buffer = b""
        self._start_due_s = self._clock() + _RETRY_S
        self._child = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PACKAGE_ROOT,
            start_new_session=True,
        )

    def _newest_line(self, timeout_s: float) -> bytes | None:
        """The last whole line; waits for one if there is none. None at the end of the child."""
        assert self._child is not None
        assert self._child.stdout is not None
        pipe = self._child.stdout.fileno()
        wait_s = timeout_s
        while len(self._buffer) < _MOST_BYTES and select.select([pipe], [], [], wait_s)[0]:
            piece = os.read(pipe, 65536)
            if not piece:
                break
            self._buffer += piece
            if self._buffer.endswith(b"\n"):
                wait_s = 0.0
        lines = self._buffer.split(b"\n")
        self._buffer = lines.pop()
        return lines[-1] if lines else None

    def _take(self, rows: list[Row]) -> None:
        now_s = self._clock()
        sensors: dict[str, Sensor] = {}
        readings: dict[str, Reading] = {}
        for row in rows:
            sensor = self._sensor(row)
            sensors[sensor.id] = sensor
            readings[sensor.id] = _reading(sensor.kind, row, now_s)
        self._sensors, self._readings = sensors, readings

    def _sensor(self, row: Row) -> Sensor:
        kind, label = Kind(row["kind"]), str(row["label"])[:60]
        label = "".join(char for char in label if char.isprintable())
        return Sensor(
            id=f"{self.name}/{kind.value}/{label}/{row['unit']}",
            kind=kind,
            label=label,
            unit=str(row["unit"]),
            role=str(row.get("role", "")),
            scope=str(row.get("scope", "")),
            source=self.name,
            physical_id=f"{ALIKE}{kind.value}/{label}",
            parent=str(row.get("parent", "")),
            maximum=row.get("maximum"),
            min_period_s=self.period_s,
        )

    def _give_up(self, words: str, reason: Reason) -> None:
        """The child is of no more use; its rows stay, without values."""
        self.close()
        self._start_due_s = self._clock() + _RETRY_S
        problem = Reading(None, reason, f"{self.name}: {words}", self._clock())
        if not self._sensors:
            row = Sensor(f"{self.name}/{self.name}", self.kind, self.name, "", source=self.name)
            self._sensors = {row.id: row}
        self._readings = dict.fromkeys(self._sensors, problem)


ALIKE = "alike/"
"""Beginning of a physical id that is only a kind and a label: another sensor that is called so
and has a value measures the same thing."""


def _reading(kind: Kind, row: Row, now_s: float) -> Reading:
    value, detail = row.get("value"), str(row.get("detail", ""))
    if value is None:
        return Reading(None, Reason(row.get("reason", "absent")), detail, now_s)
    return checked(kind, float(value), now_s, detail)


def say(rows: Sequence[Row]) -> None:
    """In the child: print the rows of this interval."""
    print(json.dumps(rows), flush=True)  # noqa: T201  the pipe to edgetop


def fail(problem: str, reason: Reason) -> None:
    """In the child: print why there is nothing, before ending."""
    line = " ".join(problem.split())[:200]
    print(json.dumps({"problem": line, "reason": reason.value}), flush=True)  # noqa: T201


def end_with_parent() -> None:
    """In the child: end at once when edgetop has ended, even while a vendor's call hangs."""

    def wait_for_end() -> None:
        with contextlib.suppress(OSError):
            sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait_for_end, daemon=True).start()
