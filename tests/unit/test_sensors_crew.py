"""When each provider is asked, and who goes on while one of them hangs."""

from __future__ import annotations

import threading
import time

import pytest
from emulated_boards import FakeClock

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors import crew as module
from edgetop.sensors.board import Board
from edgetop.sensors.crew import Crew
from edgetop.sensors.feed import PROBE_EVERY_S, Feed

TIMEOUT_S = 10.0


class Source:
    """A provider whose readings the test lets through one by one when it wants to."""

    kind = Kind.POWER
    blocks = False

    def __init__(self, name, period_s=1.0):
        self.name, self.period_s = name, period_s
        self.sensors = (Sensor(f"{name}/x", Kind.POWER, name, "W"),)
        self.reads = self.probes = 0
        self.reading = None
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.closed = threading.Event()

    def probe(self):
        self.probes += 1
        return self.sensors

    def read(self):
        self.entered.set()
        assert self.open.wait(TIMEOUT_S)
        self.reads += 1
        reading = self.reading or Reading.of(float(self.reads))
        return {sensor.id: reading for sensor in self.sensors}

    def close(self):
        self.closed.set()

    def hang(self):
        """Returns when it hangs."""
        self.entered.clear()
        self.open.clear()
        assert self.entered.wait(TIMEOUT_S)


def wait_until(condition):
    deadline_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def hire(clock, monkeypatch):
    """Starts a crew; one that hangs is noticed at once."""
    monkeypatch.setattr(module, "_HANGS_AFTER_S", 0.01)
    crews, sources = [], []

    def start(*found):
        sources.extend(found)
        crew = Crew("test", [Feed(source, clock) for source in found])
        crews.append(crew)
        crew.start()
        return crew

    yield start
    for source in sources:
        source.open.set()
    for crew in crews:
        crew.close()


def test_hurrying_asks_everybody_whatever_the_period(hire):
    slow, slower = Source("slow", 500.0), Source("slower", 600.0)
    crew = hire(slow, slower)
    wait_until(lambda: slow.reads == slower.reads == 1)
    crew.hurry()
    wait_until(lambda: slow.reads == slower.reads == 2)


def test_one_that_hung_and_answered_is_asked_in_a_thread_of_its_own_and_hurried_too(hire):
    hanging, other = Source("hanging", 500.0), Source("other", 0.01)
    crew = hire(hanging, other)
    wait_until(lambda: hanging.reads == 1)
    crew.hurry()
    hanging.open.clear()
    hanging.entered.clear()
    crew.hurry()
    assert hanging.entered.wait(TIMEOUT_S)
    wait_until(lambda: crew.watch() or len(crew._due_s) == 1)
    before = other.reads
    wait_until(lambda: other.reads > before)
    answered = hanging.reads
    hanging.open.set()
    wait_until(lambda: hanging.reads > answered + 1)
    before = hanging.reads
    crew.hurry()
    wait_until(lambda: hanging.reads > before)


def test_one_that_hangs_alone_keeps_its_thread(hire):
    alone = Source("alone", 0.01)
    crew = hire(alone)
    alone.hang()
    worker = crew._worker
    time.sleep(0.03)
    crew.watch()
    assert crew._worker is worker
    before = alone.reads
    alone.open.set()
    wait_until(lambda: alone.reads > before + 2)


def test_a_crew_that_was_closed_while_one_hangs_closes_it_when_it_answers(hire):
    hanging, other = Source("hanging", 0.01), Source("other", 0.01)
    crew = hire(hanging, other)
    hanging.hang()
    wait_until(lambda: crew.watch() or len(crew._due_s) == 1)
    crew.close()
    assert other.closed.wait(TIMEOUT_S)
    assert not hanging.closed.is_set()
    hanging.open.set()
    assert hanging.closed.wait(TIMEOUT_S)


def test_one_that_went_its_own_way_is_closed_with_the_others(hire):
    hanging, other = Source("hanging", 0.01), Source("other", 0.01)
    crew = hire(hanging, other)
    hanging.hang()
    wait_until(lambda: crew.watch() or len(crew._due_s) == 1)
    before = hanging.reads
    hanging.open.set()
    wait_until(lambda: hanging.reads > before + 2)
    crew.close()
    assert hanging.closed.wait(TIMEOUT_S)
    assert other.closed.wait(TIMEOUT_S)


def test_two_may_hang_one_after_the_other_and_the_third_goes_on(hire):
    first, second, third = (Source(name, 0.01) for name in ("first", "second", "third"))
    crew = hire(first, second, third)
    for number, hanging in enumerate((first, second), 1):
        hanging.hang()
        wait_until(lambda number=number: crew.watch() or len(crew._due_s) == 3 - number)
    before = third.reads
    wait_until(lambda: third.reads > before + 2)


# One feed, asked by the test itself.


def test_nobody_is_asked_more_often_than_it_is_picked_up(clock):
    assert Feed(Source("a", 0.5), clock, least_period_s=1.0).period_s == PROBE_EVERY_S
    feed = Feed(Source("a", 0.5), clock, least_period_s=1.0)
    feed.turn()
    assert feed.period_s == 1.0
    slow = Feed(Source("b", 5.0), clock, least_period_s=1.0)
    slow.turn()
    assert slow.period_s == 5.0


@pytest.mark.parametrize(("interval_s", "period_s"), [(0.1, 0.5), (0.8, 0.8), (60.0, 1.0)])
def test_a_board_that_is_seldom_looked_at_is_read_once_a_second_all_the_same(
    clock, interval_s, period_s
):
    """Energy needs close readings."""
    source = Source("a", 0.5)
    board = Board(providers=[source], clock=clock, interval_s=interval_s)
    board.start(TIMEOUT_S)
    assert board._feeds[0].period_s == period_s
    board.close()


def test_one_without_sensors_is_looked_at_every_30_s_and_is_no_row(clock):
    source = Source("a")
    source.sensors = ()
    feed = Feed(source, clock)
    feed.turn()
    assert feed.period_s == PROBE_EVERY_S
    clock.now_s += 1000.0
    assert feed.latest(clock.now_s) == ()
    assert source.reads == 0


def test_a_slow_one_is_not_stale_before_three_of_its_own_periods(clock):
    feed = Feed(Source("battery", 5.0), clock)
    feed.turn()
    clock.now_s += 15.0
    fresh = feed.latest(clock.now_s)[0].reading
    clock.now_s += 0.1
    late = feed.latest(clock.now_s)[0].reading
    assert fresh.value == 1.0
    assert (late.value, late.reason) == (None, Reason.STALE)
    assert late.detail == "stale: last answer 15 s ago, 1 W"


def test_a_row_that_had_no_value_goes_stale_without_one(clock):
    source = Source("a")
    source.reading = Reading(None, Reason.OFFLINE, "asleep")
    feed = Feed(source, clock)
    feed.turn()
    clock.now_s += 4.0
    assert feed.latest(clock.now_s)[0].reading.detail == "stale: last answer 4 s ago"


def test_a_sensor_that_never_had_a_value_is_no_reason_to_look_again_soon(clock):
    source = Source("a")
    source.reading = Reading(None, Reason.ABSENT)
    feed = Feed(source, clock)
    for _ in range(5):
        feed.turn()
        clock.now_s += 2.0
    assert source.probes == 1


def test_nothing_is_known_before_it_is_expected(clock):
    feed = Feed(Source("a"), clock)
    clock.now_s += 100.0
    assert feed.latest(clock.now_s) == ()


def test_an_error_while_closing_stays_inside(clock):
    source = Source("a")
    source.close = lambda: 1 / 0
    Feed(source, clock).close()
