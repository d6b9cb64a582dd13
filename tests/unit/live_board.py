"""An emulated board on which time passes: its counters count while a program reads them."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

from emulated_boards import files_of, stored, write_in_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_COUNTERS = re.compile(
    r"proc/stat|.*/(?:cpu\.stat|energy_uj|rc6_residency_ms|gpu_stats|\w+_(?:cnt|count))"
)
_STEP_S = 0.02


class LiveBoard:
    """Turns a tree to one second later, but for its counters: those begin to count.

    Args:
        name: One of `SEVEN_BOARDS`.
        folder: Its tree, as it was at the beginning.
        until: Nothing changes until this is true.
    """

    def __init__(self, name: str, folder: Path, until: Callable[[], object]) -> None:
        self._name = name
        self._folder = folder
        self._until = until
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._until():
            if self._ended.wait(_STEP_S):
                return
        first, later = files_of(self._name), files_of(self._name, at="1s")
        counters = [path for path in stored(self._name)["later"] if _COUNTERS.fullmatch(path)]
        for path in later.keys() - counters:
            self._write(path, later[path])
        begun_s = time.monotonic()
        while not self._ended.wait(_STEP_S):
            seconds = time.monotonic() - begun_s
            for path in counters:
                self._write(path, at_time(first[path], later[path], seconds))

    def _write(self, path: str, text: str) -> None:
        write_in_place(self._folder / path, text.encode("latin-1"))


def at_time(first: str, second: str, seconds: float) -> str:
    """Two texts that differ in numbers only, so many seconds after the first one.

    A number that grew by 7 from the first text to the second grows so in each second.
    """
    starts = iter(re.findall(r"[0-9]+", first))

    def grown(match: re.Match[str]) -> str:
        start = int(next(starts))
        return str(start + int((int(match[0]) - start) * seconds))

    return re.sub(r"[0-9]+", grown, second)
