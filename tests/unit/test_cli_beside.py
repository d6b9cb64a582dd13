"""`edgetop compare`: this board beside published ones, and what is said of contradictory words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import recorded_sessions as recorded

from edgetop import locations, reference
from edgetop.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.sample import Run, Sample

stories = recorded.stories
RUN = stories.RUN


def record(*runs: Run) -> None:
    """A session of such runs in the user's database, each at 3.97 ms an image."""
    samples: list[Sample] = []
    for number, run in enumerate(runs, 1):
        samples += [
            stories.sample(len(samples) + tick, run=replace(run, number=number))
            for tick in range(5)
        ]
    path = locations.sessions_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    recorded.write(path, samples, each=1000)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["compare", *words]) == 0
    return capsys.readouterr().out


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    found = json.loads(told(capsys, *words, "--json"))
    assert isinstance(found, list)
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line of an error with exit code 2."""
    try:
        code = main(["compare", *words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    return err


def test_a_session_stands_among_the_boards_of_the_reports(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record(RUN)
    text = told(capsys, "--session", "last")
    assert "squeezenet_v1.1 (SqueezeNet 1.1), batch 1, 0.3492 GMACs" in text
    lines = [line.split() for line in text.splitlines()]
    order = [line[0] for line in lines if line and line[-1] == "px"]
    assert order == ["1.6", "3.97", "8.6", "11.05", "30.2", "90.2", "910"]
    (tx1,) = (line for line in text.splitlines() if line.split()[:1] == ["30.2"])
    assert "7.6x  Jetson TX1" in tx1
    assert "DeepDetect (Caffe), cuda, precision not told, 224 px" in tx1
    (own,) = (line for line in text.splitlines() if "this board  " in line)
    assert "onnxruntime 1.32.0, cpu 6 threads, fp32" in own
    assert "in all, onnxruntime 1.32.0, cpu 6 threads, fp32" in text
    assert "2x = this board is twice as fast" in text
    assert "DeepDetect 2018: DeepDetect server (Caffe); average of 5 passes" in text


def test_a_row_for_scripts_has_both_conditions_beside_its_ratio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record(RUN)
    (row,) = rows(capsys, "--session", "last", "--boards", "deepdetect/jetson-tx1")
    assert row["ratio"] == pytest.approx(30.2 / 3.97)
    assert row["ms_per_image"] == {
        "this": pytest.approx(3.97), "this_low": None, "this_high": None, "board": 30.2,
    }  # fmt: skip
    assert row["gmacs"] == {"this": 0.3492, "board": 0.3491}
    assert row["input_px"] == {"this": 224, "board": 224}
    assert (row["model"], row["batch"], row["board"]) == (
        "squeezenet_v1.1", 1, "deepdetect/jetson-tx1",
    )  # fmt: skip
    here, there = row["conditions"]["this"], row["conditions"]["board"]
    assert (here["runtime"], here["threads"], here["precision"]) == (
        "onnxruntime 1.32.0", 6, "fp32",
    )  # fmt: skip
    assert (there["runtime"], there["threads"], there["precision"]) == (
        "DeepDetect (Caffe)", None, None,
    )  # fmt: skip
    assert row["reason"] is None
    assert not row["impossible"]
    assert (row["board_ratio"], row["board_ratio_models"]) == (pytest.approx(row["ratio"]), 1)


def test_the_mean_of_a_board_says_over_how_many_models(capsys: pytest.CaptureFixture[str]) -> None:
    record(RUN, replace(RUN, model="vgg16"), replace(RUN, model="resnet50"))
    found = rows(capsys, "--session", "last", "--boards", "deepdetect/gtx-1080-ti")
    ratios = [row["ratio"] for row in found]
    assert len(found) == 3
    assert ratios[2] is None  # Caffe's ResNet-50 is another graph
    assert found[2]["reason"].startswith("different graph: CaffeResNet-50, 3.858 GMACs there")
    mean = (ratios[0] * ratios[1]) ** 0.5
    assert {row["board_ratio_models"] for row in found} == {2}
    assert found[0]["board_ratio"] == pytest.approx(mean)
    text = told(capsys, "--session", "last", "--boards", "deepdetect/gtx-1080-ti")
    assert "different graph: CaffeResNet-50, 3.858 GMACs there, 4.089 here: GTX 1080 Ti" in text
    (place,) = (line for line in text.splitlines() if line.endswith("GTX 1080 Ti  DeepDetect 2018")
                and "cuda" not in line)  # fmt: skip
    assert place.split()[1:3] == ["2", "2"]


def test_a_file_of_the_user_s_is_recognised_by_its_graph(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "models" / "squeezenet_v1.1.onnx"
    record(replace(RUN, model="camera", model_path=str(path), label=""))
    text = told(capsys, "--session", "last")
    assert "camera (SqueezeNet 1.1), batch 1, 0.3492 GMACs" in text
    assert "the same graph as SqueezeNet 1.1 by its operations and parameters" in text
    found = rows(capsys, "--session", "last", "--boards", "bianco/titan-xp")
    assert found[0]["graph_known_by"].startswith("the same graph as SqueezeNet 1.1")
    assert found[0]["ratio"] == pytest.approx(1.60 / 3.97)


def test_a_file_that_nobody_published_says_so(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "models" / "mnist-8.onnx"
    record(replace(RUN, model="mnist-8", model_path=str(path), label="", inputs=()))
    text = told(capsys, "--session", "last")
    assert "no network of the catalogue has its" in text
    assert "no published board ran any of these graphs" in text
    assert rows(capsys, "--session", "last") == []


def test_a_published_board_can_be_this_board(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--board", "bianco/jetson-tx1", "--boards", "bianco", "--batch", "1",
                 "--models", "squeezenet,ResNet-50")  # fmt: skip
    assert {row["board"] for row in found} == {"bianco/titan-xp"}
    assert {row["canonical_name"] for row in found} == {"SqueezeNet 1.1", "ResNet-50 v1"}
    assert {row["this"] for row in found} == {"bianco/jetson-tx1"}
    ratios = {row["canonical_name"]: row["ratio"] for row in found}
    assert ratios["SqueezeNet 1.1"] == pytest.approx(1.60 / 11.05)


def test_all_boards_are_more_than_those_of_the_reports(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--board", "bianco/titan-xp", "--models", "resnet50", "--batch", "1")
    default = {row["board"] for row in rows(capsys, *arguments)}
    everything = {row["board"] for row in rows(capsys, *arguments, "--boards", "all")}
    assert default < everything
    assert {name.split("/")[0] for name in default} <= {
        "deepdetect", "bianco", "tryolabs", "elab", "dlmark",
    }  # fmt: skip


def test_what_is_impossible_is_said_and_counts_in_no_mean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = rows(capsys, "--board", "bianco/titan-xp", "--boards", "tryolabs/jetson-nano",
                 "--models", "resnet50", "--batch", "1")  # fmt: skip
    impossible = [row for row in found if row["impossible"]]
    assert [row["ms_per_image"]["board"] for row in impossible] == [2.67]
    assert "impossible" in impossible[0]["notes"][0]
    possible = [row["ratio"] for row in found if row["ratio"] and not row["impossible"]]
    assert all(row["board_ratio"] == pytest.approx(min(possible)) for row in found)


def test_another_precision_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    label = f"{RUN.label}; int8 made by edgetop"
    record(replace(RUN, model="mobilenet_v1 int8", precision="int8", label=label))
    text = told(capsys, "--session", "last", "--boards", "nvidia_tx2")
    assert "int8 here, fp32 there" in text


def test_named_boards_that_share_nothing_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    record(RUN)
    text = told(capsys, "--session", "last", "--boards", "bianco,coral/dev-board")
    assert "no model and batch in common with coral/dev-board" in text


def test_models_that_nobody_published_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    record(RUN, replace(RUN, batch=3), replace(RUN, model="efficientnet_b0"))
    text = told(capsys, "--session", "last", "--boards", "bianco")
    assert (
        "not published by these boards: squeezenet_v1.1 at batch 3, efficientnet_b0 at batch 1"
    ) in text
    assert "not published" not in told(capsys, "--session", "last", "--batch", "1",
                                       "--models", "squeezenet")  # fmt: skip


def test_without_a_session_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "run a model, or name a published board" in refused(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a"], "two sessions, or none"),
        (["a", "b", "--boards", "all"], "--boards does not go with two sessions"),
        (["a", "b", "--session", "x", "--batch", "1"], "--session, --batch does not go with"),
        (["a", "b", "--board", "bianco/titan-xp"], "--board does not go with"),
        (["--board", "bianco/titan-yp"], "the nearest: bianco/titan-xp"),
        (["--board", "bianco/titan-xp", "--boards", "bianc"], "the nearest: bianco/"),
        (["--board", "bianco/titan-xp", "--boards", ","], "names no board"),
        (["--board", "bianco/titan-xp", "--models", "nonet"], "no such model at such a batch"),
        (["--board", "bianco/titan-xp", "--batch", "3"], "no such model at such a batch"),
        (["--board", "bianco/titan-xp", "--batch", "many"], "--batch"),
        (["--session", "nothing"], "no session is recorded"),
    ],
)
def test_a_contradiction_is_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *words)


def test_two_sessions_are_still_compared(capsys: pytest.CaptureFixture[str]) -> None:
    record(RUN)
    record(replace(RUN, threads=1))
    first, second = _ids(capsys)
    found = json.loads(told(capsys, first, second, "--json"))
    assert found[0]["a"] == first
    assert found[0]["figures"]["throughput"]["unit"] == "images/s"


def _ids(capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["sessions", "--json"]) == 0
    return [item["id"] for item in json.loads(capsys.readouterr().out)]


def test_names_from_a_session_cannot_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record(replace(RUN, model="evil\x1b[2J", label="", model_path="/nowhere"))
    text = told(capsys, "--session", "last")
    assert "\x1b" not in text
    assert "evil" in text


def test_every_published_board_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    for name in reference.boards()[::7]:
        text = told(capsys, "--board", name, "--boards", "all")
        assert text.startswith(reference.load(name).board[:20])
