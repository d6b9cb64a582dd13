"""The pictures of the documentation: a screen drawn as SVG."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import pyte
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests" / "pty")]

import screenshots  # noqa: E402
from cell_shapes import CELL_H, CELL_W, braille_dots, merged, rectangles  # noqa: E402
from terminal_screen import EmulatedScreen  # noqa: E402
from terminal_svg import MARGIN, TITLE_H, render  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str, size: tuple[int, int] = (20, 4)) -> EmulatedScreen:
    """A screen on which this was written."""
    screen = EmulatedScreen(*size)
    pyte.Stream(screen).feed(text)
    return screen


def picture(text: str, title: str = "") -> ET.Element:
    """The parsed picture of such a screen; fails if it is not well-formed."""
    return ET.fromstring(render(drawn(text).cells(), title))


def texts(root: ET.Element) -> list[ET.Element]:
    """Its text elements in order."""
    return list(root.iter(f"{SVG}text"))


def filled(root: ET.Element, colour: str) -> str:
    """The area filled with one colour, as path data."""
    return "".join(
        path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("fill") == f"#{colour}"
    )


def test_the_picture_is_exactly_as_large_as_the_screen_and_its_margin() -> None:
    """Cells are 8x16 pixels; a title bar adds its height."""
    plain, titled = picture("x"), picture("x", title="edgetop")
    width, height = 20 * CELL_W + 2 * MARGIN, 4 * CELL_H + 2 * MARGIN
    assert (plain.get("width"), plain.get("height")) == (str(width), str(height))
    assert plain.get("viewBox") == f"0 0 {width} {height}"
    assert titled.get("height") == str(height + TITLE_H)
    assert texts(titled)[0].text == "edgetop"


def test_text_is_escaped() -> None:
    """Characters that XML claims arrive as themselves."""
    assert [t.text for t in texts(picture("a<b>&\"c'"))] == ["a<b>&\"c'"]
    assert texts(picture("", title="<&>"))[0].text == "<&>"


def test_a_run_is_as_wide_as_its_cells_in_any_font() -> None:
    """`textLength` holds the alignment; runs start at their own column."""
    first, second = texts(picture("abc   de"))
    assert (first.text, first.get("x"), first.get("textLength")) == ("abc", "0", "24")
    assert (second.text, second.get("x"), second.get("textLength")) == ("de", "48", "16")


def test_a_change_of_style_starts_a_new_run() -> None:
    """Bold and italic are kept, colours as given."""
    plain, bold, italic = texts(picture("a\x1b[1mb\x1b[0;3;38;2;1;2;3mc"))
    assert (plain.text, plain.get("font-weight")) == ("a", None)
    assert (bold.text, bold.get("font-weight"), bold.get("x")) == ("b", "bold", "8")
    assert (italic.get("font-style"), italic.get("fill")) == ("italic", "#010203")


def test_a_wide_character_covers_two_cells() -> None:
    """What follows it stands where the terminal puts it."""
    wide, after = texts(picture("日x"))
    assert (wide.get("x"), wide.get("text-anchor")) == ("8", "middle")
    assert (after.text, after.get("x")) == ("x", "16")


def test_blocks_are_rectangles_and_not_text() -> None:
    """Equal neighbours become one rectangle."""
    root = picture("\x1b[38;2;10;20;30m██▄")
    assert texts(root) == []
    assert filled(root, "0a141e") == "M0,0h16v16h-16zM16,8h8v8h-8z"


def test_backgrounds_are_merged_over_rows() -> None:
    """A block of equal cells is one rectangle, so that no seam shows."""
    root = picture("\x1b[48;2;10;20;30m    \r\n    \x1b[0m")
    assert filled(root, "0a141e") == "M0,0h32v32h-32z"


def test_the_commonest_background_is_the_paper() -> None:
    """The margin has the program's colour, and those cells need no rectangle."""
    root = picture("\x1b[48;2;250;250;250m\x1b[2Jtext")
    frame = root.find(f"{SVG}rect")
    assert frame is not None
    assert frame.get("fill") == "#fafafa"
    assert filled(root, "fafafa") == ""


def test_reverse_video_swaps_the_colours() -> None:
    """Text takes the background's colour on a ground of its own."""
    root = picture("\x1b[38;2;1;2;3;48;2;4;5;6;7mx")
    assert texts(root)[0].get("fill") == "#040506"
    assert filled(root, "010203") == "M0,0h8v16h-8z"


def test_a_line_under_text_covers_the_blanks_too() -> None:
    """Underlining is drawn, not left to the font."""
    root = picture("\x1b[38;2;1;2;3;4ma  b")
    assert filled(root, "010203") == "M0,14h32v1h-32z"


def test_braille_is_one_dot_for_each_bit() -> None:
    """⡇ is the left column, ⣿ all eight, the empty pattern none."""
    assert braille_dots("⡇") == [(2, 2), (2, 6), (2, 10), (2, 14)]
    assert len(set(braille_dots("⣿"))) == 8
    assert braille_dots("\u2800") == []
    root = picture("\x1b[38;2;1;2;3m⠁⢀")
    (dots,) = [p for p in root.iter(f"{SVG}path") if p.get("stroke-linecap") == "round"]
    assert dots.get("d") == "M2,2h.01M14,14h.01"
    assert texts(root) == []


def covered(character: str) -> set[tuple[int, int]]:
    """The pixels of the cell that a character's rectangles fill."""
    return {
        (x + i, y + j) for x, y, w, h in rectangles(character) for i in range(w) for j in range(h)
    }


@pytest.mark.parametrize("eighths", range(1, 9))
def test_eighth_blocks_fill_their_share_from_below_and_from_the_left(eighths: int) -> None:
    """▁ to █ and ▏ to █, to the pixel."""
    below, left = chr(0x2580 + eighths), chr(0x2590 - eighths) if eighths < 8 else "█"
    assert covered(below) == {(x, y) for x in range(8) for y in range(CELL_H - 2 * eighths, CELL_H)}
    assert covered(left) == {(x, y) for x in range(eighths) for y in range(CELL_H)}


def test_a_quadrant_and_its_complement_fill_the_cell() -> None:
    """▚ and ▞, ▘ and ▟ share no pixel and leave none out."""
    whole = covered("█")
    for one, other in ("▚▞", "▘▟", "▝▙", "▖▜", "▗▛", "▀▄", "▌▐"):
        assert covered(one) | covered(other) == whole
        assert not covered(one) & covered(other)


def _arms(character: str) -> set[str]:
    """At which edges of the cell a character has ink."""
    pixels = covered(character)
    edges = {
        "UP": any(y == 0 for _, y in pixels),
        "DOWN": any(y == CELL_H - 1 for _, y in pixels),
        "LEFT": any(x == 0 for x, _ in pixels),
        "RIGHT": any(x == CELL_W - 1 for x, _ in pixels),
    }
    return {edge for edge, reached in edges.items() if reached}


def _named_arms(character: str) -> set[str]:
    name = unicodedata.name(character)
    name = name.replace("VERTICAL", "UP DOWN").replace("HORIZONTAL", "LEFT RIGHT")
    return set(name.split()) & {"UP", "DOWN", "LEFT", "RIGHT"}


def test_box_lines_reach_exactly_the_edges_that_their_names_say() -> None:
    """All straight single lines of the block, light and heavy, so that neighbours join."""
    lines = [c for c in map(chr, range(0x2500, 0x2580)) if rectangles(c)]
    solid = [c for c in lines if "DASH" not in unicodedata.name(c)]
    assert len(solid) == 128 - 12 - 29 - 4 - 3  # dashes, double lines, arcs, diagonals
    for character in solid:
        assert _arms(character) == _named_arms(character), character


def test_heavy_lines_are_twice_as_wide_as_light_ones() -> None:
    """Also where one character has both: ┝ is light up and down and heavy to the right."""
    assert len(covered("━")) == 2 * len(covered("─"))
    assert {y for x, y in covered("┝") if x == CELL_W - 1} == {7, 8}
    assert {x for x, y in covered("┝") if y == 0} == {4}


def test_rounded_corners_are_curves_that_end_at_the_middle_of_the_edges() -> None:
    """╭ meets ─ at its right and │ below."""
    root = picture("\x1b[38;2;1;2;3m╭─")
    (curve,) = [p for p in root.iter(f"{SVG}path") if p.get("fill") == "none"]
    assert curve.get("d") == "M8,8.5H8.0Q4.5,8.5 4.5,12.0V16"
    assert filled(root, "010203") == "M8,8h8v1h-8z"


def test_merging_keeps_the_area() -> None:
    """Side by side, stacked and apart."""
    assert merged([(0, 0, 8, 16), (8, 0, 8, 16), (0, 16, 16, 16), (40, 0, 8, 2)]) == [
        (0, 0, 16, 32),
        (40, 0, 8, 2),
    ]


def test_the_same_screen_gives_the_same_bytes() -> None:
    """Whatever was on it before."""
    text = "\x1b[31mred\x1b[0m ╭─╮ ⣿⣿ ▁▂▃ ░"
    again = drawn("something else")
    pyte.Stream(again).feed("\x1b[2J\x1b[H" + text)
    assert render(drawn(text).cells()) == render(again.cells())


def test_a_picture_is_taken_of_a_running_program(tmp_path: Path) -> None:
    """Keys are pressed, the screen after them is drawn, status 0."""
    program = "print('before ', end='', flush=True); print('got', input()); input()"
    out = tmp_path / "pictures" / "program.svg"
    options = [
        "--size",
        "30x5",
        "--seconds",
        "0",
        "--keys",
        "h i enter wait:got 0.1s",
        "--out",
        str(out),
    ]
    assert screenshots.main([*options, "--", sys.executable, "-c", program]) == 0
    root = ET.parse(out).getroot()
    assert [t.text for t in texts(root)] == ["before hi", "got hi"]


def test_a_program_that_ends_too_early_is_an_error_with_its_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No picture is written, and the reason is told."""
    out = tmp_path / "none.svg"
    command = [sys.executable, "-c", "print('no such model')"]
    assert screenshots.main(["--seconds", "5", "--out", str(out), "--", *command]) == 1
    assert not out.exists()
    assert re.search(r"ended with 0.*no such model", capsys.readouterr().err, re.DOTALL)


@pytest.mark.parametrize("size", ["120", "x40", "0x40", "axb"])
def test_a_size_that_is_none_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Usage error, status 2."""
    with pytest.raises(SystemExit) as stopped:
        screenshots.main(["--size", size, "--", "true"])
    assert stopped.value.code == 2
    assert "COLUMNSxROWS" in capsys.readouterr().err


def test_the_standard_set_covers_sizes_and_themes() -> None:
    """Three sizes, existing themes, the picker; every picture has a name of its own."""
    shots = screenshots.standard_set("model.onnx", 20)
    assert {(120, 40), (80, 24), (40, 12)} <= {shot.size for shot in shots}
    assert len({shot.out for shot in shots}) == len(shots)
    themes = {s.command[s.command.index("--theme") + 1] for s in shots if "--theme" in s.command}
    assert all((ROOT / "themes" / f"{theme}.toml").is_file() for theme in themes)
    assert len(themes) == 2
