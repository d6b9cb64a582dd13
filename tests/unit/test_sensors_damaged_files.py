"""Trees of boards with any one thing in them damaged: nothing raises, nothing becomes a zero."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from board_records import TIMEOUT_S, board_of, only, record_of
from emulated_boards import (
    SEVEN_BOARDS,
    FakeClock,
    files_of,
    materialise,
    stored,
    write_in_place,
    write_tree,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgetop.cli.sensor_table import sensor_table

quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBER = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]+)?")
BLANKS = b" \t\r\n\0"
RAISED = re.compile(r"read error: \w+: ")
"""What stands in the rows of a provider that has raised an exception."""

ODD = [
    b"",
    b"\n",
    b"\0",
    b"0",
    b"-0\n",
    b"-1\n",
    b"0x10\n",
    b"1e3\n",
    b"nan\n",
    b"inf\n",
    b"N/A\n",
    b"<unknown>\n",
    b"9" * 60,
    b"18446744073709551615\n",
    "٣\n".encode(),
    b"\x1b[2Jx\n",
    b"x" * 5000,
]


@st.composite
def damage(draw, board):
    """A file of a board, and what it says instead."""
    files = files_of(board)
    path = draw(st.sampled_from(sorted(files)))
    text = files[path].encode("latin-1")
    cut = draw(st.integers(0, len(text)))
    more = draw(st.binary(max_size=12))
    kinds = (
        st.binary(max_size=80),
        st.sampled_from(ODD),
        st.just(text[:cut]),
        st.just(text[:cut] + more + text[cut:]),
        st.just(text[:cut] + more + text[cut + len(more) :]),
    )
    return path, draw(st.one_of(kinds))


class Readings:
    """What a board says while its tree is being damaged."""

    def __init__(self, tree):
        self.clock = FakeClock()
        self.board = board_of(tree, self.clock)
        self.records = []

    def __enter__(self):
        self.board.start(TIMEOUT_S)
        self.look()
        return self

    def __exit__(self, *_):
        self.board.close()

    def again(self, seconds):
        self.clock.now_s += seconds
        self.board.refresh(TIMEOUT_S)
        self.look()

    def look(self):
        """Everything that can be asked, in every form in which it is told."""
        record = record_of(self.board)
        readings = self.board.read()
        json.dumps(record, allow_nan=False)
        table = sensor_table(
            self.board.identity(), readings, self.board.absences(readings), width=120
        )
        assert all(line.isprintable() for line in table.splitlines())
        assert all(str(text).isprintable() for text in record["board"].values())
        for row in record["sensors"]:
            assert row["label"].isprintable()
            assert not RAISED.match(row["reason"] or ""), row
            assert (row["value"] is None) == (row["status"] != "ok")
        self.records.append(record)


@functools.cache
def tree_of(board):
    """A tree that is put in order again after each example."""
    return materialise(board, Path(tempfile.mkdtemp(prefix="edgetop-damaged-")) / board)


@pytest.fixture(scope="module", autouse=True)
def no_trees_left():
    yield
    for board in SEVEN_BOARDS:
        shutil.rmtree(tree_of(board).parent)
    tree_of.cache_clear()


@functools.cache
def true_zeros(board):
    """The rows that are 0 on the undamaged board."""
    tree = materialise(board, tree_of(board))
    with Readings(tree) as seen:
        materialise(board, tree, at="1s")
        seen.again(1.0)
        seen.again(31.0)
    return {_key(row) for record in seen.records for row in record["sensors"] if row["value"] == 0}


def _key(row):
    return row["kind"], row["unit"], row["source"]


def false_zeros(board, records, path, data):
    """The rows that have become 0 although nothing in the damaged file says so."""
    was_number = NUMBER.fullmatch(files_of(board)[path].encode("latin-1").strip(BLANKS))
    is_number = NUMBER.fullmatch(data.strip(BLANKS))
    if is_number or (not was_number and re.search(rb"[0-9]", data)):
        return []  # a true 0, or a figure that follows from what the file says now
    return [
        row
        for record in records
        for row in record["sensors"]
        if row["value"] == 0 and _key(row) not in true_zeros(board) and not _says_0(board, row)
    ]


def _says_0(board, row):
    source = tree_of(board) / row["source"].lstrip("/")
    data = source.read_bytes().strip(BLANKS) if source.is_file() else b""
    return bool(NUMBER.fullmatch(data)) and float(data) == 0


@pytest.mark.parametrize("board", SEVEN_BOARDS)
@quick
@given(data=st.data(), from_the_start=st.booleans())
def test_a_file_with_any_bytes_never_raises_and_gives_no_false_zero(board, data, from_the_start):
    true_zeros(board)  # looked up while nothing is damaged
    path, said = data.draw(damage(board))
    tree = materialise(board, tree_of(board))
    try:
        if from_the_start:
            write_in_place(tree / path, said)
        with Readings(tree) as seen:
            materialise(board, tree, at="1s")
            write_in_place(tree / path, said)
            seen.again(1.0)
            seen.again(31.0)
        damaged = seen.records if from_the_start else seen.records[1:]
        assert false_zeros(board, damaged, path, said) == []
    finally:
        write_in_place(tree / path, files_of(board)[path].encode("latin-1"))


ODD_WORDS = [
    ("raspberry-pi-5", "sys/firmware/devicetree/base/compatible", "raspberrypi,5-\x1b[2J\0"),
    ("rk3588", "sys/firmware/devicetree/base/compatible", "x,\x1b[2J\0"),
    ("rk3588", "sys/firmware/devicetree/base/model", "CM\x1b[2J\0"),
    ("x86-rapl-intel", "sys/devices/virtual/dmi/id/product_name", "NUC\x9b2J\n"),
    ("jetson-nano", "etc/nvpmodel.conf", "< POWER_MODEL ID=0 NAME=\x1b[2J >\n"),
    ("jetson-orin-nano", "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "\x1b[2J\n"),
    ("raspberry-pi-3b", "cmd/vcgencmd_get_throttled", "error=1 \x1b[2J\n"),
    ("raspberry-pi-3b", "cmd/vcgencmd_get_throttled", "VCHI \x07failed\n"),
    ("raspberry-pi-5", "cmd/vcgencmd_pmic_read_adc", "\x1b[2J\n"),
    ("jetson-nano", "sys/devices/virtual/thermal/thermal_zone0/type", "AO\x1b[2J\n"),
    ("jetson-nano", "sys/devices/virtual/thermal/thermal_zone0/temp", "\x1b[2J\n"),
]


@pytest.mark.parametrize(
    ("board", "path", "said"), ODD_WORDS, ids=[Path(path).name for _, path, _ in ODD_WORDS]
)
def test_words_of_a_board_never_command_the_terminal(board, path, said, tmp_path):
    tree = materialise(board, tmp_path / board)
    write_in_place(tree / path, said.encode("latin-1"))
    with Readings(tree) as seen:
        seen.again(1.0)


@pytest.mark.parametrize(
    "files",
    [
        {"proc/cpuinfo": "model name : Best\x1b[2J CPU\n"},
        {
            "sys/class/power_supply/BAT0/type": "Battery\n",
            "sys/class/power_supply/BAT0/status": "\x1b[2J\n",
            "sys/class/power_supply/BAT0/power_now": "5000000\n",
        },
    ],
    ids=["processor", "battery"],
)
def test_words_of_other_boards_neither(files, tmp_path):
    with Readings(write_tree(tmp_path, files)) as seen:
        seen.again(1.0)


@pytest.mark.parametrize("path", ["devices/platform/pwm-fan", "class/hwmon/hwmon0"])
def test_a_device_that_leads_in_a_circle_takes_no_other_with_it(path, tmp_path):
    tree = materialise("jetson-orin-nano", tmp_path / "board")
    turn_in_a_circle(tree / "sys" / path)
    with Readings(tree) as seen:
        (record,) = seen.records
    assert record["power"]["watts"] == pytest.approx(12.479, rel=1e-3)
    assert only(record, "fan", "pwm_tach")["value"] == 2140
    assert only(record, "throttle", "oc3", "events")["value"] == 27390


@st.composite
def place(draw, board):
    """A file, a folder or a link of a board."""
    names = [*files_of(board), *stored(board)["links"]]
    folders = {str(folder) for name in names for folder in Path(name).parents} - {"."}
    return draw(st.sampled_from(sorted({*names, *folders})))


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def turn_in_a_circle(path):
    remove(path)
    path.symlink_to(path.name)


def lead_to_its_own_folder(path):
    remove(path)
    path.symlink_to(".")


@pytest.mark.parametrize("board", SEVEN_BOARDS)
@pytest.mark.parametrize("change", [remove, turn_in_a_circle, lead_to_its_own_folder])
@quick
@given(data=st.data(), from_the_start=st.booleans())
def test_what_has_vanished_or_leads_in_a_circle_never_raises(board, change, data, from_the_start):
    path = data.draw(place(board))
    with tempfile.TemporaryDirectory() as folder:
        tree = materialise(board, Path(folder) / board)
        if from_the_start:
            change(tree / path)
        with Readings(tree) as seen:
            if not from_the_start:
                change(tree / path)
            seen.again(1.0)
            seen.again(31.0)
        for row in seen.records[-1]["sensors"]:
            if not (tree / row["source"].lstrip("/")).is_file() and "vcgencmd" not in row["source"]:
                assert row["value"] is None, row
