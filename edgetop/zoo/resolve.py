"""What a user means by a model: a file, a file in a model folder, or a built-in architecture.

Nothing here opens a model or imports onnx: it runs before the first paint.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import locations
from edgetop.errors import UsageError
from edgetop.zoo import catalogue
from edgetop.zoo.naming import MODEL_SUFFIXES, safe_text, title_of

if TYPE_CHECKING:
    from edgetop.zoo.catalogue import Architecture

MAX_FILES = 500
"""Model files that are offered from one folder."""
_MAX_ENTRIES = 20_000  # a folder of photographs must not hold up the picker
_PATH_LIMIT = 200
_LIST = "'edgetop models'"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be run, once it is built if need be."""

    title: str
    """Safe to print on one line; may hold square brackets."""
    path: Path
    """Absolute."""
    architecture: Architecture | None = None
    """What to build the file from; None for a file of the user's."""
    label: str = ""
    """What a reader must know about the weights; empty if nothing is known."""


def resolve(text: str, folder: Path | None = None) -> ModelChoice:
    """Find the model that `text` names.

    In this order: an existing path (``~`` allowed); a file in `folder`, in its ``models`` or in
    the user's model folder, with or without ``.onnx`` or ``.ort``; a built-in architecture.
    So a file always wins over the built-in model of the same name.

    Args:
        text: What the user wrote.
        folder: Where relative paths start; the working folder if None.

    Raises:
        UsageError: Nothing of that name, or it is no file that can be read.
    """
    if not text.strip():
        raise UsageError(f"the name of the model is empty; {_LIST} lists the built-in ones")
    start = _working_folder() if folder is None else folder.absolute()
    path = start / _expanded(text)
    obstacle = None
    for candidate in _candidates(text, path, start):
        found = _look_at(candidate)
        if isinstance(found, ModelChoice):
            return found
        obstacle = obstacle or found
    architecture = catalogue.find(text)
    if architecture is not None:
        return built_in(architecture)
    if obstacle is not None:
        raise obstacle
    raise unknown_model(text) if _is_bare(text) else UsageError(f"there is no file {_show(path)}")


def unknown_model(name: str) -> UsageError:
    """The error for a name that is neither a file nor a built-in model, with what comes near."""
    near = catalogue.nearest(name)
    advice = f"did you mean {' or '.join(near)}?" if near else f"{_LIST} lists the built-in ones"
    return UsageError(f"no file and no built-in model is called '{safe_text(name)}'; {advice}")


def choices(folder: Path | None = None) -> tuple[ModelChoice, ...]:
    """Everything a model picker offers: built-in models, then files in the model folders.

    Folders that cannot be read offer nothing; at most `MAX_FILES` files of each are listed.
    """
    start = _working_folder() if folder is None else folder.absolute()
    paths = dict.fromkeys(path for place in _model_folders(start) for path in _model_files(place))
    return (
        *(built_in(architecture) for architecture in catalogue.ARCHITECTURES),
        *(ModelChoice(title_of(path), path) for path in paths),
    )


def built_in(architecture: Architecture) -> ModelChoice:
    """The model that edgetop builds of an architecture."""
    from edgetop.zoo import build  # hashes its source: only where a built-in model is meant

    path = build.cached_path(architecture)
    return ModelChoice(architecture.name, path, architecture, catalogue.RANDOM_WEIGHTS)


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the folder was removed under us; absolute paths still work
        return Path("/")


def _model_folders(start: Path) -> tuple[Path, ...]:
    return (start / "models", locations.user_models_dir())


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no user of that name: the file itself may begin with ~
        return Path(text)


def _is_bare(text: str) -> bool:
    """A name without any folder."""
    return Path(text).name == text and not text.startswith("~")


def _candidates(text: str, path: Path, start: Path) -> tuple[Path, ...]:
    if not _is_bare(text):
        return (path,)
    places = (start, *_model_folders(start))
    return tuple(place / f"{text}{suffix}" for place in places for suffix in ("", *MODEL_SUFFIXES))


def _look_at(path: Path) -> ModelChoice | UsageError | None:
    """What lies at a path: a file that can be read, an obstacle, or nothing.

    An obstacle (a folder, a place that we may not look into) is the user's answer only if the
    name means nothing else: a folder must not hide the model of its name.

    Raises:
        UsageError: A file of that name exists but cannot be read; going on to another of the
            same name would surprise.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        return None
    except OSError as error:
        return UsageError(f"cannot read {_show(path)}: {error.strerror}")
    if stat.S_ISDIR(mode):
        names = ", ".join(safe_text(file.name) for file in _model_files(path)[:3])
        inside = f": {names}" if names else ""
        return UsageError(f"{_show(path)} is a folder; name a .onnx file in it{inside}")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{_show(path)} is not a file but a pipe, socket or device")
    try:
        path.open("rb").close()  # asks the system itself: modes, lists and mounts all count
    except OSError as error:
        raise UsageError(f"cannot read {_show(path)}: {error.strerror}") from error
    return ModelChoice(title_of(path), path)


def _model_files(folder: Path) -> list[Path]:
    """Model files directly in a folder, by name; empty if the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name
                for entry in islice(entries, _MAX_ENTRIES)
                if entry.name.lower().endswith(MODEL_SUFFIXES) and _is_file(entry)
            ]
    except OSError:
        return []
    return [folder / name for name in sorted(names)[:MAX_FILES]]


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link in a circle
        return False


def _show(path: Path) -> str:
    return safe_text(str(path), _PATH_LIMIT)
