"""`edgetop best` and `edgetop claims`: what people and scripts read, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import recorded_sessions as recorded
from made_results import model, point, results

from edgetop import cli, reference
from edgetop.cli import chosen
from edgetop.results import Conditions
from edgetop.study import peak

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.results import Results

TITAN_XP, JETSON_TX1 = "bianco/titan-xp", "bianco/jetson-tx1"


@pytest.fixture(autouse=True)
def no_peak_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(peak, "_this_board", lambda: "this board")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    return capsys.readouterr().out


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(capsys, *arguments, "--json"))
    return found


def on(monkeypatch: pytest.MonkeyPatch, *boards: Results) -> None:
    """These stand for what was recorded."""
    monkeypatch.setattr(chosen, "chosen", lambda _arguments: list(boards))


def test_rows_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(
        capsys, "best", "--board", TITAN_XP, "--max-memory-gb", "0.7", "--min-fps", "30"
    )  # fmt: skip
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]
    first = found[0]
    assert {key: first[key] for key in ("board", "model", "top1_pct", "memory_gb", "power_w")} == {
        "board": TITAN_XP,
        "model": "DPN-68",
        "top1_pct": 75.95,
        "memory_gb": pytest.approx(0.65),
        "power_w": None,
    }
    assert first["fps"] == pytest.approx(93.63, abs=0.01)
    assert first["conditions"] == "PyTorch, cuda"


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "best", "--board", TITAN_XP, "--top", "2", "--max-memory-gb", "0.7")
    title, head, first, second, *notes = out.splitlines()
    assert title == "bianco/titan-xp  NVIDIA Titan X Pascal (Titan Xp), batch 1"
    assert head.split() == ["model", "top-1", "%", "FPS", "GB", "W", "J/image", "conditions"]
    assert first.split()[:5] == ["1", "DPN-68", "75.95", "93.63", "0.65"]
    assert second.split()[1] == "DenseNet-121"
    assert "ShuffleNet has no known accuracy: left out" in notes[0]
    assert notes[1].strip() == "memory is GPU memory of the process"


def test_memory_measured_elsewhere_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "best", "--board", JETSON_TX1, "--max-memory-gb", "0.7")
    assert "memory is GPU memory of the process, on NVIDIA Titan X Pascal (Titan Xp)" in out


def test_no_model_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["best", "--board", JETSON_TX1, "--max-memory-gb", "0.5"]
    nearest = (
        "no model of bianco/jetson-tx1 meets this; nearest is NASNet-A-Mobile (0.63 GB, 7.5 FPS, "
        "133.87 ms)"
    )
    assert nearest in said(capsys, *arguments)
    assert cli.main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert printed.err == f"edgetop: {nearest}\n"


def test_a_figure_that_no_model_has(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "best", "--board", JETSON_TX1, "--max-power-w", "5")
    assert out.count("43 models have no power figure") == 1
    assert out.count("\n") == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--min-fps", "-1"],
        ["--min-fps", "nan"],
        ["--max-memory-gb", "0"],
        ["--max-energy-j", "inf"],
        ["--max-ms", "fast"],
        ["--top", "0"],
        ["--batch", "0"],
        ["--batch", "3"],
        ["--grid", "--min-fps", "10"],
    ],
)
def test_nonsense_is_refused_in_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["best", "--board", TITAN_XP, *words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert printed.err.startswith("edgetop: ")
    assert printed.err.count("\n") == 1


def test_the_grid_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "best", "--board", JETSON_TX1, "--grid").splitlines()
    heads = [line for line in lines if "<= 0.7 GB" in line]
    assert [line.split(">= ")[1].split()[0] for line in heads] == ["15", "30", "60"]
    last = lines[lines.index(heads[2]) + 1]
    assert last.split() == ["MobileNet-v1", "69.52", "66.4"] * 3


def test_the_grid_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    cells = rows(capsys, "best", "--board", f"{TITAN_XP},{JETSON_TX1}", "--grid")
    assert len(cells) == 18
    names = {row["model"] for cell in cells for row in cell["models"]}
    assert len(names) == 26
    assert {len(cell["models"]) for cell in cells if cell["board"] == TITAN_XP} == {5}


def test_a_field_without_a_model_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, results(point("a", 50.0, memory_mib=900.0)))
    out = said(capsys, "best", "--grid")
    assert out.count("no model") == 7


def test_a_flagged_time_is_flagged_wherever_it_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = point(model("a", family="MobileNet"), 5.0, memory_mib=100.0)
    on(monkeypatch, results(fast, peak_tmacs=0.1, peak_source="a book"))
    flag = "impossible: 200 % of the board's peak, 0.1 TMAC/s (a book)"
    assert f"a: {flag}" in said(capsys, "best")
    assert f"a: {flag}" in said(capsys, "best", "--grid")
    (row,) = rows(capsys, "best")
    assert row["flag"] == flag


def test_a_run_that_was_not_steady_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "drifting: throughput changed 82 % in 3 s"
    made = results(
        point("a", 5.0, state="throttled"),
        point("b", 5.0, state="steady"),
        point("c", 5.0, state="drifting", note=told),
    )
    on(monkeypatch, made)
    out = said(capsys, "best")
    assert "a: measured while throttled" in out
    assert "b: " not in out
    assert f"c: {told}" in out
    assert "c: measured" not in out


def test_a_long_note_is_several_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, results(point("a", 5.0, note="so " * 60)))
    first, second = (line for line in said(capsys, "best").splitlines() if " so so " in line)
    assert first.startswith("  a: so")
    assert second.startswith("    so")
    assert len(first) <= 100


def test_names_from_files_cannot_act_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "\x1b[2Jx"
    made = results(point(evil, 5.0), *(point(name, 6.0) for name in "bc"), board=evil, id=evil)
    on(monkeypatch, made)
    for arguments in (["best"], ["best", "--grid"], ["best", "--min-fps", "1000"], ["claims"]):
        assert "\x1b" not in said(capsys, *arguments)


def test_claims_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "claims", "--board", TITAN_XP)
    assert len(found) == 27
    assert {row["verdict"] for row in found} == {"holds", "fails", "cannot be tested here"}
    (bound,) = (row for row in found if row["id"] == "B3")
    assert set(bound) == {"id", "statement", "source", "board", "verdict", "figures", "why"}
    assert bound["verdict"] == "holds"
    assert bound["figures"]["slope_pct_per_fps"] == pytest.approx(-0.0244, abs=0.0001)


def test_claims_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "claims", "--board", JETSON_TX1)
    assert out.startswith("bianco/jetson-tx1  NVIDIA Jetson TX1: 17 holds, 2 fails, 8 cannot be")
    assert "\nB3 holds\n" in out
    assert "the paper prints 83.0 - 0.2025 FPS" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 100


def test_claims_on_all_boards(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "claims", "--board", "all")
    assert out.startswith(f"27 claims, {len(reference.boards())} published boards\n")
    assert "fails on 1: tryolabs/jetson-nano\n" in out
    assert "C2 Power" in out and "cannot be tested on any" in out
    assert "…" not in out
    found = rows(capsys, "claims", "--board", "ALL")
    assert {row["id"] for row in found if row["verdict"] == "cannot be tested here"} == {"C2", "C4"}
    assert sum(row["id"] == "D4" for row in found) == 2


def test_boards_that_are_given_together_are_compared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, fast = (
        results(*(point(name, ms) for name in "abc"), id=name)
        for name, ms in (("slow", 90.0), ("fast", 10.0))
    )
    on(monkeypatch, slow, fast)
    found = [row for row in rows(capsys, "claims") if row["id"] == "D1"]
    assert [(row["board"], row["verdict"]) for row in found] == [
        ("slow", "holds"),
        ("fast", "holds"),
    ]
    assert found[0]["figures"] == {"ratio": {"fast is faster by": pytest.approx(9.0)}}


def test_all_published_boards_take_no_session_beside_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["claims", "--board", "all", "--session", "last"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "--session" in printed.err


def test_claims_measure_the_peak_of_a_session_of_this_board(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        peak,
        "_measure",
        lambda provider, threads: {
            "tmacs": 0.5, "rates": [0.5], "size": 512, "provider": provider, "threads": threads,
            "runtime": "onnxruntime 1", "precision": "fp32",
        },
    )  # fmt: skip
    at = Conditions("onnxruntime 1", "cpu", 2, "fp32")
    on(monkeypatch, results(point("a", 4.0, conditions=at), board="this board"))
    assert cli.main(["claims", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ("edgetop: measuring the peak of this board with cpu, 2 threads; once\n")
    (real,) = (row for row in json.loads(printed.out) if row["id"] == "T1")
    assert (real["verdict"], real["figures"]["highest_share_of_peak"]) == ("holds", 0.5)
    assert (
        "matrix products of 512 x 512, onnxruntime 1, cpu 2 threads, best of 1 runs"
        in (real["why"])
    )


def test_a_recorded_session_is_a_board_like_any_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "site.edgetop"
    recorded.write(path, recorded.stories.steady())
    (row,) = rows(capsys, "best", "--session", str(path))
    assert (row["rank"], row["top1_pct"]) == (1, 58.178)
    assert row["memory_scope"].startswith("process RSS")
    assert row["power_w"] is not None and row["power_scope"]
    found = rows(capsys, "claims", "--session", str(path))
    assert {item["verdict"] for item in found} == {"cannot be tested here"}
    assert {item["board"] for item in found} == {row["board"]}
