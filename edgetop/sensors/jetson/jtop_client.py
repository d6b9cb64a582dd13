"""`python -m edgetop.sensors.jetson.jtop_client`: what the jtop service of jetson-stats says.

Run as a child of edgetop only. jetson-stats is AGPL-3.0; this speaks with its service through
its public Python interface and contains nothing of it. The total that jtop computes adds rails
that contain each other on some boards, so only the single rails are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgetop.readings import Reason
from edgetop.sensors.child import Row, end_with_parent, fail, say
from edgetop.sensors.jetson.rails import rails_of
from edgetop.sensors.kernel.thermal import zone_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INTERVAL_S = 1.0
_OFFLINE_C = -256.0
_CONTRACTS = ("ucsi", "tcpm")


def main() -> None:
    """Print rows until edgetop or the service ends."""
    end_with_parent()
    try:
        from jtop import JtopException, jtop
    except ImportError:
        fail('not installed; pip install "edgetop[jetson]"', Reason.ABSENT)
        return
    try:
        _follow(jtop)
    except JtopException as error:
        words = str(error)
        refused = "access" in words
        fail(words, Reason.NO_PERMISSION if refused else Reason.ABSENT)
    except EOFError:
        fail("the jtop service has ended; trying again every 10 s", Reason.ABSENT)


def _follow(jtop: Any) -> None:
    """The first client's interval rules all clients; one that is out of step is told nothing."""
    interval_s = _INTERVAL_S
    with jtop(interval=interval_s) as service:
        interval_s = max(interval_s, float(service.interval))
    with jtop(interval=interval_s) as service:
        while service.ok():
            say(rows(service))
    fail("the jtop service does not answer; trying again every 10 s", Reason.STALE)


def rows(service: Any) -> list[Row]:
    """Everything that one update of the service holds."""
    return [
        *_power(service.power),
        *_gpus(service.gpu),
        *_temperatures(service.temperature),
        *_memory_controller(service.memory),
        *_engines(service.engine),
    ]


def _power(power: Mapping[str, Any]) -> Iterator[Row]:
    """Rails in mW, with their places in the power tree."""
    found = {
        name: rail
        for name, rail in power.get("rail", {}).items()
        if "power" in rail and not name.startswith(_CONTRACTS)
    }
    total = power.get("tot", {})
    if "name" in total and "power" in total:
        found.setdefault(total["name"], total)
    places = rails_of(tuple(found))
    for name, rail in found.items():
        place = places[name]
        yield {
            "kind": "power",
            "label": name,
            "unit": "W",
            "value": rail["power"] / 1e3,
            "role": place.role,
            "scope": place.scope,
            "parent": place.parent,
        }


def _gpus(gpus: Mapping[str, Any]) -> Iterator[Row]:
    for index, gpu in enumerate(gpus.values()):
        label = f"gpu{index}" if index else "gpu"
        load, clock = gpu.get("status", {}).get("load"), gpu.get("freq", {})
        yield {"kind": "utilization", "label": label, "unit": "%", "value": load}
        if "cur" in clock:
            yield _clock(label, clock["cur"], clock.get("max"))


def _temperatures(zones: Mapping[str, Any]) -> Iterator[Row]:
    for name, zone in zones.items():
        online = zone.get("online", True) and zone.get("temp") != _OFFLINE_C
        yield {
            "kind": "temperature",
            "label": name,
            "unit": "°C",
            "value": zone.get("temp") if online else None,
            "reason": "offline",
            "role": zone_role(name),
        }


def _memory_controller(memory: Mapping[str, Any]) -> Iterator[Row]:
    emc = memory.get("EMC", {})
    if "cur" in emc:
        yield _clock("emc", emc["cur"], emc.get("max"))
    if "val" in emc:
        yield {"kind": "utilization", "label": "emc", "unit": "%", "value": emc["val"]}


def _engines(groups: Mapping[str, Any]) -> Iterator[Row]:
    """Clocks of the fixed-function engines (DLA, NVDEC, ...); one that is off has none."""
    for group in groups.values():
        for name, engine in group.items():
            row = _clock(name.lower(), engine.get("cur"), engine.get("max"))
            yield row if engine.get("online") else {**row, "value": None, "reason": "offline"}


def _clock(label: str, cur_khz: float | None, max_khz: float | None) -> Row:
    maximum = max_khz / 1e3 if max_khz else None
    return {
        "kind": "clock",
        "label": label,
        "unit": "MHz",
        "value": None if cur_khz is None else cur_khz / 1e3,
        "maximum": maximum,
    }


if __name__ == "__main__":
    main()
