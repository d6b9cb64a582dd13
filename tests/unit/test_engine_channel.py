"""Messages arrive whole and in order, and a lost partner is noticed, not raised."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from edgetop.engine.channel import Channel

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


def test_a_message_arrives_as_it_was_sent(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    other = Channel(theirs)
    message = {"do": "rate", "fps": 1.5, "name": "é\udcff\n", "none": None}
    channel.send(message)
    assert other.receive() == [message]
    other.send({"event": "stopped"})
    assert channel.receive() == [{"event": "stopped"}]


def test_a_message_in_pieces_is_put_together(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.sendall(b'{"a"')
    assert channel.receive() == []
    theirs.sendall(b": 1}\n{")
    assert channel.receive() == [{"a": 1}]
    theirs.sendall(b'"b": 2}\n')
    assert channel.receive() == [{"b": 2}]


def test_messages_that_arrive_together_come_in_order(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.sendall(b'{"n": 1}\n\n{"n": 2}\n{"n": 3}\n')
    assert [message["n"] for message in channel.receive()] == [1, 2, 3]


def test_a_socket_that_does_not_block_has_nothing_yet(pair: tuple[Channel, socket.socket]) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    channel = Channel(ours)
    assert channel.receive() == []
    assert not channel.closed
    channel.close()
    theirs.close()


def test_the_end_of_the_partner_is_noticed(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.close()
    assert channel.receive() == []
    assert channel.closed


def test_sending_to_nobody_is_no_error(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.close()
    channel.send({"do": "stop"})
    assert channel.closed


def test_a_line_without_end_closes_the_channel_instead_of_filling_memory(
    pair: tuple[Channel, socket.socket],
) -> None:
    channel, theirs = pair
    theirs.setblocking(False)
    for _ in range(1 << 20):
        try:
            theirs.send(b"x" * (1 << 14))
        except BlockingIOError:
            pass
        except BrokenPipeError:
            break
        assert channel.receive() == []
        if channel.closed:
            break
    assert channel.closed
