"""What a session wrote down of its system, for the conditions of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.session.store.reading import Recorded

_LONGEST = 300


def facts_of(recorded: Recorded) -> list[tuple[str, str]]:
    """Headings and texts: system, versions, power mode, governor, sensors with their scope.

    What a session does not tell is told as unknown, not left out.

    Args:
        recorded: The session; its samples are read as far as the runs' ends.
    """
    facts = recorded.info.facts
    versions = facts.get("versions")
    told = versions.items() if isinstance(versions, dict) else ()
    system = [str(facts.get(name) or "") for name in ("release", "system", "machine")]
    runs = recorded.last_of_runs()
    texts = [
        ("system", ", ".join(word for word in system if word)),
        ("versions", ", ".join(f"{name} {version}" for name, version in told)),
        ("power mode", str(facts.get("power_mode") or "none")),
        ("governor", str(facts.get("governor") or "")),
        ("power sensor", _power(runs[-1]) if runs else ""),
        ("temperature sensor", _temperature(runs[-1]) if runs else ""),
        ("command", str(facts.get("command_line") or "")),
    ]
    return [(heading, safe_text(text, _LONGEST) or "unknown") for heading, text in texts]


def _power(sample: Sample) -> str:
    power = sample.board.power
    if power.scope == "none":
        return f"none: {power.reason}"
    covers = f"; covers {power.covers}" if power.covers else ""
    excludes = f"; excludes {power.excludes}" if power.excludes else ""
    return f"{power.scope_words}{covers}{excludes}"


def _temperature(sample: Sample) -> str:
    reading = sample.board.temperature_c
    return f"none: {reading.words}" if reading.value is None else "the hottest plausible zone"
