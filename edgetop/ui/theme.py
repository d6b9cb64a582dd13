"""Themes: TOML files that give each ink of the painters a colour."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from edgetop import locations, toml
from edgetop.errors import UsageError
from edgetop.paint.chart import SERIES
from edgetop.ui.ink import gradient, is_colour, parse_ink

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.style import Style

DEFAULT_THEME = "edgetop"
_LIGHT_THEME = "daylight"
_LARGEST_FILE = 64 * 1024

INKS = (
    *("text", "dim", "number", "big", "title", "key"),
    *("good", "warn", "alert", "border", "selected"),
)
"""The inks besides those of the charts."""

_KEYS = (
    *("name", "description", "dark", "background"),
    *(f"ink.{ink}" for ink in INKS),
    *(f"chart.{series}" for series in SERIES),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """A complete set of inks."""

    name: str
    description: str
    dark: bool
    background: str
    """``#rrggbb`` or a colour's name; empty for the terminal's own."""
    inks: Mapping[str, Style]
    """The style of every ink, the background included."""

    def style(self, ink: str) -> Style:
        """The style of an ink; one that no theme knows is shown as ``text``."""
        return self.inks.get(ink) or self.inks["text"]

    def colour(self, ink: str) -> str:
        """The ink's foreground as Textual writes it: ``#6ee7d2``, ``ansi_bright_red``."""
        colour = self.style(ink).color
        name = colour.name if colour is not None else "default"
        return name if name.startswith("#") else f"ansi_{name}"


@dataclass(frozen=True, slots=True)
class ThemeCatalogue:
    """The themes there are."""

    themes: Mapping[str, Theme]
    """By name, the default first, the others in alphabetical order."""
    problems: tuple[str, ...] = ()
    """One line for each file that is no theme."""

    def named(self, name: str) -> Theme:
        """The theme of that name.

        Raises:
            UsageError: There is none; the line names the nearest.
        """
        if name in self.themes:
            return self.themes[name]
        nearest = get_close_matches(name, self.themes, 1, 0.5)
        guess = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(self.themes)}"
        raise UsageError(f"no theme {name!r}: {guess}")


def load_theme(path: Path) -> Theme:
    """Read a theme; what it leaves out is taken from the shipped dark or light theme.

    Raises:
        UsageError: The file cannot be read, is not TOML, or has a key that is unknown or has a
            value that means nothing; the line names file and key.
    """
    values = _read_values(path)
    return _build({"name": path.stem, "description": "", **values}, path)


def available(shipped: Path, user: Path) -> ThemeCatalogue:
    """All themes of two folders; the user's win over shipped ones of the same name.

    A file that is no theme becomes a problem, never an error, and the default theme is always
    there, if need be without colours. A folder that does not exist is an empty one.
    """
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for folder in (shipped, user):
        found: dict[str, Theme] = {}
        for path in _theme_files(folder, problems):
            try:
                theme = load_theme(path)
            except UsageError as error:
                problems.append(error.message)
                continue
            if theme.name in found:
                problems.append(_line(path, "name", f"another file here is {theme.name!r} too"))
                continue
            found[theme.name] = theme
        themes.update(found)
    themes.setdefault(DEFAULT_THEME, _plain_theme())
    ordered = sorted(themes, key=lambda name: (name != DEFAULT_THEME, name))
    return ThemeCatalogue({name: themes[name] for name in ordered}, tuple(problems))


def first_theme(name: str, shipped: Path, user: Path) -> Theme:
    """The theme to start with, found without reading the others if its file has its name.

    One whose file is damaged is replaced by the shipped one of its name or by the default:
    nobody is locked out by a typo in a colour; `available` tells the problem.

    Raises:
        UsageError: There is no theme of that name.
    """
    damaged = False
    for folder in (user, shipped):
        path = folder / f"{name}.toml"
        if name.isprintable() and "/" not in name and path.is_file():
            try:
                theme = load_theme(path)
            except UsageError:
                damaged = True
                break
            if theme.name == name:
                return theme
    catalogue = available(shipped, user)
    return catalogue.named(DEFAULT_THEME if damaged and name not in catalogue.themes else name)


def _theme_files(folder: Path, problems: list[str]) -> list[Path]:
    """The TOML files of a folder by name; a folder that cannot be listed is a problem."""
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix == ".toml" and not path.name.startswith(".")
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(_line(folder, "", error.strerror or "cannot be listed"))
        return []


def _build(values: Mapping[str, Any], path: Path | None) -> Theme:
    """A theme of checked values, completed by those of a shipped one."""
    dark = values.get("dark", True)
    values = {**(_shipped_values(dark=dark) if path else _plain_values()), **values}
    background = values["background"]
    inks = {ink: parse_ink(values[f"ink.{ink}"], background) for ink in INKS}
    for series in SERIES:
        for level, colour in enumerate(gradient(values[f"chart.{series}"])):
            inks[f"chart.{series}.{level}"] = parse_ink(colour, background)
    return Theme(values["name"], values["description"], dark, background, inks)


@lru_cache(maxsize=2)
def _shipped_values(*, dark: bool) -> Mapping[str, Any]:
    """The values that a theme falls back to; without colours if those files are damaged."""
    name = DEFAULT_THEME if dark else _LIGHT_THEME
    try:
        values = _read_values(locations.shipped_dir("themes") / f"{name}.toml")
    except UsageError:
        values = {}
    return {**_plain_values(), **values}


def _plain_values() -> dict[str, Any]:
    """No colours at all: what is left when every theme file is damaged."""
    inks = {f"ink.{ink}": "default" for ink in INKS}
    inks |= {"ink.number": "bold default", "ink.big": "bold default"}
    inks |= {"ink.selected": "reverse default", "ink.alert": "reverse default"}
    charts = {f"chart.{series}": ["default"] * 3 for series in SERIES}
    head = {"name": DEFAULT_THEME, "description": "", "dark": True, "background": ""}
    return {**head, **inks, **charts}


def _plain_theme() -> Theme:
    """The theme without colours, under the default's name."""
    return _build({}, None)


def _read_values(path: Path) -> dict[str, Any]:
    """The values of a theme file by dotted key, each one checked."""
    table = _parse(path)
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if key in ("ink", "chart") and isinstance(value, dict):
            flat.update({f"{key}.{name}": inner for name, inner in value.items()})
        else:
            flat[key] = value
    for key, value in flat.items():
        problem = _problem(key, value)
        if problem:
            raise UsageError(_line(path, key, problem))
    return flat


def _parse(path: Path) -> dict[str, Any]:
    """The TOML table of a file; only a regular file of a sensible size is opened."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(_line(path, "", "not a file"))
        if status.st_size > _LARGEST_FILE:
            raise UsageError(_line(path, "", "too large for a theme (over 64 KiB)"))
        table = toml.parse(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise UsageError(_line(path, "", error.strerror or "cannot be read")) from error
    except UnicodeDecodeError as error:
        raise UsageError(_line(path, "", "not UTF-8 text")) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(_line(path, "", f"not TOML: {error}")) from error
    return table


def _problem(key: str, value: object) -> str:
    """What is wrong with a value, in words; empty if nothing is."""
    if key not in _KEYS:
        nearest = get_close_matches(key, _KEYS, 1, 0.4)
        return "unknown key" + (f", did you mean {nearest[0]}?" if nearest else "")
    if key == "dark":
        return "" if isinstance(value, bool) else "must be true or false"
    if key.startswith("chart."):
        good = isinstance(value, list) and len(value) == 3 and all(map(_is_colour, value))
        return "" if good else "must be three colours, each #rrggbb or a name like bright_blue"
    if not isinstance(value, str):
        return "must be a text in quotes"
    if key in ("name", "description"):
        sensible = value.isprintable() and len(value) <= 200 and (value.strip() or key != "name")
        return "" if sensible else "must be one short line"
    if key == "background":
        return (
            "" if not value or is_colour(value) else "must be #rrggbb, a name like black, or empty"
        )
    try:
        parse_ink(value)
    except ValueError as error:
        return str(error)
    return ""


def _is_colour(value: object) -> bool:
    """Whether a TOML value is a colour."""
    return isinstance(value, str) and is_colour(value)


def _line(path: Path, key: str, problem: str) -> str:
    """One printable line that names the file and the key."""
    line = f"theme {path}: {key + ': ' if key else ''}{problem}"
    return "".join(char if char.isprintable() else "?" for char in line)
