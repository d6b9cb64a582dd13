"""Terminals with few colours, few characters, other locales, or none of it: all of them work."""

from __future__ import annotations

import re
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from conftest import EDGETOP, measuring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import StartTerminal, Watch
    from terminal import Terminal

STYLES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 22, 23, 24, 25, 27, 28, 29}
"""The SGR parameters that are no colours."""


def styles_sent(program: Terminal) -> set[int]:
    """Every SGR parameter that was sent, those within 38;5;N and 38;2;R;G;B left out."""
    sent: set[int] = set()
    for sequence in re.findall(rb"\x1b\[([0-9;:]*)m", program.raw):
        sent.update(_first_level(iter(re.split(rb"[;:]", sequence))))
    return sent


def _first_level(numbers: Iterator[bytes]) -> Iterator[int]:
    for number in numbers:
        yield int(number or 0)
        if number in (b"38", b"48", b"58"):
            for _ in range({b"2": 3, b"5": 1}[next(numbers)]):
                next(numbers)


def use_it(program: Terminal) -> None:
    """Open what there is, and quit."""
    program.send("?")
    program.wait_for("escape closes")
    close_dialog(program)
    program.send("T")
    program.wait_for("theme colourblind")
    program.send("m")
    program.wait_for("type to filter")
    program.send("down")
    close_dialog(program)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


ESCAPE_ENDS_S = 0.2
"""Longer than it takes until an escape is known to be no beginning of alt+key."""


def close_dialog(program: Terminal) -> None:
    """Escape; a key that follows at once would be taken for alt+key.

    A terminal without synchronized updates shows half-painted frames, in which the dialog may
    seem to be gone already; so it must stay away.
    """
    gone_since_s: list[float] = []

    def stays_away(text: str) -> bool:
        if "escape closes" in text:
            gone_since_s.clear()
            return False
        gone_since_s.append(time.monotonic())
        return gone_since_s[-1] - gone_since_s[0] > ESCAPE_ENDS_S

    program.send("escape")
    program.wait_for(stays_away)


def rows_with(program: Terminal, text: str) -> list[int]:
    """Numbers of the screen's rows that hold a text."""
    return [y for y, row in enumerate(program.text().split("\n")) if text in row]


def test_no_color_sends_no_colour(watch: Watch) -> None:
    """https://no-color.org: not even greys; bold stays."""
    program = watch(env={"NO_COLOR": "1"})
    use_it(program)
    assert styles_sent(program) <= STYLES
    assert 1 in styles_sent(program)


def test_an_empty_no_color_is_none(watch: Watch) -> None:
    """The convention counts it as not set."""
    program = watch(env={"NO_COLOR": ""})
    assert styles_sent(program) - STYLES


def test_the_choice_in_the_picker_shows_without_colours(watch: Watch) -> None:
    """The highlighted line differs from its neighbours by style or mark."""
    program = watch(env={"NO_COLOR": "1"})
    program.send("m")
    program.wait_for("vgg11")
    program.wait_quiet(0.1)
    looks = {}
    for name in ("alexnet ", "alexnet_bvlc"):
        (y,) = rows_with(program, name)
        line = program.text().split("\n")[y]
        cell = program.cells()[y][line.index(name)]
        looks[name] = (cell.bold, cell.reverse, cell.underscore, line[line.index(name) - 2])
    assert looks["alexnet "] != looks["alexnet_bvlc"]


def test_the_linux_console_gets_what_it_can_show(watch: Watch) -> None:
    """16 colours, characters of its font, no query that it would print."""
    program = watch(term="linux", env={"COLORTERM": None})
    assert "┌─ 1 Throughput" in program.text()
    use_it(program)
    assert not styles_sent(program) & {38, 48, 58}
    assert b"$p" not in program.raw
    assert b"\x1b]" not in program.raw
    assert not re.search(rb"\x1b\[[<>=]", program.raw)
    shown = set(program.raw.decode())
    assert not any("\u2800" <= character <= "\u28ff" for character in shown), "braille"
    foreign = shown & set("╭╮╰╯▁▂▃▅▆▇◐●▲▼✖")
    assert not foreign, f"not in the console's font: {sorted(foreign)}"


@pytest.mark.parametrize(
    "env",
    [{"LANG": "C"}, {"LANG": None}, {"LC_ALL": "POSIX"}, {"LC_ALL": "xx_XX"}],
    ids=["C", "unset", "POSIX", "missing"],
)
def test_without_a_utf8_locale_all_is_ascii(watch: Watch, env: dict[str, str | None]) -> None:
    """From the first byte to the summary, dialogs and notices included."""
    program = watch(env=env)
    assert "+- 1 Throughput" in program.text()
    use_it(program)
    assert program.raw.isascii(), {c for c in program.raw.decode() if not c.isascii()}
    assert "inferences in" in program.text()


def test_a_locale_that_is_not_installed_but_names_utf8_is_utf8(watch: Watch) -> None:
    """SSH hands over the locale of the user's own machine; the board need not have it."""
    program = watch(env={"LC_ALL": "xx_XX.UTF-8"})
    assert "╭─ 1 Throughput" in program.text()
    program.send("q")
    assert program.wait(30) == 0


def test_another_encoding_is_spoken(watch: Watch) -> None:
    """A Latin-1 terminal gets Latin-1 and no UTF-8."""
    program = watch(env={"LC_ALL": "de_DE.ISO-8859-1"})
    program.send("m")
    program.wait_for("type to filter")
    close_dialog(program)
    program.send("q")
    assert program.wait(30) == 0
    assert not re.search(rb"[\xc2-\xf4][\x80-\xbf]", program.raw)


def test_without_truecolor_there_are_256_colours(watch: Watch) -> None:
    """COLORTERM is what promises more."""
    program = watch(env={"COLORTERM": None})
    use_it(program)
    assert b"\x1b[38;5" in program.raw or b";38;5" in program.raw
    assert not re.search(rb"[34]8[;:]2[;:]", program.raw)


HEADLESS = {
    "vt100": {"term": "vt100"},
    "dumb": {"term": "dumb"},
    "no TERM": {"term": None},
    "stdin is no terminal": {"redirect": "< /dev/null"},
    "stderr is no terminal": {"redirect": "2> errors.txt"},
}


@pytest.mark.parametrize("case", HEADLESS)
def test_where_no_screen_is_possible_there_are_lines(
    terminal: StartTerminal, small_model: Path, case: str
) -> None:
    """One line an interval, without a single control sequence."""
    options = dict(HEADLESS[case])
    redirect = options.pop("redirect", "")
    words = (*EDGETOP, "--model", small_model, "--threads 1 --warmup 0.1 --rate 100 --duration 1")
    command = f"exec {' '.join(map(str, words))} --interval 0.4 {redirect}"
    program = terminal(command=("sh", "-c", command), **options)
    assert program.wait(60) == 0
    assert program.restored() == []
    assert b"\x1b" not in program.raw
    lines = program.text().split("\n")
    assert sum(" FPS " in line and "p50" in line for line in lines) >= 3


def test_output_into_a_pipe_still_has_a_screen(terminal: StartTerminal, small_model: Path) -> None:
    """The screen is drawn on standard error in the terminal's own size; the summary is piped."""
    words = (*EDGETOP, "--model", small_model, "--threads 1 --warmup 0.1 --rate 100")
    program = terminal(
        command=("sh", "-c", f"{' '.join(map(str, words))} | sed 's/^/piped: /'"), size=(100, 30)
    )
    text = program.wait_for(measuring, 60)
    assert text.split("\n")[1].rstrip().endswith("╮")
    assert len(text.split("\n")[1].rstrip()) == 100
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
    assert "piped: edgetop on " in program.text()


def test_a_terminal_that_answers_nothing_works(watch: Watch) -> None:
    """Queries may stay without an answer, as on a serial line."""
    program = watch(answers=False)
    use_it(program)


def test_inside_tmux(terminal: StartTerminal, small_model: Path, tmp_path: Path) -> None:
    """A multiplexer is a terminal like others; when it is killed the model ends."""
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux")
    words = [*EDGETOP, "--model", small_model, "--threads", "1", "--warmup", "0.1", "--rate", "100"]
    program = terminal(
        command=("tmux", "-f", "/dev/null", "-S", tmp_path / "socket", "new-session", *words),
        size=(100, 31),
        env={"LC_ALL": "C.UTF-8"},
    )
    program.wait_for(measuring, 60)
    program.resize(80, 25)
    program.wait_for(lambda text: "╮" in text.split("\n")[1][78:80] and measuring(text), 30)
    program.send("q")
    program.wait_for("[exited]", 30)
    assert program.wait(30) == 0
    assert program.restored() == []
