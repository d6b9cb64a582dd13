"""The bytes that a terminal sends for a key."""

from __future__ import annotations

KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "space": b" ",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "insert": b"\x1b[2~",
    "delete": b"\x1b[3~",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    "f11": b"\x1b[23~",
    "f12": b"\x1b[24~",
}
"""xterm's bytes in normal cursor mode."""


def key_bytes(key: str) -> bytes:
    """The bytes of one key: a name of `KEYS`, one character, or ``ctrl+x`` / ``alt+KEY``.

    Raises:
        ValueError: no such key; a word to be typed is not a key.
    """
    if key in KEYS:
        return KEYS[key]
    if len(key) == 1:
        return key.encode()
    modifier, _, rest = key.partition("+")
    if modifier == "ctrl" and len(rest) == 1 and "@" <= rest.upper() <= "_":
        return bytes([ord(rest.upper()) & 0x1F])
    if modifier == "alt" and rest:
        return b"\x1b" + key_bytes(rest)
    raise ValueError(f"{key!r} is not a key; known names: {', '.join(KEYS)}, ctrl+X, alt+KEY")
