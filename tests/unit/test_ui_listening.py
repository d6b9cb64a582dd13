"""Keys and answers as they come from the terminal."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from textual import events

from edgetop.ui.listening import EndOfListening, listen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.message import Message


class Listener:
    """The listening side of a pseudo-terminal's stand-in, a pipe."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.over = EndOfListening()
        self.taken: list[Message] = []
        self.news = threading.Semaphore(0)
        self.error: OSError | None = None
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        try:
            listen(self.reading, self.over, self._take, lambda: self._take(events.Idle()))
        except OSError as error:
            self.error = error
            self.news.release()

    def _take(self, message: Message) -> None:
        self.taken.append(message)
        self.news.release()

    def hear(self, data: bytes) -> Message:
        """What these bytes mean."""
        os.write(self.writing, data)
        assert self.news.acquire(timeout=10)
        return self.taken[-1]

    def close(self) -> None:
        self.over.set()
        self.thread.join(10)
        assert not self.thread.is_alive()
        os.close(self.reading)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()
    os.close(made.writing)


def test_a_key(listener: Listener) -> None:
    """A letter is a key."""
    key = listener.hear(b"b")
    assert isinstance(key, events.Key)
    assert key.key == "b"


def test_an_escape_that_stands_alone_is_a_key(listener: Listener) -> None:
    """Nothing follows it, and nothing else wakes the listener."""
    key = listener.hear(b"\x1b")
    assert isinstance(key, events.Key)
    assert key.key == "escape"


def test_an_answer_alone_is_told_by_itself(listener: Listener) -> None:
    """As it comes after each frame."""
    assert isinstance(listener.hear(b"\x1b[1;1R"), events.Idle)


def test_an_answer_among_keys_is_read_as_such(listener: Listener) -> None:
    """Whoever takes it sees where the cursor is."""
    listener.hear(b"x\x1b[3;7R")
    while not isinstance(listener.taken[-1], events.CursorPosition):
        assert listener.news.acquire(timeout=10)
    assert (listener.taken[-1].x, listener.taken[-1].y) == (6, 2)


def test_half_a_character_is_waited_for(listener: Listener) -> None:
    """UTF-8 may come in two pieces."""
    os.write(listener.writing, "é".encode()[:1])
    key = listener.hear("é".encode()[1:])
    assert isinstance(key, events.Key)
    assert key.character == "é"


def test_bytes_that_are_no_utf8_cost_no_key(listener: Listener) -> None:
    """A terminal of another encoding sends them for a letter with an accent."""
    os.write(listener.writing, "é".encode("latin-1"))
    key = listener.hear(b"b")
    assert isinstance(key, events.Key)
    assert key.key == "b"


@pytest.mark.parametrize("noise", [b"\x1b[57441;:~", b"\x1b[999999999999999999999R"])
def test_noise_that_looks_like_a_sequence_costs_no_key(listener: Listener, noise: bytes) -> None:
    """Textual's parser breaks off at numbers that no terminal sends."""
    key = listener.hear(noise + b"b")
    assert isinstance(key, events.Key)
    assert key.key == "b"


def test_the_end_of_the_terminal_is_an_error() -> None:
    """It does not spin on a descriptor that has nothing more to say."""
    made = Listener()
    os.close(made.writing)
    assert made.news.acquire(timeout=10)
    assert "hung up" in str(made.error)
    made.close()
