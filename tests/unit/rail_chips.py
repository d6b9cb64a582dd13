"""The chips that measure a Jetson's rails, as the two drivers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulated_boards import write_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

I2C = "sys/devices/platform/i2c"
CHANNELS = 3


def write_iio(root: Path, chips: Mapping[str, Mapping[str, int]]) -> Path:
    """Chips of NVIDIA's IIO driver: by address, mW by label; up to JetPack 4."""
    for number, (address, rails) in enumerate(chips.items()):
        assert len(rails) <= CHANNELS
        folder = f"{I2C}/{address}/iio:device{number}"
        files = {f"{folder}/name": "ina3221x\n"}
        for channel, (label, milliwatts) in enumerate(rails.items()):
            files[f"{folder}/rail_name_{channel}"] = f"{label}\n"
            files[f"{folder}/in_power{channel}_input"] = f"{milliwatts}\n"
        link = f"sys/bus/iio/devices/iio:device{number}"
        write_tree(
            root, files, {link: f"../../../devices/platform/i2c/{address}/iio:device{number}"}
        )
    return root


def write_hwmon(root: Path, address: str, number: int, rails: Mapping[str, tuple[int, int]]) -> str:
    """A chip of the mainline driver, mV and mA by label; returns its folder below the root.

    Beside its channels the chip has what the driver adds: three shunt voltages, their sum, and
    the sum of the currents.
    """
    assert len(rails) <= CHANNELS
    device = f"{I2C}/{address}"
    folder = f"{device}/hwmon/hwmon{number}"
    files = {f"{folder}/name": "ina3221\n"}
    for channel, (label, (millivolts, milliamperes)) in enumerate(rails.items(), 1):
        files |= {
            f"{folder}/in{channel}_label": f"{label}\n",
            f"{folder}/in{channel}_enable": "1\n",
            f"{folder}/in{channel}_input": f"{millivolts}\n",
            f"{folder}/curr{channel}_input": f"{milliamperes}\n",
            f"{folder}/in{channel + 3}_input": "25000\n",
        }
    files |= {
        f"{folder}/in7_label": "sum of shunt voltages\n",
        f"{folder}/in7_input": "75000\n",
        f"{folder}/curr4_input": "99000\n",
    }
    write_tree(root, files, _hwmon_links(device, number))
    return folder


def write_ina238(root: Path, address: str, number: int, microwatts: int) -> str:
    """The chip at a Thor's input; returns its folder below the root."""
    device = f"{I2C}/{address}"
    folder = f"{device}/hwmon/hwmon{number}"
    files = {
        "name": "ina238\n",
        "power1_input": f"{microwatts}\n",
        "in0_input": "1\n",
        "in1_input": "19000\n",
        "curr1_input": "1500\n",
    }
    write_tree(
        root,
        {f"{folder}/{name}": text for name, text in files.items()},
        _hwmon_links(device, number),
    )
    return folder


def _hwmon_links(device: str, number: int) -> dict[str, str]:
    return {
        f"sys/class/hwmon/hwmon{number}": f"../../../{device}/hwmon/hwmon{number}",
        f"{device}/hwmon/hwmon{number}/device": "../..",
    }
