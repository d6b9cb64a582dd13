"""Output goes where it can, and an error is always one line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from edgetop.cli import streams
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper


@pytest.fixture
def broken_pipe() -> Iterator[TextIOWrapper]:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as stream:
        yield stream


def test_text_is_there_at_once() -> None:
    reading, writing = os.pipe()
    with open(writing, "w") as stream:
        assert streams.say("a line", stream)
        assert os.read(reading, 100) == b"a line\n"
    os.close(reading)


def test_a_reader_that_has_gone_is_noticed_once_and_then_nothing_fails(
    broken_pipe: TextIOWrapper,
) -> None:
    assert not streams.say("a line", broken_pipe)
    assert streams.say("another", broken_pipe)


def test_a_full_disk_is_an_error_with_its_reason() -> None:
    with open("/dev/full", "w") as stream:
        with pytest.raises(UsageError, match="cannot write the output: No space left on device"):
            streams.say("a line", stream)
        assert streams.say("another", stream)


def test_a_stream_that_was_closed_from_the_start_wants_nothing() -> None:
    assert streams.say("a line", None)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("what went wrong", "edgetop: what went wrong\n"),
        ("two\nlines \x1b[31mred", "edgetop: two lines [31mred\n"),
        ("[red]x[/]", "edgetop: [red]x[/]\n"),
        ("x" * 2000, f"edgetop: {'x' * 999}…\n"),
    ],
)
def test_a_complaint_is_one_printable_line(
    message: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    streams.complain(message)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", line)


def test_a_complaint_that_nobody_can_hear_is_no_error(
    broken_pipe: TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", broken_pipe)
    streams.complain("hello?")
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        streams.complain("hello?")
