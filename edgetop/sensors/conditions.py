"""The settings under which a board runs: power mode and clock governor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edgetop.sensors.files import printable

if TYPE_CHECKING:
    from edgetop.sensors.files import Sysroot

_PERIOD_S = 5.0
_POLICIES = "/sys/devices/system/cpu/cpufreq"
_CPUS = "/sys/devices/system/cpu"
_NVPMODEL_STATUS = "/var/lib/nvpmodel/status"
_NVPMODEL_NAMES = "/etc/nvpmodel.conf"
_PLATFORM_PROFILE = "/sys/firmware/acpi/platform_profile"


class Setting(NamedTuple):
    """How fast the board is allowed to be."""

    power_mode: str = ""
    governor: str = ""


class Conditions:
    """Power mode (nvpmodel of a Jetson, ACPI platform profile of a laptop) and governor.

    They seldom change, so they are looked at every 5 s only.
    """

    def __init__(self, sysroot: Sysroot) -> None:
        self._sysroot = sysroot
        self._read_s = float("-inf")
        self._latest = Setting()

    def read(self, now_s: float) -> Setting:
        """The present settings."""
        if now_s - self._read_s >= _PERIOD_S:
            self._read_s = now_s
            self._latest = Setting(power_mode(self._sysroot), governor(self._sysroot))
        return self._latest


def power_mode(sysroot: Sysroot) -> str:
    """Name of the power mode; empty where the board has none.

    ``nvpmodel -q`` needs root on some releases; its files do not.
    """
    status = re.match(r"pmode:([0-9]{1,4})", sysroot.text(_NVPMODEL_STATUS))
    if status is None:
        return sysroot.text(_PLATFORM_PROFILE)
    number = int(status[1])
    names = sysroot.data(_NVPMODEL_NAMES, 65536).decode("utf-8", "replace")
    for found in re.finditer(r"POWER_MODEL +ID=([0-9]+) +NAME=([^\s>]{1,40})", names):
        if int(found[1]) == number:
            return printable(found[2])
    return f"mode {number}"


def governor(sysroot: Sysroot) -> str:
    """The clock governors in use, each once; empty without cpufreq."""
    paths = [f"{_POLICIES}/{name}" for name in sysroot.names(_POLICIES)]
    paths = paths or [f"{_CPUS}/{name}/cpufreq" for name in sysroot.names(_CPUS)]
    found = (sysroot.text(f"{path}/scaling_governor") for path in paths)
    return ", ".join(dict.fromkeys(text for text in found if text))
