"""The screen as text, compared with files: a change of the look is seen in review.

``pytest tests/ui/test_goldens.py --update-goldens`` writes what it looks like now.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from samples import STORIES
from scripted import on_screen, replayed

from edgetop.paint.symbols import TIERS

if TYPE_CHECKING:
    from edgetop.sample import Sample

FOLDER = Path(__file__).resolve().parents[1] / "data" / "screens"


class Shown(NamedTuple):
    """One golden screen."""

    story: str
    size: tuple[int, int]
    tier: str = "unicode"
    way: str = "live"
    """live, replay, history (the key h), compare (the key c), kiosk."""

    @property
    def name(self) -> str:
        """Of its file, without the ending."""
        way = "" if self.way == "live" else f"{self.way}-"
        return f"{way}{self.story}-{self.size[0]}x{self.size[1]}-{self.tier}"


SIZES = ((120, 40), (80, 24), (40, 12))

SCREENS = [
    Shown("steady", (120, 40)),
    Shown("steady", (80, 24)),
    Shown("steady", (40, 12)),
    Shown("steady", (20, 5)),
    Shown("steady", (80, 24), "ascii"),
    Shown("steady", (80, 25), "console"),
    Shown("batch_4", (120, 40)),
    Shown("throttled", (120, 40)),
    Shown("failed", (80, 24)),
    Shown("warming", (80, 24)),
    Shown("nothing_known", (120, 40)),
    Shown("no_sensors", (80, 24)),
    Shown("large_board", (120, 40)),
    Shown("large_board", (200, 60)),
    *(Shown("marked", size) for size in SIZES),
    *(Shown("trial", size) for size in SIZES),
    Shown("alike", (80, 24), "ascii"),
    *(Shown("batch_4", size, way="replay") for size in (*SIZES, (20, 5))),
    Shown("batch_4", (80, 24), "ascii", way="replay"),
    *(Shown("soak", size, way="history") for size in SIZES),
    Shown("no_sensors", (80, 24), way="history"),
    Shown("soak", (80, 24), "ascii", way="history"),
    *(Shown("steady", size, way="compare") for size in SIZES),
    Shown("steady", (80, 24), "ascii", way="compare"),
    *(Shown("steady", size, way="kiosk") for size in SIZES),
    Shown("steady", (80, 24), "ascii", way="kiosk"),
]


async def text_of(shown: Shown) -> str:
    """The screen, cell by cell."""
    samples: list[Sample] = STORIES[shown.story]()
    symbols = TIERS[shown.tier]
    if shown.way == "replay":
        async with replayed(samples, shown.size, place=135, symbols=symbols) as replay:
            return replay.text
    kiosk = shown.way == "kiosk"
    async with on_screen(samples, shown.size, symbols=symbols, kiosk=kiosk) as screen:
        if shown.way == "history":
            await screen.press("h")
        if shown.way == "compare":
            await screen.press("c")
            await screen.settle()
        return screen.text


@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_the_screen_is_as_its_golden_file(
    shown: Shown, request: pytest.FixtureRequest
) -> None:
    """Cell by cell, frames and footer included."""
    path = FOLDER / f"{shown.name}.txt"
    text = await text_of(shown)
    if request.config.getoption("--update-goldens", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over(request: pytest.FixtureRequest) -> None:
    """Each belongs to a screen above."""
    named = {f"{shown.name}.txt" for shown in SCREENS}
    extra = [path for path in FOLDER.glob("*") if path.name not in named]
    if request.config.getoption("--update-goldens", default=False):
        for path in extra:
            path.unlink()
        return
    assert extra == []
