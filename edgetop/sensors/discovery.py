"""Which ways to measure there are, in the order in which people look for them."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.identity import compatible

if TYPE_CHECKING:
    from edgetop.sensors.files import Sysroot
    from edgetop.sensors.provider import Clock, Provider

_JTOP_SOCKET = "/run/jtop.sock"


def providers_for(sysroot: Sysroot, clock: Clock, *, jtop: bool = False) -> tuple[Provider, ...]:
    """Every provider that edgetop has, in the order of the list of sensors.

    Where two of them find the same physical sensor the earlier one is shown.

    Args:
        sysroot: The board's root. Libraries and services are not made of files: they are asked
            about this machine whatever the root.
        clock: CLOCK_MONOTONIC seconds.
        jtop: Ask the jtop service as well.
    """
    return (
        *_kernel(sysroot, clock),
        *_boards(sysroot, clock),
        *_accelerators(sysroot, clock),
        *_services(sysroot, clock, jtop=jtop),
    )


# Imported late: the screen is painted before the sensors are needed.


def _kernel(sysroot: Sysroot, clock: Clock) -> tuple[Provider, ...]:
    from edgetop.sensors.kernel.container import ContainerProvider
    from edgetop.sensors.kernel.cpu import CpuProvider
    from edgetop.sensors.kernel.cpufreq import ClockProvider
    from edgetop.sensors.kernel.memory import MemoryProvider
    from edgetop.sensors.kernel.thermal import ThermalProvider
    from edgetop.sensors.kernel.throttling import ThrottlingProvider

    return (
        CpuProvider(sysroot, clock),
        MemoryProvider(sysroot, clock),
        ContainerProvider(sysroot, clock),
        ClockProvider(sysroot, clock),
        ThermalProvider(sysroot, clock),
        ThrottlingProvider(sysroot, clock),
    )


def _boards(sysroot: Sysroot, clock: Clock) -> tuple[Provider, ...]:
    from edgetop.sensors.jetson.fan import JetsonFanProvider
    from edgetop.sensors.jetson.ina3221 import Ina3221Provider
    from edgetop.sensors.jetson.memory_controller import MemoryControllerProvider
    from edgetop.sensors.kernel.hwmon import HwmonProvider
    from edgetop.sensors.kernel.power_supply import BatteryProvider
    from edgetop.sensors.kernel.powercap import PowercapProvider
    from edgetop.sensors.raspberry_pi.firmware import FirmwareProvider

    return (
        Ina3221Provider(sysroot, clock),
        FirmwareProvider(sysroot, clock),
        PowercapProvider(sysroot, clock),
        BatteryProvider(sysroot, clock),
        MemoryControllerProvider(sysroot, clock),
        HwmonProvider(sysroot, clock),
        JetsonFanProvider(sysroot, clock),
    )


def _accelerators(sysroot: Sysroot, clock: Clock) -> tuple[Provider, ...]:
    from edgetop.sensors.gpu.adreno import AdrenoProvider
    from edgetop.sensors.gpu.amd import AmdGpuProvider
    from edgetop.sensors.gpu.intel import IntelGpuProvider
    from edgetop.sensors.kernel.devfreq import DevfreqProvider
    from edgetop.sensors.npu.coral import CoralProvider
    from edgetop.sensors.npu.intel import IntelNpuProvider
    from edgetop.sensors.npu.rockchip import RockchipNpuProvider
    from edgetop.sensors.raspberry_pi.videocore import VideocoreProvider

    return (
        DevfreqProvider(sysroot, clock),
        VideocoreProvider(sysroot, clock),
        AmdGpuProvider(sysroot, clock),
        IntelGpuProvider(sysroot, clock),
        AdrenoProvider(sysroot, clock),
        RockchipNpuProvider(sysroot, clock),
        IntelNpuProvider(sysroot, clock),
        CoralProvider(sysroot, clock),
    )


def _services(sysroot: Sysroot, clock: Clock, *, jtop: bool) -> tuple[Provider, ...]:
    """Libraries and services of vendors."""
    from edgetop.sensors.child import ChildProvider
    from edgetop.sensors.gpu.nvml import NvmlProvider

    found: list[Provider] = [NvmlProvider(clock)]
    if jtop or _only_jtop_knows(sysroot):
        found.append(ChildProvider("jtop", Kind.POWER, "edgetop.sensors.jetson.jtop_client", clock))
    has_hailo = any(name.startswith("hailo") for name in sysroot.names("/dev"))
    if has_hailo and importlib.util.find_spec("hailo_platform") is not None:
        module = "edgetop.sensors.npu.hailo_client"
        found.append(ChildProvider("hailo", Kind.TEMPERATURE, module, clock))
    return tuple(found)


def _only_jtop_knows(sysroot: Sysroot) -> bool:
    """A Jetson that shows none of its rails, as in some containers, but has the service."""
    tegra = any(name.startswith("nvidia,tegra") for name in compatible(sysroot))
    if not tegra or not sysroot.exists(_JTOP_SOCKET):
        return False
    chips = [f"/sys/class/hwmon/{name}/name" for name in sysroot.names("/sys/class/hwmon")]
    chips += [f"/sys/bus/iio/devices/{name}/name" for name in sysroot.names("/sys/bus/iio/devices")]
    return not any(sysroot.text(path).startswith("ina3221") for path in chips)
