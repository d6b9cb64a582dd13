"""All providers behind one call that neither blocks nor raises."""

from __future__ import annotations

import os
import threading
import time

import pytest
from emulated_boards import FakeClock, materialise, write_tree

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.board import Board
from edgetop.sensors.discovery import providers_for
from edgetop.sensors.files import Sysroot

TIMEOUT_S = 10.0


def wait_until(condition):
    """Poll until it holds; False if it does not within `TIMEOUT_S`."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.005)
    return True


class ScriptedProvider:
    """One sensor that counts its readings; it can be told to hang or to raise."""

    kind = Kind.POWER

    def __init__(self, name, blocks=False, period_s=1.0, physical_id="", value=None):
        self.name, self.blocks, self.period_s = name, blocks, period_s
        self.sensor = Sensor(f"{name}/x", Kind.POWER, name, "W", physical_id=physical_id)
        self.value = value
        self.probes = self.reads = 0
        self.lost = False
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

    def wait_for_reads(self, count):
        return wait_until(lambda: self.reads >= count)

    def read(self):
        self.thread = threading.current_thread()
        if not self.go.is_set():
            self.hangs.set()
            assert self.go.wait(TIMEOUT_S)
        self.reads += 1
        if self.fault:
            raise self.fault
        if self.lost:
            return {self.sensor.id: Reading()}
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


def test_every_provider_is_read_at_the_start(make_board):
    providers = [ScriptedProvider("a"), ScriptedProvider("b", blocks=True)]
    board = make_board(*providers)
    board.start(wait_s=TIMEOUT_S)
    assert {label: reading.value for label, reading in readings(board).items()} == {
        "a": 1.0,
        "b": 1.0,
    }


def test_readings_go_on_in_the_providers_own_period(make_board):
    quick, slow = ScriptedProvider("quick", period_s=0.01), ScriptedProvider("slow", period_s=60.0)
    board = make_board(quick, slow)
    board.start(wait_s=TIMEOUT_S)
    assert quick.wait_for_reads(5)
    assert slow.reads == 1


def test_a_refresh_reads_everything_at_once_whatever_its_period(make_board):
    provider = ScriptedProvider("a", period_s=60.0)
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    for _ in range(3):
        board.refresh(TIMEOUT_S)
    assert readings(board)["a"].value == 4.0


def test_every_provider_is_probed_again_after_30_s(make_board, clock):
    provider = ScriptedProvider("a")
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    clock.now_s += 29.0
    board.refresh(TIMEOUT_S)
    before = provider.probes
    clock.now_s += 1.0
    board.refresh(TIMEOUT_S)
    assert (before, provider.probes) == (1, 2)


def test_a_provider_is_probed_again_soon_after_one_of_its_files_has_vanished(make_board, clock):
    """A driver that is loaded again has other paths."""
    provider = ScriptedProvider("a")
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    provider.lost = True
    board.refresh(TIMEOUT_S)
    gone = readings(board)["a"]
    clock.now_s += 2.0
    provider.lost = False
    board.refresh(TIMEOUT_S)
    assert (gone.value, gone.reason) == (None, Reason.ABSENT)
    assert provider.probes == 2
    assert readings(board)["a"].value is not None


def test_a_provider_without_sensors_is_not_read_at_all(make_board):
    provider = ScriptedProvider("a", period_s=0.01)
    provider.probe = tuple
    other = ScriptedProvider("other", period_s=0.01)
    board = make_board(provider, other)
    board.start(wait_s=TIMEOUT_S)
    assert other.wait_for_reads(3)
    assert provider.reads == 0


@pytest.mark.parametrize("blocks", [False, True])
def test_readings_are_taken_in_a_thread_that_ends_with_the_program(make_board, blocks):
    provider = ScriptedProvider("a", blocks=blocks)
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    assert provider.thread is not threading.current_thread()
    assert provider.thread.daemon


def test_those_that_do_not_block_share_a_thread_the_others_have_their_own(make_board):
    a, b = ScriptedProvider("a"), ScriptedProvider("b")
    c = ScriptedProvider("c", blocks=True)
    board = make_board(a, b, c)
    board.start(wait_s=TIMEOUT_S)
    assert a.thread is b.thread
    assert c.thread is not a.thread


@pytest.mark.parametrize("blocks", [False, True])
def test_a_provider_that_hangs_goes_stale_and_holds_up_nothing(make_board, clock, blocks):
    hanging = ScriptedProvider("hanging", blocks=blocks, period_s=0.01)
    other = ScriptedProvider("other", period_s=0.01)
    board = make_board(hanging, other)
    board.start(wait_s=TIMEOUT_S)
    hanging.go.clear()
    assert hanging.hangs.wait(TIMEOUT_S)
    fresh = readings(board)
    seen = other.reads
    assert wait_until(lambda: board.read() and other.reads > seen + 2)
    clock.now_s += 7.0
    board.refresh(1.0)
    late = readings(board)
    assert fresh["hanging"].value is not None
    assert (late["hanging"].value, late["hanging"].reason) == (None, Reason.STALE)
    assert late["hanging"].words.startswith("stale: last answer 7 s ago, ")
    assert late["other"].value > seen
    hanging.go.set()


def test_a_provider_that_hung_is_read_again_when_it_answers_and_hinders_nobody(make_board):
    hanging = ScriptedProvider("hanging", period_s=0.01)
    other = ScriptedProvider("other", period_s=0.01)
    board = make_board(hanging, other)
    board.start(wait_s=TIMEOUT_S)
    hanging.go.clear()
    assert hanging.hangs.wait(TIMEOUT_S)
    seen = other.reads
    assert wait_until(lambda: board.read() and other.reads > seen + 2)
    hanging.go.set()
    assert hanging.wait_for_reads(hanging.reads + 3)
    assert hanging.thread is not other.thread


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
    board.start(wait_s=TIMEOUT_S)
    faulty.fault = ZeroDivisionError("division by zero")
    board.refresh(TIMEOUT_S)
    broken = readings(board)
    board.refresh(TIMEOUT_S)
    reads = faulty.reads
    faulty.fault = None
    clock.now_s += 30.0
    board.refresh(TIMEOUT_S)
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
    board.start(wait_s=TIMEOUT_S)
    (row,) = board.read().sensors
    assert (row.sensor.label, row.reading.words) == ("faulty", "read error: RuntimeError: no bus")
    assert board.read().power.reason == "no sensor"


def test_two_views_of_one_physical_sensor_are_one_row_the_first_with_a_value(make_board):
    first = ScriptedProvider("first", physical_id="/sys/x", value=4.0)
    twin = ScriptedProvider("twin", physical_id="/sys/x", value=5.0)
    apart = ScriptedProvider("apart", physical_id="/sys/y", value=6.0)
    board = make_board(first, twin, apart)
    board.start(wait_s=TIMEOUT_S)
    assert set(readings(board)) == {"first", "apart"}
    silent = ScriptedProvider("silent", physical_id="/sys/x")
    silent.probe = lambda: (silent.sensor,)
    silent.read = dict
    other = make_board(silent, twin)
    other.start(wait_s=TIMEOUT_S)
    assert set(readings(other)) == {"twin"}


def test_a_sensor_that_its_provider_forgets_to_read_is_unknown(make_board):
    provider = ScriptedProvider("a")
    provider.read = dict
    board = make_board(provider)
    board.start(wait_s=TIMEOUT_S)
    assert readings(board)["a"].reason is Reason.ABSENT


def test_provider_names_are_unique_and_sensor_ids_begin_with_them(tmp_path):
    tree = materialise("container-cgroup2", tmp_path / "board")
    providers = providers_for(Sysroot(tree), FakeClock())
    assert len({provider.name for provider in providers}) == len(providers)
    for provider in providers[:-1]:
        for sensor in provider.probe():
            assert sensor.id.startswith(f"{provider.name}/")


def test_this_machine_tells_its_utilisation_and_memory():
    board = Board()
    board.start(wait_s=TIMEOUT_S)
    figures = board.read()
    board.close()
    with open("/proc/meminfo") as lines:
        total_mib = int(next(lines).split()[1]) / 1024
    assert figures.memory_total_mib.value is not None
    assert figures.memory_total_mib.value <= total_mib
    assert 0 < figures.memory_used_mib.value < figures.memory_total_mib.value
    assert figures.cpu_percent.reason is Reason.WARMING_UP
    assert board.identity().model


def test_an_emulated_board_is_read_below_its_root(tmp_path):
    board = Board(write_tree(tmp_path, {"proc/device-tree/model": "Test Board\0"}))
    board.start(wait_s=TIMEOUT_S)
    figures = board.read()
    board.close()
    assert board.identity().model == "Test Board"
    assert figures.cpu_percent.reason is Reason.ABSENT
    assert not os.path.lexists(tmp_path / "proc" / "stat")
