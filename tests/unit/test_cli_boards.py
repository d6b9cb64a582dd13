"""`edgetop boards` lists the published boards and shows one; `--board` and `--session` choose."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded

from edgetop import cli, locations, reference
from edgetop.cli import chosen
from edgetop.errors import UsageError
from edgetop.sensors import identity

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.results import Results
    from edgetop.sample import Sample


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["boards", *arguments]) == 0
    return capsys.readouterr().out


def test_every_board_is_listed_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["id"]: row for row in json.loads(printed(capsys, "--json"))}
    assert tuple(rows) == reference.boards()
    assert rows["bianco/titan-xp"] == {
        "id": "bianco/titan-xp",
        "board": "NVIDIA Titan X Pascal (Titan Xp)",
        "source": "Bianco et al. 2018",
        "models": 44,
        "points": 308,
        "batches": [1, 2, 4, 8, 16, 32, 64],
        "accuracy": True,
        "memory": True,
        "power": False,
    }
    assert rows["deepdetect/jetson-tk1"]["models"] == 11  # two never ran on it
    assert not rows["ncnn/jetson-nano"]["accuracy"]  # the catalogue's is not the source's


def test_the_list_for_people_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    head, *lines = printed(capsys).splitlines()
    assert head.split() == ["ID", "BOARD", "SOURCE", "MODELS", "POINTS", "BATCHES", "ALSO"]
    assert [line.split()[0] for line in lines] == list(reference.boards())
    (line,) = (line for line in lines if line.startswith("deepdetect/jetson-tx1 "))
    assert line.split()[-4:] == ["13", "62", "1-128", "accuracy"]


@pytest.mark.parametrize("word", ["tx1", "TX1", "bianco", "e-Lab"])
def test_a_word_picks_the_boards_that_have_it(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(printed(capsys, word, "--json"))
    assert 1 < len(rows) < 30
    for row in rows:
        assert word.lower() in f"{row['id']} {row['board']} {row['source']}".lower()


def test_one_board_is_shown_with_its_conditions_and_errata(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = printed(capsys, "bianco/jetson-tx1")
    assert "arXiv:1810.00736v2" in text
    assert "mean of 10 timed runs" in text
    assert "PyTorch, cuda, ms per image" in text
    lines = {line.split("  ")[1]: line.split() for line in text.splitlines() if line[:2] == "  "}
    assert lines["AlexNet"] == [
        "AlexNet", "0.7142", "56.52", "28.88", "13.00", "8.580", "6.560", "5.390", "4.770", "x",
    ]  # fmt: skip
    assert "x out of memory" in text
    assert lines["DenseNet-169 (k=32)"][4].endswith("*")
    assert "* time as printed" in text
    assert all(len(line) <= 110 for line in text.splitlines())


def test_times_that_cannot_be_are_said_beneath(capsys: pytest.CaptureFixture[str]) -> None:
    """Each model once, at its worst."""
    assert "! Resnet-50 at batch 1: impossible: 649 %" in printed(capsys, "tryolabs/jetson-nano")
    text = printed(capsys, "bianco/titan-xp")
    assert text.count("! VGG-19 at batch") == 1
    assert "! VGG-19 at batch 64 (and 3 more): impossible without fast" in text


def test_each_conditions_have_a_table_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "tryolabs/jetson-nano")
    for runtime in ("PyTorch", "TensorFlow", "TF-TensorRT", "TF-TensorRT-PyTorch"):
        assert f"\n{runtime}, cuda, ms per image\n" in text
    assert "13686" in printed(capsys, "tryolabs/raspberry-pi-3b")  # no powers of ten


@pytest.mark.parametrize("board", reference.boards())
def test_every_board_can_be_shown(board: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, board)
    assert text.startswith(board)
    assert "source: " in text
    assert text.replace("\n", "").isprintable()


def test_one_board_as_json_has_every_point(capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(printed(capsys, "deepdetect/jetson-tx1", "--json"))
    assert record["peak_tmacs"] == 0.5
    assert len(record["points"]) == 104
    first, last = record["points"][0], record["points"][-1]
    assert (first["model"], first["batch"], first["ms_per_image"]) == ("mobilenet", 1, 171.0)
    assert (first["top1_pct"], first["canonical_name"]) == (70.81, "MobileNet v1 1.0")
    assert (last["ms_per_image"], last["error"]) == (None, "did not run (x in the source)")


@pytest.mark.parametrize("name", ["bianco/titan", "bianko/titan-xp"])
def test_a_misspelt_board_is_refused_with_the_nearest(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="bianco/titan-xp"):
        reference.load(name)
    if name.startswith("bianko"):  # the other one is a filter that fits
        assert cli.main(["boards", name]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert "bianco/titan-xp" in told.err


def choose(*arguments: str) -> list[Results]:
    parser = argparse.ArgumentParser()
    chosen.add_arguments(parser)
    return chosen.chosen(parser.parse_args(arguments))


def record(samples: list[Sample], started_unix_s: float = 1.8e9, board: str = "") -> str:
    """A session in the user's database; its ID."""
    from edgetop.session.store import schema
    from edgetop.session.store.writing import SessionWriter

    path = locations.sessions_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = schema.connect(path)
    facts = recorded.FACTS | ({"board": board} if board else {})
    writer = SessionWriter(facts, started_unix_s)
    for sample in samples:
        writer.add(sample)
    writer.ended_unix_s = started_unix_s + 1
    writer.commit(connection)
    connection.close()
    return writer.id


@pytest.fixture
def this_board(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(identity, "board_name", lambda _sysroot: "this board")
    return "this board"


STEADY = recorded.stories.steady()


def test_boards_may_be_named_one_by_one_or_in_a_list() -> None:
    found = choose("--board", "bianco/titan-xp,deepdetect/jetson-tx1", "--board", "BIANCO/titan-xp")
    assert [results.id for results in found] == ["bianco/titan-xp", "deepdetect/jetson-tx1"]


def test_sessions_stand_beside_boards() -> None:
    name = record(STEADY)
    found = choose("--session", "last", "--board", "bianco/titan-xp")
    assert [results.id for results in found] == ["bianco/titan-xp", name]
    assert [results.published for results in found] == [True, False]


def test_without_a_choice_it_is_the_newest_session_of_this_board_that_measured(
    this_board: str,
) -> None:
    record(STEADY[:9], 1.7e9, this_board)
    wanted = record(STEADY[:9], 1.75e9, this_board)
    record(recorded.stories.warming(), 1.8e9, this_board)
    record(STEADY[:9], 1.85e9, "another board")
    (found,) = choose()
    assert found.id == wanted


def test_where_this_board_has_measured_nothing_it_says_what_to_do(this_board: str) -> None:
    with pytest.raises(UsageError, match="--board"):
        choose()
    record(STEADY[:9], 1.85e9, "another board")
    with pytest.raises(UsageError, match="no session of this board"):
        choose()


def test_a_session_that_measured_nothing_is_refused() -> None:
    name = record(recorded.stories.warming())
    with pytest.raises(UsageError, match=f"{name} measured nothing"):
        choose("--session", name)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    name = record(STEADY[:9])
    with pytest.raises(UsageError, match="nearest: bianco/titan-xp"):
        choose("--board", "bianco/titan-px")
    with pytest.raises(UsageError, match=name):
        choose("--session", "nope")


def test_a_session_file_will_do(tmp_path: Path) -> None:
    record(STEADY)
    file = tmp_path / "site.edgetop"
    assert cli.main(["export", "last", "-o", str(file)]) == 0
    (found,) = choose("--session", str(file))
    assert found.points[0].model.name == "squeezenet_v1.1"
