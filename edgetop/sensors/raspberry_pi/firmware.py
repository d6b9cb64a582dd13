"""What the Raspberry Pi's firmware tells through `vcgencmd`: PMIC rails and throttling.

Raspberry Pi documentation, "vcgencmd"; the bits of get_throttled are documented there. Only the
Pi 5 has a PMIC that measures currents; older ones answer with an error line, and exit status 0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.commands import Answer, ask, find
from edgetop.sensors.files import printable
from edgetop.sensors.identity import compatible
from edgetop.sensors.plausibility import checked
from edgetop.sensors.power import PMIC_SCOPE
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgetop.sensors.files import Sysroot

_TIMEOUT_S = 2.0
_HINT = "add the user to the group `video`, which may open /dev/vcio"
_NO_COMMAND = "install vcgencmd (Raspberry Pi OS: apt install raspi-utils)"
_ALL_RAILS = "PMIC rails"
_CHANNEL = re.compile(
    r"^\s*(\w+)_([AV])\s+(?:current|volt)\([0-9]+\)=(-?[0-9]{1,6}(?:\.[0-9]{1,12})?)[AV]\s*$",
    re.MULTILINE,
)
_THROTTLED = re.compile(r"throttled=(0x[0-9a-fA-F]{1,8})\s*")
_SCOPE = f"{PMIC_SCOPE} (partial), not what runs from 5 V directly: USB, HAT, fan, PCIe, losses"

THROTTLED_BITS = {
    0: "under-voltage",
    1: "arm frequency capped",
    2: "throttled",
    3: "soft temperature limit",
}
"""Bits of get_throttled that tell of now; the same 16 places higher of any time since boot."""


def throttled_words(bits: int, shift: int = 0) -> str:
    """What the bits say, separated by commas.

    Args:
        bits: As get_throttled gives them.
        shift: 0 for now, 16 for since boot.
    """
    return ", ".join(words for bit, words in THROTTLED_BITS.items() if bits >> (bit + shift) & 1)


def is_raspberry_pi(sysroot: Sysroot) -> bool:
    """Whether the device tree says so."""
    return any(name.startswith("raspberrypi,") for name in compatible(sysroot))


class FirmwareProvider:
    """Throttling now and since boot; on a Pi 5 the power of each PMIC rail, and EXT5V.

    A reading of the rails takes the firmware about 23 ms, in which the GPU waits, so they are
    read every 2 s only. Currents and voltages belong together by name; their numbers differ.
    """

    name = "firmware"
    kind = Kind.THROTTLE
    blocks = True
    period_s = 2.0

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._sysroot = sysroot
        self._clock = clock
        self._command: str | None = None
        self._rails: tuple[str, ...] = ()
        self._voltages: tuple[str, ...] = ()

    def probe(self) -> tuple[Sensor, ...]:
        """The throttle state, and the rails that the firmware names."""
        if not is_raspberry_pi(self._sysroot):
            return ()
        self._command = find(self._sysroot, "vcgencmd")
        pmic = self._ask("pmic_read_adc")
        channels = parse_pmic(pmic.text or "")
        self._rails = tuple(name for name, unit in channels if unit == "A")
        self._voltages = tuple(
            name for name, unit in channels if unit == "V" and name not in self._rails
        )
        unknown = self._command is not None and pmic.reason is Reason.ABSENT
        if not channels and self._has_pmic() and not unknown:
            self._rails = (_ALL_RAILS,)  # one row to carry the reason
        return (
            self._sensor(Kind.THROTTLE, "get_throttled", "bits"),
            *(self._sensor(Kind.POWER, name, "W") for name in self._rails),
            *(self._sensor(Kind.VOLTAGE, name, "V") for name in self._voltages),
        )

    def _has_pmic(self) -> bool:
        return "brcm,bcm2712" in compatible(self._sysroot)

    def _sensor(self, kind: Kind, label: str, unit: str) -> Sensor:
        power = kind is Kind.POWER
        throttle = kind is Kind.THROTTLE
        return Sensor(
            id=f"firmware/{label}",
            kind=kind,
            label=label,
            unit=unit,
            role="board" if throttle else "part" if power else "",
            scope=_SCOPE if power else "",
            source=f"vcgencmd {label if throttle else 'pmic_read_adc'}",
            min_period_s=self.period_s,
            hint=_HINT if self._command else _NO_COMMAND,
        )

    def read(self) -> Mapping[str, Reading]:
        """Present values."""
        readings = {"firmware/get_throttled": self._throttled()}
        if self._rails or self._voltages:
            readings.update(self._pmic())
        return readings

    def close(self) -> None:
        """Nothing is kept open."""

    def _ask(self, what: str) -> Answer:
        """The firmware's answer, if it is one."""
        if self._command is None:
            return Answer(None, Reason.ABSENT, "vcgencmd is not installed")
        answer = ask([self._command, what], _TIMEOUT_S)
        return answer if answer.text is None else _accepted(answer.text)

    def _throttled(self) -> Reading:
        answer, now_s = self._ask("get_throttled"), self._clock()
        match = _THROTTLED.fullmatch(answer.text or "")
        if match is None:
            return _no_value(answer, now_s)
        bits = int(match[1], 16)
        since_boot = throttled_words(bits, 16)
        return Reading(float(bits), Reason.OK, throttled_words(bits), now_s, since_boot)

    def _pmic(self) -> dict[str, Reading]:
        answer, now_s = self._ask("pmic_read_adc"), self._clock()
        channels, missing = parse_pmic(answer.text or ""), _no_value(answer, now_s)
        readings: dict[str, Reading] = {}
        for name in self._rails:
            amperes, volts = channels.get((name, "A")), channels.get((name, "V"))
            if amperes is None or volts is None:
                readings[f"firmware/{name}"] = missing
            else:
                readings[f"firmware/{name}"] = checked(Kind.POWER, amperes * volts, now_s)
        for name in self._voltages:
            volts = channels.get((name, "V"))
            readings[f"firmware/{name}"] = (
                missing if volts is None else checked(Kind.VOLTAGE, volts, now_s)
            )
        return readings


def parse_pmic(text: str) -> dict[tuple[str, str], float]:
    """Channels of pmic_read_adc by name and unit (A or V)."""
    return {(match[1], match[2]): float(match[3]) for match in _CHANNEL.finditer(text)}


def _accepted(text: str) -> Answer:
    """The answer, or why the firmware or its device file refused one."""
    line = printable(text)[:80]
    if "not registered" in line:
        return Answer(None, Reason.ABSENT, "this firmware does not know the question")
    if re.search(r"permission|/dev/vc|VCHI", line, re.IGNORECASE):
        return Answer(None, Reason.NO_PERMISSION, f"needs permission: vcgencmd says {line}")
    if "error=" in line:
        return Answer(None, Reason.ERROR, f"vcgencmd says {line}")
    return Answer(text)


def _no_value(answer: Answer, now_s: float) -> Reading:
    if answer.text is None:
        return Reading(None, answer.reason, answer.detail, now_s)
    line = printable(answer.text)[:80]
    return Reading(None, Reason.IMPLAUSIBLE, f"vcgencmd says {line!r}", now_s)
