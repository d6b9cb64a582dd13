"""A folder of pictures with their classes: beside it in a file, or as folders by class."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from edgetop.errors import UsageError
from edgetop.study import labels
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".tif", ".tiff", ".jp2",
    ".avif",
)  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures and what they show."""

    folder: Path
    classes: dict[str, int]
    """Class as labelled, by the picture's path below the folder; in the order of the names."""
    unlabelled: tuple[str, ...] = ()
    """Pictures that have no label."""
    missing: tuple[str, ...] = ()
    """Labels that have no picture."""
    by_name: int | None = None
    """Number of folders, if the class is a folder's place among their sorted names."""
    repeated: int = 0
    """Labels that only say again what another one says."""


def find(folder: Path, labels_file: Path | None) -> Images:
    """The pictures in a folder, with the classes that a file or the names of folders give.

    Hidden files are left out, links to folders are followed for folders of classes only.

    Raises:
        UsageError: There is nothing that can be used, or labels contradict each other.
    """
    shown = safe_text(str(folder), 200)
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"--images {shown} {problem}")
    if labels_file is not None:
        return _labelled(folder, labels_file, shown)
    return _foldered(folder, shown)


def _labelled(folder: Path, labels_file: Path, shown: str) -> Images:
    wanted, repeated = labels.read(labels_file)
    files = _files(folder)
    pictures = [name for name in files if _is_picture(name)]
    matched = match(wanted, files)
    if not matched.classes:
        if not pictures:
            _refuse_empty(files, shown)
        raise UsageError(
            f"no label belongs to a picture: {safe_text(labels_file.name)} names "
            f"{safe_text(next(iter(wanted)))}, {shown} holds {safe_text(pictures[0])}"
        )
    return Images(
        folder=folder,
        classes=dict(sorted(matched.classes.items())),
        unlabelled=tuple(name for name in pictures if name not in matched.classes),
        missing=matched.missing,
        repeated=repeated + matched.repeated,
    )


@dataclass(frozen=True, slots=True)
class Matched:
    """Labels brought together with files."""

    classes: dict[str, int]
    """By file."""
    missing: tuple[str, ...]
    """Labels without a file."""
    repeated: int
    """Labels that name a file of another label, with the same class."""


def match(wanted: Mapping[str, int], files: Iterable[str]) -> Matched:
    """Find the file of each label.

    By its whole path if there is such a file; else without the endings of pictures (``a`` is
    ``a.jpg``); else without folders. A name that would fit several files fits none.

    Raises:
        UsageError: Two labels mean one file and have different classes.
    """
    files = list(files)
    found: dict[str, tuple[str, int]] = {}
    rest, repeated = dict(wanted), 0
    for key in _KEYS:
        often = Counter(map(key, files))
        by_key = {key(name): name for name in files if often[key(name)] == 1}
        for label in list(rest):
            name = by_key.get(key(label))
            if name is None:
                continue
            number = rest.pop(label)
            other, known = found.setdefault(name, (label, number))
            if known != number:
                raise UsageError(
                    f"the labels {safe_text(other)} ({known}) and {safe_text(label)} ({number}) "
                    f"mean the same picture, {safe_text(name)}"
                )
            repeated += other != label
    classes = {name: number for name, (_, number) in found.items()}
    return Matched(classes, tuple(rest), repeated)


def _is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _stem(name: str) -> str:
    return os.path.splitext(name)[0] if _is_picture(name) else name  # noqa: PTH122  a key


def _base(name: str) -> str:
    return PurePosixPath(name).name


_KEYS: tuple[Callable[[str], str], ...] = (
    str, _stem, _base, lambda name: _stem(_base(name)),
)  # fmt: skip
"""What must be equal, from the strictest on."""


def _foldered(folder: Path, shown: str) -> Images:
    names = _folders(folder)
    beside = [name for name in _files(folder, deep=False) if _is_picture(name)]
    if not names:
        if not beside:
            _refuse_empty(_files(folder, deep=False), shown)
        raise UsageError(
            f"nothing says what the pictures in {shown} show; give --labels FILE, or sort them "
            "into folders by class"
        )
    numbered = all(_NUMBER.fullmatch(name) for name in names)
    numbers = {name: int(name) if numbered else place for place, name in enumerate(names)}
    _refuse_twins(numbers)
    classes = {
        f"{name}/{file}": number
        for name, number in numbers.items()
        for file in _files(folder / name)
        if _is_picture(file)
    }
    if not classes:
        _refuse_empty(names, shown)
    return Images(
        folder, dict(sorted(classes.items())), tuple(beside),
        by_name=None if numbered else len(names),
    )  # fmt: skip


def _refuse_twins(numbers: Mapping[str, int]) -> None:
    seen: dict[int, str] = {}
    for name, number in numbers.items():
        if number in seen:
            raise UsageError(f"the folders {seen[number]} and {name} mean the same class")
        seen[number] = name


def _refuse_empty(names: Iterable[str], shown: str) -> NoReturn:
    if any(True for _ in names):
        raise UsageError(f"--images {shown} holds no pictures ({', '.join(SUFFIXES[:4])}, ...)")
    raise UsageError(f"--images {shown} is empty")


def _folders(folder: Path) -> list[str]:
    """Names of the folders in it, sorted as Python sorts text, as torchvision does."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name for entry in entries if not entry.name.startswith(".") and _is_dir(entry)
            )
    except OSError as error:
        raise _cannot_list(error, folder) from error


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _files(folder: Path, *, deep: bool = True) -> list[str]:
    """Paths below the folder, sorted; links to folders are not followed."""
    found = []

    def fail(error: OSError) -> NoReturn:
        raise _cannot_list(error, folder)

    for place, inner, names in os.walk(folder, onerror=fail):
        inner[:] = [name for name in inner if deep and not name.startswith(".")]
        below = Path(place).relative_to(folder).as_posix()
        front = "" if below == "." else f"{below}/"
        found += [f"{front}{name}" for name in names if not name.startswith(".")]
    return sorted(found)


def _cannot_list(error: OSError, folder: Path) -> UsageError:
    place = error.filename or folder
    return UsageError(f"cannot look into {safe_text(str(place), 200)}: {error.strerror}")
