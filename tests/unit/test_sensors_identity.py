"""The board's name."""

from __future__ import annotations

import pytest
from emulated_boards import write_tree

from edgetop.sensors.files import Sysroot
from edgetop.sensors.identity import board_name

DMI = "sys/class/dmi/id"


def test_the_device_trees_model_comes_before_dmi(tmp_path):
    files = {"proc/device-tree/model": b"Some Board Rev 1.0\0", f"{DMI}/product_name": "PC\n"}
    assert board_name(Sysroot(write_tree(tmp_path, files))) == "Some Board Rev 1.0"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"sys_vendor": "LENOVO\n", "product_name": "20XW\n"}, "LENOVO 20XW"),
        ({"board_vendor": "QEMU\n", "product_name": "Standard PC\n"}, "QEMU Standard PC"),
        ({"sys_vendor": "HP\n", "product_name": "HP ProDesk 400\n"}, "HP ProDesk 400"),
        (
            {
                "sys_vendor": "To Be Filled By O.E.M.\n",
                "board_vendor": "ASRock\n",
                "product_name": "Default string\n",
                "board_name": "B650M\n",
            },
            "ASRock B650M",
        ),
        ({"product_name": "Box\n"}, "Box"),
        ({}, "unknown board"),
    ],
)
def test_dmi_gives_vendor_and_product_where_they_are_filled_in(tmp_path, files, name):
    write_tree(tmp_path, {f"{DMI}/{key}": text for key, text in files.items()})
    assert board_name(Sysroot(tmp_path)) == name


def test_a_name_cannot_move_the_terminals_cursor(tmp_path):
    write_tree(tmp_path, {"proc/device-tree/model": b"A\x1b[2JB\xff\0"})
    assert board_name(Sysroot(tmp_path)).isprintable()
