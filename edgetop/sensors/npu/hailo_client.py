"""`python -m edgetop.sensors.npu.hailo_client`: temperature and power of a Hailo accelerator.

Run as a child of edgetop only, where HailoRT's own Python package is installed. Power needs an
INA231 on the module (HailoRT's power measurement tutorial); without one the chip refuses.
"""

from __future__ import annotations

import time
from typing import Any

from edgetop.readings import Reason
from edgetop.sensors.child import Row, end_with_parent, fail, say

_INTERVAL_S = 1.0
_SCOPE = "accelerator module, not the computer"


def main() -> None:
    """Print rows until edgetop ends."""
    end_with_parent()
    try:
        from hailo_platform import Device
    except ImportError:
        fail("HailoRT's Python package is not installed", Reason.ABSENT)
        return
    try:
        control = Device().control
        while True:
            say(rows(control))
            time.sleep(_INTERVAL_S)
    except Exception as error:  # noqa: BLE001  the package has many exceptions of its own
        fail(f"{type(error).__name__}: {error}", Reason.ERROR)


def rows(control: Any) -> list[Row]:
    """What the chip says now; a module without power measurement has no row for it."""
    measured = control.get_chip_temperature()
    hottest_c = max(measured.ts0_temperature, measured.ts1_temperature)
    found: list[Row] = [
        {
            "kind": "temperature",
            "label": "hailo",
            "unit": "°C",
            "value": hottest_c,
            "role": "accelerator",
        }
    ]
    try:
        power_w = control.power_measurement()
    except Exception:  # noqa: BLE001  refused: no sensor on this module
        return found
    found.append(
        {
            "kind": "power",
            "label": "hailo",
            "unit": "W",
            "value": float(power_w),
            "role": "accelerator",
            "scope": _SCOPE,
        }
    )
    return found


if __name__ == "__main__":
    main()
