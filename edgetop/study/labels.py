"""Files that say which class each picture shows: CSV, or lines of a name and a number."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MOST_BYTES = 256 << 20
_LINE = re.compile(r"(.*\S)\s+([0-9]+)")
_INTEGER = re.compile(r"[0-9]{1,9}")
_DELIMITERS = "\t,;"
# The better name comes first: a table may have several of them.
_FILE_NAMES = (
    "file", "filename", "file_name", "image", "image_file", "image_name", "path", "image_path",
    "image_id", "imageid", "id", "name",
)  # fmt: skip
_CLASS_NAMES = (
    "class_index", "class_idx", "class_id", "classid", "label_index", "label_id", "label", "class",
    "category_id", "category", "target", "index", "y",
)  # fmt: skip


def read(path: Path) -> tuple[dict[str, int], int]:
    """Classes by the name of the picture, and how many lines only say again what others say.

    A CSV file may be separated by commas, semicolons or tabulators; a header is known by its
    names (``file,class_index``, ``image,label``, ...), without one there are two columns. Other
    text has lines of a name, white space and a number, as Caffe's ``val.txt``.

    Raises:
        UsageError: It cannot be read, a line has another form, or two contradict each other.
    """
    classes: dict[str, int] = {}
    rows = 0
    shown = safe_text(str(path), 200)
    for number, cell, text in _rows(_text(path, shown).split("\n"), shown):
        if not _INTEGER.fullmatch(text):
            raise UsageError(
                f"{shown}, line {number}: '{safe_text(text)}' is not the number of a class"
            )
        name = _plain(cell)
        if not name:
            raise UsageError(f"{shown}, line {number}: the name of the picture is empty")
        known = classes.setdefault(name, int(text))
        if known != int(text):
            raise UsageError(
                f"{shown}, line {number}: {safe_text(name)} has the class {int(text)} here and "
                f"{known} before"
            )
        rows += 1
    if not classes:
        raise UsageError(f"{shown} holds no labels")
    return classes, rows - len(classes)


def _plain(name: str) -> str:
    """With the separators of this system, and without ``./`` in front."""
    name = name.strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def _text(path: Path, shown: str) -> str:
    try:
        if not path.is_file():
            problem = "is not a file" if path.exists() else "does not exist"
            raise UsageError(f"the file of labels {shown} {problem}")
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{shown} is larger than {_MOST_BYTES >> 20} MiB")
        # Names of files need not be UTF-8, and compare equal to those of the folder this way.
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {shown}: {reason}") from error
    if "\0" in text:
        raise UsageError(f"{shown} is not a text file in UTF-8")
    return text


def _rows(lines: Sequence[str], shown: str) -> Iterator[tuple[int, str, str]]:
    """(number of the line, name, class) for each line that is not empty."""
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not filled:
        return
    delimiter = _delimiter(filled[0][1])
    if not delimiter:
        yield from _plain_rows(filled, shown)
        return
    first = _cells(filled[0], delimiter, shown)
    columns = _columns(first, shown, filled[0][0])
    for numbered in filled if columns == (0, 1) and _INTEGER.fullmatch(first[1]) else filled[1:]:
        cells = _cells(numbered, delimiter, shown)
        if len(cells) <= max(columns):
            raise UsageError(f"{shown}, line {numbered[0]}: it has {len(cells)} columns only")
        yield numbered[0], cells[columns[0]], cells[columns[1]]


def _delimiter(line: str) -> str:
    """What separates the columns; empty for lines of a name, white space and a number."""
    delimiter = next((mark for mark in _DELIMITERS if mark in line), "")
    spaced = _LINE.fullmatch(line.strip())
    if delimiter and spaced and not _INTEGER.fullmatch(line.rpartition(delimiter)[2].strip()):
        return ""  # the name itself holds the mark
    return delimiter


def _plain_rows(filled: Sequence[tuple[int, str]], shown: str) -> Iterator[tuple[int, str, str]]:
    for number, line in filled:
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise UsageError(
                f"{shown}, line {number}: '{safe_text(line, 40)}' is not a name and the number of "
                "a class"
            )
        yield number, match[1], match[2]


def _cells(numbered: tuple[int, str], delimiter: str, shown: str) -> list[str]:
    number, line = numbered
    try:
        (cells,) = csv.reader([line.rstrip("\r")], delimiter=delimiter, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise UsageError(f"{shown}, line {number}: {error}") from error
    return [cell.strip() for cell in cells]


def _columns(first: Sequence[str], shown: str, number: int) -> tuple[int, int]:
    """The columns of the name and of the class, by the header or, without one, the first two."""
    if len(first) == 2 and _INTEGER.fullmatch(first[1]):
        return 0, 1
    heads = [cell.lower().replace(" ", "_") for cell in first]
    found = [
        next((heads.index(name) for name in names if name in heads), -1)
        for names in (_FILE_NAMES, _CLASS_NAMES)
    ]
    if -1 in found:
        raise UsageError(
            f"{shown}, line {number}: no columns of pictures and classes; name them file and "
            "class_index, or write lines of name,class"
        )
    return found[0], found[1]
