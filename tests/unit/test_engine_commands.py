"""A living run hears pause, rate and stop, and ends when edgetop is gone."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from edgetop.engine.channel import Channel
from edgetop.engine.commands import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG_S = 30.0


class Living:
    """Commands with edgetop's end of their channel."""

    def __init__(self, rate_fps: float | None = None) -> None:
        ours, theirs = socket.socketpair()
        self.edgetop = Channel(ours)
        self.commands = Commands(Channel(theirs), rate_fps)
        self.exits: list[int] = []

    def tell(self, **message: object) -> None:
        """Send a command and wait until it has been heard."""
        generation = self.commands.generation
        self.edgetop.send(message)
        self.commands.wait(generation, _LONG_S)
        assert self.commands.generation == generation + 1

    def end(self) -> None:
        """Let edgetop go and wait until the listener has noticed."""
        self.edgetop.close()
        for thread in threading.enumerate():
            if thread.name == "commands":
                thread.join(_LONG_S)


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> Iterator[Living]:
    run = Living(30.0)
    monkeypatch.setattr(os, "_exit", run.exits.append)
    run.commands.follow()
    yield run
    run.end()


def test_pause_and_resume(living: Living) -> None:
    living.tell(do="pause")
    assert living.commands.paused
    living.tell(do="resume")
    assert not living.commands.paused


def test_a_rate_and_none_for_the_closed_loop(living: Living) -> None:
    assert living.commands.rate_fps == 30
    living.tell(do="rate", fps=12)
    assert living.commands.rate_fps == 12.0
    living.tell(do="rate", fps=None)
    assert living.commands.rate_fps is None


def test_a_new_command_starts_the_schedule_again(living: Living) -> None:
    before = living.commands.epoch_ns
    living.tell(do="rate", fps=60.0)
    assert living.commands.epoch_ns > before


def test_stop(living: Living) -> None:
    living.tell(do="stop")
    assert living.commands.stopping


def test_stop_from_inside_wakes_whoever_sleeps(living: Living) -> None:
    generation = living.commands.generation
    waiting = threading.Thread(target=living.commands.wait, args=(generation,))
    waiting.start()
    living.commands.stop()
    waiting.join(_LONG_S)
    assert not waiting.is_alive()
    assert living.commands.stopping


def test_a_command_of_a_later_version_changes_nothing(living: Living) -> None:
    living.tell(do="dance")
    commands = living.commands
    assert (commands.paused, commands.stopping, commands.rate_fps) == (False, False, 30.0)


def test_waiting_ends_when_the_time_is_up(living: Living) -> None:
    generation = living.commands.generation
    living.commands.wait(generation, 0.001)
    assert living.commands.generation == generation


def test_reports_reach_edgetop(living: Living) -> None:
    living.commands.report({"event": "paused"})
    assert living.edgetop.receive() == [{"event": "paused"}]


def test_the_process_ends_when_edgetop_is_gone(living: Living) -> None:
    assert living.exits == []
    living.end()
    assert living.exits == [0]
