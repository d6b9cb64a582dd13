"""What a program writes to its terminal, taken apart; and what the terminal answers.

Sequences: ECMA-48, xterm's ctlseqs, the kitty keyboard protocol, DEC mode 2026 (synchronized
output) and 2048 (in-band resize reports).
"""

from __future__ import annotations

import contextlib
import re

import pyte
from terminal_screen import IN_BAND_RESIZE, KNOWN_MODES, EmulatedScreen

CELL_PX = (8, 16)
"""Width and height of a cell in the sizes that the terminal reports, in pixels."""
_HELD_MAX = 65536

_SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<prefix>[<-?]?)(?P<numbers>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    rb"|\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|(?P<string>[PX^_].*?)\x1b\\"
    rb"|(?P<charset>[ -/]+[0-~])"
    rb"|(?P<simple>[0-OQ-WYZ\\`-~])"
    rb")|(?P<shift>[\x0e\x0f])",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    rb"\x1b(?:\[[<-?]?[0-9:;]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_].*|[ -/]+)?\Z", re.DOTALL
)
_TO_PYTE = frozenset(pyte.Stream.csi) - {"c", "n", "h", "l"}
_COLOURS = {"10": "dddd/dddd/dddd", "11": "0000/0000/0000", "12": "dddd/dddd/dddd"}


class TerminalStream:
    """Feeds a program's output to a screen and collects the terminal's answers.

    Args:
        screen: where the output is shown.
    """

    def __init__(self, screen: EmulatedScreen) -> None:
        self.screen = screen
        self._pyte = pyte.ByteStream(screen)
        self._held = b""
        self._replies = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Show output on the screen; the answers to the queries in it, in order."""
        data = self._held + data
        self._held = b""
        self._replies.clear()
        position = 0
        while position < len(data):
            position = self._step(data, position)
        return bytes(self._replies)

    def size_report(self) -> bytes:
        """The in-band resize report (mode 2048) for the present size."""
        lines, columns = self.screen.lines, self.screen.columns
        return b"\x1b[48;%d;%d;%d;%dt" % (
            lines,
            columns,
            lines * CELL_PX[1],
            columns * CELL_PX[0],
        )

    def _step(self, data: bytes, position: int) -> int:
        """Deal with the text up to the next sequence and with that; where to go on."""
        match = _SEQUENCE.search(data, position)
        escape = data.find(b"\x1b", position)
        if escape >= 0 and (match is None or escape < match.start()):
            self._pyte.feed(data[position:escape])
            tail = data[escape:]
            if match is None and _UNFINISHED.match(tail) and len(tail) < _HELD_MAX:
                self._held = tail
                return len(data)
            return escape + 1
        if match is None:
            self._pyte.feed(data[position:])
            return len(data)
        self._pyte.feed(data[position : match.start()])
        self._sequence(match)
        return match.end()

    def _sequence(self, match: re.Match[bytes]) -> None:
        part = {name: text.decode("latin-1") for name, text in match.groupdict(b"").items()}
        if part["final"]:
            self._csi(part["prefix"], part["numbers"], part["between"], part["final"])
        elif part["osc"]:
            self._osc(part["osc"])
        elif part["string"]:
            self._string(part["string"])
        elif part["charset"]:
            self.screen.define_charset(part["charset"][-1], part["charset"][0])
        elif part["shift"]:
            (self.screen.shift_out if part["shift"] == "\x0e" else self.screen.shift_in)()
        elif part["simple"] in {"=", ">"}:
            self.screen.application_keypad = part["simple"] == "="
        else:
            self._pyte.feed(match.group())

    def _csi(self, prefix: str, numbers: str, between: str, final: str) -> None:
        values = [int(n) if n.isdecimal() else 0 for n in numbers.split(";")]
        if prefix == "?" and final in {"h", "l"}:
            self._private_modes(values, final == "h")
        elif final == "u" and prefix:
            self._kitty(prefix, values[0])
        elif self._query(prefix + between + final, values):
            return
        elif not prefix and not between:
            self._plain_csi(numbers, values, final)
        elif prefix == "?" and final in {"J", "K"}:
            self._pyte.feed(b"\x1b[" + numbers.encode() + final.encode())

    def _plain_csi(self, numbers: str, values: list[int], final: str) -> None:
        count = values[0] or 1
        if final == "b":
            self.screen.repeat(count)
        elif final in {"S", "T"}:
            self.screen.scroll(count if final == "S" else -count)
        elif final == "Z":
            self.screen.back_tab(count)
        elif final == "s":
            self.screen.save_cursor()
        elif final == "u":
            self.screen.restore_cursor()
        elif final in {"h", "l"}:
            (self.screen.set_mode if final == "h" else self.screen.reset_mode)(*values)
        elif final in _TO_PYTE:
            if final == "m":  # 38:2::r:g:b and 38:2:r:g:b are 38;2;r;g;b; 4:3 is an underline
                numbers = re.sub(r"(?<![0-9])([34]8):2:(?:0?:)?(?=\d+:\d+:\d+)", r"\1;2;", numbers)
                numbers = re.sub(r"(?<![0-9])4:([0-9])", _underline, numbers).replace(":", ";")
            with contextlib.suppress(TypeError, IndexError):  # too many numbers, no such colour
                self._pyte.feed(b"\x1b[" + numbers.encode() + final.encode())

    def _private_modes(self, modes: list[int], on: bool) -> None:
        self.screen.switch(modes, on)
        if on and IN_BAND_RESIZE in modes:
            self._replies += self.size_report()

    def _kitty(self, prefix: str, value: int) -> None:
        flags = self.screen.kitty_flags
        if prefix == ">":
            flags.append(value)
        elif prefix == "<":
            del flags[max(0, len(flags) - (value or 1)) :]
        elif prefix == "=":
            flags[-1:] = [value]
        else:
            self._replies += b"\x1b[?%du" % (flags[-1] if flags else 0)

    def _query(self, kind: str, values: list[int]) -> bool:
        """Answer one CSI query; False if it is none."""
        screen = self.screen
        x, y = min(screen.cursor.x, screen.columns - 1) + 1, screen.cursor.y + 1
        answers = {
            ("c", 0): "\x1b[?64;1;2;6;22c",
            (">c", 0): "\x1b[>41;372;0c",
            (">q", 0): "\x1bP>|XTerm(372)\x1b\\",
            ("n", 5): "\x1b[0n",
            ("n", 6): f"\x1b[{y};{x}R",
            ("?n", 6): f"\x1b[?{y};{x}R",
            ("?n", 996): "\x1b[?997;1n",
            ("t", 14): f"\x1b[4;{screen.lines * CELL_PX[1]};{screen.columns * CELL_PX[0]}t",
            ("t", 16): f"\x1b[6;{CELL_PX[1]};{CELL_PX[0]}t",
            ("t", 18): f"\x1b[8;{screen.lines};{screen.columns}t",
        }
        answer = answers.get((kind, values[0]))
        if kind == "?$p":
            known = values[0] in KNOWN_MODES
            state = 0 if not known else 1 if values[0] in screen.private_modes else 2
            answer = f"\x1b[?{values[0]};{state}$y"
        if answer is not None:
            self._replies += answer.encode()
        return answer is not None

    def _osc(self, text: str) -> None:
        code, _, rest = text.partition(";")
        if rest == "?" and code in _COLOURS:
            self._replies += f"\x1b]{code};rgb:{_COLOURS[code]}\x1b\\".encode()
        elif code in {"0", "2"}:
            self.screen.set_title(rest)

    def _string(self, text: str) -> None:
        """DECRQSS and XTGETTCAP get the answer "not known"; other strings have no effect."""
        for asked, answer in (("P$q", b"\x1bP0$r\x1b\\"), ("P+q", b"\x1bP0+r\x1b\\")):
            if text.startswith(asked):
                self._replies += answer


def _underline(match: re.Match[str]) -> str:
    return "24" if match.group(1) == "0" else "4"
