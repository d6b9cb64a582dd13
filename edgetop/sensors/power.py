"""The headline power figure: which sensors it is the sum of, and what it covers.

No board has one file called "board power", and rails contain each other. So the choice is
data over the roles that providers give their sensors: rails of one role are parallel and may
be added, a rail inside another one has the role ``part``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Power, Reason, SensorReading

if TYPE_CHECKING:
    from collections.abc import Sequence

PMIC_SCOPE = "PMIC rails"
"""How the scope text of the rails begins that only together are a partial figure."""


@dataclass(frozen=True, slots=True)
class PowerRule:
    """One scope that a total can have, and the sensors that add up to it."""

    scope: str
    role: str
    """Every power sensor of this role is added."""
    sensor_scope: str = ""
    """Only those whose scope text begins with this."""
    beside: str = ""
    """Sensors of this role beside them are added too."""
    with_beside: str = ""
    """The scope with them."""
    excludes: str = ""
    """What the figure leaves out, where the sensors themselves do not say."""


_CARRIER_LOSS = "loss of the power supply before the board's input"

POWER_RULES = (
    PowerRule("board", "board", excludes=_CARRIER_LOSS),
    PowerRule("module", "module", beside="carrier", with_beside="board", excludes=_CARRIER_LOSS),
    PowerRule("module", "module-branch", excludes="carrier board"),
    PowerRule("platform", "platform", excludes="loss of the power supply"),
    PowerRule("battery", "battery", excludes="nothing that runs from the battery"),
    PowerRule(
        "package",
        "package",
        beside="gpu",
        with_beside="package+gpu",
        excludes="the rest of the computer",
    ),
    PowerRule("gpu", "gpu", excludes="the rest of the computer"),
    PowerRule("accelerator", "accelerator", excludes="the computer around it"),
    PowerRule(
        "pmic-rails", "part", sensor_scope=PMIC_SCOPE, excludes="what the PMIC does not feed"
    ),
)
"""In order of preference: the scope that covers more of the board comes first."""

# With these a sensor has nothing to say for long (a battery on mains, a closed RAPL file), so the
# next scope is better than none; after any other (a first reading, one read error) the figure
# would jump between scopes.
_LASTING = frozenset({Reason.ABSENT, Reason.NO_PERMISSION, Reason.OFFLINE})


def power(items: Sequence[SensorReading], named: Sequence[str] = ()) -> Power:
    """The total of the first rule whose sensors all have a value.

    Without one, the reason of the first rule that has sensors at all.

    Args:
        items: All sensors.
        named: Labels of the rails whose sum the user calls the board's power.
    """
    if named:
        return _named(items, named)
    because = ""
    for rule in POWER_RULES:
        rails = _rails(items, rule, Kind.POWER)
        if not rails:
            continue
        missing = next((rail for rail in rails if rail.value is None), None)
        if missing is None:
            return _total(items, rule, rails)
        because = because or _words(missing)
        if missing.reading.reason not in _LASTING:
            return Power(reason=_words(missing))
    return Power(reason=because or _unknown_rails(items) or Reason.ABSENT.words)


def _named(items: Sequence[SensorReading], named: Sequence[str]) -> Power:
    """The sum of the rails that the user's configuration names."""
    of_power = [item for item in items if item.sensor.kind is Kind.POWER]
    rails = [item for item in of_power if item.sensor.label in named]
    for label in named:
        if all(rail.sensor.label != label for rail in rails):
            return Power(reason=f"no rail {label!r} on this board (power_rails in config.toml)")
    missing = next((rail for rail in rails if rail.value is None), None)
    if missing is not None:
        return Power(reason=_words(missing))
    rule = PowerRule("named", "", excludes="what config.toml does not name")
    return replace(_total(items, rule, rails), covers="the rails that config.toml names")


def _unknown_rails(items: Sequence[SensorReading]) -> str:
    """Why rails that are there make no total."""
    labels = [
        item.sensor.label
        for item in items
        if item.sensor.kind is Kind.POWER and item.sensor.role == "rail"
    ]
    return f"no total known for the rails {', '.join(labels)}" if labels else ""


def _rails(items: Sequence[SensorReading], rule: PowerRule, kind: Kind) -> list[SensorReading]:
    """The sensors that the rule adds; those beside them only if there is one of its own."""
    of_kind = [item for item in items if item.sensor.kind is kind]
    own = [
        item
        for item in of_kind
        if item.sensor.role == rule.role and item.sensor.scope.startswith(rule.sensor_scope)
    ]
    beside = [item for item in of_kind if own and item.sensor.role == rule.beside != ""]
    # One that has nothing to say for long (a sleeping GPU) does not take the rest with it.
    return own + [i for i in beside if i.value is not None or i.reading.reason not in _LASTING]


def _words(item: SensorReading) -> str:
    reading = item.reading
    words = reading.words if reading.reason is Reason.OFFLINE else reading.reason.words
    return f"{words} ({item.sensor.label})"


def _total(
    items: Sequence[SensorReading], rule: PowerRule, rails: Sequence[SensorReading]
) -> Power:
    covers, excludes = _scope_texts(rails)
    with_beside = any(rail.sensor.role == rule.beside != "" for rail in rails)
    return Power(
        power_w=math.fsum(rail.value for rail in rails if rail.value is not None),
        scope=rule.with_beside if with_beside else rule.scope,
        rails=tuple(rail.sensor.label for rail in rails),
        covers=covers,
        excludes=excludes or rule.excludes,
        reason="",
        energy_j=_energy_j(items, rails),
        time_s=min(rail.reading.time_s for rail in rails),
        period_s=max(rail.sensor.min_period_s for rail in rails),
    )


def _scope_texts(rails: Sequence[SensorReading]) -> tuple[str, str]:
    """What the sensors cover and what not, from scope texts ``covered, not left out``."""
    texts = dict.fromkeys(rail.sensor.scope for rail in rails if rail.sensor.scope)
    parts = [text.partition(", not ") for text in texts]
    covers = "; ".join(dict.fromkeys(part[0] for part in parts))
    # What one sensor leaves out another one may cover, so only a single text is quoted.
    return covers, parts[0][2] if len(parts) == 1 else ""


def _energy_j(items: Sequence[SensorReading], rails: Sequence[SensorReading]) -> float | None:
    """The sum of the energy counters of the same rails; None unless every rail has one."""
    counters = {_device(item): item.value for item in items if item.sensor.kind is Kind.ENERGY}
    values = [counters.get(_device(rail)) for rail in rails]
    return None if None in values else math.fsum(value for value in values if value is not None)


def _device(item: SensorReading) -> tuple[str, str, str]:
    """What power and energy of one rail share: the chip's folder, channel and label."""
    folder, _, file = item.sensor.source.rpartition("/")
    number = "".join(char for char in file if char.isdigit())
    return folder, number, item.sensor.label
