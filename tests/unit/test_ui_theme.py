"""Shipped themes are legible, users' themes win, and a broken one is a line, not a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgetop import locations
from edgetop.errors import UsageError
from edgetop.paint.chart import LEVELS, SERIES
from edgetop.ui.theme import DEFAULT_THEME, INKS, Theme, available, load_theme

SHIPPED = locations.shipped_dir("themes")
NOWHERE = Path("/nonexistent/themes")
CATALOGUE = available(SHIPPED, NOWHERE)
HEX_THEMES = [theme for theme in CATALOGUE.themes.values() if theme.background.startswith("#")]
ALL_INKS = (*INKS, *(f"chart.{series}.{level}" for series in SERIES for level in range(LEVELS)))


def luminance(colour) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [channel / 255 for channel in colour.get_truecolor()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme: Theme, ink: str) -> float:
    """Contrast ratio of an ink on its ground, by WCAG 2.2."""
    style = theme.style(ink)
    light, dark = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_at_least_six_themes_are_shipped_without_a_problem_and_the_default_is_first() -> None:
    assert CATALOGUE.problems == ()
    assert len(CATALOGUE.themes) >= 6
    assert next(iter(CATALOGUE.themes)) == DEFAULT_THEME
    assert {"daylight", "colourblind", "plain16", "mono"} <= set(CATALOGUE.themes)
    assert any(not theme.dark for theme in CATALOGUE.themes.values())


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_file_is_complete_and_named_like_its_theme(path: Path) -> None:
    theme = load_theme(path)
    assert theme.name == path.stem
    assert theme.description
    written = path.read_text()
    assert all(f"\n{key} = " in written for key in (*INKS, *SERIES, "dark", "background"))


@pytest.mark.parametrize("theme", CATALOGUE.themes.values(), ids=lambda theme: theme.name)
def test_every_ink_has_a_style_on_the_themes_ground(theme: Theme) -> None:
    for ink in ALL_INKS:
        style = theme.style(ink)
        assert ink in theme.inks
        if ink != "selected":
            assert (style.bgcolor.name if style.bgcolor else "") == theme.background


@pytest.mark.parametrize("theme", HEX_THEMES, ids=lambda theme: theme.name)
def test_text_is_legible(theme: Theme) -> None:
    assert contrast(theme, "text") >= (10 if theme.name == "daylight" else 7)
    assert contrast(theme, "number") >= contrast(theme, "text")
    assert contrast(theme, "dim") >= 3.5
    for ink in ("big", "title", "key", "good", "warn", "alert", "selected"):
        assert contrast(theme, ink) >= 4.5, ink


@pytest.mark.parametrize("theme", HEX_THEMES, ids=lambda theme: theme.name)
def test_charts_stand_out_and_their_gradients_rise(theme: Theme) -> None:
    for series in SERIES:
        ratios = [contrast(theme, f"chart.{series}.{level}") for level in range(LEVELS)]
        assert ratios == sorted(ratios), series
        assert ratios[0] >= 1.6, series
        assert ratios[-1] >= 5, series


def test_plain16_uses_no_colour_of_its_own_and_mono_none_at_all() -> None:
    for name in ("plain16", "mono"):
        theme = CATALOGUE.themes[name]
        assert theme.background == ""
        assert not any(theme.colour(ink).startswith("#") for ink in ALL_INKS)
    assert {CATALOGUE.themes["mono"].colour(ink) for ink in ALL_INKS} == {"ansi_default"}


def test_an_ink_that_no_theme_knows_is_text() -> None:
    theme = CATALOGUE.named(DEFAULT_THEME)
    assert theme.style("chart.sound.3") == theme.style("") == theme.style("text")


def test_colours_are_told_as_textual_writes_them() -> None:
    assert CATALOGUE.named("edgetop").colour("big") == "#6ee7d2"
    assert CATALOGUE.named("plain16").colour("big") == "ansi_bright_cyan"


def test_a_users_theme_wins_over_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", 'name = "fjord"\nbackground = "#123456"\n')
    catalogue = available(SHIPPED, tmp_path)
    assert catalogue.problems == ()
    assert catalogue.named("fjord").background == "#123456"


def test_what_a_theme_leaves_out_is_taken_from_the_shipped_dark_or_light_one(
    tmp_path: Path,
) -> None:
    dark = load_theme(write(tmp_path, "night.toml", '[ink]\ntext = "#abcdef"\n'))
    assert dark.name == "night"
    assert dark.colour("text") == "#abcdef"
    assert dark.style("big") == CATALOGUE.named("edgetop").style("big")
    light = load_theme(write(tmp_path, "noon.toml", "dark = false\n"))
    assert light.style("text") == CATALOGUE.named("daylight").style("text")


def test_of_two_files_with_one_name_the_second_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'name = "twin"\nbackground = "black"\n')
    write(tmp_path, "b.toml", 'name = "twin"\n')
    catalogue = available(NOWHERE, tmp_path)
    assert catalogue.named("twin").background == "black"
    (problem,) = catalogue.problems
    assert "b.toml: name:" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nmae = 'x'", "nmae: unknown key, did you mean name?"),
        ("[ink]\ntxet = 'red'", "ink.txet: unknown key, did you mean ink.text?"),
        ("[chart]\ncup = ['red', 'red', 'red']", "chart.cup: unknown key, did you mean chart.cpu?"),
        ("ink = 3", "ink: unknown key"),
        ("[ink]\ntext = 3", "ink.text: must be a text in quotes"),
        ("[ink]\ntext = 'mauve'", "ink.text: 'mauve' is no colour"),
        ("[ink.text]\ncolour = 'red'", "ink.text: must be a text in quotes"),
        ("dark = 'yes'", "dark: must be true or false"),
        ("background = 'beige'", "background: must be #rrggbb"),
        ("background = 1", "background: must be a text"),
        ("name = ''", "name: must be one short line"),
        ('description = "two\\nlines"', "description: must be one short line"),
        ("[chart]\ncpu = ['red', 'red']", "chart.cpu: must be three colours"),
        ("[chart]\ncpu = 'red'", "chart.cpu: must be three colours"),
        ("[chart]\ncpu = [1, 2, 3]", "chart.cpu: must be three colours"),
        ("name = ", "not TOML: "),
        (b"\xff\xfe\x00name", "not UTF-8 text"),
        (b"name = \x00", "not TOML: "),
        ("x = " + "[" * 20_000, "not TOML: "),
        ("#" * 70_000, "too large for a theme"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, text, said: str) -> None:
    path = write(tmp_path, "broken.toml", text)
    with pytest.raises(UsageError) as caught:
        load_theme(path)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.message.isprintable()
    catalogue = available(SHIPPED, tmp_path)
    assert catalogue.problems == (caught.value.message,)
    assert set(catalogue.themes) == set(CATALOGUE.themes)


def test_things_that_are_no_files_are_problems_and_nothing_hangs(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "dangling.toml").symlink_to("nowhere.toml")
    os.mkfifo(tmp_path / "pipe.toml")
    write(tmp_path, ".#editing.toml", "not a theme")
    write(tmp_path, "README.md", "not a theme")
    problems = available(SHIPPED, tmp_path).problems
    assert len(problems) == 4
    assert all(problem.isprintable() for problem in problems)


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "secret.toml", "")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError, match=r"secret\.toml: Permission denied"):
        load_theme(path)


def test_a_themes_folder_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = available(SHIPPED, write(tmp_path, "themes", "")).problems
    assert "themes: Not a directory" in problem


def test_a_file_name_cannot_break_the_line(tmp_path: Path) -> None:
    write(tmp_path, "a\nb\x1b[2J.toml", "x")
    (problem,) = available(NOWHERE, tmp_path).problems
    assert problem.isprintable()


def test_without_any_theme_file_there_still_is_a_default() -> None:
    catalogue = available(NOWHERE, NOWHERE)
    theme = catalogue.named(DEFAULT_THEME)
    assert theme.background == ""
    assert all(ink in theme.inks for ink in ALL_INKS)


def test_a_name_that_does_not_exist_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean daylight"):
        CATALOGUE.named("dayligth")
    with pytest.raises(UsageError, match="there are edgetop, "):
        CATALOGUE.named("zzz")


def test_loading_themes_does_not_import_textual() -> None:
    code = "import sys, edgetop.ui.theme; print('textual' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "False"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_file_is_a_theme_or_a_problem(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "any.toml", content)
    catalogue = available(NOWHERE, tmp_path)
    assert len(catalogue.themes) + len(catalogue.problems) == 2
    assert all(problem.isprintable() for problem in catalogue.problems)
    assert all(theme.style("text") for theme in catalogue.themes.values())
