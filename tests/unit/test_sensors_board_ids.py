"""The short names of boards, and what they say of themselves to people."""

from __future__ import annotations

import pytest
from emulated_boards import write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.sensors.files import Sysroot
from edgetop.sensors.identity import compatible, identify, short_name

TREE = "proc/device-tree/compatible"

JETSONS = {
    "nvidia,p2371-2180 nvidia,tegra210": "jetson-tx1",
    "nvidia,quill nvidia,p2597-0000+p3310-1000 nvidia,tegra186": "jetson-tx2",
    "nvidia,p2771-0000 nvidia,tegra186": "jetson-tx2",
    "nvidia,p2597-0000+p3489-0000 nvidia,tegra186": "jetson-tx2i",
    "nvidia,p3509-0000+p3636-0001 nvidia,tegra186": "jetson-tx2-nx",
    "nvidia,galen nvidia,jetson-xavier nvidia,p2822-0000+p2888-0001 nvidia,tegra194": (
        "jetson-agx-xavier"
    ),
    "nvidia,p2972-0000 nvidia,tegra194": "jetson-agx-xavier",
    "nvidia,p3509-0000+p3668-0000 nvidia,tegra194": "jetson-xavier-nx",
    "nvidia,p3449-0000-b00+p3448-0000-b00 nvidia,jetson-nano nvidia,tegra210": "jetson-nano",
    "nvidia,p3542-0000+p3448-0003 nvidia,tegra210": "jetson-nano",
    "nvidia,p3450-0000 nvidia,tegra210": "jetson-nano",
    "nvidia,p3737-0000+p3701-0000 nvidia,p3701-0000 nvidia,tegra234": "jetson-agx-orin",
    "nvidia,p3768-0000+p3767-0000 nvidia,p3767-0000 nvidia,tegra234": "jetson-orin-nx",
    "nvidia,p3768-0000+p3767-0001 nvidia,tegra234": "jetson-orin-nx",
    "nvidia,p3768-0000+p3767-0003 nvidia,tegra234": "jetson-orin-nano",
    "nvidia,p3768-0000+p3767-0005-super nvidia,p3767-0005 nvidia,tegra234": "jetson-orin-nano",
    "nvidia,p4071-0000+p3834-0008 nvidia,p3834-0008 nvidia,tegra264": "jetson-thor",
}
"""As NVIDIA's and the mainline device trees have them."""

RASPBERRY_PIS = {
    "raspberrypi,3-model-b brcm,bcm2837": "raspberry-pi-3b",
    "raspberrypi,3-model-b-plus brcm,bcm2837": "raspberry-pi-3b-plus",
    "raspberrypi,3-model-a-plus brcm,bcm2837": "raspberry-pi-3a-plus",
    "raspberrypi,4-model-b brcm,bcm2711": "raspberry-pi-4",
    "raspberrypi,5-model-b brcm,bcm2712": "raspberry-pi-5",
    "raspberrypi,model-zero-2-w brcm,bcm2837": "raspberry-pi-zero-2-w",
    "raspberrypi,400 brcm,bcm2711": "raspberry-pi-400",
    "raspberrypi,4-compute-module brcm,bcm2711": "raspberry-pi-4-compute-module",
}
OTHERS = {
    "radxa,rock-5b rockchip,rk3588": "radxa-rock-5b",
    "nvidia,p9999-0000 nvidia,tegra999": "nvidia-p9999-0000",
}
ALL = JETSONS | RASPBERRY_PIS | OTHERS


def identity_of(root, files):
    return identify(Sysroot(write_tree(root, files)))


@pytest.mark.parametrize(("names", "board"), ALL.items(), ids=list(ALL))
def test_a_board_s_id_follows_from_its_device_tree(tmp_path, names, board):
    data = "".join(f"{name}\0" for name in names.split(" "))
    assert identity_of(tmp_path, {TREE: data}).id == board


def test_a_container_may_show_the_device_tree_in_sys_only(tmp_path):
    base = "sys/firmware/devicetree/base"
    found = identity_of(
        tmp_path,
        {f"{base}/compatible": "raspberrypi,5-model-b\0", f"{base}/model": "Raspberry Pi 5\0"},
    )
    assert (found.id, found.model) == ("raspberry-pi-5", "Raspberry Pi 5")


def test_a_pc_s_id_is_made_of_its_dmi_name(tmp_path):
    dmi = "sys/class/dmi/id"
    files = {f"{dmi}/sys_vendor": "LENOVO\n", f"{dmi}/product_name": "20XW (Gen 9)\n"}
    found = identity_of(tmp_path, files)
    assert (found.model, found.id) == ("LENOVO 20XW (Gen 9)", "lenovo-20xw-gen-9")


def test_a_virtual_machine_is_called_after_its_processor(tmp_path):
    cpuinfo = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.20GHz\n"
    found = identity_of(tmp_path, {"proc/cpuinfo": cpuinfo})
    assert found.model == "Intel(R) Xeon(R) CPU @ 2.20GHz"
    assert found.id == "intel-r-xeon-r-cpu-2-20ghz"


def test_a_board_that_says_nothing_has_a_name_all_the_same(tmp_path):
    found = identity_of(tmp_path, {})
    assert (found.model, found.id, found.release) == ("unknown board", "unknown-board", "")


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("# R36 (release), REVISION: 4.4, GCID: 41062509, BOARD: generic\n", "L4T 36.4.4"),
        ("# R32 (release), REVISION: 7.6, GCID: 1, BOARD: t186ref\n", "L4T 32.7.6"),
        ("something else\n", "Ubuntu 22.04.5 LTS"),
    ],
)
def test_the_vendor_s_release_comes_before_the_distribution(tmp_path, line, release):
    files = {
        "etc/nv_tegra_release": line,
        "etc/os-release": 'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 22.04.5 LTS"\n',
    }
    assert identity_of(tmp_path, files).release == release


@pytest.mark.parametrize(
    ("model", "short"),
    [
        (
            "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super",
            "Jetson Orin Nano",
        ),
        ("NVIDIA Jetson Nano Developer Kit", "Jetson Nano"),
        ("Raspberry Pi 5 Model B Rev 1.0", "Raspberry Pi 5B"),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", "Raspberry Pi 3B Plus"),
        ("Raspberry Pi Zero 2 W Rev 1.0", "Raspberry Pi Zero 2 W"),
        ("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel Xeon"),
        ("LENOVO 20XW", "LENOVO 20XW"),
        ("NVIDIA ", "NVIDIA "),
    ],
)
def test_in_narrow_places_a_name_is_without_what_says_little(model, short):
    assert short_name(model) == short


@given(st.binary(max_size=60))
def test_any_bytes_in_the_device_tree_make_an_id_that_is_safe_in_a_file_s_name(
    tmp_path_factory, data
):
    root = write_tree(tmp_path_factory.mktemp("board"), {TREE: data})
    found = identify(Sysroot(root))
    assert found.id
    assert set(found.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert all(isinstance(name, str) for name in compatible(Sysroot(root)))
