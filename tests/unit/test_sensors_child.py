"""Vendors' packages in a process of their own, which may do whatever it likes."""

from __future__ import annotations

import json
import textwrap
import time
from pathlib import Path

import pytest
from emulated_boards import FakeClock, run_python

from edgetop.readings import Kind, Reason
from edgetop.sensors import child as module
from edgetop.sensors.child import ALIKE, ChildProvider

TIMEOUT_S = 20.0

ROWS = [
    {"kind": "power", "label": "VDD_IN", "unit": "W", "value": 4.5, "role": "module"},
    {"kind": "clock", "label": "emc", "unit": "MHz", "value": 204.0, "maximum": 1600.0},
    {"kind": "temperature", "label": "cv0", "unit": "°C", "value": None, "reason": "offline"},
]
FOREVER = "\nimport time\ntime.sleep(600)"


def again_and_again(rows):
    """The script of a child that goes on saying so."""
    return f"import time\nwhile True:\n    {say(rows)}    time.sleep(0.02)\n"


def say(rows):
    """The statement that prints rows, or a problem."""
    return f"print({json.dumps(rows)!r}, flush=True)\n"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """A provider whose child runs the script; its clock is `provider.clock`."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = []

    def of(script):
        count = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')\n"
        (tmp_path / "scripted_child.py").write_text(count + textwrap.dedent(script))
        clock = FakeClock()
        provider = ChildProvider("vendor", Kind.POWER, "scripted_child", clock)
        provider.clock = clock
        provider.starts = lambda: len((tmp_path / "starts").read_text())
        started.append(provider)
        return provider

    yield of
    for provider in started:
        provider.close()


def readings(provider):
    """What a probe and the reading after it give, by label."""
    provider.probe()
    return latest(provider, provider.read())


def latest(provider, found):
    return {sensor_id.split("/")[-2]: reading for sensor_id, reading in found.items()}


def wait_until(condition):
    deadline_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def only(provider):
    """The one row that stands for a provider that names no sensor."""
    (sensor,) = provider.probe()
    return sensor, provider.read()[sensor.id]


def test_the_rows_of_a_line_are_sensors_with_values(start):
    provider = start(say(ROWS) * 2 + FOREVER)
    sensors = {sensor.label: sensor for sensor in provider.probe()}
    rail = sensors["VDD_IN"]
    assert (rail.id, rail.kind, rail.unit) == ("vendor/power/VDD_IN/W", Kind.POWER, "W")
    assert (rail.role, rail.source, rail.physical_id) == (
        "module",
        "vendor",
        f"{ALIKE}power/VDD_IN",
    )
    assert sensors["emc"].maximum == 1600.0


def test_a_row_without_a_value_has_its_reason(start):
    found = readings(start(again_and_again(ROWS)))
    assert (found["VDD_IN"].value, found["emc"].value) == (4.5, 204.0)
    assert (found["cv0"].value, found["cv0"].reason) == (None, Reason.OFFLINE)


def test_a_value_that_cannot_be_is_implausible(start):
    hot = [{"kind": "temperature", "label": "cpu", "unit": "°C", "value": 900.0}]
    nan = [{"kind": "power", "label": "x", "unit": "W", "value": float("nan")}]
    found = readings(start(again_and_again(hot + nan)))
    assert {reading.reason for reading in found.values()} == {Reason.IMPLAUSIBLE}


def test_a_label_cannot_move_the_terminal_s_cursor(start):
    row = {"kind": "power", "label": "A\x1b[2JB" + "x" * 100, "unit": "W", "value": 1.0}
    (sensor,) = start(say([row]) + FOREVER).probe()
    assert sensor.label.isprintable()
    assert len(sensor.label) <= 60


def test_of_several_lines_at_once_the_newest_counts(start):
    lines = "".join(f"{json.dumps([{**ROWS[0], 'value': float(n)}])}\n" for n in range(5))
    provider = start(f"import sys; sys.stdout.write({lines!r}); sys.stdout.flush(){FOREVER}")
    (sensor,) = provider.probe()
    assert provider._readings[sensor.id].value == 4.0


@pytest.mark.parametrize("reason", [Reason.ABSENT, Reason.NO_PERMISSION])
def test_a_problem_is_one_row_with_its_words_and_reason(start, reason):
    provider = start(say({"problem": "not for you", "reason": reason.value}))
    sensor, reading = only(provider)
    assert (sensor.id, sensor.kind, sensor.label) == ("vendor/vendor", Kind.POWER, "vendor")
    assert (reading.value, reading.reason) == (None, reason)
    assert reading.words == "vendor: not for you"


@pytest.mark.parametrize("script", ["", "raise SystemExit(3)", "import os; os.abort()"])
def test_a_child_that_ends_without_a_word_is_one_row_that_says_so(start, script):
    sensor, reading = only(start(script))
    assert sensor.label == "vendor"
    assert (reading.value, reading.reason) == (None, Reason.STALE)
    assert reading.words == "vendor: no answer; trying again every 10 s"


def test_a_child_that_is_not_there_at_all_is_no_trouble(monkeypatch):
    provider = ChildProvider("vendor", Kind.POWER, "no_such_module_anywhere", FakeClock())
    _, reading = only(provider)
    provider.close()
    assert (reading.value, reading.reason) == (None, Reason.STALE)


def test_a_silent_child_is_given_up(start, monkeypatch):
    monkeypatch.setattr(module, "_FIRST_LINE_S", 0.1)
    provider = start(FOREVER)
    _, reading = only(provider)
    assert (reading.value, reading.reason) == (None, Reason.STALE)
    assert provider._child is None


def test_a_child_that_falls_silent_keeps_its_rows_without_values(start, monkeypatch):
    monkeypatch.setattr(module, "_NEXT_LINE_S", 0.1)
    provider = start(say(ROWS) + FOREVER)
    labels = [sensor.label for sensor in provider.probe()]
    found = latest(provider, provider.read())
    assert labels == list(found) == ["VDD_IN", "emc", "cv0"]
    assert {reading.reason for reading in found.values()} == {Reason.STALE}


GARBAGE = {
    "no JSON": "[WARN] jtop: something",
    "a number": "5",
    "nothing": "null",
    "a text": '"rows"',
    "rows that are none": "[1, 2]",
    "a row without a label": '[{"kind": "power", "unit": "W", "value": 1}]',
    "an unknown kind": '[{"kind": "weight", "label": "x", "unit": "kg", "value": 1}]',
    "a value that is no number": '[{"kind": "power", "label": "x", "unit": "W", "value": "ten"}]',
    "an unknown reason": '{"problem": "x", "reason": "whatever"}',
    "half a line": '[{"kind": "po',
}


@pytest.mark.parametrize("line", GARBAGE.values(), ids=GARBAGE)
def test_a_line_that_is_no_list_of_rows_is_an_error_and_raises_nothing(start, line):
    provider = start(f"print({line!r}, flush=True)" + FOREVER)
    _, reading = only(provider)
    assert reading.value is None
    assert reading.reason is Reason.ERROR
    assert reading.words.startswith("vendor: ")


def test_endless_output_without_a_line_is_given_up(start):
    script = "import sys\ntry:\n while True: sys.stdout.write('x' * 65536)\nexcept OSError: pass"
    provider = start(script)
    _, reading = only(provider)
    assert reading.value is None
    assert provider._child is None


def test_a_child_that_has_ended_is_started_again_after_ten_seconds_and_no_sooner(start):
    provider = start("raise SystemExit")
    only(provider)
    provider.clock.now_s += 9.9
    provider.read()
    before = provider.starts()
    provider.clock.now_s += 0.2
    provider.read()
    assert (before, provider.starts()) == (1, 2)


def test_a_child_that_comes_back_has_its_rows_again(start, tmp_path):
    once = f"""
    import os, time
    if os.path.exists({str(tmp_path / "second")!r}):
        {say(ROWS)}
        time.sleep(600)
    {say(ROWS)}
    open({str(tmp_path / "second")!r}, "w")
    """
    provider = start(once)
    sensors = provider.probe()
    gone = provider.read()
    provider.clock.now_s += 10.0
    back = provider.read()
    assert {reading.reason for reading in gone.values()} == {Reason.STALE}
    assert back[sensors[0].id].value == 4.5


def test_closing_ends_the_child(start):
    provider = start(say(ROWS) + FOREVER)
    provider.probe()
    pid = provider._child.pid
    provider.close()
    provider.close()
    assert not is_running(pid)


def test_a_child_that_was_given_up_is_no_longer_there(start, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_NEXT_LINE_S", 0.1)
    provider = start(say(ROWS) + FOREVER)
    provider.probe()
    pid = provider._child.pid
    provider.read()
    assert not is_running(pid)


def open_descriptors():
    return len([*Path("/proc/self/fd").iterdir()])


def test_no_descriptor_is_left_open(start):
    before = open_descriptors()
    provider = start(say(ROWS) + FOREVER)
    provider.probe()
    provider.close()
    assert open_descriptors() == before


PARENT = """
import os
from edgetop.readings import Kind
from edgetop.sensors.child import ChildProvider
provider = ChildProvider("vendor", Kind.POWER, "scripted_child")
provider.probe()
print(provider._child.pid, flush=True)
os._exit(0)
"""


def test_the_child_ends_when_edgetop_does_even_if_it_hangs(tmp_path):
    script = f"""
    from edgetop.sensors.child import end_with_parent, say
    end_with_parent()
    say({ROWS!r})
    import signal
    signal.pause()
    """
    (tmp_path / "scripted_child.py").write_text(textwrap.dedent(script))
    pid = int(run_python(PARENT, PYTHONPATH=str(tmp_path)))
    wait_until(lambda: not is_running(pid))


def test_a_problem_that_a_child_tells_is_one_short_line(capsys):
    module.fail("two\nlines " + "x" * 500, Reason.ABSENT)
    said = json.loads(capsys.readouterr().out)
    assert said["problem"].startswith("two lines xxx")
    assert len(said["problem"]) == 200
    assert said["reason"] == "absent"
