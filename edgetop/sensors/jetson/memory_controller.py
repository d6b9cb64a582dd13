"""Clock and load of a Jetson's external memory controller (EMC); root only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, no_value
from edgetop.sensors.identity import compatible
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DEBUG = "/sys/kernel/debug"
_RATES = (f"{_DEBUG}/bpmp/debug/clk/emc", f"{_DEBUG}/clk/override.emc", f"{_DEBUG}/clk/emc")
"""JetPack 5 and later; JetPack 4, with and without the override."""
_ACTIVITIES = (f"{_DEBUG}/cactmon/mc_all", "/sys/kernel/actmon_avg_activity/mc_all")
_HINT = "only root may read debugfs: run as root, or `--sensors jtop` with the jtop service"


class MemoryControllerProvider(GaugeProvider):
    """MHz of the memory's clock (``emc``), and the share of its cycles that moved data, in %."""

    name = "emc"
    kind = Kind.CLOCK

    def find(self) -> Iterable[Gauge]:
        """One gauge with both figures, where there is a Jetson."""
        if not any(name.startswith("nvidia,tegra") for name in compatible(self.sysroot)):
            return
        if self.sysroot.exists("/sys/class/devfreq/bwmgr"):  # Thor: the devfreq class has it
            return
        folder = next((path for path in _RATES if self.sysroot.exists(path)), _RATES[0])
        rate = f"{folder}/rate" if folder == _RATES[0] else f"{folder}/clk_rate"
        activity = next((path for path in _ACTIVITIES if self.sysroot.exists(path)), _ACTIVITIES[0])
        top = f"{folder}/max_rate" if folder == _RATES[0] else f"{_DEBUG}/clk/emc/clk_max_rate"
        limit = self.limit(top, Kind.CLOCK, 1e6)
        sensors = (
            self.sensor(Kind.CLOCK, "emc", "MHz", rate, name="clock", maximum=limit, hint=_HINT),
            self.sensor(Kind.UTILIZATION, "emc", "%", activity, name="utilization", hint=_HINT),
        )
        yield _MemoryController(sensors, (self.file(rate), self.file(activity)))


class _MemoryController(Gauge):
    """The clock in Hz, and what the activity monitor counts: per cent times the clock in kHz."""

    def usable(self, now_s: float) -> bool:
        """Where debugfs is not there at all, as in a container, there is nothing to ask for."""
        return self.files[0].number(now_s).reason is not Reason.ABSENT

    def read(self, now_s: float) -> Sequence[Reading]:
        rate, activity = (file.number(now_s) for file in self.files)
        if rate.value is None:
            return no_value(rate, now_s), no_value(rate, now_s)
        clock = checked(Kind.CLOCK, rate.value / 1e6, now_s)
        if activity.value is None:
            return clock, no_value(activity, now_s)
        if not rate.value:
            return clock, checked(Kind.UTILIZATION, float("nan"), now_s)
        return clock, checked(Kind.UTILIZATION, activity.value / (rate.value / 1e3), now_s)
