"""What this board calls itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.sensors.files import Sysroot

# Two names of one folder: a container may show only one, and so do the emulated boards.
_DEVICE_TREE = ("/proc/device-tree/model", "/sys/firmware/devicetree/base/model")
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


def board_name(sysroot: Sysroot) -> str:
    """The board's name for people: the device tree's model, else DMI's vendor and product.

    A virtual machine often has neither; then the processor's name stands for it. ``unknown
    board`` if nothing says anything. At most 100 printable characters.
    """
    for path in _DEVICE_TREE:
        if model := sysroot.text(path):
            return model
    return _dmi_name(sysroot) or _processor_name(sysroot) or "unknown board"


def _processor_name(sysroot: Sysroot) -> str:
    """The first processor's ``model name`` in /proc/cpuinfo; ARM kernels leave it out."""
    found = re.search(
        rb"^model name\s*:\s*(.{1,100})$", sysroot.data("/proc/cpuinfo"), re.MULTILINE
    )
    return " ".join(found[1].decode("ascii", "replace").split()) if found else ""


def _dmi_name(sysroot: Sysroot) -> str:
    vendor = _dmi(sysroot, "sys_vendor") or _dmi(sysroot, "board_vendor")
    product = _dmi(sysroot, "product_name") or _dmi(sysroot, "board_name")
    if product.lower().startswith(vendor.lower()):
        return product
    return f"{vendor} {product}".strip()


def _dmi(sysroot: Sysroot, name: str) -> str:
    found = (sysroot.text(f"{folder}/{name}") for folder in _DMI)
    return next((text for text in found if text.lower() not in _BLANKS), "")
