"""The graphics cards that the kernel's DRM class lists, and who drives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgetop.sensors.files import Sysroot

_DRM = "/sys/class/drm"


class Card(NamedTuple):
    """One card."""

    card: str
    """Real folder of the DRM device."""
    device: str
    """Real folder of the hardware."""
    hwmon: str
    """Folder of its hwmon chip; empty if it has none."""


def cards(sysroot: Sysroot, *drivers: str) -> Iterator[Card]:
    """The cards that one of these drivers serves; ``gpu``, ``gpu1``, ... in this order."""
    for name in sysroot.names(_DRM):
        if not re.fullmatch(r"card[0-9]+", name):
            continue
        device = sysroot.real(f"{_DRM}/{name}/device")
        if _driver(sysroot, device) not in drivers:
            continue
        chips = sysroot.names(f"{device}/hwmon")
        hwmon = f"{device}/hwmon/{chips[0]}" if chips else ""
        yield Card(sysroot.real(f"{_DRM}/{name}"), device, hwmon)


def label_of(index: int) -> str:
    """``gpu`` for the first card, then ``gpu1``, ..."""
    return f"gpu{index}" if index else "gpu"


def _driver(sysroot: Sysroot, device: str) -> str:
    found = re.search(rb"^DRIVER=(\w+)$", sysroot.data(f"{device}/uevent"), re.MULTILINE)
    return found[1].decode() if found else sysroot.real(f"{device}/driver").rpartition("/")[2]
