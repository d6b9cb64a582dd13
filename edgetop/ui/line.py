"""The way to the terminal: what goes out on it, and what of it has arrived."""

from __future__ import annotations

import codecs
import os
import re
import select
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY = "\x1b[6n"
"""Asks where the cursor is (DSR 6, ECMA-48). Every terminal since the VT100 answers it, and it
answers when it has come that far in what it was sent: so the answer says that a frame arrived."""

SIMILAR = "edgetop.similar"
"""Name of the codec error handler that puts a similar ASCII character in."""

_FEW_BYTES = 4096
"""So much may be under way when a further frame follows: a key's echo need not wait."""
_LAG_S = 0.75
"""A frame that takes longer to arrive makes those after it wait, however small it was."""
_WRITTEN_S = 0.05
"""So soon the kernel takes what is written, unless it holds all that it can."""
_UNSURE_S = 1.0
"""Until the terminal has answered at all there are no more frames than one in this time."""
_MUTE_S = 6.0
"""A terminal that has given no answer by then gives none."""
_LOST_S = 3.0
_LOST_AT_LAST_S = 30.0
"""An answer that takes longer is lost; on a slow line, where answers take their time, later."""
_LOST_FACTOR = 4.0
_MEMORY = 0.9
"""How much of the slowest answer's time still counts at the next answer."""
_MOST_WAITING = 12
"""Texts that may wait for the writer thread; the queue that Textual puts them in holds 30."""
_PIECE_BYTES = 1024
_POLL_S = 0.1
_RETRY_S = 0.01

_COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
_STYLES = frozenset(("", "0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29"))


class _Frame(NamedTuple):
    """A frame that has left and is not known to have arrived."""

    number: int
    left_s: float
    ends_at: int
    """Bytes handed over up to its end, about: ASCII is counted right, and most is ASCII."""


class Line:
    """The way to the terminal; stands in for the stream that Textual's writer thread writes to.

    A slow line is full of what was sent long before: a TCP connection holds megabytes. So each
    frame ends with a query, and while its answer is out no more than a moment's frames follow.
    A terminal that answers nothing is taken to have what it has been sent.

    Args:
        fd: The terminal; best a descriptor that does not block, or a write under way keeps
            everybody else from writing for as long as nobody reads.
        encoding: What it understands; characters that it lacks are replaced by similar ones.
        no_color: Send no colour, only styles.
    """

    def __init__(self, fd: int, *, encoding: str = "utf-8", no_color: bool = False) -> None:
        self._fd = fd
        self._encoding = encoding
        self._no_color = no_color
        self._lock = threading.Lock()
        self._waiting = 0
        self._waiting_since_s = 0.0
        self._moved_s: float | None = None
        self._frames: deque[_Frame] = deque()
        self._asked = 0
        self._answered = 0
        self._handed_bytes = 0
        self._arrived_bytes = 0
        self._answers: bool | None = None
        self._slow_s = 0.0
        self._when_clear: Callable[[], None] | None = None
        self.expected = 0
        """Texts handed over so far."""
        self.bytes_sent = 0
        self.dead = False
        """The terminal is gone, or is treated as if it were."""

    # -- for those who draw ----------------------------------------------------------------

    def expect(self, text: str) -> None:
        """This text is about to be handed to the writer thread."""
        with self._lock:
            self.expected += 1
            self._handed_bytes += len(text)
            if not self._waiting:
                self._waiting_since_s = self._moved_s = time.monotonic()
            self._waiting += 1

    def frame_ends(self) -> None:
        """The query that ends a frame is about to be handed over."""
        with self._lock:
            self._asked += 1
            self._frames.append(_Frame(self._asked, time.monotonic(), self._handed_bytes))

    def answered(self) -> None:
        """The terminal has answered a query."""
        with self._lock:
            self._answers = True
            self._answered = min(self._answered + 1, self._asked)
            while self._frames and self._frames[0].number <= self._answered:
                took_s = time.monotonic() - self._arrive().left_s
                self._slow_s = max(took_s, _MEMORY * self._slow_s)
        self._tell_if_clear()

    def forget(self) -> None:
        """The terminal has been in other hands: answers to earlier queries went elsewhere."""
        with self._lock:
            self._answered = self._asked
            while self._frames:
                self._arrive()

    def _arrive(self) -> _Frame:
        """The oldest frame is no longer under way."""
        frame = self._frames.popleft()
        self._arrived_bytes = frame.ends_at
        return frame

    @property
    def lag_s(self) -> float:
        """How long the oldest frame has been on its way; 0 if all have arrived."""
        with self._lock:
            return time.monotonic() - self._frames[0].left_s if self._frames else 0.0

    @property
    def lagging(self) -> bool:
        """A further frame would only make the terminal lag further behind."""
        with self._lock:
            now_s = time.monotonic()
            if self.dead or self._blocked(now_s):
                return True
            self._give_up_answers(now_s)
            if not self._frames:
                return False
            if self._answers is None and now_s - self._frames[-1].left_s > _UNSURE_S:
                return False
            under_way = self._handed_bytes - self._arrived_bytes
            return under_way > _FEW_BYTES or now_s - self._frames[0].left_s > _LAG_S

    def _blocked(self, now_s: float) -> bool:
        """Not even the kernel has taken what was written before."""
        late = self._waiting > 0 and now_s - self._waiting_since_s > _WRITTEN_S
        return late or self._waiting > _MOST_WAITING

    def _give_up_answers(self, now_s: float) -> None:
        silent = self._answers is None and self._frames
        if silent and now_s - self._frames[0].left_s > _MUTE_S:
            self._answers = False
            while self._frames:
                self._arrive()
        lost_s = min(max(_LOST_S, _LOST_FACTOR * self._slow_s), _LOST_AT_LAST_S)
        while self._answers and self._frames and now_s - self._frames[0].left_s > lost_s:
            self._answered = self._arrive().number
            self._slow_s = max(self._slow_s, lost_s / 2)  # if it was only slow, wait longer

    def when_clear(self, call: Callable[[], None]) -> None:
        """Call this once, in any thread, when the line takes frames again.

        It may do so already: the last answer can come between a look at `lagging` and this call,
        and no other one would follow.
        """
        self._when_clear = call
        self._tell_if_clear()

    def _tell_if_clear(self) -> None:
        call = self._when_clear
        if call is not None and not self.lagging:
            self._when_clear = None
            call()

    @property
    def stalled_s(self) -> float:
        """For how long the terminal has not taken a byte of what is waiting for it."""
        moved_s = self._moved_s
        return 0.0 if moved_s is None else time.monotonic() - moved_s

    # -- for the writer thread -------------------------------------------------------------

    def write(self, text: str) -> int:
        """Send text; a terminal that is gone swallows it."""
        data = self._encoded(without_colour(text) if self._no_color else text)
        for at in range(0, len(data), _PIECE_BYTES):
            self._send(data[at : at + _PIECE_BYTES])
        with self._lock:
            self._waiting -= 1
            self._waiting_since_s = time.monotonic()
            self._moved_s = self._waiting_since_s if self._waiting else None
            if text == QUERY and self._answers is False and self._frames:
                self._arrive()
        self._tell_if_clear()
        return len(text)

    def _send(self, data: bytes) -> None:
        while data and not self.dead:
            try:
                sent = os.write(self._fd, data)
            except BlockingIOError:
                self._wait_for_room()
                continue
            except OSError:
                self.dead = True
                return
            data = data[sent:]
            self.bytes_sent += sent
            self._moved_s = time.monotonic()

    def _wait_for_room(self) -> None:
        """Wait a little; a terminal may say that it has room and then not take a piece."""
        before_s = time.monotonic()
        select.select([], [self._fd], [], _POLL_S)
        time.sleep(max(0.0, _RETRY_S - (time.monotonic() - before_s)))

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._encoding, errors=SIMILAR)

    def flush(self) -> None:
        """Each write is sent at once."""

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._fd

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


def without_colour(text: str) -> str:
    """Text without colours; bold, dim, italic, underline, reverse and strike stay."""

    def kept(match: re.Match[str]) -> str:
        codes, result, at = match[1].split(";"), [], 0
        while at < len(codes):
            code = codes[at]
            if code in ("38", "48", "58"):
                at += 5 if codes[at + 1 : at + 2] == ["2"] else 3
                continue
            if code in _STYLES:
                result.append(code)
            at += 1
        return f"\x1b[{';'.join(result)}m" if result else ""

    return _COLOUR.sub(kept, text)


def similar(character: str) -> str:
    """ASCII of the same width that comes nearest to a character."""
    if character in "─━╌╍┄┅═╸╺":
        return "-"
    if character in "│┃╎╏┆┇║▏▕":
        return "|"
    if "\u2500" <= character <= "\u257f":
        return "+"
    if "\u2580" <= character <= "\u259f":
        return "#"
    return {"…": "~", "•": "*", "–": "-", "—": "-", "µ": "u", "×": "x", "·": "."}.get(
        character, "?" * cell_len(character)
    )


def _similar(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(similar, error.object[error.start : error.end])), error.end


codecs.register_error(SIMILAR, _similar)
