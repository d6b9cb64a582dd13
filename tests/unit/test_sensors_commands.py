"""Asking a vendor's command, whatever it does."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from emulated_boards import write_tree

from edgetop.readings import Reason
from edgetop.sensors.commands import ask, find
from edgetop.sensors.files import Sysroot

SHORT_S = 0.1
LONG_S = 20.0
SOON_S = 5.0
"""In which a process that was killed is gone."""


def shell(script):
    return ["/bin/sh", "-c", script]


def ended(pid):
    """Whether a process is gone, or waits only for somebody to look at its end."""
    deadline_s = time.monotonic() + SOON_S
    while time.monotonic() < deadline_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_what_a_command_prints_is_its_answer_with_its_errors(tmp_path):
    answer = ask(shell("echo out; echo err >&2; exit 3"), LONG_S)
    assert (answer.text, answer.reason, answer.detail) == ("out\nerr\n", Reason.OK, "")


def test_a_command_that_says_nothing_answers_with_nothing():
    assert ask(["/bin/true"], LONG_S).text == ""


def test_a_command_reads_no_keys_of_the_terminal():
    assert ask(shell("cat; echo end"), LONG_S).text == "end\n"


def test_bytes_that_are_no_text_are_replaced():
    assert ask(shell(r"printf '\377x'"), LONG_S).text == "\ufffdx"


@pytest.mark.parametrize("script", ["sleep 60", "echo begun; sleep 60", "trap '' TERM; sleep 60"])
def test_a_command_that_hangs_is_ended_after_its_time(tmp_path, script):
    answer = ask(shell(f"echo $$ > '{tmp_path}/pid'; {script}"), SHORT_S)
    assert (answer.text, answer.reason) == (None, Reason.ERROR)
    assert answer.detail == "no answer of /bin/sh within 0.1 s"
    assert ended((tmp_path / "pid").read_text().strip())


@pytest.mark.parametrize("then", ["wait", "exit"], ids=["waits for it", "has ended itself"])
def test_what_a_hanging_command_has_started_ends_with_it(tmp_path, then):
    answer = ask(shell(f"sleep 60 & echo $! > '{tmp_path}/pid'; {then}"), SHORT_S)
    assert answer.text is None
    pid = int((tmp_path / "pid").read_text())
    gone = ended(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    assert gone


def test_a_command_that_never_stops_talking_is_cut_off(tmp_path):
    answer = ask(shell(f"echo $$ > '{tmp_path}/pid'; exec yes"), LONG_S)
    assert answer.text.startswith("y\ny\n")
    assert len(answer.text) < 200_000
    assert ended((tmp_path / "pid").read_text().strip())


def test_a_program_that_is_not_there_is_absent():
    answer = ask(["/nowhere/vcgencmd"], LONG_S)
    assert (answer.text, answer.reason) == (None, Reason.ABSENT)
    assert answer.detail == "/nowhere/vcgencmd: No such file or directory"


def test_a_program_that_may_not_be_run_needs_permission(tmp_path):
    write_tree(tmp_path, {"vcgencmd": "#!/bin/sh\n"})
    answer = ask([str(tmp_path / "vcgencmd")], LONG_S)
    assert (answer.text, answer.reason) == (None, Reason.NO_PERMISSION)


def test_a_file_that_is_no_program_is_absent(tmp_path):
    write_tree(tmp_path, {"vcgencmd": b"\x00\x01\x02"})
    (tmp_path / "vcgencmd").chmod(0o755)
    assert ask([str(tmp_path / "vcgencmd")], LONG_S).reason is Reason.ABSENT


def open_descriptors():
    return len([*Path("/proc/self/fd").iterdir()])


def test_no_descriptor_is_left_open():
    before = open_descriptors()
    ask(shell("echo x"), LONG_S)
    ask(shell("sleep 60"), SHORT_S)
    ask(["/nowhere"], LONG_S)
    assert open_descriptors() == before


def test_an_emulated_board_has_its_own_commands_and_no_others(tmp_path):
    write_tree(tmp_path, {"bin/vcgencmd": "#!/bin/sh\n"})
    sysroot = Sysroot(tmp_path)
    closed = find(sysroot, "vcgencmd")
    (tmp_path / "bin/vcgencmd").chmod(0o755)
    assert closed is None
    assert find(sysroot, "vcgencmd") == str(tmp_path / "bin/vcgencmd")
    assert find(sysroot, "sh") is None


def test_this_machine_s_commands_are_found_even_without_a_search_path(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert shutil.which("sh") is None
    assert find(Sysroot(), "sh").endswith("/sh")
    assert find(Sysroot(), "no-such-command") is None
