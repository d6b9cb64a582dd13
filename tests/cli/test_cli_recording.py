"""Whatever happens to edgetop, its disk or its clock: what was measured is on the disk."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import tiny_models
from edgetop_process import Edgetop, edgetop, headless, wait_until_ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INTERVAL_S = 0.2
MOST_LOST_S = 1.0
BACKWARDS = """
import sys, time
real, began = time.time, time.monotonic()
time.time = lambda: real() - (7200.0 if time.monotonic() - began > 2.5 else 0.0)
from edgetop import cli
sys.exit(cli.main(sys.argv[1:]))
"""
"""edgetop on a machine whose clock is set back by two hours after some seconds."""
FULL = """
import resource, sys, threading
limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
threading.Timer(2, limit).start()  # the ring of the model's process counts as a file, too
from edgetop import cli
sys.exit(cli.main(sys.argv[1:]))
"""
"""edgetop on a disk that has no room after some seconds: a limit on the size of files."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.product(tmp_path / "m.onnx", side=32, times=4)


@pytest.fixture
def database(own_home: Path) -> Path:
    """Where the sessions are, once there are some."""
    return own_home / ".local/share/edgetop/sessions.db"


def endless(model: Path, *arguments: str | Path, **options: Any) -> Edgetop:
    return Edgetop(
        "--json", "--model", model, "--warmup", "0", "--interval", str(INTERVAL_S), *arguments,
        **options,
    )  # fmt: skip


def sessions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(edgetop("sessions", "--json").out)
    return found


def exported(tmp_path: Path, name: str = "last") -> list[dict[str, str]]:
    """The samples of a session, through `edgetop export`; the file must be valid CSV."""
    path = tmp_path / "exported.csv"
    done = edgetop("export", name, "-o", path, "--force")
    assert done.code == 0, done.err
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, strict=True)
        rows = list(reader)
        assert all(None not in row and None not in row.values() for row in rows)
    return rows


def measured_for(running: Edgetop, seconds: float) -> float:
    """Read what it prints for so long; the elapsed time of the last interval."""
    running.until_measuring()
    end_s = time.monotonic() + seconds
    while True:
        record = json.loads(running.line())
        if time.monotonic() >= end_s:
            return float(record["elapsed_s"])


def assert_whole(rows: list[dict[str, str]], until_s: float) -> None:
    """Samples without a gap up to a moment."""
    elapsed = [float(row["elapsed_s"]) for row in rows]
    assert elapsed == sorted(elapsed)
    gaps = [after - before for before, after in pairwise(elapsed)]
    assert max(gaps) < 5 * INTERVAL_S + MOST_LOST_S
    assert elapsed[-1] >= until_s - MOST_LOST_S


def test_every_run_is_a_session_without_asking(model: Path, tmp_path: Path) -> None:
    done = headless(model, "--duration", "1")
    (session,) = sessions()
    assert done.summary["session"] == session["id"]
    assert session["state"] == "whole"
    assert session["models"] == ["m"]
    assert session["samples"] == len(exported(tmp_path))
    shown = json.loads(edgetop("sessions", "show", session["id"][-4:], "--json").out)
    (run,) = shown["run_summaries"]
    assert run["inferences"] == done.summary["inferences"]
    assert len(run["model_sha256"]) == 64
    assert f"--model {model} " in shown["facts"]["command_line"]
    assert any(event["text"].startswith("run 1: m") for event in shown["events"])


def test_the_intervals_that_were_printed_are_those_that_are_exported(
    model: Path, tmp_path: Path
) -> None:
    done = headless(model, "--duration", "2")
    rows = exported(tmp_path)
    assert len(rows) >= len(done.intervals) > 5
    for printed, row in zip(done.intervals, rows, strict=False):
        assert float(row["elapsed_s"]) == pytest.approx(printed["elapsed_s"], abs=0.0011)
        assert row["inferences"] == str(printed["inferences"])
        if printed["fps"] is not None:
            assert float(row["fps"]) == pytest.approx(printed["fps"], rel=2e-6)


def test_no_record_leaves_nothing_behind(model: Path, database: Path, tmp_path: Path) -> None:
    done = headless(model, "--no-record", "--export", tmp_path / "out.csv")
    assert done.code == 0
    assert done.summary["session"] is None
    assert (tmp_path / "out.csv").read_text().count("\n") == len(done.intervals) + 1
    assert not database.parent.exists()


KILLED: dict[str, Callable[[Edgetop], list[int]]] = {
    "edgetop": lambda running: [running.process.pid],
    "edgetop and then the model": lambda running: [running.process.pid, running.worker().pid],
    "the model and then edgetop": lambda running: [running.worker().pid, running.process.pid],
}


@pytest.mark.parametrize("victims", KILLED)
def test_a_killed_edgetop_has_its_samples_on_the_disk(
    model: Path, tmp_path: Path, victims: str
) -> None:
    with endless(model) as running:
        worker = running.until_measuring()
        last_s = measured_for(running, 3)
        (session,) = sessions()
        assert session["state"] == "running"
        for pid in KILLED[victims](running):
            os.kill(pid, signal.SIGKILL)
        running.process.wait(30)
        wait_until_ended(worker)
    (session,) = sessions()
    assert session["state"] == "interrupted"
    assert_whole(exported(tmp_path), last_s)
    assert edgetop("sessions", "check").code == 0


def test_a_killed_model_ends_the_session_whole(model: Path, tmp_path: Path) -> None:
    with endless(model) as running:
        last_s = measured_for(running, 2)
        running.worker().kill()
        done = running.finish()
    assert "signal 9" in done.complaint(4)
    (session,) = sessions()
    assert session["state"] == "whole"
    assert_whole(exported(tmp_path), last_s)


def test_a_hang_up_ends_the_session_whole(model: Path, tmp_path: Path) -> None:
    with endless(model) as running:
        last_s = measured_for(running, 2)
        running.process.send_signal(signal.SIGHUP)
        assert running.finish().code == 130
    (session,) = sessions()
    assert session["state"] == "whole"
    assert_whole(exported(tmp_path), last_s)


def test_a_full_disk_costs_no_sample(model: Path, own_home: Path, tmp_path: Path) -> None:
    done = headless(model, "--duration", "12", command=(sys.executable, "-c", FULL))
    assert done.code == 0
    complaint = next(line for line in done.err.splitlines() if line.startswith("edgetop: "))
    (rescued,) = (own_home / ".local/state/edgetop").glob("*.edgetop")
    assert str(rescued) in complaint
    assert any("recording waits" in event for event in done.events)
    rows = exported(tmp_path, str(rescued))
    assert len(rows) >= len(done.intervals)
    assert_whole(rows, done.summary["elapsed_s"])
    assert edgetop("sessions", "check").code == 0


def test_an_export_is_whole_although_the_disk_was_full(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    options = ("--duration", "8", "--export", path)
    done = headless(model, *options, command=(sys.executable, "-c", FULL))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert done.code == 0
    assert len(rows) >= len(done.intervals)
    assert_whole(rows, done.summary["elapsed_s"])


def test_a_folder_that_takes_nothing_is_said_and_costs_no_sample(
    model: Path, tmp_path: Path
) -> None:
    """Even root cannot make a folder in /proc."""
    away = {"XDG_DATA_HOME": "/proc/edgetop", "XDG_STATE_HOME": str(tmp_path / "state")}
    done = headless(model, "--duration", "1", env=away)
    assert done.code == 0
    assert done.summary["session"] is None
    assert any("recording waits: cannot keep sessions in /proc" in event for event in done.events)
    (rescued,) = (tmp_path / "state/edgetop").glob("*.edgetop")
    assert len(exported(tmp_path, str(rescued))) >= len(done.intervals)
    done = headless(model, "--duration", "1", "--export", tmp_path / "out.csv", env=away)
    assert (tmp_path / "out.csv").exists()
    assert len(list((tmp_path / "state/edgetop").glob("*.edgetop"))) == 2
    assert "edgetop: cannot keep sessions in /proc" in done.err


@pytest.mark.parametrize("content", [b"precious notes\n" * 999, b"SQLite format 3\0" + bytes(999)])
def test_a_damaged_database_is_moved_aside_and_said(
    model: Path, database: Path, tmp_path: Path, content: bytes
) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(content)
    done = headless(model, "--duration", "1.5")
    assert done.code == 0
    (aside,) = database.parent.glob("sessions.damaged-*.db")
    assert aside.read_bytes() == content
    assert any(aside.name in event for event in done.events)
    assert len(exported(tmp_path)) >= len(done.intervals)


def test_a_clock_that_steps_back_changes_no_figure(model: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-c", BACKWARDS)
    done = headless(model, "--duration", "5", command=command)
    assert done.code == 0
    rows = exported(tmp_path)
    assert_whole(rows, done.summary["elapsed_s"])
    assert [row["t"] for row in rows] != sorted(row["t"] for row in rows)
    (session,) = sessions()
    assert session["duration_s"] == pytest.approx(done.summary["elapsed_s"], abs=1)


def test_two_at_once_share_the_database(model: Path, tmp_path: Path) -> None:
    with endless(model) as one, endless(model) as other:
        last_s = {running: measured_for(running, 2) for running in (one, other)}
        for running in (one, other):
            running.process.send_signal(signal.SIGTERM)
        ends = {running: running.finish().summary["session"] for running in (one, other)}
    assert len(set(ends.values())) == 2
    for running, name in ends.items():
        assert_whole(exported(tmp_path, name), last_s[running])


def test_old_sessions_go_when_the_user_says_so(model: Path) -> None:
    headless(model)
    first = sessions()[0]["id"]
    headless(model, env={"EDGETOP_KEEP_SESSIONS_MIB": "0.0001"})
    left = [session["id"] for session in sessions()]
    assert first not in left
    assert len(left) == 1


# -- the commands ------------------------------------------------------------------------------


@pytest.fixture
def recorded(model: Path) -> str:
    """The ID of a short session."""
    name: str = headless(model, "--duration", "1").summary["session"]
    return name


def test_options_may_stand_before_and_behind_the_action(recorded: str) -> None:
    for words in (("--json",), ("list", "--json"), ("--json", "list")):
        assert [item["id"] for item in json.loads(edgetop("sessions", *words).out)] == [recorded]
    assert recorded in edgetop("sessions", "list").out
    assert json.loads(edgetop("sessions", "--json", "show", recorded).out)["id"] == recorded


def test_without_sessions_the_commands_say_so() -> None:
    assert edgetop("sessions", "--json").out == "[]\n"
    assert "no session is recorded yet" in edgetop("sessions").err
    for command in (("export", "last"), ("replay", "last"), ("sessions", "delete", "last"),
                    ("sessions", "check"), ("sessions", "show", "last")):  # fmt: skip
        assert "no session is recorded yet" in edgetop(*command).complaint(2)


def test_a_name_that_is_none_names_the_nearest(recorded: str) -> None:
    wrong = recorded[:-2] + "zz"
    for command in ("export", "replay"):
        assert f"no session '{wrong}'; the nearest: {recorded}" in edgetop(
            command, wrong
        ).complaint(2)


def test_a_session_goes_out_in_every_format(recorded: str, tmp_path: Path) -> None:
    csv_text = edgetop("export", recorded, "--format", "csv", "-o", "-").out
    assert csv_text.startswith("t,elapsed_s,run,model")
    for name in ("a.csv", "a.jsonl", "a.md", "a.edgetop"):
        assert edgetop("export", recorded, "-o", tmp_path / name).code == 0
        assert (tmp_path / name).stat().st_size > 100
    assert (tmp_path / "a.csv").read_bytes() == csv_text.encode().replace(b"\n", b"\r\n")
    again = edgetop("export", recorded, "-o", tmp_path / "a.md")
    assert "exists already; --force replaces it" in again.complaint(2)
    missing = edgetop("export", recorded, "-o", tmp_path / "no" / "a.csv")
    assert "there is no folder" in missing.complaint(2)
    binary = edgetop("export", recorded, "--format", "edgetop")
    assert "name a file with -o" in binary.complaint(2)


def test_a_mailed_session_is_replayed_without_onnxruntime(recorded: str, tmp_path: Path) -> None:
    path = tmp_path / "site.edgetop"
    edgetop("export", recorded, "-o", path)
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('onnxruntime', 'onnx'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from edgetop import cli\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    done = edgetop("replay", path, "--json", command=(sys.executable, "-c", code))
    assert done.code == 0, done.err
    assert done.summary["session"] == recorded
    assert done.summary["inferences"] > 0


def test_files_that_are_no_sessions_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.edgetop").write_text("dear customer")
    (tmp_path / "loop.edgetop").symlink_to(tmp_path / "loop.edgetop")
    with (tmp_path / "huge.edgetop").open("wb") as file:
        file.truncate(1 << 30)
    for name in ("text.edgetop", "loop.edgetop", "huge.edgetop", "nowhere.edgetop"):
        for command in ("replay", "export"):
            assert name in edgetop(command, tmp_path / name).complaint(2)


def test_damaged_samples_are_left_out_and_told(
    recorded: str, database: Path, tmp_path: Path
) -> None:
    connection = sqlite3.connect(database)
    connection.execute("UPDATE blocks SET data = x'00' WHERE first = 0")
    connection.commit()
    connection.close()
    done = edgetop("export", recorded, "-o", tmp_path / "rest.csv")
    assert "are damaged and left out" in done.err
    assert done.code == 2
    assert (tmp_path / "rest.csv").exists()
    assert "damaged" in edgetop("sessions", "check").out


def test_a_session_is_deleted_but_not_while_it_runs(model: Path, recorded: str) -> None:
    with endless(model) as running:
        measured_for(running, 1.5)
        present = next(item["id"] for item in sessions() if item["state"] == "running")
        assert "still runs" in edgetop("sessions", "delete", present).complaint(2)
    assert edgetop("sessions", "delete", recorded).code == 0
    assert [item["id"] for item in sessions()] == [present]


def test_a_session_beside_itself_cannot_be_told_apart(model: Path) -> None:
    name = headless(model, "--duration", "4").summary["session"]
    (row,) = json.loads(edgetop("compare", name, name, "--json").out)
    assert (row["a"], row["b"], row["model"], row["batch"]) == (name, name, model.stem, 1)
    throughput = row["figures"]["throughput"]
    assert throughput["ratio"] == 1
    assert throughput["distinguishable"] is False
    assert "not distinguishable" in edgetop("compare", name, name).out
