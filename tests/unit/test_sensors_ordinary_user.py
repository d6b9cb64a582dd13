"""Boards as somebody sees them who is not root."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from board_child import BoardChild
from board_records import only, rows, wrong_rows
from emulated_boards import SEVEN_BOARDS, close_to_others, expected, materialise, stored

NEED_ROOT = [board for board in SEVEN_BOARDS if "modes" in stored(board)]


@functools.cache
def read_by_nobody(board):
    """A board at first and one second later; its folder lies where everybody may go."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        tree = materialise(board, Path(folder) / board)
        close_to_others(board, tree)
        with BoardChild(tree, "--ordinary-user") as child:
            first = child.record()
            materialise(board, tree, at="1s")
            later = child.after(1.0)
    return SimpleNamespace(name=board, first=first, later=later)


@pytest.fixture(params=SEVEN_BOARDS)
def seen(request):
    return read_by_nobody(request.param)


def test_the_reader_is_not_root(seen):
    assert seen.later["user"] != 0


def test_what_everybody_may_read_is_as_root_reads_it(seen):
    assert wrong_rows(seen.name, seen.first, later=False, as_root=False) == []
    assert wrong_rows(seen.name, seen.later, later=True, as_root=False) == []


def test_what_only_root_may_read_needs_permission_and_is_not_zero(seen):
    known = expected(seen.name)
    for record, key in ((seen.first, "sensors"), (seen.later, "sensors_1s")):
        for row in known[key]:
            if row.get("needs_root"):
                found = only(record, row["kind"], row["label"], row["unit"])
                assert (found["value"], found["status"]) == (None, "no-permission")
                assert found["reason"].startswith("needs permission: /sys/")
                assert "root" in found["hint"]


def test_boards_with_files_for_root_alone_are_among_them():
    assert NEED_ROOT == ["jetson-nano", "jetson-orin-nano", "rk3588", "x86-rapl-intel"]
    for board in NEED_ROOT:
        known = expected(board)["sensors"] + expected(board)["sensors_1s"]
        assert any(row.get("needs_root") for row in known)


def test_nothing_needs_permission_that_everybody_may_read(seen):
    closed = {row["label"] for row in seen.later["sensors"] if row["status"] == "no-permission"}
    assert closed == {
        "jetson-nano": {"emc"},
        "jetson-orin-nano": {"emc"},
        "rk3588": {"npu"},
        "x86-rapl-intel": {"package-0", "core", "uncore", "psys"},
    }.get(seen.name, set())


def test_the_power_figure_is_the_same_or_needs_permission(seen):
    power = seen.later["power"]
    if seen.name == "x86-rapl-intel":
        assert (power["watts"], power["scope"], power["rails"]) == (None, "none", [])
        assert power["reason"] == "needs permission (psys)"
        return
    known = expected(seen.name)["board_power"]
    known = known.get("partial", known)
    watts = known.get("value_1s_w")
    assert power["watts"] == (watts and pytest.approx(watts, rel=1e-3))
    assert power["scope"] == known["scope"]


def test_the_counter_that_nobody_may_read_leaves_no_energy(seen):
    assert [row for row in rows(seen.later, "energy") if row["value"] is not None] == []
