"""How a model's process ended is told in words."""

from __future__ import annotations

import signal

import pytest

from edgetop.engine.process import death


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (3, "it ended with status 3"),
        (0, "it ended with status 0"),
        (-signal.SIGFPE, "signal 8 (SIGFPE), the runtime divided by zero"),
        (-signal.SIGKILL, "signal 9 (SIGKILL), most likely out of memory"),
        (-signal.SIGSEGV, "signal 11 (SIGSEGV), the runtime crashed"),
        (-signal.SIGILL, "signal 4 (SIGILL), this build of the runtime needs a newer processor"),
        (-signal.SIGABRT, "signal 6 (SIGABRT), the runtime gave up"),
        (-signal.SIGTERM, "signal 15 (SIGTERM)"),
        (-250, "signal 250 (unknown)"),
    ],
)
def test_a_death_is_named_with_its_usual_cause(status: int, words: str) -> None:
    assert death(status).startswith(words)
