"""NVIDIA GPUs through NVML: from the first look to a GPU that is lost and found again."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgetop.readings import UNKNOWN, Kind, Reading, Reason, Sensor
from edgetop.sensors.gpu.nvml_queries import (
    LIBRARY_NOT_FOUND,
    LOST,
    NOT_SUPPORTED,
    QUERIES,
    Query,
    error_code,
    error_reading,
)
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RETRY_S = 10.0
"""Time between attempts to start the library again."""


def load_pynvml() -> Any:
    """The module pynvml, imported only where the driver's library is installed.

    The import takes 46 ms and 6 MB, which a board without an NVIDIA GPU need not pay.

    Raises:
        OSError: There is no ``libnvidia-ml.so.1``.
        ImportError: There is one, but nvidia-ml-py is not installed.
    """
    import ctypes

    ctypes.CDLL("libnvidia-ml.so.1")
    import pynvml

    return pynvml


@dataclass(slots=True)
class _Gpu:
    """One GPU by its place in NVML's list; the handle is None while it is lost."""

    index: int
    handle: Any = None
    problem: Reading = UNKNOWN
    """Why there is no handle."""
    queries: dict[Query, tuple[Sensor, ...]] = field(default_factory=dict)
    """What answered at the last probe."""

    @property
    def prefix(self) -> str:
        return f"nvml/{self.index}"

    @property
    def label(self) -> str:
        return f"gpu{self.index}" if self.index else "gpu"

    def lose(self, problem: Reading) -> None:
        self.handle, self.problem = None, problem

    def sensors(self) -> tuple[Sensor, ...]:
        """What it measures; while nothing ever answered, one row to carry the problem."""
        if self.handle is None and not self.queries:
            return (Sensor(self.prefix, Kind.UTILIZATION, self.label, "%", source="NVML"),)
        return tuple(sensor for sensors in self.queries.values() for sensor in sensors)


class NvmlProvider:
    """Utilisation, memory, power, energy, temperature, clocks, throttling of NVIDIA GPUs.

    The first GPU is ``gpu``, then ``gpu1``, ... A sensor is listed where a value or a real
    error was read: on a Jetson the library starts, finds a device and supports no query, so
    there it gives no sensors. Without the library there are none either; a driver that is
    not loaded or does not fit the library gives one row that says so. A lost GPU keeps its
    sensors, without values, while the library is started again every 10 s.
    """

    name = "nvml"
    kind = Kind.UTILIZATION
    blocks = True
    period_s = 1.0

    def __init__(self, clock: Clock = monotonic, load: Callable[[], Any] = load_pynvml) -> None:
        self._clock = clock
        self._load = load
        self._api: Any = None
        self._gpus: list[_Gpu] = []
        self._retry_s = float("-inf")

    def probe(self) -> tuple[Sensor, ...]:
        """Ask every GPU everything once and list what answered."""
        self._open_if_due()
        for gpu in self._gpus:
            if gpu.handle is not None:
                self._probe_gpu(gpu)
        return tuple(sensor for gpu in self._gpus for sensor in gpu.sensors())

    def read(self) -> Mapping[str, Reading]:
        """Present values of everything listed."""
        self._open_if_due()
        readings: dict[str, Reading] = {}
        for gpu in self._gpus:
            readings.update(self._read_gpu(gpu))
        if self._api is not None and all(gpu.handle is None for gpu in self._gpus):
            self._shut_down()
        return readings

    def close(self) -> None:
        """Shut the library down."""
        self._shut_down()

    def _open_if_due(self) -> None:
        """Start the library if it is not running or a GPU is lost, at most once per 10 s."""
        now_s = self._clock()
        healthy = self._api is not None and all(gpu.handle is not None for gpu in self._gpus)
        if healthy or now_s < self._retry_s:
            return
        self._retry_s = now_s + RETRY_S
        self._shut_down()
        try:
            api = self._load()
            api.nvmlInit()
            self._api = api
            count = api.nvmlDeviceGetCount()
        except (OSError, ImportError) as error:
            self._no_library(error)
        except Exception as error:  # noqa: BLE001 - NVMLError, whose module may be missing
            self._no_gpus(error, now_s)
        else:
            self._find_gpus(count, now_s)

    def _no_library(self, error: Exception) -> None:
        """No driver, no sensors; a driver without its Python module is worth a word."""
        if isinstance(error, ImportError):
            words = "an NVIDIA driver is here, but not the Python package nvidia-ml-py"
            self._gpus = [_Gpu(0, None, Reading(None, Reason.ABSENT, words))]
        else:
            self._gpus = []

    def _no_gpus(self, error: Exception, now_s: float) -> None:
        if error_code(error) == LIBRARY_NOT_FOUND:
            self._gpus = []
            return
        self._gpus = self._gpus or [_Gpu(0)]
        for gpu in self._gpus:
            gpu.lose(error_reading(error, now_s))

    def _find_gpus(self, count: int, now_s: float) -> None:
        """Fresh handles for all GPUs: those of an earlier start of the library are void."""
        known = {gpu.index: gpu for gpu in self._gpus}
        self._gpus = [known.get(index, _Gpu(index)) for index in range(count)]
        for gpu in self._gpus:
            self._open_gpu(gpu, now_s)

    def _open_gpu(self, gpu: _Gpu, now_s: float) -> None:
        try:
            gpu.handle = self._api.nvmlDeviceGetHandleByIndex(gpu.index)
        except Exception as error:  # noqa: BLE001 - as above
            gpu.lose(error_reading(error, now_s))

    def _probe_gpu(self, gpu: _Gpu) -> None:
        """List the queries that answer with a value or a real error."""
        answering: dict[Query, tuple[Sensor, ...]] = {}
        for query in QUERIES:
            try:
                query.readings(self._api, gpu.handle, gpu.prefix, self._clock())
            except Exception as error:  # noqa: BLE001 - as above
                code = error_code(error)
                if code in LOST:
                    gpu.lose(error_reading(error, self._clock()))
                    return
                if code in NOT_SUPPORTED:
                    continue
            answering[query] = query.sensors(self._api, gpu.handle, gpu.prefix, gpu.label)
        gpu.queries = answering

    def _read_gpu(self, gpu: _Gpu) -> dict[str, Reading]:
        readings: dict[str, Reading] = {}
        for query, sensors in gpu.queries.items():
            if gpu.handle is None:
                break
            now_s = self._clock()
            try:
                readings.update(query.readings(self._api, gpu.handle, gpu.prefix, now_s))
            except Exception as error:  # noqa: BLE001 - as above
                problem = error_reading(error, now_s)
                readings.update((sensor.id, problem) for sensor in sensors)
                if error_code(error) in LOST:
                    gpu.lose(problem)
        if gpu.handle is None:
            return {sensor.id: gpu.problem for sensor in gpu.sensors()}
        return readings

    def _shut_down(self) -> None:
        """Let go of the driver, so that a lost GPU can be reset; handles are void after it."""
        if self._api is not None:
            with contextlib.suppress(Exception):
                self._api.nvmlShutdown()
        self._api = None
