"""`edgetop sensors` on seven emulated boards: what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from edgetop_process import LONG_S, Edgetop, Finished, edgetop

from edgetop import cli
from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.board import Board

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from board_records import rows, wrong_rows
from emulated_boards import SEVEN_BOARDS, expected, materialise
from live_board import LiveBoard, at_time


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimpleNamespace]:
    """What the command says of every board, asked in three ways; all of them at the same time."""
    folder = tmp_path_factory.mktemp("boards")
    env = {"LD_LIBRARY_PATH": str(without_nvidia(folder)), "COLUMNS": "120"}
    follow = ("--json", "--for", "2", "--interval", "1")
    with contextlib.ExitStack() as stack:

        def start(way: str, board: str, *more: str) -> SimpleNamespace:
            tree = materialise(board, folder / way / board)
            said = stack.enter_context((folder / f"{way}-{board}").open("w+b"))
            text = Path(said.name)
            if way != "once":
                # While the table is made, or as soon as there is a first record.
                until = text.stat if way == "table" else text.read_bytes
                stack.enter_context(LiveBoard(board, tree, until))
            process = Edgetop("sensors", "--sysroot", tree, *more, env=env, stdout=said.fileno())
            return SimpleNamespace(process=stack.enter_context(process), text=text)

        started = {
            board: {
                "follow": start("follow", board, *follow),
                "once": start("once", board, "--json"),
                "table": start("table", board),
            }
            for board in SEVEN_BOARDS
        }
        return {
            board: SimpleNamespace(name=board, **{way: ended(one) for way, one in ways.items()})
            for board, ways in started.items()
        }


def ended(started: SimpleNamespace) -> Finished:
    """The end of a command whose output went to a file."""
    return replace(started.process.finish(), out=started.text.read_text("utf-8"))


def without_nvidia(folder: Path) -> Path:
    """A folder for the library path in which the driver's library is a broken one."""
    (folder / "libnvidia-ml.so.1").touch()
    return folder


@pytest.fixture(params=SEVEN_BOARDS)
def told(request: pytest.FixtureRequest, outputs: dict[str, SimpleNamespace]) -> SimpleNamespace:
    return outputs[request.param]


def test_every_way_to_ask_ends_well_and_says_nothing_else(told: SimpleNamespace) -> None:
    for way in (told.once, told.table, told.follow):
        assert (way.code, way.err) == (0, "")


def test_the_record_has_the_keys_that_scripts_rely_on(told: SimpleNamespace) -> None:
    for record in (*told.once.records, *told.follow.records):
        assert {"type", "t", "board", "power", "sensors"} <= set(record)
        assert record["type"] == "sensors"
        assert {"model", "id"} <= set(record["board"])
        power = {"watts", "scope", "rails", "covers", "excludes", "reason"}
        assert power <= set(record["power"])
        row = {"kind", "label", "value", "unit", "role", "reason", "source"}
        assert all(row <= set(sensor) for sensor in record["sensors"])


def test_a_sensor_has_either_a_value_or_a_reason(told: SimpleNamespace) -> None:
    for record in told.follow.records:
        for row in (*record["sensors"], {"value": record["power"]["watts"], **record["power"]}):
            assert (row["value"] is None) == bool(row["reason"]), row


def test_one_record_says_what_the_board_is_known_to_say(told: SimpleNamespace) -> None:
    (record,) = told.once.records
    assert wrong_rows(told.name, record, later=False) == []
    power = expected(told.name)["board_power"]
    watts = power.get("partial", power).get("value_w")
    assert record["power"]["watts"] == (watts and pytest.approx(watts, rel=1e-3))


def test_following_gives_a_record_at_once_and_one_after_each_interval(
    told: SimpleNamespace,
) -> None:
    first, second, third = told.follow.records
    assert first["t"] < second["t"] < third["t"]
    assert wrong_rows(told.name, first, later=False) == []
    for later in (second, third):
        # A second of the board is not quite a second of the program that reads it.
        apart = tuple(f"{row['kind']} {row['label']}:" for row in rates(told.name, later))
        faults = wrong_rows(told.name, later, later=True)
        assert [text for text in faults if not text.startswith(apart)] == []


def test_rates_have_values_from_the_second_record_on(told: SimpleNamespace) -> None:
    first, *others = told.follow.records
    assert {row["value"] for row in rates(told.name, first)} == {None}
    assert None not in {row["value"] for later in others for row in rates(told.name, later)}
    for row in zip(*(rates(told.name, later) for later in others), strict=True):
        assert any(seen["value"] > 0 for seen in row), row
    for later in others:
        (cpu,) = rows(later, "utilization", "cpu")
        (known,) = (k for k in expected(told.name)["sensors_1s"] if k["label"] == "cpu")
        assert cpu["value"] == pytest.approx(known["value"], abs=5.0)


def rates(board: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a record that need two readings of a counter."""
    of_counters = ("stat", "energy_uj", "gpu_stats", "rc6_residency_ms", "_cnt", "_count")
    names = {
        (row["kind"], row["label"], row["unit"])
        for row in expected(board)["sensors_1s"]
        if row["path"].endswith(of_counters)
    }
    return [row for row in record["sensors"] if (row["kind"], row["label"], row["unit"]) in names]


POWER_LINES = {
    "jetson-nano": "5.9 W board (POM_5V_IN)",
    "jetson-orin-nano": "13.2 W module (VDD_IN)",
    "raspberry-pi-5": "10.8 W PMIC rails (partial)",
    "x86-rapl-intel": " W platform (psys)",
}


def test_the_table_tells_power_with_its_scope_and_what_is_not_known(told: SimpleNamespace) -> None:
    text = told.table.out
    model = told.once.records[0]["board"]["model"]
    assert text.startswith(f"{model} (")
    assert POWER_LINES.get(told.name, "\npower: no sensor\n") in text
    assert "\nNot known\n" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_the_table_has_a_line_for_every_sensor_with_a_value(told: SimpleNamespace) -> None:
    for row in told.follow.records[-1]["sensors"]:
        if row["role"] != "core":
            assert row["label"] in told.table.out


class Stopwatch:
    """A sensor whose value is the time since it was read before: what a rate would be over."""

    name, kind, blocks, period_s = "stopwatch", Kind.ENERGY, False, 0.5

    def __init__(self) -> None:
        self._before_s: float | None = None

    def probe(self) -> tuple[Sensor, ...]:
        return (Sensor("stopwatch/time", Kind.ENERGY, "stopwatch", "s"),)

    def read(self) -> dict[str, Reading]:
        now_s = time.monotonic()
        before_s, self._before_s = self._before_s, now_s
        waited_s = None if before_s is None else now_s - before_s
        return {"stopwatch/time": Reading(waited_s, Reason.OK, "", now_s)}

    def close(self) -> None:
        """Nothing to close."""


class LateBoard(Board):
    """It is ready shortly after a whole second, at which the sensors are read in any case."""

    def start(self, wait_s: float = 0.0) -> None:
        super().start(wait_s)
        time.sleep((1.05 - time.monotonic()) % 1.0)


def test_a_rate_is_over_the_interval_and_not_over_a_moment_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A moment has no ticks of the processor, or one that is all of its load."""
    board = LateBoard(providers=[Stopwatch()], interval_s=1.0, on_demand=True)
    monkeypatch.setattr("edgetop.cli.values.board_for", lambda *_, **__: board)
    assert cli.main(["sensors", "--json", "--for", "2", "--interval", "1"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    waited_s = [record["sensors"][0]["value"] for record in records[1:]]
    assert len(waited_s) == 2
    assert min(waited_s) >= 0.4


@pytest.mark.parametrize("make", [Path.touch, lambda path: None], ids=["file", "nothing"])
def test_a_root_that_is_no_folder_is_wrong_usage(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "root")
    finished = edgetop("sensors", "--json", "--sysroot", tmp_path / "root")
    assert "--sysroot" in finished.complaint(2)
    assert finished.out == ""


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "json"])
def test_an_empty_root_is_a_board_that_measures_nothing(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    env = {"LD_LIBRARY_PATH": str(without_nvidia(tmp_path))}
    finished = edgetop("sensors", *more, "--sysroot", tmp_path, env=env)
    assert (finished.code, finished.err) == (0, "")
    if more:
        (record,) = finished.records
        assert record["board"]["model"] == "unknown board"
        assert (record["sensors"], record["power"]["watts"]) == ([], None)
    else:
        assert "power: no sensor" in finished.out


@pytest.mark.parametrize("more", [("--json", "--for", "3600", "--interval", "0.1"), ("--json",)])
def test_a_reader_that_ends_early_ends_the_command_quietly(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    tree = materialise("container-cgroup2", tmp_path / "board")
    with Edgetop("sensors", "--sysroot", tree, *more) as running:
        assert running.process.stdout is not None
        assert running.process.stderr is not None
        if "--for" in more:
            assert json.loads(running.line())["type"] == "sensors"
        running.process.stdout.close()
        assert running.process.wait(LONG_S) == 0
        assert running.process.stderr.read() == ""


def test_counters_of_a_live_board_grow_with_time_and_words_stay() -> None:
    assert at_time("cpu0 10 5\n", "cpu0 30 5\n", 0.0) == "cpu0 10 5\n"
    assert at_time("cpu0 10 5\n", "cpu0 30 5\n", 1.0) == "cpu0 30 5\n"
    assert at_time("cpu0 10 5\n", "cpu0 30 5\n", 2.5) == "cpu0 60 5\n"
