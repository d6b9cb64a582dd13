"""Cards of the kernel's DRM class as trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulated_boards import write_tree

if TYPE_CHECKING:
    from pathlib import Path


def write_card(root: Path, number: int, driver: str, *, chip=None, **folders) -> Path:
    """A card and its PCI device; returns the device's folder.

    Args:
        root: The board's root.
        number: card0, card1, ...
        driver: Of the kernel.
        chip: Files of its hwmon chip; values become lines. None = it has no chip.
        folders: ``device`` and ``card``: files of both folders.
    """
    device = f"sys/devices/pci0000:00/0000:0{number}:00.0"
    card = f"{device}/drm/card{number}"
    files = {f"{device}/uevent": f"DRIVER={driver}\nPCI_CLASS=30000\n", f"{card}/dev": "226:0\n"}
    for name, value in folders.get("device", {}).items():
        files[f"{device}/{name}"] = f"{value}\n"
    for name, value in folders.get("card", {}).items():
        files[f"{card}/{name}"] = f"{value}\n"
    links = {f"sys/class/drm/card{number}": f"../../../{card}", f"{card}/device": "../.."}
    if chip is not None:
        folder = f"{device}/hwmon/hwmon{number}"
        files |= {f"{folder}/{name}": f"{value}\n" for name, value in chip.items()}
        files[f"{folder}/name"] = f"{driver}\n"
        links[f"sys/class/hwmon/hwmon{number}"] = f"../../../{folder}"
        links[f"{folder}/device"] = "../.."
    fresh = not (root / "sys/class/drm" / f"card{number}").is_symlink()
    write_tree(root, files, links if fresh else {})
    return root / device
