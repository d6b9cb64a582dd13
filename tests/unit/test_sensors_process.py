"""Use of the model's process, and of edgetop itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from edgetop.sensors.process import OwnUse, ProcessUse

BURN = """
import signal, time
print(flush=True)
end = time.process_time() + 0.2
while time.process_time() < end:
    pass
print(flush=True)
signal.pause()
"""


@pytest.fixture
def child():
    """A process that spends 0.2 s, says so, and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", BURN], stdout=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_memory_and_time_of_a_process_agree_with_psutil(child):
    use = ProcessUse(child.pid)
    first = use.read(10.0)
    child.stdout.readline()
    second = use.read(12.0)
    known = psutil.Process(child.pid)
    assert first.cpu_percent is None
    assert second.rss_mib == pytest.approx(known.memory_info().rss / 2**20, rel=0.1)
    assert second.cpu_s == pytest.approx(sum(known.cpu_times()[:2]), abs=0.05)
    assert second.cpu_percent == pytest.approx(100 * (second.cpu_s - first.cpu_s) / 2.0)
    assert second.cpu_s > first.cpu_s
    use.close()


def test_time_of_a_process_is_finer_than_the_10_ms_of_a_tick():
    use = ProcessUse(os.getpid())
    before = use.read(1.0).cpu_s
    end_s = time.process_time() + 0.002
    while time.process_time() < end_s:
        pass
    spent_s = use.read(2.0).cpu_s - before
    use.close()
    assert spent_s >= 0.002
    assert spent_s % 0.01 != 0.0


def test_a_process_that_ended_is_unknown_and_keeps_its_time(child):
    use = ProcessUse(child.pid)
    child.stdout.readline()
    alive = use.read(1.0)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    zombie = use.read(2.0)
    child.wait()
    gone = use.read(3.0)
    for ended in (zombie, gone):
        assert (ended.rss_mib, ended.cpu_percent) == (None, None)
        assert ended.cpu_s == pytest.approx(alive.cpu_s, abs=0.05)
    use.close()


def test_a_process_that_never_was_is_unknown():
    use = ProcessUse(2**22 + 1)
    assert use.read(1.0) == (None, None, None)
    assert use.read(2.0) == (None, None, None)


def test_a_clock_that_stands_still_gives_no_percentage():
    use = ProcessUse(os.getpid())
    use.read(5.0)
    assert use.read(5.0).cpu_percent is None
    use.close()


def test_own_cost_counts_children_but_not_the_measured_ones(child):
    own, without = OwnUse(), OwnUse()
    first = own.read(1.0)
    without.read(1.0, except_pids={child.pid})
    child.stdout.readline()
    both = own.read(3.0)
    alone = without.read(3.0, except_pids={child.pid})
    rss_mib = psutil.Process(child.pid).memory_info().rss / 2**20
    assert first.cpu_percent is None
    assert both.rss_mib - alone.rss_mib == pytest.approx(rss_mib, rel=0.25)
    assert both.cpu_percent - alone.cpu_percent > 2.5
    own.close()
    without.close()


def test_children_of_an_excepted_process_are_excepted_too():
    script = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(flush=True)\nimport signal; signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        parent.stdout.readline()
        own, without = OwnUse(), OwnUse()
        own.read(1.0)
        without.read(1.0, except_pids=[parent.pid])
        counted, excepted = set(own._children), set(without._children)
        family = {parent.pid, *(p.pid for p in psutil.Process(parent.pid).children())}
        os.killpg(parent.pid, signal.SIGKILL)
    assert len(family) == 2
    assert family <= counted
    assert not family & excepted
    own.close()
    without.close()


def test_own_cost_survives_the_end_of_a_child(child):
    own = OwnUse()
    own.read(1.0)
    child.kill()
    child.wait()
    cost = own.read(2.0)
    assert cost.rss_mib > 0
    assert cost.cpu_percent >= 0
    own.close()
