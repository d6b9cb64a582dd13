"""What goes out on the line to the terminal, and when a further frame may follow."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from edgetop.ui import line as line_module
from edgetop.ui.line import QUERY, Line, similar, without_colour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = "x" * 5000
"""A frame of more bytes than may be under way when another follows."""


class Clock:
    """Stands in for the time module in `edgetop.ui.line`."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(line_module, "time", clock)
    return clock


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a line; the reading end may be closed by the test."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    yield reading, writing
    os.close(writing)
    with contextlib.suppress(OSError):  # the test has hung up
        os.close(reading)


@pytest.fixture
def line(pipe: tuple[int, int], clock: Clock) -> Line:
    return Line(pipe[1])


def send_frame(line: Line, text: str) -> None:
    """A frame and its query, handed over and written."""
    line.expect(text)
    line.frame_ends()
    line.expect(QUERY)
    line.write(text)
    line.write(QUERY)


def test_a_frame_that_has_arrived_lets_the_next_one_go(line: Line) -> None:
    """An answered query says that all before it is on the screen."""
    send_frame(line, LARGE)
    assert line.lagging
    line.answered()
    assert not line.lagging
    assert line.lag_s == 0


def test_small_frames_do_not_wait_for_each_other(line: Line, clock: Clock) -> None:
    """What a key changes shows at once, for a while."""
    send_frame(line, LARGE)
    line.answered()
    send_frame(line, "small")
    assert not line.lagging
    clock.now_s += 1.0
    assert line.lagging


def test_the_oldest_frame_decides(line: Line) -> None:
    """One answer is for one frame, in order."""
    send_frame(line, LARGE)
    line.answered()
    send_frame(line, LARGE)
    send_frame(line, LARGE)
    line.answered()
    assert line.lagging
    line.answered()
    assert not line.lagging


def test_until_the_first_answer_frames_are_rare(line: Line, clock: Clock) -> None:
    """One a second: on a slow line the first answer takes long."""
    send_frame(line, LARGE)
    clock.now_s += 0.9
    assert line.lagging
    clock.now_s += 0.2
    assert not line.lagging


def test_a_terminal_that_never_answers_is_not_waited_for(line: Line, clock: Clock) -> None:
    """What it has been sent counts as arrived."""
    send_frame(line, LARGE)
    clock.now_s += 7.0
    assert not line.lagging
    send_frame(line, LARGE)
    assert not line.lagging


def test_a_lost_answer_does_not_stop_the_screen_for_ever(line: Line, clock: Clock) -> None:
    """And a surplus one later does not make two frames of one."""
    send_frame(line, LARGE)
    line.answered()
    send_frame(line, LARGE)
    clock.now_s += 2.9
    assert line.lagging
    clock.now_s += 0.2
    assert not line.lagging
    line.answered()
    send_frame(line, LARGE)
    assert line.lagging


def test_an_answer_on_a_slow_line_is_not_lost(line: Line, clock: Clock) -> None:
    """Where the last one took five seconds this one may take some, too."""
    send_frame(line, LARGE)
    clock.now_s += 5.0
    line.answered()
    send_frame(line, LARGE)
    clock.now_s += 15.0
    assert line.lagging


def test_after_other_hands_had_the_terminal_nothing_is_awaited(line: Line) -> None:
    """Their answers went elsewhere."""
    send_frame(line, LARGE)
    line.answered()
    send_frame(line, LARGE)
    line.forget()
    assert not line.lagging
    send_frame(line, LARGE)
    assert line.lagging
    line.answered()
    assert not line.lagging


def test_what_is_not_even_written_makes_the_next_frame_wait(line: Line, clock: Clock) -> None:
    """The kernel holds all that it can."""
    line.expect("a frame")
    clock.now_s += 0.1
    assert line.lagging
    assert line.stalled_s == pytest.approx(0.1)
    line.write("a frame")
    assert not line.lagging
    assert line.stalled_s == 0


def test_who_waited_is_called_once_when_there_is_room(line: Line) -> None:
    """By the answer, or by the write that ends a jam."""
    calls: list[str] = []
    send_frame(line, LARGE)
    line.when_clear(lambda: calls.append("clear"))
    assert calls == []
    line.answered()
    line.answered()
    assert calls == ["clear"]


def test_who_begins_to_wait_when_the_last_answer_has_come_is_called_at_once(line: Line) -> None:
    """Else a frame that was left out would never follow: nothing else moves in a paused replay."""
    calls: list[str] = []
    send_frame(line, LARGE)
    assert line.lagging
    line.answered()  # in the input thread, between the look and the wait
    line.when_clear(lambda: calls.append("clear"))
    assert calls == ["clear"]


def test_a_vanished_terminal_swallows_all(pipe: tuple[int, int], line: Line) -> None:
    """No error, and nothing more is tried."""
    os.close(pipe[0])
    line.expect("text")
    assert line.write("text") == 4
    assert line.dead
    assert line.lagging
    assert line.bytes_sent == 0


def test_a_full_line_is_waited_for(pipe: tuple[int, int]) -> None:
    """Everything arrives, in order, however little is read at a time."""
    line = Line(pipe[1])
    text = "".join(f"{number:07}\n" for number in range(40_000))
    line.expect(text)
    writing = threading.Thread(target=line.write, args=(text,))
    writing.start()
    received = bytearray()
    while len(received) < len(text):
        received += os.read(pipe[0], 10_000)
    writing.join()
    assert received.decode() == text
    assert line.bytes_sent == len(text)


def test_giving_up_ends_a_write_that_is_under_way(pipe: tuple[int, int]) -> None:
    """The writer thread can always be ended."""
    line = Line(pipe[1])
    line.expect("x" * 1_000_000)
    writing = threading.Thread(target=line.write, args=("x" * 1_000_000,), daemon=True)
    writing.start()
    _until(lambda: line.bytes_sent > 0)
    line.dead = True
    writing.join(10)
    assert not writing.is_alive()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("\x1b[1;31mred\x1b[0m", "\x1b[1mred\x1b[0m"),
        ("\x1b[38;2;1;2;3;1;48;5;7mtext\x1b[m", "\x1b[1mtext\x1b[m"),
        ("\x1b[97;104mtext\x1b[2;4;7m", "text\x1b[2;4;7m"),
        ("\x1b[39;49mtext\x1b[58;2;1;2;3;4m", "text\x1b[4m"),
        ("\x1b[2J\x1b[3;5Hplain", "\x1b[2J\x1b[3;5Hplain"),
    ],
)
def test_without_colour_styles_stay(sent: str, left: str) -> None:
    """Whole colours go, with their numbers; nothing else does."""
    assert without_colour(sent) == left


@given(st.lists(st.sampled_from([0, 1, 4, 7, 22, 30, 39, 41, 97, 100]), max_size=8))
def test_no_colour_number_is_left(numbers: list[int]) -> None:
    """Whatever the order of styles and colours."""
    text = without_colour(f"\x1b[{';'.join(map(str, numbers))}mx")
    left = re.findall(r"\d+", text)
    assert [int(number) for number in left] == [number for number in numbers if number < 30]


@given(st.characters(exclude_categories=["Cs"], min_codepoint=128))
def test_a_similar_character_is_ascii_of_the_same_width(character: str) -> None:
    """So that nothing on the row moves."""
    replaced = similar(character)
    assert replaced.isascii()
    assert len(replaced) == cell_len(character)


def test_a_terminal_without_utf8_gets_similar_characters(pipe: tuple[int, int]) -> None:
    """Frames of dashes and bars stay frames."""
    line = Line(pipe[1], encoding="ascii")
    line.expect("╭─│█")
    line.write("╭─ 12 µs │█▏… 日")
    assert os.read(pipe[0], 100) == b"+- 12 us |#|~ ??"
