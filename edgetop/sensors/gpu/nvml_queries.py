"""What is asked of an NVIDIA GPU, and how NVML's answers become sensors.

Units as NVML documents them: power in mW (the board's own sensor; averaged over 1 s since
Ampere, GA100 excepted), energy in mJ since the driver was loaded, memory in bytes, clocks in
MHz, utilisation as the share of the last 1/6 to 1 s in which a kernel ran or memory was moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_SUPPORTED = frozenset({3, 13})
"""NVML_ERROR_NOT_SUPPORTED and FUNCTION_NOT_FOUND: this GPU or driver has no such sensor."""

LIBRARY_NOT_FOUND = 12

LOST = frozenset({1, 15, 16})
"""UNINITIALIZED, GPU_IS_LOST, RESET_REQUIRED: only a fresh start of the library can help."""

_REASONS = {
    3: Reason.ABSENT,
    4: Reason.NO_PERMISSION,
    9: Reason.ABSENT,
    13: Reason.ABSENT,
    18: Reason.ABSENT,
    21: Reason.OFFLINE,
}
_WORDS = {
    1: "the NVIDIA driver was shut down; trying again every 10 s",
    4: "needs permission to ask the NVIDIA driver",
    9: "the NVIDIA driver is not loaded",
    15: "the GPU is lost; trying again every 10 s",
    16: "the GPU must be reset; trying again every 10 s",
    18: "the NVIDIA driver and its library are of different versions: restart the computer",
}

THROTTLE_WORDS = {
    0x4: "software power cap",
    0x8: "hardware slowdown",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "power brake",
}
"""The bits of ``nvmlClocksEventReasons`` that hold a GPU back. Idle (0x1), clocks that the user
set (0x2), sync boost (0x10) and the display's clock (0x100) are no throttling."""


def error_code(error: Exception) -> int:
    """The ``nvmlReturn_t`` behind an ``NVMLError``; 999 (unknown) for anything else."""
    code = getattr(error, "value", None)
    return code if isinstance(code, int) else 999


def error_reading(error: Exception, now_s: float) -> Reading:
    """The reason that stands for an NVML error."""
    code = error_code(error)
    words = _WORDS.get(code) or f"NVML: {error}"
    return Reading(None, _REASONS.get(code, Reason.ERROR), words, now_s)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One sensor that a query fills."""

    key: str
    kind: Kind
    unit: str
    role: str = ""
    scope: str = ""
    suffix: str = ""
    """Follows the GPU's label where it has two sensors of one kind."""


@dataclass(frozen=True, slots=True)
class Query:
    """One call of NVML and the sensors that its answer fills."""

    fetch: Callable[[Any, Any], tuple[float, ...]]
    """(pynvml, device handle) -> one value per quantity, in the quantity's unit."""
    quantities: tuple[Quantity, ...]
    limit: Callable[[Any, Any], float] | None = None
    """The largest value that the device allows, in the same unit."""

    def readings(self, api: Any, handle: Any, prefix: str, now_s: float) -> dict[str, Reading]:
        """The sensors' readings by id.

        Raises:
            NVMLError: Whatever the driver answers instead.
        """
        values = self.fetch(api, handle)
        return {
            f"{prefix}/{quantity.key}": _reading(quantity, value, now_s)
            for quantity, value in zip(self.quantities, values, strict=True)
        }

    def sensors(self, api: Any, handle: Any, prefix: str, label: str) -> tuple[Sensor, ...]:
        """What the query measures on that GPU."""
        maximum = self._maximum(api, handle)
        return tuple(
            Sensor(
                id=f"{prefix}/{quantity.key}",
                kind=quantity.kind,
                label=f"{label} {quantity.suffix}".strip(),
                unit=quantity.unit,
                role=quantity.role,
                scope=quantity.scope,
                source="NVML",
                maximum=maximum,
                min_period_s=1.0,
            )
            for quantity in self.quantities
        )

    def _maximum(self, api: Any, handle: Any) -> float | None:
        try:
            return self.limit(api, handle) if self.limit else None
        except Exception:  # noqa: BLE001 - a limit is extra; pynvml may be absent to name its errors
            return None


def throttle_words(bits: int) -> str:
    """What holds the GPU back, in words separated by commas; empty if nothing does."""
    return ", ".join(words for bit, words in THROTTLE_WORDS.items() if bits & bit)


def _reading(quantity: Quantity, value: float, now_s: float) -> Reading:
    detail = throttle_words(int(value)) if quantity.kind is Kind.THROTTLE else ""
    return checked(quantity.kind, float(value), now_s, detail)


def _either(api: Any, handle: Any, names: tuple[str, str], *arguments: Any) -> Any:
    """The answer of the newer call, or of the older one where library or driver lacks it."""
    newer = getattr(api, names[0], None)
    if newer is not None:
        try:
            return newer(handle, *arguments)
        except api.NVMLError as error:
            # 25: the driver knows the call but not this version of its structure.
            if error_code(error) not in NOT_SUPPORTED | {25}:
                raise
    return getattr(api, names[1])(handle, *arguments)


def _utilization(api: Any, handle: Any) -> tuple[float, ...]:
    rates = api.nvmlDeviceGetUtilizationRates(handle)
    return rates.gpu, rates.memory


def _temperature(api: Any, handle: Any) -> tuple[float, ...]:
    names = ("nvmlDeviceGetTemperatureV", "nvmlDeviceGetTemperature")
    return (_either(api, handle, names, api.NVML_TEMPERATURE_GPU),)


def _throttle_bits(api: Any, handle: Any) -> tuple[float, ...]:
    names = ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons")
    return (_either(api, handle, names),)


_SCOPE = "gpu board, not the computer"

QUERIES = (
    Query(
        _utilization,
        (
            Quantity("utilization", Kind.UTILIZATION, "%"),
            Quantity("memory_utilization", Kind.UTILIZATION, "%", suffix="memory controller"),
        ),
    ),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetMemoryInfo(gpu).used,),
        (Quantity("memory", Kind.MEMORY, "bytes", role="used"),),
        limit=lambda api, gpu: float(api.nvmlDeviceGetMemoryInfo(gpu).total),
    ),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetPowerUsage(gpu) / 1e3,),
        (Quantity("power", Kind.POWER, "W", role="gpu", scope=_SCOPE),),
        limit=lambda api, gpu: api.nvmlDeviceGetEnforcedPowerLimit(gpu) / 1e3,
    ),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetTotalEnergyConsumption(gpu) / 1e3,),
        (Quantity("energy", Kind.ENERGY, "J", role="gpu", scope=_SCOPE),),
    ),
    Query(_temperature, (Quantity("temperature", Kind.TEMPERATURE, "°C", role="accelerator"),)),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetClockInfo(gpu, api.NVML_CLOCK_GRAPHICS),),
        (Quantity("clock", Kind.CLOCK, "MHz"),),
        limit=lambda api, gpu: float(api.nvmlDeviceGetMaxClockInfo(gpu, api.NVML_CLOCK_GRAPHICS)),
    ),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetClockInfo(gpu, api.NVML_CLOCK_MEM),),
        (Quantity("memory_clock", Kind.CLOCK, "MHz", suffix="memory"),),
        limit=lambda api, gpu: float(api.nvmlDeviceGetMaxClockInfo(gpu, api.NVML_CLOCK_MEM)),
    ),
    Query(
        lambda api, gpu: (api.nvmlDeviceGetFanSpeed(gpu),),
        (Quantity("fan", Kind.FAN, "%"),),
    ),
    Query(_throttle_bits, (Quantity("throttle", Kind.THROTTLE, "bits"),)),
)
"""Every query, in the order of the list of sensors."""
