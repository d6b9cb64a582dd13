"""The kiosk: huge digits, panels in turn, and no key but those that end it."""

from __future__ import annotations

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import STORIES
from scripted import on_screen, replayed

from edgetop.paint.digits import big, enlarged, enlarged_rows
from edgetop.paint.symbols import ASCII, TIERS, UNICODE
from edgetop.ui.panels.kiosk import KINDS, scale_for
from edgetop.ui.screens.kiosk import TURN_S, KioskScreen

SIZES = [(120, 40), (80, 24), (40, 12)]
KEYS = ("+", "-", "m", "p", "t", "f", "a", "A", "space", "e", "r", "T", "1", "h", "?",
        "ctrl+p", "ctrl+q", "ctrl+l", "escape", "tab")  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_digits_fill_the_width(size: tuple[int, int]) -> None:
    """Model and board stand below, and a panel."""
    async with on_screen(STORIES["steady"](), size, kiosk=True) as screen:
        wide = max(line.rstrip().rfind("█") for line in screen.lines)
        assert wide > 0.8 * size[0]
        for words in ("images per second", "steady", "squeezenet_v1.1", "╭─ "):
            assert words in screen.text
        assert screen.cell_widths == [size[0]] * size[1]


@pytest.mark.parametrize("story", STORIES)
async def test_every_story_fits_every_screen(story: str) -> None:
    """Unknown values and failures too."""
    async with on_screen(STORIES[story](), kiosk=True) as screen:
        for size in [*SIZES, (20, 5), (1, 1), (200, 60)]:
            await screen.resize(*size)
            assert screen.cell_widths == [size[0]] * size[1]
        assert screen.app.defect is None


async def test_every_key_but_the_end_is_locked() -> None:
    """Nobody who passes by changes anything, or gets at help or palette."""
    async with on_screen(STORIES["steady"](), kiosk=True) as screen:
        before = screen.text
        await screen.press(*KEYS)
        assert screen.session.commands == []
        assert isinstance(screen.app.screen, KioskScreen)
        assert screen.text == before
        assert screen.app.is_running
        await screen.press("q")
        assert screen.app.return_code == 0


async def test_ctrl_c_ends_it_too() -> None:
    """As after a signal."""
    async with on_screen(STORIES["steady"](), kiosk=True) as screen:
        await screen.press("ctrl+c")
        assert screen.app.return_code == 130


async def test_panels_take_turns_in_the_samples_time() -> None:
    """A replay shows the same panel at the same moment; one with nothing to say has no turn."""
    async with on_screen(kiosk=True) as screen:
        seen = []
        for turn in range(len(KINDS)):
            tick = round(turn * TURN_S / samples.INTERVAL_S)
            await screen.play(samples.sample(tick))
            seen.append(next(kind.title for kind in KINDS if f"─ {kind.title} ─" in screen.text))
        assert sorted(seen) == sorted(kind.title for kind in KINDS)
    async with on_screen(STORIES["no_sensors"](), kiosk=True) as screen:
        assert "─ Power ─" not in screen.text


async def test_a_replay_begins_again_at_its_end() -> None:
    """Once per end; keys of the player are locked."""
    story = STORIES["steady"]()
    async with replayed(story, place=len(story) - 3, kiosk=True) as screen:
        assert "► replay" in screen.text
        await screen.press("space", "left", ">")
        assert screen.session.commands == []
        screen.session.go_on(2)
        await screen.pilot.pause(0.6)
        assert screen.session.commands == [("seek", 0.0)]
        assert screen.app.view.sample == story[0]


async def test_the_ascii_kiosk_is_nothing_but_ascii() -> None:
    """Digits of number signs."""
    for size in SIZES:
        async with on_screen(STORIES["steady"](), size, symbols=ASCII, kiosk=True) as screen:
            assert screen.text.isascii()
            assert "##" in screen.text


@given(st.text("0123456789.-kM –", max_size=8), st.integers(1, 9), st.sampled_from([*TIERS]))
def test_enlarged_digits_are_as_large_as_they_say(text: str, scale: int, tier: str) -> None:
    """Rows of equal width, in the terminal's own characters."""
    rows = enlarged(text, TIERS[tier], scale)
    assert len(rows) == enlarged_rows(scale)
    [width] = {len(row) for row in rows}
    assert width == scale * len(big(text, UNICODE)[0])
    if tier == "ascii":
        assert "".join(rows).isascii()


def test_digits_enlarged_once_are_the_big_ones() -> None:
    """The same face."""
    assert enlarged("12.3k", UNICODE, 1) == big("12.3k", UNICODE)


@given(st.integers(0, 300), st.integers(0, 100))
def test_digits_leave_room_below(width: int, height: int) -> None:
    """They take less than half of the height unless they are as small as can be."""
    scale = scale_for(width, height)
    assert scale == 1 or (19 * scale <= width and enlarged_rows(scale) < height / 2)


async def test_samples_of_a_replay_decide_whose_turn_it_is() -> None:
    """Not the clock on the wall: however often one looks, it is the same panel."""
    story = STORIES["steady"]()
    shown = []
    for _ in range(2):
        async with replayed(story, place=100, kiosk=True) as screen:
            shown.append(screen.text)
    assert shown[0] == shown[1]
