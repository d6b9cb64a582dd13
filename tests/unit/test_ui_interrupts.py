"""Signals that ask edgetop to end."""

from __future__ import annotations

import os
import signal

import pytest

from edgetop.ui.interrupts import Interrupts


def test_a_signal_calls_the_end() -> None:
    """And is remembered."""
    calls: list[str] = []
    with Interrupts() as interrupts:
        interrupts.end_with(lambda: calls.append("end"))
        assert not interrupts.happened
        os.kill(os.getpid(), signal.SIGTERM)
        assert calls == ["end"]
        assert interrupts.happened


def test_a_signal_that_came_too_early_calls_the_end_later() -> None:
    """While the screen is being imported nobody can end it."""
    calls: list[str] = []
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGHUP)
        interrupts.end_with(lambda: calls.append("end"))
    assert calls == ["end"]


def test_at_the_end_signals_do_nothing_until_somebody_insists() -> None:
    """A second ctrl+c gives up what takes too long."""
    with Interrupts() as interrupts:
        interrupts.end_with(None)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_put_back() -> None:
    """Whoever had them has them again."""
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with Interrupts():
        pass
    after = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before


def test_an_ignored_signal_stays_ignored() -> None:
    """nohup means it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupts.happened
    finally:
        signal.signal(signal.SIGHUP, before)
