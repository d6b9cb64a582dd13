"""Settings: built-in values < the user's ``config.toml`` < environment < command line."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from edgetop import locations
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ENVIRONMENT_PREFIX = "EDGETOP_"

SHORTEST_INTERVAL_S = 0.05
"""More samples than 20 a second would burden the board that is measured."""
LONGEST_INTERVAL_S = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set once instead of at every start."""

    model: str = "squeezenet_v1.1.onnx"
    provider: str = "auto"
    threads: int = 0
    """0 = one per physical core."""
    theme: str = "edgetop"
    interval_s: float | None = None
    """Time between samples; None = 0.5 s on the screen, 1 s without one."""
    sensors: str = ""
    """``jtop``: ask the jtop service of jetson-stats as well."""
    power_rails: tuple[str, ...] = ()
    """Labels of the rails whose sum is the board's power, for boards that edgetop does not know."""
    models_url: str = ""
    """Where `edgetop models pull` finds the tree of the ONNX Model Zoo; empty = where it is now."""
    keep_sessions_days: float = 0.0
    """Recorded sessions that are older are deleted at the next start; 0 = they stay."""
    keep_sessions_mib: float = 1024.0
    """The oldest recorded sessions go when all together are larger; 0 = they stay."""


def load(path: Path | None = None) -> Settings:
    """Settings of the user's file and the environment.

    Args:
        path: The TOML file; None = ``config.toml`` in the user's folder.

    Raises:
        UsageError: The file cannot be read, a key is unknown or a value has the wrong type.
    """
    path = path or locations.config_dir() / "config.toml"
    settings = Settings()
    for key, value in _file(path).items():
        settings = _with(settings, key, value, f"{path}: {key}")
    for field in fields(Settings):
        name = _ENVIRONMENT_PREFIX + field.name.upper()
        if name in os.environ:
            settings = _with(
                settings, field.name, _parsed(field.name, os.environ[name], name), name
            )
    return settings


def _file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        if isinstance(error, PermissionError) and not _is_seen(path):
            return {}  # in somebody else's home folder, as sudo may leave it
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is not UTF-8 text") from error
    from edgetop import toml  # most users have no file, and the start need not wait for it

    try:
        return toml.parse(text)
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def _is_seen(path: Path) -> bool:
    """Whether the folder may be searched at all, so that a file is known to be there."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def _with(settings: Settings, key: str, value: Any, where: str) -> Settings:
    names = [field.name for field in fields(Settings)]
    if key not in names:
        import difflib

        near = difflib.get_close_matches(key, names, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; the settings are {', '.join(names)}"
        raise UsageError(f"{where} is no setting{hint}")
    kinds: dict[str, tuple[type, ...]] = {
        "threads": (int,),
        "interval_s": (int, float),
        "keep_sessions_days": (int, float),
        "keep_sessions_mib": (int, float),
        "power_rails": (list,),
    }
    if type(value) not in kinds.get(key, (str,)):  # a TOML true is no number
        wanted = {"power_rails": "a list of labels"}.get(
            key, "a number" if key in kinds else "text"
        )
        raise UsageError(f"{where} must be {wanted}, not {value!r}")
    if key == "interval_s":
        value = _interval(value, where)
    if key == "power_rails":
        value = _labels(value, where)
    if key.startswith("keep_") and not 0 <= value < math.inf:
        raise UsageError(f"{where} must be 0 or more, not {value!r}")
    if key == "sensors" and value not in ("", "jtop"):
        raise UsageError(f"{where} must be jtop or empty, not {value!r}")
    changes: dict[str, Any] = {key: value}
    return replace(settings, **changes)


def _interval(value: float, where: str) -> float:
    if not SHORTEST_INTERVAL_S <= value <= LONGEST_INTERVAL_S:  # nor is NaN between them
        raise UsageError(
            f"{where} must be {SHORTEST_INTERVAL_S:g} to {LONGEST_INTERVAL_S:g} s, not {value!r}"
        )
    return float(value)


def _labels(value: list[Any], where: str) -> tuple[str, ...]:
    if not all(isinstance(label, str) and label for label in value):
        raise UsageError(f"{where} must be a list of labels, not {value!r}")
    return tuple(value)


def _parsed(key: str, text: str, where: str) -> Any:
    """An environment variable as the type of its setting."""
    parsers: dict[str, Callable[[str], Any]] = {
        "threads": int,
        "interval_s": float,
        "keep_sessions_days": float,
        "keep_sessions_mib": float,
        "power_rails": lambda labels: [label.strip() for label in labels.split(",") if label],
    }
    try:
        return parsers.get(key, str)(text)
    except ValueError:
        raise UsageError(f"{where} must be a number, not {text!r}") from None
