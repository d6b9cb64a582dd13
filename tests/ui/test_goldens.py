"""The screen as text, compared with files: a change of the look is seen in review.

``pytest tests/ui/test_goldens.py --update-goldens`` writes what it looks like now.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import STORIES
from scripted import on_screen

from edgetop.paint.symbols import TIERS

FOLDER = Path(__file__).resolve().parents[1] / "data" / "screens"

SCREENS = [
    ("steady", (120, 40), "unicode"),
    ("steady", (80, 24), "unicode"),
    ("steady", (40, 12), "unicode"),
    ("steady", (20, 5), "unicode"),
    ("steady", (80, 24), "ascii"),
    ("steady", (80, 25), "console"),
    ("batch_4", (120, 40), "unicode"),
    ("throttled", (120, 40), "unicode"),
    ("failed", (80, 24), "unicode"),
    ("warming", (80, 24), "unicode"),
    ("nothing_known", (120, 40), "unicode"),
    ("no_sensors", (80, 24), "unicode"),
    ("large_board", (120, 40), "unicode"),
    ("large_board", (200, 60), "unicode"),
]


@pytest.mark.parametrize(
    ("story", "size", "tier"),
    [
        pytest.param(story, size, tier, id=f"{story}-{size[0]}x{size[1]}-{tier}")
        for story, size, tier in SCREENS
    ],
)
async def test_the_screen_is_as_its_golden_file(
    story: str, size: tuple[int, int], tier: str, request: pytest.FixtureRequest
) -> None:
    """Cell by cell, frames and footer included."""
    path = FOLDER / f"{story}-{size[0]}x{size[1]}-{tier}.txt"
    async with on_screen(STORIES[story](), size, symbols=TIERS[tier]) as screen:
        shown = screen.text
    if request.config.getoption("--update-goldens", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over(request: pytest.FixtureRequest) -> None:
    """Each belongs to a screen above."""
    named = {f"{story}-{size[0]}x{size[1]}-{tier}.txt" for story, size, tier in SCREENS}
    extra = [path for path in FOLDER.glob("*") if path.name not in named]
    if request.config.getoption("--update-goldens", default=False):
        for path in extra:
            path.unlink()
        return
    assert extra == []
