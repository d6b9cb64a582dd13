"""`edgetop report` as a command: its files, what it refuses and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import recorded_sessions

from edgetop import cli, locations
from edgetop.study.report import page

if TYPE_CHECKING:
    from pathlib import Path

TITAN_XP, JETSON_TX1 = "bianco/titan-xp", "bianco/jetson-tx1"
BOARDS = ("--board", f"{TITAN_XP},{JETSON_TX1}")


@pytest.fixture
def session() -> str:
    """The ID of a session that is recorded where the commands look for it."""
    path = locations.sessions_file()
    path.parent.mkdir(parents=True)
    return recorded_sessions.write(path, recorded_sessions.stories.steady()).id


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["report", *arguments]) == 2
    told = capsys.readouterr()
    assert not told.out
    (line,) = told.err.splitlines()
    return line


def test_the_page_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("plotly")
    path = tmp_path / "site.html"
    assert cli.main(["report", *BOARDS, "-o", str(path)]) == 0
    assert f"2 boards with 616 points is in {path}" in capsys.readouterr().err
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")
    assert list(tmp_path.iterdir()) == [path]


def test_markdown_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", *BOARDS, "-o", "-", "--format", "md", "--title", "My *two*"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("## My \\*two\\*\n")
    assert "| NVIDIA Jetson TX1 | AlexNet |" in told.out
    assert not told.err


def test_a_title_may_be_any_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    assert cli.main(["report", *BOARDS, "-o", str(path), "--title", "a\udcff\x1b[31m\n b"]) == 0
    assert path.read_text(encoding="utf-8").startswith("## a??\\[31m b\n")


def test_the_ending_of_the_file_says_the_format(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    assert cli.main(["report", *BOARDS, "-o", str(path)]) == 0
    assert path.read_text(encoding="utf-8").startswith("## Inference on NVIDIA Titan X Pascal")


def test_a_file_that_is_there_stays_unless_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.md"
    path.write_text("mine")
    assert "exists already; --force replaces it" in complaint(capsys, *BOARDS, "-o", str(path))
    assert path.read_text() == "mine"
    assert cli.main(["report", *BOARDS, "-o", str(path), "--force"]) == 0
    assert path.read_text(encoding="utf-8").startswith("## ")


def test_places_that_cannot_take_a_file_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "no" / "a.html"
    assert "there is no folder" in complaint(capsys, *BOARDS, "-o", str(missing))
    assert "is a folder" in complaint(capsys, *BOARDS, "-o", str(tmp_path))
    assert "cannot write" in complaint(capsys, *BOARDS, "-o", "/proc/a.md")


def test_without_plotly_the_command_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "plotly.offline", None)
    told = complaint(capsys, *BOARDS, "-o", str(tmp_path / "a.html"))
    assert page.INSTALL in told
    assert not list(tmp_path.iterdir())


def test_unknown_boards_and_highlights_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "a.md")
    assert "the nearest" in complaint(capsys, "--board", "bianco/titan", "-o", target)
    told = complaint(capsys, *BOARDS, "--highlight", "bianco", "-o", target)
    assert "--highlight" in told and TITAN_XP in told
    assert "session" in complaint(capsys, "-o", target)


def test_a_session_is_reported_with_what_it_wrote_down(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", "--session", session, "--board", JETSON_TX1, "-o", "-", "--format", "md"]
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    board = recorded_sessions.FACTS["board"]
    assert f"## Inference on {board} and NVIDIA Jetson TX1" in text
    conditions = text[text.index("#### Conditions and sources") :]
    assert f"| {board} | id | {session} |" in conditions
    assert "|  | system | L4T 36.4.4 |" in conditions
    assert "|  | versions | unknown |" in conditions
    power = recorded_sessions.stories.steady()[-1].board.power
    assert f"|  | power sensor | {power.scope_words}" in conditions


def test_a_session_s_power_and_energy_are_drawn(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["report", "--session", session, "-o", "-", "--format", "md"]) == 0
    text = capsys.readouterr().out
    assert "| W, batch 1 |" in text
    power = recorded_sessions.stories.steady()[-1].board.power
    assert f"Counted: {power.scope_words}." in text
    assert "| J, batch 1 |" in text


def test_any_board_is_highlighted_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    path = tmp_path / "a.html"
    arguments = ["report", *BOARDS, "--highlight", "bianco/j", "-o", str(path)]
    assert cli.main(arguments) == 0
    text = path.read_text(encoding="utf-8")
    assert (
        "<title>Inference on NVIDIA Jetson TX1 and NVIDIA Titan X Pascal (Titan Xp)</title>" in text
    )
    assert '<tr class="own"><td>NVIDIA Jetson TX1</td>' in text
