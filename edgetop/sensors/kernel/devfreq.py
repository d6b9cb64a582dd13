"""Clocks and loads of devices that the devfreq class scales: GPUs, NPUs, memory of ARM boards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Kind
from edgetop.sensors.gauges import Gauge, GaugeProvider, Pattern, Scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgetop.readings import Sensor

_CLASS = "/sys/class/devfreq"
_TEGRA_GPUS = frozenset({"gpu", "gp10b", "gv11b", "ga10b"})
_TEGRA_LINKS = ("/sys/devices/gpu.0", "/sys/devices/platform/gpu.0")
_MALI_LOAD = re.compile(rb"([0-9]{1,9})(?:@[0-9]{1,15}Hz)?")
_PER_MILLE = 10.0


class _Device(NamedTuple):
    """One scaled device."""

    label: str
    clock: str
    """Folder of its clock files; empty if there is none."""
    hardware: str
    """Folder of the device itself."""


class DevfreqProvider(GaugeProvider):
    """MHz of each device, and the load of GPUs in %.

    Load: NVIDIA's ``load`` counts per mille; Mali's says ``42@1000000000Hz``, or ``utilisation``
    in %. Of the memory controller and the NPU the ``load`` file is not believed: vendor kernels
    leave it at 0.
    """

    name = "devfreq"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """Gauges of every device that the class lists, and of a Tegra GPU without a class."""
        devices = list(self._devices())
        if not any(device.label == "gpu" for device in devices):
            links = (link for link in _TEGRA_LINKS if self.sysroot.exists(f"{link}/load"))
            devices += [_Device("gpu", "", self.sysroot.real(link)) for link in links][:1]
        for device in devices:
            if device.label == "gpu":
                yield from self._load(device)
            if device.clock:
                yield self._clock_of(device)

    def _devices(self) -> Iterator[_Device]:
        for name in self.sysroot.names(_CLASS):
            clock = self.sysroot.real(f"{_CLASS}/{name}")
            hardware = self.sysroot.real(f"{clock}/device")
            node = self.sysroot.text(f"{hardware}/of_node/name")
            yield _Device(_label(name, node), clock, hardware)

    def _load(self, device: _Device) -> Iterator[Gauge]:
        """The first file that tells, in the form of its driver."""
        mali, tegra = f"{device.clock}/load", f"{device.hardware}/load"
        percent = f"{device.hardware}/utilisation"
        if device.clock and self.sysroot.exists(mali):
            yield Pattern(self._load_sensor(device, mali), self.file(mali), _MALI_LOAD)
        elif self.sysroot.exists(tegra):
            yield Scaled(self._load_sensor(device, tegra), self.file(tegra), _PER_MILLE)
        elif self.sysroot.exists(percent):
            yield Scaled(self._load_sensor(device, percent), self.file(percent))

    def _load_sensor(self, device: _Device, source: str) -> Sensor:
        return self.sensor(Kind.UTILIZATION, device.label, "%", source, "integrated")

    def _clock_of(self, device: _Device) -> Gauge:
        source = f"{device.clock}/cur_freq"
        limit = self.limit(f"{device.clock}/max_freq", Kind.CLOCK, 1e6)
        sensor = self.sensor(Kind.CLOCK, device.label, "MHz", source, maximum=limit)
        return Scaled(sensor, self.file(source), 1e6)


def _label(name: str, node: str) -> str:
    """What people call the device."""
    bare = re.sub(r"^[0-9a-f]{4,}\.", "", name)
    if node in _TEGRA_GPUS or bare in _TEGRA_GPUS or bare.startswith(("gpu-gpc", "mali")):
        return "gpu"
    if node.startswith("npu") or bare.startswith("npu"):
        return "npu"
    return {"dmc": "dram", "bwmgr": "emc", "gpu-nvd-0": "gpu video"}.get(bare, bare)
