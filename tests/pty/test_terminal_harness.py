"""The terminal that the tests use, checked on programs of known behaviour."""

from __future__ import annotations

import shutil
import signal
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from terminal_keys import key_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import Terminal

    RunScript = Callable[..., Terminal]

RAW_FULL_SCREEN = """
    import os, sys, termios, tty
    before = termios.tcgetattr(0)
    tty.setraw(0)
    def show(text):
        os.write(1, text.encode())
    show("\\x1b[?1049h\\x1b[?25l\\x1b[?1000h\\x1b[?1006h\\x1b[?1004h\\x1b[?2004h\\x1b[?7l\\x1b[>1u")
    show("\\x1b[2J\\x1b[3;5H\\x1b[1;38;2;255;128;0mready\\x1b[m")
    key = os.read(0, 1)
    if key == b"q":
        show("\\x1b[<u\\x1b[?7h\\x1b[?2004l\\x1b[?1004l\\x1b[?1006l\\x1b[?1000l\\x1b[?25h\\x1b[?1049l")
        termios.tcsetattr(0, termios.TCSANOW, before)
"""
"""Takes the whole terminal; gives it back on "q" and not on any other key."""

HIDES_A_CHILD = """
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                             start_new_session=True)
    print("child", child.pid, flush=True)
    sys.stdin.readline()
    os._exit(0)
"""


@pytest.fixture
def script(terminal: Callable[..., Terminal], tmp_path: Path) -> RunScript:
    """Runs a Python program, given as text, on a terminal."""

    def run(source: str, *arguments: str, **options: object) -> Terminal:
        file = tmp_path / "program.py"
        file.write_text(textwrap.dedent(source))
        return terminal(*arguments, command=[sys.executable, str(file)], **options)

    return run


def test_shows_what_a_program_draws(script: RunScript) -> None:
    """Text is where the program put it, with the style it gave."""
    program = script(RAW_FULL_SCREEN)
    text = program.wait_for("ready")
    assert text.split("\n")[2] == "    ready"
    cell = program.cells()[2][4]
    assert (cell.data, cell.fg, cell.bold) == ("r", "ff8000", True)


def test_finds_nothing_after_a_program_that_restores_the_terminal(script: RunScript) -> None:
    """No problem is reported, and what stood there before the program is back."""
    program = script('print("before", flush=True)' + textwrap.dedent(RAW_FULL_SCREEN))
    program.wait_for("ready")
    program.send("q")
    assert program.wait() == 0
    assert program.restored() == []
    assert program.text().startswith("before")


def test_names_everything_a_program_leaves_behind(script: RunScript) -> None:
    """Every mode and setting that was not put back is reported in words."""
    program = script(RAW_FULL_SCREEN)
    program.wait_for("ready")
    program.send("x")
    assert program.wait() == 0
    problems = "\n".join(program.restored())
    for expected in (
        "mouse clicks",
        "SGR mouse",
        "focus reports",
        "bracketed paste",
        "alternate screen",
        "cursor hidden",
        "line wrap off",
        "kitty keyboard",
        "ECHO off",
        "ICANON off",
        "ISIG off",
        "ICRNL off",
        "OPOST off",
    ):
        assert expected in problems


def test_names_what_a_killed_program_leaves_behind(script: RunScript) -> None:
    """Settings survive the program's death, as they do under a shell."""
    program = script(RAW_FULL_SCREEN)
    program.wait_for("ready")
    program.signal(signal.SIGKILL)
    assert program.wait() == 128 + signal.SIGKILL
    assert {"ECHO off", "alternate screen not left"} <= set(program.restored())


@pytest.mark.parametrize("status", [0, 3, 255])
def test_returns_the_exit_status(script: RunScript, status: int) -> None:
    """The program's own status comes back."""
    program = script("import sys; sys.exit(int(sys.argv[1]))", str(status))
    assert program.wait() == status


def test_ctrl_c_interrupts_a_program_in_the_foreground(script: RunScript) -> None:
    """The key reaches the program as SIGINT and nobody else."""
    program = script("""
        import signal, sys, time
        signal.signal(signal.SIGINT, lambda *_: sys.exit(42))
        print("waiting", flush=True)
        time.sleep(600)
    """)
    program.wait_for("waiting")
    program.send("ctrl+c")
    assert program.wait() == 42


def test_a_hangup_ends_a_program_that_does_not_handle_it(script: RunScript) -> None:
    """Closing the terminal sends SIGHUP, which kills by default."""
    program = script("import time; print('up', flush=True); time.sleep(600)")
    program.wait_for("up")
    program.hangup()
    assert program.wait() == 128 + signal.SIGHUP
    with pytest.raises(RuntimeError, match="before a hangup"):
        program.restored()


def test_a_program_that_ignores_the_hangup_is_seen_running_and_then_killed(
    script: RunScript,
) -> None:
    """`wait` says that it still runs; closing the terminal ends it all the same."""
    program = script("""
        import signal, time
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(600)
    """)
    program.wait_for("deaf")
    program.hangup()
    with pytest.raises(AssertionError, match=r"waited 0\.2 s for the end.*running"):
        program.wait(0.2)
    program.close()
    assert not psutil.pid_exists(program.pid)


def test_finds_and_ends_children_that_survive_the_program(script: RunScript) -> None:
    """A child in a session of its own is found after its parent's end, and killed on close."""
    program = script(HIDES_A_CHILD)
    text = program.wait_for(lambda screen: "child" in screen and screen.split()[-1].isdigit())
    child = int(text.split()[1])
    assert program.children() == [child]
    program.send("enter")
    assert program.wait() == 0
    assert program.children() == [child]
    program.close()
    assert not psutil.pid_exists(child)


def test_a_failed_wait_shows_the_screen(script: RunScript) -> None:
    """The message holds what was waited for and what stood there instead."""
    program = script("print('something else', flush=True); input()")
    program.wait_for("something else")
    with pytest.raises(AssertionError) as failure:
        program.wait_for("no such text", 0.1)
    assert "'no such text'" in str(failure.value)
    assert "|something else " in str(failure.value)


def test_a_wait_fails_at_once_when_the_program_has_ended(script: RunScript) -> None:
    """Nothing more will come: the rest of the time is not waited for."""
    program = script("print('bye', flush=True)")
    with pytest.raises(AssertionError, match="ended with 0"):
        program.wait_for("no such text", 600)


def test_sends_keys_as_a_terminal_does(script: RunScript) -> None:
    """Names, characters and typed text arrive as the bytes that xterm sends."""
    program = script("""
        import os, tty
        tty.setraw(0)
        print("go", end="\\r\\n", flush=True)
        seen = b""
        while not seen.endswith(b"."):
            seen += os.read(0, 100)
        print(seen.hex(), end="\\r\\n", flush=True)
    """)
    program.wait_for("go")
    program.send("up", "enter", "escape", "ctrl+p", "tab", "space", "é")
    program.type_text("enter.")
    program.wait_for((b"\x1b[A\r\x1b\x10\t " + "éenter.".encode()).hex())


@pytest.mark.parametrize("key", ["esacpe", "enter enter", "ctrl+enter", ""])
def test_refuses_what_is_no_key(key: str) -> None:
    """A slip in a key's name is an error, not typed text."""
    with pytest.raises(ValueError, match="is not a key"):
        key_bytes(key)


SIZE_WATCH = """
    import os, signal, time
    changes = [signal.SIGWINCH]
    signal.signal(signal.SIGWINCH, lambda number, _: changes.append(number))
    while True:
        while changes:
            changes.pop()
            print("size", *os.get_terminal_size(), flush=True)
        time.sleep(0.02)
"""


def test_the_program_sees_the_size_and_its_changes(script: RunScript) -> None:
    """Both come from the kernel, the change with SIGWINCH."""
    program = script(SIZE_WATCH, size=(40, 12))
    program.wait_for("size 40 12")
    program.resize(100, 30)
    assert len(program.wait_for("size 100 30").split("\n")) == 30
    assert len(program.cells()[0]) == 100


def test_a_terminal_without_a_size_tells_none(script: RunScript) -> None:
    """0x0 reaches the program; what it draws is on an 80x24 screen."""
    program = script(SIZE_WATCH, size=(0, 0))
    program.wait_for("size 0 0")
    assert (len(program.cells()[0]), len(program.cells())) == (80, 24)


FLOOD = """
    import os, pathlib, sys
    written = 0
    while written < 400_000:
        written += os.write(1, b"0123456789" * 100)
        pathlib.Path(sys.argv[1]).write_text(str(written))
    os.write(1, b"\\r\\ndone")
"""


def test_a_stalled_terminal_blocks_the_program(script: RunScript, tmp_path: Path) -> None:
    """It stops within the kernel's buffer, and goes on to the last byte when read again."""
    progress = tmp_path / "progress"
    program = script("import sys; sys.stdin.readline()" + textwrap.dedent(FLOOD), str(progress))
    program.wait_for(lambda _: psutil.Process(program.pid).status() == psutil.STATUS_SLEEPING)
    program.stall()
    program.send("enter")
    stands_still = _unchanging(lambda: progress.exists() and progress.read_text())
    _until(stands_still)
    assert program.bytes_total < 100
    assert 0 < int(progress.read_text()) < 200_000
    program.resume()
    assert program.wait(60) == 0
    assert program.bytes_total >= 400_000
    assert program.raw.endswith(b"\r\ndone")


def test_a_slow_line_delivers_everything_in_its_time(script: RunScript) -> None:
    """10 000 bytes over 20 kB/s take half a second, and no byte is lost."""
    program = script("input(); import os; os.write(1, b'x' * 10_000)")
    program.throttle(20_000)
    started = time.monotonic()
    program.send("enter")
    program.wait()
    assert program.bytes_total >= 10_000
    assert time.monotonic() - started >= 0.4  # a lower bound: load can only lengthen it


QUERIES = """
    import os, select, tty
    tty.setraw(0)
    os.write(1, b"\\x1b[c\\x1b[>c\\x1b[?2026$p\\x1b[?9999$p\\x1b]11;?\\x1b\\\\\\x1b[>q\\x1b[?u"
                b"\\x1b[3;7H\\x1b[6n\\x1b[18t\\x1b[?2048h")
    seen = b""
    while select.select([0], [], [], float(os.environ["PATIENCE_S"]))[0]:
        seen += os.read(0, 1000)
        if seen.count(b"t") >= 2 and seen.endswith(b"t"):
            break
    os.write(1, b"\\x1b[2J\\x1b[H" + repr(seen).encode())
"""


def test_answers_queries_in_order(script: RunScript) -> None:
    """A modern terminal: synchronized output known, an invented mode unknown, in-band resize."""
    program = script(QUERIES, size=(120, 40), env={"PATIENCE_S": "10"})
    assert program.wait() == 0
    expected = [
        *("[?64;1;2;6;22c", "[>41;372;0c", "[?2026;2$y", "[?9999;0$y", "]11;rgb:0000/0000/0000"),
        *("XTerm(372)", "[?0u", "[3;7R", "[8;40;120t", "[48;40;120;640;960t"),
    ]
    seen = program.text().replace("\n", "")
    positions = [seen.find(answer) for answer in expected]
    assert -1 not in positions
    assert positions == sorted(positions)


def test_a_mute_terminal_answers_nothing(script: RunScript) -> None:
    """A serial line: the queries fall on deaf ears."""
    program = script(QUERIES, env={"PATIENCE_S": "0.3"}, answers=False)
    assert program.wait() == 0
    assert program.text() == "b''" + "\n" * 39


def test_reports_a_resize_in_band_where_the_program_asked_for_it(script: RunScript) -> None:
    """Mode 2048: the new size comes as keys, too."""
    program = script("""
        import os, tty
        tty.setraw(0)
        os.write(1, b"\\x1b[?2048h")
        seen = b""
        while seen.count(b"t") < 2:
            seen += os.read(0, 1000)
            os.write(1, b"\\x1b[2J\\x1b[H" + repr(seen).encode())
    """)
    program.wait_for("[48;40;120;640;960t")
    program.resize(90, 20)
    program.wait_for("[48;20;90;320;720t")


def test_never_shows_half_a_synchronized_update(script: RunScript) -> None:
    """`wait_for` looks at whole frames only."""
    program = script("""
        import os
        os.write(1, b"\\x1b[?2026hhalf")
        input()
        os.write(1, b" whole\\x1b[?2026l")
        input()
    """)
    with pytest.raises(AssertionError):
        program.wait_for("half", 0.3)
    program.send("enter")
    assert "whole" in program.wait_for("half")


def test_sequences_that_pyte_does_not_know_leave_no_trace(script: RunScript) -> None:
    """Strings, private sequences and colon colours are not text; repeats and shifts are drawn."""
    program = script(
        """
        import os, time
        parts = [b"A\\x1b[>4;2mB\\x1b[?1016$pC\\x1bP+q544e\\x1b\\\\D\\x1b_hidden\\x1b\\\\E",
                 b"\\x1b]52;c;aGlk\\x07F\\x1b[38:2::1:2:3mG\\x1b[0;4:3mH\\x1b[0mI-\\x1b[3b",
                 b"\\x1b(0qx\\x1b(Bq\\xe2\\x80\\x8dZ\\r\\n"]
        for byte in b"".join(parts):
            os.write(1, bytes([byte]))
    """,
        answers=False,  # a terminal in cooked mode would echo them
    )
    program.wait()
    assert program.text().split("\n")[0] == "ABCDEFGHI----─│qZ"
    row = program.cells()[0]
    assert row[6].fg == "010203"
    assert (row[1].underscore, row[7].underscore, row[8].underscore) == (False, True, False)


def test_erasing_takes_the_background_and_no_other_style(script: RunScript) -> None:
    """Cells that were never written take the colour too."""
    program = script(
        """
        import os
        os.write(1, b"\\x1b[4;44m\\x1b[2J\\x1b[m\\x1b[2;3H\\x1b[7;42m\\x1b[K\\x1b[m")
    """
    )
    program.wait()
    row = program.cells()[1]
    assert [(cell.bg, cell.underscore, cell.reverse) for cell in row[1:3]] == [
        ("blue", False, False),
        ("green", False, False),
    ]


def test_a_command_that_does_not_exist_says_so_on_the_terminal(
    terminal: Callable[..., Terminal],
) -> None:
    """As under a shell: status 127 and a message."""
    program = terminal(command=["no-such-program-here"])
    assert program.wait() == 127
    assert "no-such-program-here" in program.text()


def test_the_environment_is_the_one_asked_for(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    """A home of its own, TERM as given, nothing of the harness's own process."""
    program = terminal(command=[shutil.which("env") or "env"], term="vt100", env={"LANG": None})
    assert program.wait() == 0
    seen = dict(line.split("=", 1) for line in program.text().split("\n") if "=" in line)
    assert seen["TERM"] == "vt100"
    assert seen["COLORTERM"] == "truecolor"
    assert {"LANG", "LC_CTYPE", "COLUMNS"}.isdisjoint(seen)
    assert Path(seen["HOME"]) == tmp_path / "home"


def _unchanging(read: Callable[[], object]) -> Callable[[], bool]:
    """A condition: what is read was something, and the same, twenty times in a row."""
    seen: list[object] = []

    def holds() -> bool:
        seen.append(read())
        return bool(seen[-1]) and seen[-20:] == [seen[-1]] * 20

    return holds


def _until(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)
