"""The real service of jetson-stats on emulated Jetsons, as its licence lets us: from outside."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from emulated_boards import SHARED, expected, materialise

from edgetop.sensors import child
from edgetop.sensors.jetson import jtop_client

NAMESPACE = SHARED / "tools" / "jtop_ns.sh"
VISIT = Path(__file__).with_name("jtop_visit.py")
BOARDS = ("jetson-nano", "jetson-orin-nano")

FOLDERS = (
    "bus/i2c/devices",
    "bus/i2c/drivers",
    "class/devfreq",
    "class/hwmon",
    "class/power_supply",
    "class/thermal",
    "devices/platform",
    "devices/virtual/dmi/id",
    "fs/cgroup",
    "kernel/debug",
)
"""That the service lists when it starts, whether there is anything in them or not."""

_FIRST_WORD = re.compile(r"[^-_]+")
"""By which the service calls a zone."""


def own_namespace():
    """The command that gives a process mounts of its own."""
    if importlib.util.find_spec("jtop") is None:
        pytest.skip("jetson-stats is not installed")
    if not NAMESPACE.is_file():
        pytest.skip("jtop_ns.sh is not beside this checkout")
    for command in (["unshare", "-m"], ["unshare", "-rm"]):
        mount = [*command, "mount", "-t", "tmpfs", "none", "/run"]
        try:
            if subprocess.run(mount, capture_output=True, timeout=20).returncode == 0:
                return command
        except OSError:
            break
    pytest.skip("this machine does not allow mounts of a process's own")


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """What was heard of each board; both are visited at the same time."""
    namespace = own_namespace()
    # The first service on a machine makes a folder, and two at once get into each other's way.
    making = "from jtop.core.config import make_config_service; make_config_service()"
    subprocess.run([sys.executable, "-c", making], check=True, timeout=60)
    visits = {}
    for board in BOARDS:
        folder = tmp_path_factory.mktemp(board)
        tree = materialise(board, folder / "tree")
        for name in FOLDERS:
            (tree / "sys" / name).mkdir(parents=True, exist_ok=True)
        visits[board] = subprocess.Popen(
            [*namespace, NAMESPACE, tree, sys.executable, VISIT, folder / "service.log"],
            env={**os.environ, "HOME": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    found = {}
    for board, process in visits.items():
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        found[board] = json.loads(out.splitlines()[-1])
    return found


@pytest.fixture(params=BOARDS)
def visit(request, heard):
    return request.param, heard[request.param]


def of_service(picture):
    """Values by kind, unit and label; the memory's rows are ours."""
    return {
        (kind, unit, label.lower()): value
        for kind, label, unit, value, *_ in picture
        if kind != "memory"
    }


def known_rows(board, *kinds):
    """What is known of a board, without the constant that the service hides."""
    return [
        row
        for row in expected(board)["sensors"]
        if row["kind"] in kinds and row["label"] != "PMIC-Die"
    ]


def test_every_rail_is_what_the_board_says(visit):
    board, said = visit
    found = of_service(said["during"])
    rails = known_rows(board, "power")
    assert {key for key in found if key[0] == "power"} == {
        ("power", "W", row["label"].lower()) for row in rails
    }
    for row in rails:
        key = ("power", "W", row["label"].lower())
        assert found[key] == pytest.approx(row["value"], abs=0.0011)


def test_the_power_is_that_of_the_board_s_input_and_not_the_sum_of_all(visit):
    board, said = visit
    known = expected(board)["board_power"]
    watts, scope, rails = said["power"]
    assert (scope, rails) == (known["scope"], known["rails"])
    assert watts == pytest.approx(known["value_w"], abs=0.0011)


def test_the_gpu_has_its_load_and_clock(visit):
    board, said = visit
    found = of_service(said["during"])
    for row in known_rows(board, "utilization", "clock"):
        if row["label"] == "gpu":
            key = (row["kind"], row["unit"], "gpu")
            assert found[key] == pytest.approx(row["value"], rel=1e-3)


def test_the_memory_controller_has_its_clock_and_load(visit):
    board, said = visit
    found = of_service(said["during"])
    rows = [row for row in known_rows(board, "utilization", "clock") if row["label"] == "emc"]
    assert rows
    for row in rows:
        key = (row["kind"], row["unit"], "emc")
        assert found[key] == pytest.approx(row["value"], abs=1.0)


def test_every_zone_has_its_temperature_and_one_that_is_off_has_none(visit):
    board, said = visit
    found = of_service(said["during"])
    zones = known_rows(board, "temperature")
    assert len(zones) > 3
    for row in zones:
        key = ("temperature", "°C", _FIRST_WORD.match(row["label"])[0].lower())
        assert found[key] == pytest.approx(row["value"], abs=0.01)
    off = [label for kind, _, label in found if kind == "temperature" and label.startswith("cv")]
    assert len(off) == (3 if board == "jetson-orin-nano" else 0)
    assert {found["temperature", "°C", label] for label in off} <= {None}


def test_without_the_service_one_row_tells_why(visit):
    _, said = visit
    (row,) = (row for row in said["before"] if row[0] != "memory")
    kind, label, _, value, reason, words = row
    assert (kind, label, value, reason) == ("power", "jtop", None, "absent")
    assert "jtop.service is not active" in words


def test_when_the_service_ends_its_rows_say_so_and_the_others_go_on(visit):
    _, said = visit
    before = [row[:3] for row in said["during"]]
    assert [row[:3] for row in said["after"]] == before
    for kind, _, _, value, reason, words in said["after"]:
        if kind == "memory":
            assert (value is not None, reason) == (True, "ok")
        else:
            assert (value, reason in ("absent", "stale")) == (None, True)
            assert words.startswith("jtop: ")


def test_edgetop_waits_longer_than_the_service_s_own_client_which_knows_more():
    """That one gives up after three intervals and says why."""
    assert child._NEXT_LINE_S > 3 * jtop_client._INTERVAL_S + 0.5
