"""AMD GPUs and APUs, from the files of the amdgpu driver (kernel documentation, gpu/amdgpu)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, Scaled
from edgetop.sensors.gpu.cards import Card, cards, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SCOPE_GPU = "gpu board, not the computer"
_SCOPE_APU = "processor package with its GPU, not rest of the computer"


class AmdGpuProvider(GaugeProvider):
    """Load, memory, power, clock, temperatures and fan of each AMD GPU.

    On an APU the power (PPT) is that of the whole package, so it stands for the same thing as
    the package of RAPL. A sleeping GPU answers EINVAL or EBUSY: offline.
    """

    name = "amdgpu"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """The gauges of every card."""
        for index, card in enumerate(cards(self.sysroot, "amdgpu")):
            label = label_of(index)
            yield from self._device(card, label)
            if card.hwmon:
                yield from self._chip(card, label)

    def _device(self, card: Card, label: str) -> Iterator[Gauge]:
        busy = f"{card.device}/gpu_busy_percent"
        if self.sysroot.exists(busy):
            yield _Sleeper(self.sensor(Kind.UTILIZATION, label, "%", busy), self.file(busy))
        used = f"{card.device}/mem_info_vram_used"
        if self.sysroot.exists(used):
            total = self.limit(f"{card.device}/mem_info_vram_total", Kind.MEMORY, 1.0)
            sensor = self.sensor(Kind.MEMORY, label, "bytes", used, "used", maximum=total)
            yield _Sleeper(sensor, self.file(used))

    def _chip(self, card: Card, label: str) -> Iterator[Gauge]:
        yield from self._power(card, label)
        clock = f"{card.hwmon}/freq1_input"
        if self.sysroot.exists(clock):
            yield _Sleeper(self.sensor(Kind.CLOCK, label, "MHz", clock), self.file(clock), 1e6)
        for number in (1, 2, 3):
            source = f"{card.hwmon}/temp{number}_input"
            if self.sysroot.exists(source):
                own = self.sysroot.text(f"{card.hwmon}/temp{number}_label")
                limit = self.limit(f"{card.hwmon}/temp{number}_crit", Kind.TEMPERATURE, 1e3)
                sensor = self.sensor(
                    Kind.TEMPERATURE, own or label, "°C", source, "accelerator", maximum=limit
                )
                yield _Sleeper(sensor, self.file(source), 1e3)
        fan = f"{card.hwmon}/fan1_input"
        if self.sysroot.exists(fan):
            yield _Sleeper(self.sensor(Kind.FAN, label, "RPM", fan), self.file(fan))

    def _power(self, card: Card, label: str) -> Iterator[Gauge]:
        """The mean where the driver has one, else the present value."""
        files = (f"{card.hwmon}/power1_average", f"{card.hwmon}/power1_input")
        source = next((path for path in files if self.sysroot.exists(path)), "")
        if not source:
            return
        apu = self._is_apu(card)
        limit = None if apu else self.limit(f"{card.hwmon}/power1_cap", Kind.POWER, 1e6)
        sensor = self.sensor(
            Kind.POWER,
            "PPT" if apu else label,
            "W",
            source,
            "package" if apu else "gpu",
            maximum=limit,
            scope=_SCOPE_APU if apu else _SCOPE_GPU,
            physical_id="rapl/package-0" if apu else source,
        )
        yield _Sleeper(sensor, self.file(source), 1e6)

    def _is_apu(self, card: Card) -> bool:
        """Only APUs have the north bridge's voltage; a fan or a memory sensor, only cards."""
        labels = {self.sysroot.text(f"{card.hwmon}/in{number}_label") for number in (0, 1)}
        if "vddnb" in labels:
            return True
        of_cards = ("fan1_input", "temp2_input", "power1_cap")
        return not any(self.sysroot.exists(f"{card.hwmon}/{name}") for name in of_cards)


class _Sleeper(Scaled):
    """Since Linux 6.15 a sleeping card answers EPERM, to root as well; its files are for all."""

    def read(self, now_s: float) -> Sequence[Reading]:
        (reading,) = super().read(now_s)
        if reading.reason is Reason.NO_PERMISSION and "not permitted" in reading.detail:
            reading = Reading(None, Reason.OFFLINE, "asleep", now_s)
        return (reading,)
