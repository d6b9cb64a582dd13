"""Names of models as people may see them: safe to print, short, told apart."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MODEL_SUFFIXES = (".onnx", ".ort")
"""Endings of the files that the runtime loads; the first is the usual one."""

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co"}
# Control (escape sequences), format (bidirectional overrides, zero width), lone surrogates (file
# names that are not UTF-8), private use. Unassigned code points stay: they may be newer letters.


def safe_text(text: str, limit: int = 60) -> str:
    """Text from a file or a user, made fit to print on one line.

    White space of any kind becomes single blanks, other characters that a terminal could act
    upon become ``?``, and the middle gives way to ``…`` if more than `limit` characters
    (at least 1) are left. Square brackets stay: whoever prints with markup must escape them.
    """
    line = " ".join("".join(_printable(character) for character in text).split())
    if len(line) <= limit:
        return line
    tail = (limit - 1) // 2
    return line[: limit - 1 - tail] + "…" + line[len(line) - tail :]


def _printable(character: str) -> str:
    if character.isspace():
        return " "
    return "?" if unicodedata.category(character) in _UNPRINTABLE else character


def without_suffix(name: str) -> str:
    """A file name without ``.onnx`` or ``.ort``; other endings (``_v1.1``) are part of the name."""
    for suffix in MODEL_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def title_of(path: Path) -> str:
    """The title of a model file: its stem, with its folder if the stem says nothing.

    Model hubs call every file ``model.onnx`` or ``model_fp16.onnx`` and often keep it in a folder
    called ``onnx``: the nearest folder with a name of its own is then part of the title.
    """
    stem = without_suffix(path.name)
    parts = [stem]
    if stem.lower() == "model" or stem.lower().startswith("model_"):
        folders = [path.parent.name]
        if folders[0].lower() == "onnx":
            folders.insert(0, path.parent.parent.name)
        parts = [*(folder for folder in folders if folder), stem]
    return safe_text("/".join(parts)) or "unnamed"
