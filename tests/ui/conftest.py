"""Fixtures of the tests of the screen, and the option that rewrites its golden files."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long one example takes says nothing on a busy machine.
settings.register_profile("screen", deadline=None)
settings.load_profile("screen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/ui --update-goldens`` writes what the screen shows now."""
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite the golden screens of tests/ui"
    )


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Event times are shown in local time; here that is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    """The app freezes what it has loaded; in one process with other tests that would pile up."""
    yield
    gc.unfreeze()
