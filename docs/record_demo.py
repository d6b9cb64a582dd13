"""Records the session that `edgetop demo` plays: `python docs/record_demo.py`.

A real session on this machine, about a minute long, in which somebody tries things: a mark, a
larger batch, one thread, a trial of the two, a camera's pace. Nothing in it is made up.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from edgetop import locations
from edgetop.engine.spec import RunSpec
from edgetop.sensors.board import Board
from edgetop.session.facts import session_facts
from edgetop.session.live import LiveSession
from edgetop.session.recorder import Recorder
from edgetop.session.store import session_file
from edgetop.zoo import resolve

TARGET = Path(__file__).resolve().parents[1] / "edgetop" / "demo" / "demo.edgetop"
INTERVAL_S = 0.5


def main() -> int:
    """Run the session, then write it as a session file."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        choice = resolve.resolve("squeezenet_v1.1")
        assert choice.architecture is not None
        spec = RunSpec(
            str(choice.path), choice.title, architecture=choice.architecture.name,
            label=choice.label,
        )  # fmt: skip
        board = Board(Path("/"), interval_s=INTERVAL_S)
        session = LiveSession(spec, board, interval_s=INTERVAL_S)
        recorder = Recorder(
            locations.sessions_file(),
            lambda sample: session_facts(
                board.identity(), sample, interval_s=INTERVAL_S, command=("edgetop",)
            ),
        )
        session.subscribe(recorder.add)
        session.start()
        _try_things(session)
        session.stop()
        recorder.close()
        TARGET.parent.mkdir(exist_ok=True)
        session_file.write(recorder.recorded(), TARGET)
    print(f"{TARGET}: {TARGET.stat().st_size / 1000:.0f} kB")
    return 0


def _try_things(session: LiveSession) -> None:
    time.sleep(12)
    session.mark()
    time.sleep(1)
    session.change(batch=4)
    time.sleep(9)
    session.change(batch=1, threads=1)
    time.sleep(9)
    session.trial()
    time.sleep(24)
    session.trial()  # enough: it ends with what it has
    time.sleep(4)
    session.change(threads=0)
    session.set_rate(30.0)
    time.sleep(9)


if __name__ == "__main__":
    sys.exit(main())
