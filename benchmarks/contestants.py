"""More programs than the self test has that run a model, of which one at a time is let run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.simulated_day import samples
from edgetop.engine.spec import RunSpec
from edgetop.selftest.contestants import BareLoop, Contestant, Edgetop, family, options
from edgetop.selftest.home import PYTHON
from edgetop.selftest.running import ring_of, wait_for_worker
from edgetop.selftest.terminal import PtyProgram
from edgetop.session.store import schema
from edgetop.session.store.writing import SessionWriter

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.place import Place
    from edgetop.selftest.patience import Patience

__all__ = [
    "BareLoop", "Contestant", "Edgetop", "Replay", "Stalled", "options", "ring_of", "spec_of",
    "wait_for_worker",
]  # fmt: skip

_SESSION_S = 1800
_PAINTED_S = 2.0


def spec_of(model: str, threads: int, home: Place, rate_fps: float | None = None) -> RunSpec:
    """A model of the benchmarks on so many threads, at a rate or as fast as it goes."""
    path = str(home.model(model))
    return RunSpec(path, model, provider="cpu", threads=threads, rate_fps=rate_fps)


class Stalled(Edgetop):
    """edgetop on a terminal that reads no more once the model runs."""

    def __init__(self, name: str, spec: RunSpec, home: Place, patience: Patience) -> None:
        super().__init__(name, spec, home, patience, interval_s=0.5, size=(120, 40))
        assert self.terminal is not None
        self.terminal.stall()


class Replay(BareLoop):
    """The bare loop, beside an edgetop that replays a session on a terminal of its own."""

    def __init__(self, name: str, spec: RunSpec, home: Place, patience: Patience) -> None:
        super().__init__(name, spec, home, patience)
        command = [PYTHON, "-m", "edgetop", "replay", str(_session(home)), "--speed", "2"]
        self.terminal = PtyProgram(command, (120, 40), home.env, home.folder)
        self.pids = self._family()
        time.sleep(_PAINTED_S)

    @property
    def own_pids(self) -> list[int]:
        """See `Contestant.own_pids`."""
        return [pid for pid in reversed(self.pids) if pid != self.process.pid]

    def written(self, begin_s: float, end_s: float) -> int | None:
        """See `Contestant.written`."""
        return self.terminal.written(begin_s, end_s)[0]

    def check(self) -> None:
        """See `Contestant.check`."""
        super().check()
        if self.terminal.process.poll() is not None:
            raise RuntimeError(f"the replay ended with {self.terminal.process.returncode}")

    def close(self) -> None:
        """See `Contestant.close`."""
        self.go_on()
        self.terminal.close()
        super().close()

    def _family(self) -> list[int]:
        return [*super()._family(), *family(self.terminal.process)]


def _session(home: Place) -> Path:
    """A recorded session of one sample a second with 25 sensors."""
    path = home.folder / "recorded.db"
    if not path.exists():
        connection = schema.connect(path)
        writer = SessionWriter({"board": "simulated"}, time.time())
        for sample in samples(_SESSION_S):
            writer.add(sample)
        writer.ended_unix_s = time.time()
        writer.commit(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
    return path
