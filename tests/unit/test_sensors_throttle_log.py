"""Since when something holds the board back, and what is known of it from before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reading, Reason, Sensor, SensorReading, Throttle
from edgetop.sensors.conditions import Setting
from edgetop.sensors.headline import (
    ThrottleLog,
    gpu_memory_used_mib,
    headline,
    throttle,
    throttled_before,
)

HOT = Throttle("gpu", "thermal")
CAPPED = Throttle("gpu", "software power cap")
SLOW = Throttle("cpu", "thermal")


def since(log, *readings):
    """The beginnings that the log tells at each (seconds, what holds the board back)."""
    return [
        {(item.source, item.cause): item.since_s for item in log.since(found, now_s)}
        for now_s, found in readings
    ]


def test_the_beginning_is_the_first_reading_that_said_so():
    told = since(ThrottleLog(), (10.0, [HOT]), (11.0, [HOT]), (12.0, [HOT]))
    assert told == [{("gpu", "thermal"): 10.0}] * 3


def test_what_came_later_has_a_later_beginning():
    told = since(ThrottleLog(), (10.0, [HOT]), (11.0, [HOT, CAPPED, SLOW]))
    assert told[1] == {
        ("gpu", "thermal"): 10.0,
        ("gpu", "software power cap"): 11.0,
        ("cpu", "thermal"): 11.0,
    }


@pytest.mark.parametrize(("break_s", "begun_s"), [(1.0, 10.0), (3.0, 10.0), (3.1, 14.1)])
def test_a_short_break_does_not_start_it_anew_and_a_long_one_does(break_s, begun_s):
    """Events come once or twice a second; a reading between two of them shows none."""
    now_s = 11.0 + break_s
    log = ThrottleLog()
    told = since(log, (10.0, [HOT]), (11.0, [HOT]), (11.5, []), (now_s, [HOT]))
    assert told[2] == {}
    assert told[3] == {("gpu", "thermal"): pytest.approx(begun_s)}


@given(st.lists(st.tuples(st.floats(0.1, 5.0), st.booleans()), max_size=40))
def test_the_beginning_is_never_in_the_future_and_never_before_a_long_break(steps):
    log, now_s, last_s, begun_s = ThrottleLog(), 0.0, None, 0.0
    for elapsed_s, held_back in steps:
        now_s += elapsed_s
        found = log.since([HOT] if held_back else [], now_s)
        assert len(found) == held_back
        if held_back:
            if last_s is None or now_s - last_s > 3.0:
                begun_s = now_s
            last_s = now_s
            assert found[0].since_s == begun_s


def sensor(kind, label, reading, role=""):
    return SensorReading(Sensor(f"{kind.value}/{label}", kind, label, "", role=role), reading)


def test_what_two_sensors_tell_of_one_source_is_named_once():
    """The Pi's firmware and its kernel driver."""
    items = [
        sensor(Kind.THROTTLE, "a", Reading(1.0, Reason.OK, "under-voltage"), "board"),
        sensor(Kind.THROTTLE, "b", Reading(1.0, Reason.OK, "under-voltage, throttled"), "board"),
    ]
    assert throttle(items) == (Throttle("board", "under-voltage"), Throttle("board", "throttled"))


def test_what_was_before_is_told_even_if_nothing_is_now():
    items = [
        sensor(Kind.THROTTLE, "oc3", Reading(7.0, Reason.OK, "", 1.0, "over-current, 7 times")),
        sensor(Kind.THROTTLE, "oc1", Reading(0.0, Reason.OK)),
        sensor(Kind.POWER, "x", Reading(0.0, Reason.OK, "", 1.0, "of no matter")),
    ]
    figures = headline(items, now_s=5.0, throttles=ThrottleLog())
    assert figures.throttle == ()
    assert figures.throttled_before == throttled_before(items) == ("over-current, 7 times",)


def test_the_headline_has_the_beginnings_and_the_settings():
    item = sensor(Kind.THROTTLE, "gpu", Reading(1.0, Reason.OK, "thermal"))
    log = ThrottleLog()
    headline([item], now_s=5.0, throttles=log)
    setting = Setting("MAXN", "schedutil")
    figures = headline([item], now_s=6.0, throttles=log, conditions=setting)
    assert figures.throttle == (Throttle("gpu", "thermal", 5.0),)
    assert (figures.power_mode, figures.governor) == ("MAXN", "schedutil")
    assert headline([item]).throttle[0].since_s is None


def test_a_gpu_that_shares_the_memory_has_none_of_its_own():
    load = sensor(Kind.UTILIZATION, "gpu", Reading.of(5.0), "integrated")
    assert gpu_memory_used_mib([load]).words == "shared with the cpu"


def test_a_card_beside_it_has_its_own():
    load = sensor(Kind.UTILIZATION, "gpu", Reading.of(5.0), "integrated")
    memory = sensor(Kind.MEMORY, "gpu1", Reading.of(3 * 2.0**20))
    assert gpu_memory_used_mib([load, memory]).value == 3.0


def test_the_memory_of_an_npu_is_not_that_of_a_gpu():
    memory = sensor(Kind.MEMORY, "npu", Reading.of(3 * 2.0**20))
    assert gpu_memory_used_mib([memory]).words == "no sensor"
