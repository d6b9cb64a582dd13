"""What the screen does once it is there."""

from __future__ import annotations

import gc

from samples import STORIES
from scripted import on_screen


async def test_garbage_is_collected_again_and_what_was_loaded_is_left_out() -> None:
    """The start does without the collector; a monitor that runs for days may not."""
    gc.disable()
    try:
        async with on_screen(STORIES["steady"]()):
            assert gc.isenabled()
            assert gc.get_freeze_count() > 10_000
    finally:
        gc.enable()
