"""What this board calls itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.sensors.files import printable

if TYPE_CHECKING:
    from edgetop.sensors.files import Sysroot

# Two names of one folder: a container may show only one, and so do the emulated boards.
_DEVICE_TREES = ("/proc/device-tree", "/sys/firmware/devicetree/base")
_DMI = ("/sys/class/dmi/id", "/sys/devices/virtual/dmi/id")

# What vendors leave in DMI where nobody filled it in.
_BLANKS = frozenset(
    {
        "",
        "default string",
        "none",
        "not specified",
        "system manufacturer",
        "system product name",
        "to be filled by o.e.m.",
        "unknown",
    }
)

_JETSONS = {
    "p2371": "jetson-tx1",
    "p2771": "jetson-tx2",
    "p3310": "jetson-tx2",
    "p3636": "jetson-tx2-nx",
    "p3489": "jetson-tx2i",
    "p2888": "jetson-agx-xavier",
    "p2822": "jetson-agx-xavier",
    "p2972": "jetson-agx-xavier",
    "p3668": "jetson-xavier-nx",
    "p3448": "jetson-nano",
    "p3450": "jetson-nano",
    "p3701": "jetson-agx-orin",
    "p3767-0000": "jetson-orin-nx",
    "p3767-0001": "jetson-orin-nx",
    "p3767": "jetson-orin-nano",
    "p3834": "jetson-thor",
}
"""NVIDIA's part numbers of modules (and of carriers soldered to one) in the device tree."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a board is."""

    model: str
    """The name for people; ``unknown board`` if nothing says anything."""
    id: str
    """A short name of the kind of board for files and comparisons: ``jetson-orin-nano``."""
    release: str
    """The vendor's software release (``L4T 36.4.4``) or the distribution; empty if unknown."""


def identify(sysroot: Sysroot) -> Identity:
    """Everything a board says of itself."""
    model = board_name(sysroot)
    return Identity(model, _board_id(sysroot, model), _release(sysroot))


def board_name(sysroot: Sysroot) -> str:
    """The board's name for people: the device tree's model, else DMI's vendor and product.

    A virtual machine often has neither; then the processor's name stands for it. ``unknown
    board`` if nothing says anything. At most 100 printable characters.
    """
    for folder in _DEVICE_TREES:
        if model := sysroot.text(f"{folder}/model"):
            return model
    return _dmi_name(sysroot) or _processor_name(sysroot) or "unknown board"


_FILLERS = re.compile(
    r"^NVIDIA |,? Engineering Reference| Reference| Developer Kit.*$| Devkit.*$| Rev [0-9.]+$"
    r"| Model (?=[A-Z])|\((?:R|TM|tm)\)|Corporation |Processor|CPU @.*$"
)


def short_name(model: str) -> str:
    """A board's name without what says little, for narrow places.

    ``NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super`` -> ``Jetson Orin
    Nano``, ``Raspberry Pi 5 Model B Rev 1.0`` -> ``Raspberry Pi 5B``.
    """
    return " ".join(_FILLERS.sub("", model).split()) or model


def compatible(sysroot: Sysroot) -> tuple[str, ...]:
    """The device tree's names of the board, the most special first: ``vendor,name``."""
    for folder in _DEVICE_TREES:
        data = sysroot.data(f"{folder}/compatible")
        if data:
            return tuple(data.decode("ascii", "replace").strip("\0\n ").split("\0"))
    return ()


def _board_id(sysroot: Sysroot, model: str) -> str:
    names = compatible(sysroot)
    for name in names:
        vendor, _, rest = name.partition(",")
        if vendor == "raspberrypi":
            return _slug(_raspberry_pi_id(rest))
        if vendor == "nvidia":
            for part, board in _JETSONS.items():
                if part in rest:
                    return board
    first = names[0].replace(",", "-") if names else model
    return _slug(first)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unknown"


def _raspberry_pi_id(name: str) -> str:
    """``5-model-b`` -> raspberry-pi-5, ``3-model-b-plus`` -> raspberry-pi-3b-plus."""
    number, _, model = name.removeprefix("model-").partition("-model-")
    letter = "" if model == "b" and number in ("4", "5") else model
    return f"raspberry-pi-{number}{letter}"


def _release(sysroot: Sysroot) -> str:
    line = sysroot.text("/etc/nv_tegra_release")
    if match := re.match(r"# R([0-9]+) \(release\), REVISION: ([0-9.]+)", line):
        return f"L4T {match[1]}.{match[2]}"
    text = sysroot.data("/etc/os-release").decode("utf-8", "replace")
    found = re.search(r'^PRETTY_NAME="?([^"\n]{1,100})', text, re.MULTILINE)
    return printable(found[1]) if found else ""


def _processor_name(sysroot: Sysroot) -> str:
    """The first processor's ``model name`` in /proc/cpuinfo; ARM kernels leave it out."""
    found = re.search(
        rb"^model name\s*:\s*(.{1,100})$", sysroot.data("/proc/cpuinfo"), re.MULTILINE
    )
    return printable(found[1].decode("ascii", "replace")) if found else ""


def _dmi_name(sysroot: Sysroot) -> str:
    vendor = _dmi(sysroot, "sys_vendor") or _dmi(sysroot, "board_vendor")
    product = _dmi(sysroot, "product_name") or _dmi(sysroot, "board_name")
    if product.lower().startswith(vendor.lower()):
        return product
    return f"{vendor} {product}".strip()


def _dmi(sysroot: Sysroot, name: str) -> str:
    found = (sysroot.text(f"{folder}/{name}") for folder in _DMI)
    return next((text for text in found if text.lower() not in _BLANKS), "")
