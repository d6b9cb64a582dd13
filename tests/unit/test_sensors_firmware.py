"""What a Raspberry Pi's firmware says through vcgencmd, and what it says instead."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from hypothesis import given
from hypothesis import strategies as st
from provider_rows import row, rows_of, values

from edgetop.readings import Kind, Reason, Throttle
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import headline
from edgetop.sensors.raspberry_pi import firmware
from edgetop.sensors.raspberry_pi.firmware import FirmwareProvider, parse_pmic, throttled_words

PMIC = """\
   3V7_WL_SW_A current(0)=0.09857728A
      VDD_CORE_A current(7)=2.00000000A
     EXT5V_V volt(24)=5.08340000V
   3V7_WL_SW_V volt(8)=3.50000000V
      VDD_CORE_V volt(15)=0.75000000V
      BATT_V volt(25)=0.00195360V
"""
NOT_REGISTERED = 'error=1 error_msg="Command not registered"'


def write_pi(root, board="5-model-b", chip="bcm2712", script="", **answers):
    """A Pi whose vcgencmd says the text of each question and ends with the status before it.

    Args:
        root: Where.
        board: As in the device tree.
        chip: Likewise.
        script: What it does first.
        answers: Status and text of each.
    """
    names = f"raspberrypi,{board}\0brcm,{chip}\0"
    write_tree(root, {"proc/device-tree/compatible": names})
    cases = []
    for question, (status, text) in answers.items():
        write_tree(root, {f"answers/{question}": text})
        cases.append(f"{question}) cat '{root}/answers/{question}'; exit {status};;")
    body = "\n".join(cases)
    program = f'#!/bin/sh\n{script}\ncase "$1" in\n{body}\n*) exit 255;;\nesac\n'
    write_tree(root, {"bin/vcgencmd": program})
    (root / "bin/vcgencmd").chmod(0o755)
    return root


def found_in(root):
    return rows_of(FirmwareProvider(Sysroot(root), FakeClock()))


def test_rails_are_current_times_voltage_of_the_same_name_whatever_their_numbers(tmp_path):
    write_pi(tmp_path, get_throttled=(0, "throttled=0x0\n"), pmic_read_adc=(0, PMIC))
    found = found_in(tmp_path)
    assert values(found, Kind.POWER) == pytest.approx({"3V7_WL_SW": 0.34502048, "VDD_CORE": 1.5})
    assert values(found, Kind.VOLTAGE) == {"EXT5V": 5.0834, "BATT": 0.0019536}
    power = headline(found).power
    assert (power.power_w, power.scope) == (pytest.approx(1.84502048), "pmic-rails")
    assert power.scope_words == "PMIC rails (partial)"
    assert "USB" in power.excludes


def test_a_current_without_its_voltage_gives_no_power_and_no_partial_sum(tmp_path):
    lines = PMIC.replace("VDD_CORE_V", "VDD_OTHER_V")
    write_pi(tmp_path, get_throttled=(0, "throttled=0x0\n"), pmic_read_adc=(0, lines))
    found = found_in(tmp_path)
    assert values(found, Kind.POWER)["VDD_CORE"] is None
    assert headline(found).power.power_w is None


@pytest.mark.parametrize("status", [0, 1])
def test_an_older_firmware_that_does_not_know_the_question_has_no_rails(tmp_path, status):
    """Whether the command succeeds or not differs between its versions."""
    write_pi(
        tmp_path,
        "4-model-b",
        "bcm2711",
        get_throttled=(0, "throttled=0x50000\n"),
        pmic_read_adc=(status, f"{NOT_REGISTERED}\n"),
    )
    found = found_in(tmp_path)
    assert [item.sensor.label for item in found] == ["get_throttled"]


@pytest.mark.parametrize("status", [0, 1])
def test_a_question_about_throttling_that_is_not_known_has_no_value(tmp_path, status):
    write_pi(tmp_path, "2-model-b", "bcm2836", get_throttled=(status, f"{NOT_REGISTERED}\n"))
    (found,) = found_in(tmp_path)
    assert (found.value, found.reading.reason) == (None, Reason.ABSENT)
    assert found.reading.words == "this firmware does not know the question"


@pytest.mark.parametrize(
    ("bits", "now", "before"),
    [
        (0x0, "", ""),
        (0x1, "under-voltage", ""),
        (0x6, "arm frequency capped, throttled", ""),
        (0x8, "soft temperature limit", ""),
        (0x50005, "under-voltage, throttled", "under-voltage, throttled"),
        (0xE0000, "", "arm frequency capped, throttled, soft temperature limit"),
        (
            0xF000F,
            ", ".join(firmware.THROTTLED_BITS.values()),
            ", ".join(firmware.THROTTLED_BITS.values()),
        ),
        (0xFFF0, "", ""),
    ],
)
def test_the_low_bits_are_now_and_the_high_ones_since_boot(tmp_path, bits, now, before):
    write_pi(tmp_path, "4-model-b", "bcm2711", get_throttled=(0, f"throttled=0x{bits:x}\n"))
    found = found_in(tmp_path)
    figures = headline(found)
    assert found[0].value == bits
    assert figures.throttle == tuple(Throttle("board", text) for text in now.split(", ") if text)
    assert figures.throttled_before == ((before,) if before else ())


@given(st.integers(0, 0xFFFFFFFF))
def test_each_bit_has_its_words_wherever_it_stands(bits):
    assert throttled_words(bits, 16) == throttled_words(bits >> 16)


@pytest.mark.parametrize(
    "text",
    [
        "VCHI initialization failed\n",
        "Can't open device file: /dev/vcio\nTry creating a device file with: sudo mknod\n",
        "open: Permission denied\n",
    ],
)
def test_without_permission_the_group_is_the_hint(tmp_path, text):
    write_pi(tmp_path, get_throttled=(255, text), pmic_read_adc=(255, text))
    found = found_in(tmp_path)
    assert [item.sensor.label for item in found] == ["get_throttled", "PMIC rails"]
    for item in found:
        assert (item.value, item.reading.reason) == (None, Reason.NO_PERMISSION)
        assert "group `video`" in item.sensor.hint
        assert item.reading.words.startswith("needs permission: vcgencmd says ")
    assert headline(found).power.reason == "needs permission (PMIC rails)"


def test_another_error_of_the_firmware_is_told(tmp_path):
    write_pi(tmp_path, get_throttled=(0, 'error=2 error_msg="Invalid arguments"\n'))
    reading = row(found_in(tmp_path), Kind.THROTTLE, "get_throttled").reading
    assert (reading.value, reading.reason) == (None, Reason.ERROR)
    assert "Invalid arguments" in reading.detail


@pytest.mark.parametrize(
    "text", ["", "throttled=\n", "throttled=0xzz\n", "throttled=80000\n", "hello\n" * 9, "\xff\x00"]
)
def test_garbage_is_implausible_and_not_0(tmp_path, text):
    write_pi(tmp_path, get_throttled=(0, text), pmic_read_adc=(0, text))
    found = found_in(tmp_path)
    assert {item.value for item in found} == {None}
    assert {item.reading.reason for item in found} == {Reason.IMPLAUSIBLE}
    assert headline(found).throttle == ()


def test_a_current_that_cannot_be_is_no_power(tmp_path):
    lines = PMIC.replace("=2.00000000A", "=999999.0A")
    write_pi(tmp_path, get_throttled=(0, "throttled=0x0\n"), pmic_read_adc=(0, lines))
    core = row(found_in(tmp_path), Kind.POWER, "VDD_CORE")
    assert (core.value, core.reading.reason) == (None, Reason.IMPLAUSIBLE)


def test_a_command_that_hangs_is_ended_by_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(firmware, "_TIMEOUT_S", 0.1)
    write_pi(tmp_path, script="exec sleep 60")
    found = found_in(tmp_path)
    assert [item.sensor.label for item in found] == ["get_throttled", "PMIC rails"]
    for item in found:
        assert (item.value, item.reading.reason) == (None, Reason.ERROR)
        assert item.reading.words.endswith("vcgencmd within 0.1 s")


def test_rails_that_the_firmware_no_longer_names_have_a_reason(tmp_path):
    write_pi(tmp_path, get_throttled=(0, "throttled=0x0\n"), pmic_read_adc=(0, PMIC))
    provider = FirmwareProvider(Sysroot(tmp_path), FakeClock())
    provider.probe()
    write_tree(tmp_path, {"answers/pmic_read_adc": f"{NOT_REGISTERED}\n"})
    readings = provider.read()
    assert readings["firmware/VDD_CORE"].reason is Reason.ABSENT
    assert readings["firmware/EXT5V"].reason is Reason.ABSENT
    assert readings["firmware/get_throttled"].value == 0.0


def test_without_the_command_the_hint_is_its_package(tmp_path):
    write_tree(tmp_path, {"proc/device-tree/compatible": "raspberrypi,4-model-b\0brcm,bcm2711\0"})
    (found,) = found_in(tmp_path)
    assert (found.value, found.reading.reason) == (None, Reason.ABSENT)
    assert found.reading.words == "vcgencmd is not installed"
    assert "raspi-utils" in found.sensor.hint


def test_a_pi_5_without_the_command_has_a_power_row_that_tells_what_to_install(tmp_path):
    write_tree(tmp_path, {"proc/device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0"})
    found = row(found_in(tmp_path), Kind.POWER, "PMIC rails")
    assert found.value is None
    assert "raspi-utils" in found.sensor.hint


def test_on_another_board_the_command_is_not_even_looked_for(tmp_path):
    write_pi(tmp_path, get_throttled=(0, "throttled=0x1\n"))
    write_tree(tmp_path, {"proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0"})
    assert FirmwareProvider(Sysroot(tmp_path), FakeClock()).probe() == ()


@given(st.text(max_size=200))
def test_any_text_gives_finite_channels_or_none(text):
    for (name, unit), value in parse_pmic(text).items():
        assert name
        assert unit in "AV"
        assert abs(value) < 1e6
