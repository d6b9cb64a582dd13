"""What this board does not measure at all, why, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Kind
from edgetop.sensors.identity import compatible
from edgetop.sensors.kernel.container import own_groups

if TYPE_CHECKING:
    from edgetop.readings import BoardReadings
    from edgetop.sensors.files import Sysroot

_GPU_LABELS, _NPU_LABELS = ("gpu",), ("npu", "hailo")


class Absence(NamedTuple):
    """Something that people look for and this board does not tell."""

    what: str
    why: str


def absences(sysroot: Sysroot, board: BoardReadings) -> tuple[Absence, ...]:
    """Everything that has no sensor; a sensor without a value tells its own reason."""
    found = []
    if not board.of_kind(Kind.POWER):
        found.append(Absence("power", _why_no_power(sysroot)))
    if not _load_of(board, _GPU_LABELS):
        found.append(Absence("gpu utilization", "no driver here that tells it"))
    if not _load_of(board, _NPU_LABELS):
        found.append(Absence("npu utilization", "no accelerator whose driver tells it"))
    for kind, why in (
        (Kind.TEMPERATURE, "no thermal zone and no hwmon chip; virtual machines have none"),
        (Kind.CLOCK, "no cpufreq; virtual machines have none"),
        (Kind.FAN, "no fan that the system knows of"),
        (Kind.THROTTLE, "no counter or alarm that tells of throttling"),
    ):
        if not board.of_kind(kind):
            found.append(Absence(kind.value, why))
    return tuple(found)


def _load_of(board: BoardReadings, labels: tuple[str, ...]) -> bool:
    return any(item.sensor.label.startswith(labels) for item in board.of_kind(Kind.UTILIZATION))


def _why_no_power(sysroot: Sysroot) -> str:
    names = compatible(sysroot)
    if "brcm,bcm2712" in names:
        return "vcgencmd or its firmware does not tell the PMIC's currents: update both"
    if any(name.startswith("raspberrypi,") for name in names):
        return "a Raspberry Pi before the 5 has no current sensor: use a meter in the supply line"
    if names:
        return "this board has no current sensor that its kernel shows"
    if not sysroot.names("/sys/class/powercap"):
        inside = " or the container does not show it" if own_groups(sysroot) else ""
        return f"no RAPL in /sys/class/powercap: a virtual machine hides it{inside}"
    return "no sensor"
