"""A terminal that stands still or is slow: the record goes on, the screen skips, keys work."""

from __future__ import annotations

import itertools
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from observed import exported, inferences, until

if TYPE_CHECKING:
    from conftest import Watch
    from terminal import Terminal

RATE_FPS = 100
SLOW_BYTES_PER_S = 4000
LONG_LINE = Path(__file__).with_name("long_line.py")
BUSY = ("--interval", "0.1")
"""Ten samples a second are far more frames than a slow line carries."""
OLDEST_S = 6.0
"""So old may a figure be on a slow line."""


def shown_s(text: str) -> int:
    """The run's time that the screen shows, in seconds; -1 if none."""
    clock = re.search(r"(\d\d):(\d\d):(\d\d)  \S+ \w", text.split("\n", maxsplit=1)[0])
    return (
        -1
        if clock is None
        else sum(int(part) * unit for part, unit in zip(clock.groups(), (3600, 60, 1), strict=True))
    )


def true_s(trace: Path) -> float:
    """The run's time by the inferences that it has made, at a known rate."""
    return inferences(trace) / RATE_FPS


def age_s(program: Terminal, trace: Path) -> float:
    """How old the clock on the screen is."""
    return true_s(trace) - shown_s(program.text())


def catch_up(program: Terminal, trace: Path) -> None:
    """Wait until the screen shows the present."""
    program.wait_for(lambda text: true_s(trace) - shown_s(text) < 2.0, 30)


def run_on(trace: Path, seconds: float) -> None:
    """Wait until the model has run for some more seconds."""
    goal = true_s(trace) + seconds
    until(lambda: true_s(trace) > goal, f"the trace has {seconds} s more", 60)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Where the program writes every inference."""
    return tmp_path / "trace.csv"


def test_a_stalled_terminal_stops_nothing_but_itself(
    watch: Watch, tmp_path: Path, trace: Path
) -> None:
    """Nobody reads for seconds: the record has no gap, and then no old frames are played."""
    program = watch(*BUSY, "--trace", trace, "--export", tmp_path / "session.csv")
    frame_bytes = whole_frame(program)
    program.stall()
    run_on(trace, 4)
    program.resize(100, 30)  # frames that no sample asks for
    program.send("T")
    program.resize(120, 40)
    run_on(trace, 1)
    before = program.bytes_total
    program.resume()
    catch_up(program, trace)
    program.send("space")
    program.wait_for("paused", 30)
    assert program.bytes_total - before < 8 * frame_bytes
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
    rows = exported(tmp_path / "session.csv")
    moments = [float(row["elapsed_s"]) for row in rows]
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert max(gaps) < 2.0, "samples are missing from the time of the stall"


def whole_frame(program: Terminal) -> int:
    """Bytes of one whole screen."""
    before = program.bytes_total
    program.send("ctrl+l")
    program.wait_for(lambda _: program.bytes_total - before > 4000)
    return max(program.bytes_total - before, 10_000)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_a_signal_ends_it_while_the_terminal_is_stalled(
    watch: Watch, tmp_path: Path, trace: Path, number: int
) -> None:
    """Nobody reads and nobody ever will: it gives the terminal back as well as it can."""
    program = watch(*BUSY, "--trace", trace, "--export", tmp_path / "session.csv")
    program.stall()
    run_on(trace, 3)
    program.signal(number)
    assert program.wait(20) == 130
    assert program.children() == []
    exported(tmp_path / "session.csv")
    program.resume()
    until(lambda: program.restored() == [], f"all is restored but {program.restored()}", 10)


def test_a_quit_key_ends_it_while_the_terminal_is_stalled(watch: Watch, trace: Path) -> None:
    """Keys arrive although nothing comes back."""
    program = watch(*BUSY, "--trace", trace)
    program.stall()
    run_on(trace, 2)
    program.send("q")
    assert program.wait(20) == 0
    program.resume()
    until(lambda: program.restored() == [], f"all is restored but {program.restored()}", 10)


def present(program: Terminal, trace: Path, oldest_s: float) -> None:
    """What the screen shows in the next seconds is never older than this."""
    for _ in range(3):
        run_on(trace, 1)
        assert age_s(program, trace) < oldest_s


def test_a_slow_line_shows_the_present(watch: Watch, trace: Path) -> None:
    """4 kB/s: frames are left out, keys work, nothing old is played back when it gets fast."""
    program = watch(*BUSY, "--trace", trace)
    program.throttle(SLOW_BYTES_PER_S)
    run_on(trace, 2)  # what was under way when the line got slow has passed
    present(program, trace, OLDEST_S)
    program.send("space")
    program.wait_for("paused", 20)
    program.send("space")
    run_on(trace, 1)
    before, shown = program.bytes_total, shown_s(program.text())
    program.throttle(0)
    catch_up(program, trace)
    assert shown_s(program.text()) >= shown
    assert program.bytes_total - before < 60_000
    program.send("q")
    assert program.wait(20) == 0
    assert program.restored() == []


def test_a_slow_line_without_answers_shows_nearly_the_present(watch: Watch, trace: Path) -> None:
    """The pseudo-terminal's own room is always full then: 20 kB on Linux, which is 5 s."""
    program = watch(*BUSY, "--trace", trace, answers=False)
    program.throttle(SLOW_BYTES_PER_S)
    run_on(trace, 2)
    present(program, trace, OLDEST_S + 5.0)
    program.send("q")
    assert program.wait(20) == 0
    assert program.restored() == []
    assert "inferences in" in program.text()


def test_a_slow_line_that_holds_much_shows_the_present(watch: Watch, trace: Path) -> None:
    """Over TCP a write never blocks: only the terminal's answers tell what has arrived."""
    program = watch(
        *(*BUSY, "--trace", trace),
        command=(sys.executable, LONG_LINE, str(SLOW_BYTES_PER_S), sys.executable, "-m", "edgetop"),
        size=(80, 24),
        ready=False,
    )
    until(trace.exists, "the trace is begun")
    until(lambda: shown_s(program.text()) >= 1, "the screen shows a time")
    run_on(trace, 3)
    present(program, trace, OLDEST_S)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
    assert "inferences in" in program.text()


def test_a_paused_screen_sends_nothing(watch: Watch) -> None:
    """Not a byte in three seconds."""
    program = watch()
    program.send("space")
    program.wait_for("paused", 30)
    program.wait_quiet(1.0, 30)
    before = program.bytes_total
    time.sleep(3.0)  # the claim is about this time
    assert program.bytes_total == before
    program.send("space")
    program.wait_for(lambda text: "paused" not in text.split("\n")[0], 30)
