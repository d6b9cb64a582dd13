"""The characters that the screen is made of, in tiers: not every terminal has every glyph."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from edgetop.sample import State

ChartMode = Literal["braille", "block", "ascii"]


@dataclass(frozen=True, slots=True)
class Symbols:
    """One tier of characters; each is one cell wide and no emoji."""

    name: str
    """What the tier is called in the settings: unicode, block, console, ascii."""
    chart: ChartMode
    """How area charts are drawn: two values per cell in braille, one otherwise."""
    eighths: tuple[str, ...]
    """Nine characters from empty to full, filled from below in eighths."""
    partials: tuple[str, ...]
    """Nine characters from empty to full, filled from the left in eighths; those of a bar are a
    line rather than a block, or bars in neighbouring rows would run together."""
    bar_empty: str
    """The track of a bar where it is not filled."""
    steady: str
    warming: str
    drifting: str
    throttled: str
    paused: str
    hung: str
    failed: str
    play: str
    """Time goes on in a replay; `paused` where it stands."""
    dash: str
    """Stands where a value is unknown."""
    ellipsis: str
    """Stands where text was cut."""
    times: str
    micro: str
    degree: str
    dot: str
    """Separates words on one line."""
    mark: str
    """A moment on a chart: a change of batch, a throttle."""
    record: str
    """Beside the clock while a session is recorded."""
    up: str
    down: str
    border: str
    """The UI's border style: round, solid or ascii."""

    @property
    def bar_full(self) -> str:
        """The filled part of a bar."""
        return self.partials[-1]

    def state(self, state: State) -> str:
        """The mark of a state; each state has its own shape, colour only adds to it."""
        return str(getattr(self, state.value))


UNICODE = Symbols(
    name="unicode",
    chart="braille",
    eighths=(" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"),
    partials=(" ", "╸", "╸", "╸", "╸", "╸", "╸", "━", "━"),
    bar_empty="─",
    steady="●",
    warming="◐",
    drifting="▲",
    throttled="▼",
    paused="‖",
    hung="◇",
    failed="✖",
    play="►",
    dash="–",
    ellipsis="…",
    times="×",
    micro="µ",
    degree="°",
    dot="·",
    mark="▏",
    record="◉",
    up="↑",
    down="↓",
    border="round",
)
"""A UTF-8 terminal with an ordinary font."""

BLOCK = replace(UNICODE, name="block", chart="block", warming="○", failed="×", times="x")
"""A UTF-8 terminal whose font has the eighth blocks but no braille."""

CONSOLE = replace(
    BLOCK,
    name="console",
    eighths=(" ", "▄", "▄", "▄", "▄", "▄", "█", "█", "█"),
    partials=(" ", "■", "■", "■", "■", "■", "■", "■", "■"),
    bar_empty="·",
    steady="•",
    warming="~",
    drifting="♦",
    throttled="↓",
    paused="■",
    hung="?",
    play=">",
    dash="-",
    ellipsis="~",
    mark="│",
    record="•",
    border="solid",
)
"""The Linux console. Only characters that both the kernel's code page 437 font
(drivers/tty/vt/cp437.uni) and Debian's console fonts (bdf2psf's sets) have: of the blocks
those are the half and the full one."""

ASCII = Symbols(
    name="ascii",
    chart="ascii",
    eighths=(" ", ".", ".", ".", ":", ":", ":", "#", "#"),
    partials=(" ", "#", "#", "#", "#", "#", "#", "#", "#"),
    bar_empty="-",
    steady="*",
    warming="~",
    drifting="^",
    throttled="v",
    paused="=",
    hung="?",
    failed="X",
    play=">",
    dash="-",
    ellipsis="~",
    times="x",
    micro="u",
    degree=" ",
    dot="|",
    mark="|",
    record="o",
    up="^",
    down="v",
    border="ascii",
)
"""Any terminal at all."""

TIERS = {tier.name: tier for tier in (UNICODE, BLOCK, CONSOLE, ASCII)}
"""The tiers by name."""

_CONSOLES = ("linux", "fbterm", "bterm")
_NO_BRAILLE = ("putty", "cygwin")
_PLAIN = ("dumb", "unknown", "vt", "ansi", "cons25", "xterm-mono")


def choose(encoding: str, term: str) -> Symbols:
    """The best tier that a terminal can show.

    Args:
        encoding: Of the stream that is drawn on, ``sys.stdout.encoding``.
        term: The environment's ``TERM``; may be empty.
    """
    try:
        utf8 = codecs.lookup(encoding).name == "utf-8"
    except (LookupError, ValueError):  # an unknown name; one with a NUL in it
        utf8 = False
    if not utf8 or not term or term.startswith(_PLAIN):
        return ASCII
    if term.startswith(_CONSOLES):
        return CONSOLE
    return BLOCK if term.startswith(_NO_BRAILLE) else UNICODE
