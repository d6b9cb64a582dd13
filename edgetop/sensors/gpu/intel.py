"""Intel GPUs, from the files of the i915 and xe drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, Rate, Scaled, no_value
from edgetop.sensors.gpu.cards import Card, cards, label_of
from edgetop.sensors.kernel.powercap import EnergyCounter
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

_SCOPE = "gpu board, not the computer"
_CLOCKS = (
    # The path of the present clock, of its limit.
    ("{card}/gt_act_freq_mhz", "{card}/gt_max_freq_mhz"),
    ("{card}/gt/gt0/rps_act_freq_mhz", "{card}/gt/gt0/rps_max_freq_mhz"),
    ("{device}/tile0/gt0/freq0/act_freq", "{device}/tile0/gt0/freq0/max_freq"),
)
"""i915, i915 with several tiles, xe."""
_IDLE = ("{card}/gt/gt0/rc6_residency_ms", "{device}/tile0/gt0/gtidle/idle_residency_ms")
_REASONS = ("{card}/gt/gt0", "{device}/tile0/gt0/freq0/throttle")
_REASON_WORDS = {
    "pl1": "sustained power limit",
    "pl2": "short power limit",
    "pl4": "peak power limit",
    "prochot": "processor too hot",
    "ratl": "average temperature limit",
    "thermal": "too hot",
    "vr_tdc": "regulator current limit",
    "vr_thermalert": "regulator too hot",
}


class IntelGpuProvider(GaugeProvider):
    """Clock, load, throttle reasons; power and energy of discrete cards.

    The drivers have no file for the load: 100 % less the share of time in the idle state rc6
    is an estimate, and called so in its role and its reading.
    """

    name = "intel-gpu"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """The gauges of every card."""
        for index, card in enumerate(cards(self.sysroot, "i915", "xe")):
            label = label_of(index)
            yield from self._clock_of(card, label)
            yield from self._load(card, label)
            yield from self._throttle(card, label)
            if card.hwmon:
                yield from self._power(card, label)

    def _first(self, card: Card, patterns: Iterable[str]) -> str:
        paths = (text.format(card=card.card, device=card.device) for text in patterns)
        return next((path for path in paths if self.sysroot.exists(path)), "")

    def _clock_of(self, card: Card, label: str) -> Iterator[Gauge]:
        for present, top in _CLOCKS:
            if source := self._first(card, (present,)):
                limit = self.limit(top.format(card=card.card, device=card.device), Kind.CLOCK, 1.0)
                sensor = self.sensor(Kind.CLOCK, label, "MHz", source, maximum=limit)
                yield Scaled(sensor, self.file(source))
                return

    def _load(self, card: Card, label: str) -> Iterator[Gauge]:
        if source := self._first(card, _IDLE):
            sensor = self.sensor(Kind.UTILIZATION, label, "%", source, "estimate")
            yield _IdleShare(sensor, self.file(source))

    def _throttle(self, card: Card, label: str) -> Iterator[Gauge]:
        folder = self._first(card, [f"{path}/throttle_reason_status" for path in _REASONS])
        folder = folder or self._first(card, [f"{path}/status" for path in _REASONS[1:]])
        if not folder:
            return
        prefix = folder.removesuffix("status")
        prefix += "reason_" if prefix.endswith("/") else ""
        files = {
            words: self.file(f"{prefix}{name}")
            for name, words in _REASON_WORDS.items()
            if self.sysroot.exists(f"{prefix}{name}")
        }
        sensor = self.sensor(Kind.THROTTLE, label, "bool", folder, label)
        yield _Reasons(sensor, self.file(folder), files)

    def _power(self, card: Card, label: str) -> Iterator[Gauge]:
        """``energy1`` is the card, ``energy2`` of xe the package on it."""
        for number, role in ((1, "gpu"), (2, "part")):
            source = f"{card.hwmon}/energy{number}_input"
            if not self.sysroot.exists(source):
                continue
            name = label if role == "gpu" else f"{label} package"
            limit = self.limit(f"{card.hwmon}/power1_max", Kind.POWER, 1e6)
            sensors = [
                self.sensor(
                    kind,
                    name,
                    unit,
                    source,
                    role,
                    scope=_SCOPE if role == "gpu" else "",
                    parent=label if role == "part" else "",
                    maximum=limit if kind is Kind.POWER and role == "gpu" else None,
                )
                for kind, unit in ((Kind.POWER, "W"), (Kind.ENERGY, "J"))
            ]
            yield EnergyCounter(sensors, self.file(source), None)


class _IdleShare(Gauge):
    """Busy time as what is left of the time in the idle state, whose counter is in ms."""

    def __init__(self, sensor: Sensor, file: FileReader) -> None:
        super().__init__((sensor,), (file,))
        self._idle = Rate()

    def read(self, now_s: float) -> Sequence[Reading]:
        number = self.files[0].number(now_s)
        if number.value is None:
            self._idle.forget()
            return (no_value(number, now_s),)
        idle_ms_per_s = self._idle.per_s(number.value, now_s)
        if idle_ms_per_s is None:
            return (Reading(None, Reason.WARMING_UP, "", now_s),)
        # The driver's clock and ours differ by some ms in a window.
        busy = 100.0 - idle_ms_per_s / 10.0
        busy = 0.0 if -5.0 < busy < 0.0 else busy
        return (checked(Kind.UTILIZATION, busy, now_s, "estimate"),)


class _Reasons(Gauge):
    """1 while the clock is held back; the reasons are asked for only then."""

    def __init__(self, sensor: Sensor, status: FileReader, reasons: dict[str, FileReader]) -> None:
        super().__init__((sensor,), (status, *reasons.values()))
        self._words = tuple(reasons)

    def read(self, now_s: float) -> Sequence[Reading]:
        status, *reasons = self.files
        number = status.number(now_s)
        if number.value is None:
            return (no_value(number, now_s),)
        if not number.value:
            return (Reading(0.0, Reason.OK, "", now_s),)
        found = [
            words
            for words, file in zip(self._words, reasons, strict=True)
            if file.number(now_s).value
        ]
        return (Reading(1.0, Reason.OK, ", ".join(found) or "held back", now_s),)
