"""Everything that edgetop remembers of a session, fed with a day of it in minutes.

Run as ``python -m benchmarks.day_of_statistics FOLDER HOUR...``, in an interpreter of its own so
that nothing else weighs on its memory; prints one line of JSON for each hour asked for.

Real are the statistics of the run (`RunMonitor`: histograms, throughput, steadiness, energy,
watchdog), the sampler, the chronicle, the screen's data with its panels (`View`), the recording.
Made up are the clock, the board's readings, and what the model's process says and records.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import machine
from benchmarks.simulated_day import board_readings, latencies_ns, sensor_readings
from edgetop.engine.process import Glance
from edgetop.engine.spec import RunSpec
from edgetop.paint.symbols import UNICODE
from edgetop.session import monitor, sampler
from edgetop.session.chronicle import Chronicle
from edgetop.session.store import schema
from edgetop.session.store.writing import SessionWriter
from edgetop.ui.panels.events import events
from edgetop.ui.panels.latency import latency
from edgetop.ui.panels.memory import memory
from edgetop.ui.panels.minute_charts import charts
from edgetop.ui.panels.power import power
from edgetop.ui.panels.processors import processors
from edgetop.ui.panels.temperature import temperature
from edgetop.ui.panels.throughput import throughput
from edgetop.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgetop.readings import BoardReadings
    from edgetop.sample import Sample

_NS = 1_000_000_000
_START_S = 1000
_START_UNIX_S = 1_764_000_000.0
_INFERENCES_PER_S = 1000
_EARLY_S = 600
"""From when growth is counted: all code has run, all buffers of seconds are in use."""
_COMMIT_EVERY_S, _PAINT_EVERY_S = 10, 60
_PANEL_SIZE = (58, 16)
_PANELS = (throughput, latency, processors, memory, power, temperature, events, charts)

_LOADED = {
    "event": "loaded", "batch": 1, "batch_fixed": False, "provider": "cpu", "threads": 2,
    "precision": "fp32", "inputs": [], "providers_used": ["cpu"], "nodes": {"cpu": 66},
    "runtime": "onnxruntime", "available_providers": ["cpu"], "baseline_mib": 46.0, "load_s": 0.3,
}  # fmt: skip


class Clock:
    """Stands in for the module `time` in what reads the clock."""

    def __init__(self) -> None:
        self.now_ns = _START_S * _NS

    def monotonic_ns(self) -> int:
        """CLOCK_MONOTONIC."""
        return self.now_ns

    def monotonic(self) -> float:
        """CLOCK_MONOTONIC, seconds."""
        return self.now_ns / _NS

    def time(self) -> float:
        """Seconds since 1970."""
        return _START_UNIX_S + self.monotonic()


class Worker:
    """A model's process that has run about 1000 inferences in the last second."""

    pid = os.getpid()
    lost = 0

    def __init__(self, clock: Clock, noise: np.random.Generator) -> None:
        self.spec = RunSpec("/models/squeezenet_v1.1.onnx", "squeezenet_v1.1")
        self._clock = clock
        self._noise = noise
        self._said: list[dict[str, Any]] = [
            _LOADED,
            {"event": "first_run", "first_run_ms": 17.2},
            {"event": "warm", "warmup_s": 1.2, "settled": True, "now_ns": clock.now_ns},
        ]

    def messages(self) -> list[dict[str, Any]]:
        """What it has said since the last call."""
        said, self._said = self._said, []
        return said

    def records(self) -> NDArray[np.int64]:
        """The inferences of the last second, back to back."""
        took_ns = latencies_ns(self._noise, _INFERENCES_PER_S + int(self._noise.normal(0, 8)))
        stretched = 0.999 * _NS / took_ns.sum()
        ends_ns = self._clock.now_ns - _NS + np.cumsum(took_ns * stretched).astype(np.int64)
        starts_ns = np.concatenate(([self._clock.now_ns - _NS], ends_ns[:-1]))
        return np.stack((starts_ns, starts_ns, ends_ns), axis=1)

    def glance(self) -> Glance:
        """It is at work."""
        return Glance("R", self._clock.monotonic())


class SimulatedBoard:
    """Reads its 25 sensors whenever it is asked."""

    def __init__(self, clock: Clock, noise: np.random.Generator) -> None:
        self._clock = clock
        self._noise = noise
        self._sensors = sensor_readings()

    def read(self) -> BoardReadings:
        """Their values now."""
        power_w = 12.5 + float(self._noise.normal(0, 0.05))
        return board_readings(self._noise, self._sensors, self._clock.monotonic(), power_w)


class Day:
    """A session in progress whose clock is ours."""

    def __init__(self, database: Path) -> None:
        noise = np.random.default_rng(1)
        self._clock = clock = Clock()
        modules: tuple[Any, ...] = (monitor, sampler)
        for module in modules:
            module.time = clock
        worker: Any = Worker(clock, noise)
        board: Any = SimulatedBoard(clock, noise)
        self._monitor = monitor.RunMonitor(1, worker)
        self._sampler = sampler.Sampler(board)
        self._view = View(UNICODE, "simulated")
        self._writer = SessionWriter({"board": "simulated"}, clock.time())
        self._connection = schema.connect(database)
        self._chronicle = Chronicle()
        self._chronicle.subscribe(self._view.update)
        self._chronicle.subscribe(self._writer.add)
        self.inferences = 0
        for event in self._monitor.hear():
            self._chronicle.say(event.text, event.severity, event.mark)

    def second(self, number: int) -> None:
        """One sample, and what follows from it."""
        self._clock.now_ns += _NS
        self._monitor.drain()
        self._monitor.watch(self._clock.monotonic())
        sample = self._sample()
        self._chronicle.publish(sample)
        self.inferences = sample.total.inferences
        if number % _COMMIT_EVERY_S == 0:
            self._writer.commit(self._connection)
        if number % _PAINT_EVERY_S == 0:
            for panel in _PANELS:
                panel(self._view, *_PANEL_SIZE)

    def _sample(self) -> Sample:
        now_s = self._clock.monotonic()
        return self._sampler.take(now_s, 1, self._monitor.spec, self._monitor, None)

    def close(self) -> None:
        """Write what is left."""
        self._writer.commit(self._connection)
        self._connection.close()


def main(folder: Path, hours: Sequence[int]) -> None:
    """Print the memory after each of these hours."""
    day = Day(folder / "sessions.db")
    early_mib, early_blocks = 0.0, 0
    for number in range(1, max(hours) * 3600 + 1):
        day.second(number)
        if number == _EARLY_S:
            early_mib, early_blocks = _resident_mib(), sys.getallocatedblocks()
        if number % 3600 == 0 and number // 3600 in hours:
            figures = {
                "hours": number // 3600,
                "samples": number,
                "inferences": day.inferences,
                "rss_mib": _resident_mib(),
                "grown_mib": _resident_mib() - early_mib,
                "grown_blocks": sys.getallocatedblocks() - early_blocks,
            }
            print(json.dumps(figures), flush=True)
    day.close()


def _resident_mib() -> float:
    return machine.rss_mib(os.getpid()) or 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(hour) for hour in sys.argv[2:]])
