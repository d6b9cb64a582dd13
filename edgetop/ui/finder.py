"""Finds the published boards for the run on the screen, beside the screen's loop.

Tables are read and files inspected in a thread, once a run has measured something: neither the
first paint nor a load or a warm-up waits for them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Hashable, Mapping

    from edgetop.results import Point
    from edgetop.sample import Run, Sample
    from edgetop.study.beside import Peer
    from edgetop.study.graphs import Graph

BEST_KNOWN = ("deepdetect/", "bianco/")
"""How the IDs begin of boards that are looked at first: whole grids of models and batches."""
_ROOM_FOR_FILE = 8
"""A file is inspected beside a running model if so many times its size is free: the process that
looks into it holds it twice over, and the model must not run out of memory by that."""
_ROOM_UNKNOWN_MIB = 512.0
"""What is taken to be free where nobody knows."""
_MIB = 1 << 20
_PATIENCE_S = 5.0
"""How long the end waits for the thread."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is published of the graph of a run."""

    key: Hashable
    """Of the run; see `key_of`."""
    ours: Point | None
    """The run as a point without a time; None if its graph is not known."""
    words: str
    """How the graph is known, or why it is not; empty for a built-in model."""
    peers: tuple[Peer, ...] = ()
    """At the batch of the run, in the order of the boards."""
    usable: tuple[Peer, ...] = ()
    """Of each board the best time that can be true, in fp32, as far as that is told, or in the
    precision of the run; the fastest first."""


class _Wanted(NamedTuple):
    key: Hashable
    run: Run
    all_boards: bool
    free_mib: float | None
    """Memory that nobody uses; None where that is not known."""


def key_of(run: Run) -> Hashable:
    """What the published boards for a run depend on."""
    shapes = tuple(item.shape for item in run.inputs)
    return (
        run.number, run.model, run.model_path, run.batch, run.provider, run.threads,
        run.precision, run.runtime, shapes,
    )  # fmt: skip


class Finder:
    """Looks published boards up when the run has become another one.

    Args:
        deliver: Takes what was found, in the thread of this.
        hashes: The hash of each run's file by its number, where the run is of the past and its
            file may have changed; None: what runs is what lies there.
    """

    def __init__(
        self, deliver: Callable[[Found], None], hashes: Mapping[int, str | None] | None = None
    ) -> None:
        self._deliver = deliver
        self._hashes = hashes
        self._lock = threading.Lock()
        self._wanted: _Wanted | None = None
        self._all_boards = False
        self._last: Sample | None = None
        self._thread: threading.Thread | None = None
        self._inspecting: subprocess.Popen[str] | None = None
        self._closed = False
        self._graphs: dict[Hashable, Graph] = {}
        """Of files, by path and shapes without the batch."""
        self.settled = threading.Event()
        """Nothing is being looked up."""
        self.settled.set()

    def follow(self, sample: Sample) -> None:
        """Look up what is not known of this sample's run; returns at once."""
        self._last = sample
        run = sample.run
        in_trial = sample.trial is not None and sample.trial.running
        if in_trial or not run.runtime or not sample.total.inferences:
            return
        wanted = _Wanted(key_of(run), run, self._all_boards, _free_mib(sample))
        known = self._wanted
        if known is not None and (known.key, known.all_boards) == (wanted.key, wanted.all_boards):
            return
        with self._lock:
            self._wanted = wanted
            if self.settled.is_set() and not self._closed:
                self.settled.clear()
                self._thread = threading.Thread(target=self._work, name="boards", daemon=True)
                self._thread.start()

    def widen(self) -> None:
        """From now on look at all boards: they take some megabytes."""
        self._all_boards = True
        if self._last is not None:
            self.follow(self._last)

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            self._closed = True
            if self._inspecting is not None:
                self._inspecting.kill()
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)

    def _work(self) -> None:
        while True:
            wanted = self._wanted
            assert wanted is not None
            try:
                found = self._find(wanted)
            except Exception as error:  # noqa: BLE001  a traceback would tear the screen
                found = Found(wanted.key, None, f"the published tables cannot be read: {error!r}")
            with self._lock:
                if self._closed or self._wanted is wanted:
                    if not self._closed:
                        self._deliver(found)
                    self.settled.set()
                    return

    def _find(self, wanted: _Wanted) -> Found:
        from edgetop import reference
        from edgetop.results import Conditions, Point
        from edgetop.study import beside

        run = wanted.run
        graph = self._graph(run, wanted.free_mib)
        if graph.model is None or not graph.model.canonical_name:
            return Found(wanted.key, None, graph.words)
        conditions = Conditions(run.runtime, run.provider, run.threads or None, run.precision)
        ours = Point(graph.model, run.batch, conditions)
        names = reference.boards()
        if not wanted.all_boards:
            first = [name for name in names if name.startswith(BEST_KNOWN)]
            peers = beside.peers(ours, map(reference.load, first))
            if usable := beside.best_of_each(peers, ("", "fp32", run.precision)):
                return Found(wanted.key, ours, graph.words, tuple(peers), usable)
        peers = beside.peers(ours, map(reference.load, names))
        usable = beside.best_of_each(peers, ("", "fp32", run.precision))
        return Found(wanted.key, ours, graph.words, tuple(peers), usable)

    def _graph(self, run: Run, free_mib: float | None) -> Graph:
        from edgetop.study import graphs

        known = graphs.built_in(run)
        if known is not None:
            return known
        key = (run.model_path, tuple(item.shape[1:] for item in run.inputs))
        if key in self._graphs:
            return self._graphs[key]
        sha256 = None
        if self._hashes is not None:
            sha256 = self._hashes.get(run.number)
            if sha256 is None:
                return graphs.Graph(None, "whether its file is still the same is not known")
        if not _has_room(run, free_mib):
            words = "its file is large and memory is short: later, edgetop compare looks into it"
            return graphs.Graph(None, words)
        found = graphs.of_file(run, sha256, idle=True, started=self._started)
        self._graphs[key] = found
        return found

    def _started(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._inspecting = process
            if self._closed:
                process.kill()


def _free_mib(sample: Sample) -> float | None:
    used, total = sample.board.memory_used_mib.value, sample.board.memory_total_mib.value
    return None if used is None or total is None else total - used


def _has_room(run: Run, free_mib: float | None) -> bool:
    """Whether the run's file can be looked into; one that is not there takes no memory."""
    try:
        size_mib = Path(run.model_path).expanduser().stat().st_size / _MIB
    except (OSError, ValueError, RuntimeError):
        return True
    room_mib = _ROOM_UNKNOWN_MIB if free_mib is None else free_mib
    return size_mib * _ROOM_FOR_FILE <= room_mib
