"""Pretrained models that can be fetched: the files of the ONNX Model Zoo.

``models/onnx_zoo.csv`` lists them with size and hash, as github.com/onnx/models has them. The zoo
keeps its weights in Git LFS and is no longer maintained; the same tree is on Hugging Face.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache

from edgetop import locations
from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text, without_suffix

BASES = (
    "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/",
    "https://media.githubusercontent.com/media/onnx/models/main/",
)
"""Where the tree of the zoo lies; the second is asked if the first does not bring it."""


@dataclass(frozen=True, slots=True)
class Pretrained:
    """One file with trained weights."""

    name: str
    """On the command line: the file's name without its ending."""
    path: str
    """In the tree of the zoo."""
    size: int
    """Bytes."""
    sha256: str
    model: str
    """As the zoo calls it; may be empty."""
    top1_pct: float | None
    """Published by the zoo."""
    opset: str
    precision: str


@cache
def pretrained() -> tuple[Pretrained, ...]:
    """All that can be fetched, by name."""
    table = locations.shipped_dir("models") / "onnx_zoo.csv"
    with table.open(encoding="utf-8", newline="") as file:
        found = [_entry(row) for row in csv.DictReader(file)]
    return tuple(sorted(found, key=lambda entry: entry.name.lower()))


def _entry(row: dict[str, str]) -> Pretrained:
    return Pretrained(
        name=without_suffix(row["file"].rpartition("/")[2]),
        path=row["file"],
        size=int(row["size_bytes"]),
        sha256=row["sha256"],
        model=row["model"],
        top1_pct=float(row["top1_pct"]) if row["top1_pct"] else None,
        opset=row["opset"],
        precision=row["precision"],
    )


def find(name: str) -> Pretrained:
    """The file of that name, in any case, with or without ``.onnx``; or the model's best file.

    Raises:
        UsageError: There is none; the message names what comes near.
    """
    key = _key(name)
    entries = {entry.name.lower(): entry for entry in pretrained()}
    if key in entries:
        return entries[key]
    if files := [entry for entry in pretrained() if entry.model and _key(entry.model) == key]:
        return _best(files)
    begin = [entry.name for at, entry in entries.items() if key and at.startswith(key)]
    near = begin or [entries[at].name for at in difflib.get_close_matches(key[:80], entries, 4)]
    advice = (
        f"there are {', '.join(near[:4])}" if near else "'edgetop models pull --list' lists all"
    )
    raise UsageError(f"no pretrained model is called '{safe_text(name)}'; {advice}")


def _key(name: str) -> str:
    """A name as it is compared."""
    return " ".join(without_suffix(name.strip()).lower().split())


def _best(files: list[Pretrained]) -> Pretrained:
    """Of the files of one model the only one, or the one with plain floats and the newest opset.

    Raises:
        UsageError: Neither is one file.
    """
    if len(files) == 1:
        return files[0]
    plain = [file for file in files if file.precision == "fp32" and file.opset.isdecimal()]
    newest = max((int(file.opset) for file in plain), default=0)
    best = [file for file in plain if int(file.opset) == newest]
    if len(best) == 1:
        return best[0]
    names = ", ".join(file.name for file in files)
    raise UsageError(f"the model {safe_text(files[0].model)} has several files, name one: {names}")
