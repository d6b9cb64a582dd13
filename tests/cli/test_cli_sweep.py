"""`edgetop sweep` as a real command: its points, its endings, interrupted and resumed."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
import tiny_models
from edgetop_process import LONG_S, Edgetop, Finished, edgetop
from onnx import TensorProto, helper

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ("--seconds", "1", "--rounds", "1")
MEMORY_BYTES = 2 << 30


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path]:
    """One that takes any batch, and one that takes a single image only."""
    return tiny_models.relu(tmp_path / "free.onnx"), tiny_models.relu(tmp_path / "one.onnx", (1, 4))


@pytest.fixture
def database(own_home: Path) -> Path:
    return own_home / ".local/share/edgetop/sessions.db"


def visits(database: Path) -> list[dict[str, Any]]:
    """All visits that the database has, in order."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        try:
            rows = connection.execute("SELECT facts FROM visits ORDER BY sweep, number").fetchall()
        except sqlite3.OperationalError:  # it is just being made
            return []
    return [json.loads(row[0]) for row in rows]


def rows(finished: Finished) -> dict[tuple[str, int], dict[str, Any]]:
    """The points by model and batch."""
    return {(row["model"], row["batch"]): row for row in json.loads(finished.out)}


def test_each_point_has_figures_or_the_reason_for_an_x(models: tuple[Path, Path]) -> None:
    done = edgetop("sweep", "--models", ",".join(map(str, models)), "--batches", "1,2,4", "--json",
                   *QUICK)  # fmt: skip
    assert done.code == 0
    found = rows(done)
    assert len(found) == 6
    for batch in (1, 2, 4):
        row = found["free", batch]
        assert row["error"] is None
        assert row["ms_per_image"] * row["batch"] == pytest.approx(
            row["latency_ms"]["p50"], rel=0.2
        )
        assert row["fps"] > 0
        assert row["memory"]["worker_mib"] > 10
        assert row["provider"] == "cpu"
        assert row["runtime"].startswith("onnxruntime ")
    assert found["one", 1]["error"] is None
    assert found["one", 2]["error"] == "refused: the graph has a fixed batch of 1"
    assert found["one", 4]["error"].startswith("not tried: batch 2 did not run")
    assert found["one", 4]["ms_per_image"] is None


def test_the_table_is_for_people(models: tuple[Path, Path]) -> None:
    done = edgetop("sweep", "--models", ",".join(map(str, models)), "--batches", "1,2", *QUICK)
    head, line_free, line_one, *rest = done.out.splitlines()[1:]
    assert head.split() == ["ms", "per", "image", "batch", "1", "batch", "2"]
    assert line_free.startswith("free ")
    assert line_one.split()[-1] == "x"
    assert "x one, batch 2: refused: the graph has a fixed batch of 1" in rest
    assert "about" in done.err.splitlines()[0]
    assert "recorded as " in done.err.splitlines()[-1]


def test_a_sweep_is_a_session_and_its_visits_are_runs(
    models: tuple[Path, Path], database: Path
) -> None:
    done = edgetop("sweep", "--models", models[0], "--batches", "1,2", *QUICK)
    name = done.err.split()[-1]
    listed = json.loads(edgetop("sessions", "--json").out)
    assert [(item["id"], item["runs"]) for item in listed] == [(name, len(visits(database)))]


def test_a_model_that_is_none_measures_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x07\x12")
    line = edgetop("sweep", "--models", broken, "--batches", "1").complaint(2)
    assert "broken.onnx" in line


def test_a_model_that_onnx_reads_and_the_runtime_refuses_is_an_x(tmp_path: Path) -> None:
    """All points failed: that is no success."""
    node = helper.make_node("Nonsense", ["x"], ["y"], domain="made.up")
    odd = tiny_models.save(
        tmp_path / "odd.onnx", [node], {"x": (TensorProto.FLOAT, ("N", 4))}, domain="made.up"
    )
    done = edgetop("sweep", "--models", odd, "--batches", "1,2", *QUICK, "--json")
    assert done.code == 3
    assert rows(done)["odd", 1]["error"].startswith("refused: ")


def test_a_provider_that_is_not_there_is_no_fallback(models: tuple[Path, Path]) -> None:
    options = ("--batches", "1", "--providers", "cuda", "--json")
    done = edgetop("sweep", "--models", models[0], *options, *QUICK)
    assert done.code == 5
    assert "cuda" in rows(done)["free", 1]["error"]


def test_two_models_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [tiny_models.relu(tmp_path / folder / "m.onnx") for folder in ("a", "b")]
    done = edgetop("sweep", "--models", f"{files[0]},{files[1]},{files[0]}", "--batches", "1",
                   "--json", *QUICK)  # fmt: skip
    assert set(rows(done)) == {("m", 1), ("m (b)", 1)}


def hungry(path: Path) -> Path:
    """Some 16 MB of memory for each image."""
    width = 4_000_000
    node = helper.make_node("Expand", ["x", "shape"], ["wide"])
    add = helper.make_node("Add", ["wide", "x"], ["sum"])
    reduce = helper.make_node("ReduceMax", ["sum"], ["y"], axes=[1], keepdims=1)
    shape = np.array([1, width], dtype=np.int64)
    return tiny_models.save(
        path, [node, add, reduce], {"x": (TensorProto.FLOAT, ("N", 1))}, {"shape": shape}
    )


def little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def test_the_largest_batch_is_found_where_memory_ends(tmp_path: Path) -> None:
    """The process that asks for too much dies or is refused; the sweep goes on."""
    model = hungry(tmp_path / "hungry.onnx")
    done = edgetop("sweep", "--models", model, "--max-batch", "128", "--json", *QUICK,
                   before=little_memory)  # fmt: skip
    found = rows(done)
    assert done.code == 0, done.err
    ran = [batch for (_, batch), row in found.items() if row["error"] is None]
    failed = {b: row["error"] for (_, b), row in found.items() if row["error"] is not None}
    assert max(ran) < 128
    assert min(failed) == max(ran) + 1, "the largest batch was not bisected"
    assert failed[min(failed)].startswith("out of memory: ")
    assert min(ran) == 1


def until_visits(database: Path, count: int) -> None:
    deadline = time.monotonic() + LONG_S
    while not database.exists() or len(visits(database)) < count:
        assert time.monotonic() < deadline, f"{count} visits are not over"
        time.sleep(0.02)


def test_killed_at_any_moment_it_goes_on_and_measures_nothing_twice(
    models: tuple[Path, Path], database: Path
) -> None:
    options = ("--batches", "1,2,4,8", "--seconds", "2", "--rounds", "2")
    with Edgetop("sweep", "--models", models[0], *options) as running:
        until_visits(database, 2)
        running.process.kill()
        running.process.wait()
    before = visits(database)
    for moment_s in (1.2, 2.3):
        with Edgetop("sweep", "--resume", "last") as running:
            time.sleep(moment_s)
            running.process.kill()
            running.process.wait()
        after = visits(database)
        assert after[: len(before)] == before
        before = after
    done = edgetop("sweep", "--resume", "last", "--json")
    assert done.code == 0, done.err
    batches = [visit["batch"] for visit in visits(database)]
    assert visits(database)[: len(before)] == before
    # Two visits each, and one more where others used the processors.
    assert set(batches) == {1, 2, 4, 8}
    assert all(batches.count(batch) in (2, 3) for batch in set(batches))
    assert {row["error"] for row in json.loads(done.out)} == {None}
    again = edgetop("sweep", "--resume", "last", "--json")
    assert again.err.startswith("all points of this sweep are measured")
    figures = [row["ms_per_image"] for row in json.loads(done.out)]
    assert [row["ms_per_image"] for row in json.loads(again.out)] == figures
    assert len(visits(database)) == len(batches)


def test_a_process_that_is_killed_is_started_again(models: tuple[Path, Path]) -> None:
    options = ("--batches", "1", "--seconds", "4", "--rounds", "1", "--json")
    with Edgetop("sweep", "--models", models[0], *options) as running:
        deadline = time.monotonic() + LONG_S
        while not (found := workers(running)):
            assert time.monotonic() < deadline, "no model runs"
        found[0].kill()
        done = running.finish()
    assert done.code == 0
    row = rows(done)["free", 1]
    assert row["error"] is None
    assert "1 of 2 visits failed: out of memory: the model's process died: signal 9" in row["note"]


def workers(running: Edgetop) -> list[psutil.Process]:
    """The model's process, if there is one just now."""
    found = []
    for child in psutil.Process(running.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [child] if "edgetop.engine" in child.cmdline() else []
    return found


def test_ctrl_c_tells_what_there_is_and_how_to_go_on(
    models: tuple[Path, Path], database: Path
) -> None:
    with Edgetop("sweep", "--models", models[0], "--batches", "1,2,4,8", *QUICK) as running:
        until_visits(database, 1)
        running.process.send_signal(signal.SIGINT)
        done = running.finish()
    assert done.code == 130
    assert "free" in done.out
    assert "edgetop sweep --resume " in done.err.splitlines()[-1]


def test_a_sweep_that_goes_on_cannot_be_resumed_beside_itself(
    models: tuple[Path, Path], database: Path
) -> None:
    with Edgetop(
        "sweep", "--models", models[0], "--batches", "1,2,4", "--seconds", "60"
    ) as running:
        until_recorded(database)
        assert "goes on with the sweep" in edgetop("sweep", "--resume", "last").complaint(2)
        assert running.process.poll() is None


def until_recorded(database: Path) -> None:
    """Until the session of the sweep is in the database."""
    deadline = time.monotonic() + LONG_S
    while not json.loads(edgetop("sessions", "--json").out):
        assert time.monotonic() < deadline, "nothing is recorded"


@pytest.mark.parametrize("other", ["--batches=1", "--models=a", "--rounds=2", "--no-record"])
def test_what_is_settled_cannot_be_changed_when_it_goes_on(other: str) -> None:
    assert "--resume goes on as it began" in edgetop("sweep", "--resume", "x", other).complaint(2)


def test_an_unknown_sweep_is_told_with_those_that_there_are(models: tuple[Path, Path]) -> None:
    assert "no sweep is recorded yet" in edgetop("sweep", "--resume", "x").complaint(2)
    done = edgetop("sweep", "--models", models[0], "--batches", "1", *QUICK)
    name = done.err.split()[-1]
    assert name in edgetop("sweep", "--resume", "nonsense").complaint(2)


def test_a_file_that_has_changed_is_not_mixed_with_the_old_one(
    models: tuple[Path, Path],
) -> None:
    edgetop("sweep", "--models", models[0], "--batches", "1", *QUICK)
    models[0].write_bytes(models[0].read_bytes() + b"\x00")
    assert "has changed" in edgetop("sweep", "--resume", "last").complaint(2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--models", "squeezenet_v9"), "squeezenet_v1.1"),
        (("--batches", "1,x"), "--batches takes whole numbers"),
        (("--batches", "0"), "one image or more"),
        (("--batches", "1", "--max-batch", "4"), "with --batches there is none"),
        (("--precisions", "fp8"), "stored, fp16, int8"),
        (("--providers", "cpx"), "cpx"),
        (("--rounds", "0"), "1 to 100"),
    ],
)
def test_wishes_that_cannot_be_met(options: tuple[str, ...], words: str) -> None:
    assert words in edgetop("sweep", *options).complaint(2)


def test_a_dry_run_tells_the_plan_and_leaves_nothing(
    models: tuple[Path, Path], database: Path
) -> None:
    done = edgetop("sweep", "--models", models[0], "--batches", "1,2", "--rounds", "3", "--dry-run")
    assert done.code == 0
    assert "1 model, batches 1, 2: 2 points in 6 visits; about " in done.err
    assert not database.exists()


def test_without_a_record_nothing_is_left(models: tuple[Path, Path], database: Path) -> None:
    done = edgetop("sweep", "--models", models[0], "--batches", "1", *QUICK, "--no-record")
    assert done.code == 0
    assert "free" in done.out
    assert "--resume" not in done.err
    assert not database.exists()


def test_a_report_stands_for_its_networks() -> None:
    done = edgetop("sweep", "--models", "deepdetect", "--batches", "1", "--dry-run")
    assert done.err.startswith("12 models, batch 1: 12 points in 36 visits")


@pytest.mark.parametrize(
    "words",
    [("--models", ","), ("--batches", ""), ("--providers", " "), ("--precisions", ","),
     ("--resume", ""), ("--batches", "99999999999"), ("--max-batch", "99999999999")],
)  # fmt: skip
def test_an_option_that_names_nothing_begins_no_sweep(
    models: tuple[Path, Path], database: Path, words: tuple[str, str]
) -> None:
    """An empty variable of a script must not begin hours of the default."""
    of = () if words[0] in ("--models", "--resume") else ("--models", models[0])
    edgetop("sweep", *of, *words).complaint(2)
    assert not database.exists()


def test_a_dry_run_prints_json_too(models: tuple[Path, Path]) -> None:
    done = edgetop("sweep", "--models", models[0], "--batches", "1", "--dry-run", "--json")
    assert (done.code, done.out) == (0, "[]\n")
    assert done.err.startswith("1 model, batch 1: 1 point in 3 visits")


def test_a_provider_that_is_not_there_has_the_exit_code_that_a_run_has(
    models: tuple[Path, Path],
) -> None:
    one = edgetop(
        "sweep", "--models", models[0], "--batches", "1,2", "--providers", "qnn", "--json"
    )
    assert one.code == 5
    assert rows(one)["free", 1]["error"].startswith("refused: provider qnn")
    both = edgetop(
        "sweep", "--models", models[0], "--batches", "1", "--providers", "qnn,cpu", *QUICK
    )
    assert both.code == 0


def test_what_could_not_be_recorded_is_not_called_recorded(
    models: tuple[Path, Path], tmp_path: Path
) -> None:
    place = tmp_path / "file"
    place.touch()
    done = edgetop(
        "sweep", "--models", models[0], "--batches", "1", *QUICK, env={"XDG_DATA_HOME": str(place)}
    )
    assert done.code == 0
    assert "recorded as" not in done.err
    assert done.err.count("cannot keep sessions") == 2  # once before, once for what is lost


def test_points_come_out_where_standard_error_is_closed(models: tuple[Path, Path]) -> None:
    done = edgetop("sweep", "--models", models[0], "--batches", "1", "--json", *QUICK,
                   before=lambda: os.close(2))  # fmt: skip
    assert done.code == 0
    assert rows(done)["free", 1]["error"] is None
