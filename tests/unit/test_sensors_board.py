"""All providers behind one call that neither blocks nor raises."""

from __future__ import annotations

import os
import threading

import pytest
from emulated_boards import FakeClock, materialise, write_tree

from edgetop.sample import Kind, Reading, Reason, Sensor
from edgetop.sensors.board import Board, providers_for
from edgetop.sensors.files import Sysroot

TIMEOUT_S = 10.0


class ScriptedProvider:
    """One sensor that counts its readings; it can be told to hang or to raise."""

    kind = Kind.POWER

    def __init__(self, name, blocks=False, period_s=1.0, physical_id="", value=None):
        self.name, self.blocks, self.period_s = name, blocks, period_s
        self.sensor = Sensor(f"{name}/x", Kind.POWER, name, "W", physical_id=physical_id)
        self.value = value
        self.probes = self.reads = 0
        self.fault: Exception | None = None
        self.probe_fault: Exception | None = None
        self.go = threading.Event()
        self.go.set()
        self.hangs = threading.Event()
        self.closed = threading.Event()
        self.thread = None

    def probe(self):
        self.probes += 1
        if self.probe_fault:
            raise self.probe_fault
        return (self.sensor,)

    def read(self):
        self.thread = threading.current_thread()
        if not self.go.is_set():
            self.hangs.set()
            assert self.go.wait(TIMEOUT_S)
        self.reads += 1
        if self.fault:
            raise self.fault
        return {self.sensor.id: Reading.of(self.value or float(self.reads))}

    def close(self):
        self.closed.set()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def make_board(clock):
    boards = []

    def make(*providers):
        boards.append(Board(providers=providers, clock=clock))
        return boards[-1]

    yield make
    for board in boards:
        board.close()


def readings(board):
    return {item.sensor.label: item.reading for item in board.read().sensors}


def test_an_inline_provider_is_read_no_more_often_than_its_period(make_board, clock):
    provider = ScriptedProvider("a")
    board = make_board(provider)
    board.start()
    for _ in range(5):
        clock.now_s += 0.3
        board.read()
    assert provider.reads == 2  # at the start and after 1.2 s


def test_a_caller_with_the_same_period_gets_news_although_it_comes_a_little_early(
    make_board, clock
):
    provider = ScriptedProvider("a", period_s=0.5)
    board = make_board(provider)
    board.start()
    for _ in range(4):
        clock.now_s += 0.499
        board.read()
    assert provider.reads == 5


def test_every_provider_is_probed_again_after_30_s(make_board, clock):
    provider = ScriptedProvider("a")
    board = make_board(provider)
    board.start()
    clock.now_s += 29.0
    board.read()
    before = provider.probes
    clock.now_s += 1.0
    board.read()
    assert (before, provider.probes) == (1, 2)


def test_a_provider_that_may_block_has_a_thread_of_its_own(make_board):
    provider = ScriptedProvider("a", blocks=True)
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    assert readings(board)["a"].value == 1.0
    assert provider.thread is not threading.current_thread()
    assert provider.thread.daemon


def test_a_provider_that_hangs_goes_stale_and_holds_up_nothing(make_board, clock):
    hanging = ScriptedProvider("hanging", blocks=True, period_s=0.01)
    other = ScriptedProvider("other")
    board = make_board(hanging, other)
    board.start(wait_s=TIMEOUT_S)
    hanging.go.clear()
    assert hanging.hangs.wait(TIMEOUT_S)
    fresh = readings(board)
    clock.now_s += 7.0
    late = readings(board)
    assert fresh["hanging"].value is not None
    assert (late["hanging"].value, late["hanging"].reason) == (None, Reason.STALE)
    assert late["hanging"].words == "stale: last answer 7 s ago"
    assert late["other"].value == 2.0
    hanging.go.set()


def test_a_provider_that_hangs_from_the_start_has_a_row_that_says_so(make_board, clock):
    hanging = ScriptedProvider("nvml", blocks=True)
    hanging.go.clear()
    board = make_board(hanging)
    board.start()
    before = board.read().sensors
    clock.now_s += 4.0
    (row,) = board.read().sensors
    assert before == ()
    assert (row.sensor.label, row.sensor.kind) == ("nvml", Kind.POWER)
    assert row.reading.words == "stale: no answer for 4 s"
    hanging.go.set()


def test_close_does_not_wait_for_a_hung_provider(clock):
    hanging = ScriptedProvider("hanging", blocks=True)
    hanging.go.clear()
    board = Board(providers=[hanging], clock=clock)
    board.start()
    assert hanging.hangs.wait(TIMEOUT_S)
    board.close()
    assert not hanging.closed.is_set()
    hanging.go.set()
    assert hanging.closed.wait(TIMEOUT_S)


@pytest.mark.parametrize("blocks", [False, True])
def test_close_closes_every_provider(clock, blocks):
    provider = ScriptedProvider("a", blocks=blocks)
    board = Board(providers=[provider], clock=clock)
    board.start(wait_s=TIMEOUT_S)
    board.close()
    assert provider.closed.wait(TIMEOUT_S)


def test_a_board_that_was_never_started_can_be_closed(clock):
    provider = ScriptedProvider("a", blocks=True)
    Board(providers=[provider], clock=clock).close()
    assert provider.closed.is_set()


def test_a_provider_that_raises_disables_only_itself_until_the_next_probe(make_board, clock):
    faulty, other = ScriptedProvider("faulty"), ScriptedProvider("other")
    board = make_board(faulty, other)
    board.start()
    faulty.fault = ZeroDivisionError("division by zero")
    clock.now_s += 1.0
    broken = readings(board)
    clock.now_s += 1.0
    board.read()
    reads = faulty.reads
    faulty.fault = None
    clock.now_s += 28.0
    healed = readings(board)
    assert (broken["faulty"].value, broken["faulty"].reason) == (None, Reason.ERROR)
    assert "ZeroDivisionError" in broken["faulty"].detail
    assert broken["other"].value == 2.0
    assert reads == 2
    assert healed["faulty"].value == 3.0


def test_a_provider_whose_probe_raises_has_a_row_with_the_error(make_board):
    faulty = ScriptedProvider("faulty")
    faulty.probe_fault = RuntimeError("no bus")
    board = make_board(faulty)
    board.start()
    (row,) = board.read().sensors
    assert (row.sensor.label, row.reading.words) == ("faulty", "read error: RuntimeError: no bus")
    assert board.read().power.reason == "no sensor"


def test_two_views_of_one_physical_sensor_are_one_row_the_first_with_a_value(make_board):
    first = ScriptedProvider("first", physical_id="/sys/x", value=4.0)
    twin = ScriptedProvider("twin", physical_id="/sys/x", value=5.0)
    apart = ScriptedProvider("apart", physical_id="/sys/y", value=6.0)
    board = make_board(first, twin, apart)
    board.start()
    assert set(readings(board)) == {"first", "apart"}
    silent = ScriptedProvider("silent", physical_id="/sys/x")
    silent.probe = lambda: (silent.sensor,)
    silent.read = dict
    other = make_board(silent, twin)
    other.start()
    assert set(readings(other)) == {"twin"}


def test_a_sensor_that_its_provider_forgets_to_read_is_unknown(make_board):
    provider = ScriptedProvider("a")
    provider.read = dict
    board = make_board(provider)
    board.start()
    assert readings(board)["a"].reason is Reason.ABSENT


def test_provider_names_are_unique_and_sensor_ids_begin_with_them(tmp_path):
    tree = materialise("container-cgroup2", tmp_path / "board")
    providers = providers_for(Sysroot(tree))
    assert len({provider.name for provider in providers}) == len(providers)
    for provider in providers[:-1]:
        for sensor in provider.probe():
            assert sensor.id.startswith(f"{provider.name}/")


def test_this_machine_tells_its_utilisation_and_memory():
    board = Board()
    board.start()
    figures = board.read()
    board.close()
    with open("/proc/meminfo") as lines:
        total_mib = int(next(lines).split()[1]) / 1024
    assert figures.memory_total_mib.value is not None
    assert figures.memory_total_mib.value <= total_mib
    assert 0 < figures.memory_used_mib.value < figures.memory_total_mib.value
    assert figures.cpu_percent.reason is Reason.WARMING_UP
    assert board.identity()


def test_an_emulated_board_is_read_below_its_root(tmp_path):
    board = Board(write_tree(tmp_path, {"proc/device-tree/model": "Test Board\0"}))
    board.start(wait_s=TIMEOUT_S)
    figures = board.read()
    board.close()
    assert board.identity() == "Test Board"
    assert figures.cpu_percent.reason is Reason.ABSENT
    assert not os.path.lexists(tmp_path / "proc" / "stat")
