"""Settings: built-in values < the user's ``config.toml`` < environment < command line."""

from __future__ import annotations

import difflib
import os
import sys
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from edgetop import locations
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

_ENVIRONMENT_PREFIX = "EDGETOP_"


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
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    return table


def _with(settings: Settings, key: str, value: Any, where: str) -> Settings:
    names = [field.name for field in fields(Settings)]
    if key not in names:
        near = difflib.get_close_matches(key, names, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; the settings are {', '.join(names)}"
        raise UsageError(f"{where} is no setting{hint}")
    kinds: dict[str, tuple[type, ...]] = {"threads": (int,), "interval_s": (int, float)}
    if type(value) not in kinds.get(key, (str,)):  # a TOML true is no number
        wanted = "a number" if key in kinds else "text"
        raise UsageError(f"{where} must be {wanted}, not {value!r}")
    changes: dict[str, Any] = {key: float(value) if key == "interval_s" else value}
    return replace(settings, **changes)


def _parsed(key: str, text: str, where: str) -> Any:
    """An environment variable as the type of its setting."""
    try:
        return {"threads": int, "interval_s": float}.get(key, str)(text)
    except ValueError:
        raise UsageError(f"{where} must be a number, not {text!r}") from None
