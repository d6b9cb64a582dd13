"""Commands from other threads, for which the sampler wakes."""

from __future__ import annotations

import socket

from edgetop.engine.channel import Channel
from edgetop.session.mailbox import Mailbox

LONG_S = 600.0
"""A wait that did not end at once would end the test run."""


def test_a_command_ends_the_wait_whether_it_comes_before_or_during_it() -> None:
    mailbox, done = Mailbox(), list[str]()
    mailbox.put(lambda: done.append("first"))
    mailbox.put(lambda: done.append("second"))
    mailbox.wait(None, LONG_S)
    for command in mailbox.commands():
        command()
    assert done == ["first", "second"]
    mailbox.close()


def test_a_command_that_another_one_gives_is_done_in_the_same_turn() -> None:
    mailbox, done = Mailbox(), list[str]()
    mailbox.put(lambda: mailbox.put(lambda: done.append("given")))
    for command in mailbox.commands():
        command()
    assert done == ["given"]
    mailbox.close()


def test_more_commands_than_the_socket_takes_bytes_are_all_kept() -> None:
    """Nobody reads while a model is loaded, and a key may be held down."""
    mailbox, done = Mailbox(), list[int]()
    many = 100_000
    for number in range(many):
        mailbox.put(lambda number=number: done.append(number))
    mailbox.wait(None, LONG_S)
    for command in mailbox.commands():
        command()
    assert done == list(range(many))
    mailbox.close()


def test_what_the_channel_has_ends_the_wait_too() -> None:
    ours, theirs = socket.socketpair()
    mailbox, channel = Mailbox(), Channel(ours)
    Channel(theirs).send({"event": "warm"})
    mailbox.wait(channel, LONG_S)
    assert channel.receive() == [{"event": "warm"}]
    mailbox.close()
    channel.close()
    theirs.close()


def test_after_the_end_a_command_does_no_harm() -> None:
    mailbox = Mailbox()
    mailbox.close()
    mailbox.put(lambda: None)
