"""Boards as their sensors would read: a PC with an NVIDIA GPU, a large board, one without any."""

from __future__ import annotations

from edgetop.readings import BoardReadings, Kind, Reading, Reason, Sensor, SensorReading
from edgetop.sensors.headline import headline

GIB = 2.0**30


def sensor(
    kind: Kind,
    label: str,
    unit: str,
    value: float | None,
    time_s: float,
    *,
    role: str = "",
    scope: str = "",
    parent: str = "",
    maximum: float | None = None,
    detail: str = "",
    reason: Reason = Reason.ABSENT,
) -> SensorReading:
    """A sensor with its reading; without a value it has the reason."""
    reading = (
        Reading(None, reason, detail, time_s)
        if value is None
        else Reading(value, Reason.OK, detail, time_s)
    )
    what = Sensor(
        f"{kind.value}/{label}/{role}", kind, label, unit, role, scope,
        parent=parent, maximum=maximum,
    )  # fmt: skip
    return SensorReading(what, reading)


def cpu(time_s: float, loads: list[float | None], clock_mhz: float) -> list[SensorReading]:
    """Load and clock of each core; None is a core that is switched off."""
    known = [load for load in loads if load is not None]
    items = [sensor(Kind.UTILIZATION, "cpu", "%", sum(known) / len(known), time_s, role="system")]
    for number, load in enumerate(loads):
        items.append(
            sensor(
                Kind.UTILIZATION,
                f"cpu{number}",
                "%",
                load,
                time_s,
                role="core",
                detail="offline: not in /proc/stat" if load is None else "",
                reason=Reason.OFFLINE,
            )
        )
    items.append(sensor(Kind.CLOCK, "cpu0", "MHz", clock_mhz, time_s, role="core", maximum=2400.0))
    return items


def memory(time_s: float, used_gib: float, total_gib: float) -> SensorReading:
    """The machine's memory."""
    return sensor(
        Kind.MEMORY, "ram", "bytes", used_gib * GIB, time_s, role="used", maximum=total_gib * GIB
    )


def nvidia_gpu(
    time_s: float, load: float, power_w: float, heat_c: float, throttled: bool
) -> list[SensorReading]:
    """Everything that NVML tells of one GPU."""
    scope = "gpu board, not the computer"
    causes = "software thermal slowdown" if throttled else ""
    return [
        sensor(Kind.UTILIZATION, "gpu", "%", load, time_s),
        sensor(Kind.UTILIZATION, "gpu memory controller", "%", load / 3, time_s),
        sensor(Kind.MEMORY, "gpu", "bytes", 1.4 * GIB, time_s, role="used", maximum=16 * GIB),
        sensor(Kind.POWER, "gpu", "W", power_w, time_s, role="gpu", scope=scope, maximum=70.0),
        sensor(Kind.ENERGY, "gpu", "J", 1000 + power_w * time_s, time_s, role="gpu", scope=scope),
        sensor(Kind.TEMPERATURE, "gpu", "°C", heat_c, time_s, role="accelerator"),
        sensor(Kind.CLOCK, "gpu", "MHz", 1350.0, time_s, maximum=1590.0),
        sensor(Kind.CLOCK, "gpu memory", "MHz", 5001.0, time_s, maximum=5001.0),
        sensor(Kind.FAN, "gpu", "%", 42.0, time_s),
        sensor(
            Kind.THROTTLE, "gpu", "bits", 32.0 if throttled else 0.0, time_s, detail=causes
        ),
    ]  # fmt: skip


def pc(
    time_s: float,
    *,
    cpu_load: float = 98.0,
    gpu_load: float = 63.0,
    power_w: float = 31.4,
    heat_c: float = 54.2,
    throttled: bool = False,
) -> BoardReadings:
    """Six cores and one NVIDIA GPU."""
    loads: list[float | None] = [max(0.0, cpu_load - 3 * core) for core in range(6)]
    return headline(
        [
            *cpu(time_s, loads, 1510.0),
            memory(time_s, 3.1, 7.4),
            sensor(Kind.TEMPERATURE, "x86_pkg_temp", "°C", heat_c - 6, time_s, role="processor"),
            *nvidia_gpu(time_s, gpu_load, power_w, heat_c, throttled),
        ]
    )


def large(time_s: float) -> BoardReadings:
    """64 cores with some switched off, 12 thermal zones with one asleep, 8 rails."""
    loads: list[float | None] = [float((37 * core) % 101) for core in range(64)]
    loads[60:] = [None] * 4
    zones = [
        sensor(
            Kind.TEMPERATURE, f"{name}-thermal", "°C", None if name == "cv2" else 40.0 + number,
            time_s, role="processor" if name.startswith("cpu") else "part",
            reason=Reason.OFFLINE,
        )
        for number, name in enumerate(
            ("cpu0", "cpu1", "gpu", "cv0", "cv1", "cv2", "soc0", "soc1", "soc2", "tj", "tboard",
             "a-very-long-name-of-a-zone")
        )
    ]  # fmt: skip
    scope = "5 V input of the module, not carrier board: fan, USB devices"
    rails = [sensor(Kind.POWER, "VDD_IN", "W", 48.25, time_s, role="module", scope=scope)]
    rails += [
        sensor(Kind.POWER, f"VDD_RAIL_{number}", "W", 1.5 + number, time_s, role="part",
               parent="VDD_IN")
        for number in range(6)
    ]  # fmt: skip
    rails.append(
        sensor(Kind.POWER, "VDD_RAIL_6", "W", None, time_s, role="part", parent="VDD_IN",
               reason=Reason.ERROR, detail="read error: Remote I/O error")
    )  # fmt: skip
    return headline(
        [
            *cpu(time_s, loads, 2201.6),
            sensor(Kind.UTILIZATION, "gpu", "%", None, time_s, reason=Reason.NO_PERMISSION),
            memory(time_s, 101.7, 251.0),
            *zones,
            *rails,
            sensor(Kind.FAN, "pwm_tach", "RPM", 2904.0, time_s),
            sensor(Kind.FAN, "pwmfan", "%", None, time_s, reason=Reason.ERROR),
            sensor(Kind.THROTTLE, "oc3", "events", 27390.0, time_s),
        ]
    )


def bare() -> BoardReadings:
    """No sensor at all."""
    return headline(())
