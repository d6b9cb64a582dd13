#!/usr/bin/env python3
"""Pictures of a program on a real terminal, as SVG.

    python docs/screenshots.py                        the pictures of the README
    python docs/screenshots.py [options] -- COMMAND   one picture of any program

The program runs on a pseudo-terminal; after some seconds, and keys if any, what stands on its
screen is drawn. Nothing is made up: the figures in the pictures are those of this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests" / "pty")]

from terminal import Terminal  # noqa: E402
from terminal_svg import render  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES = DOCS / "pictures"
MODEL = "squeezenet_v1.1.onnx"
FIRST_OUTPUT_S = 20.0
"""How long a program may take until it has drawn something."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to take."""

    command: tuple[str, ...]
    out: Path
    size: tuple[int, int] = (120, 40)
    seconds: float = 20.0
    """How long the program runs before the keys are pressed."""
    keys: str = ""
    """Keys with blanks between; ``2s`` waits two seconds, ``wait:WORD`` for a word to appear."""
    title: str = ""


def standard_set(model: str, seconds: float) -> list[Shot]:
    """The README's pictures: three sizes, a light and a colour-blind theme, the model picker."""
    edgetop = (sys.executable, "-m", "edgetop", "--model", model, "--no-record")

    def shot(name: str, size: tuple[int, int] = (120, 40), theme: str = "", keys: str = "") -> Shot:
        chosen = ("--theme", theme) if theme else ()
        return Shot((*edgetop, *chosen), PICTURES / f"{name}.svg", size, seconds, keys)

    return [
        shot("live-120x40"),
        shot("live-80x24", size=(80, 24)),
        shot("live-40x12", size=(40, 12)),
        shot("live-daylight", theme="daylight"),
        shot("live-colourblind", theme="colourblind"),
        shot("models-120x40", keys="m 1s"),
        shot("compare-120x40", keys="c 2s"),
        shot("batches-80x24", size=(80, 24), keys="s 31s"),
    ]


def take(shot: Shot) -> None:
    """Run the program, draw its screen into the file, end the program.

    Raises:
        AssertionError: it drew nothing, or ended before its time; contains the screen.
    """
    with tempfile.TemporaryDirectory() as folder:
        env = _environment(Path(folder))
        with Terminal(shot.command, size=shot.size, env=env) as terminal:
            terminal.wait_for(lambda text: text.strip(), FIRST_OUTPUT_S)
            _let_run(terminal, shot.seconds)
            for key in shot.keys.split():
                _press(terminal, key)
            _let_run(terminal, 0.3)
            picture = render(terminal.cells(), shot.title)
            terminal.signal(signal.SIGTERM)
            with contextlib.suppress(AssertionError):  # it is killed then
                terminal.wait(5)
    shot.out.parent.mkdir(parents=True, exist_ok=True)
    shot.out.write_text(picture, encoding="utf-8")


def _press(terminal: Terminal, key: str) -> None:
    """One key, or one of the waits that may stand between keys."""
    if key.startswith("wait:"):
        terminal.wait_for(key.removeprefix("wait:"))
    elif re.fullmatch(r"\d+(\.\d+)?s", key):
        _let_run(terminal, float(key[:-1]))
    else:
        terminal.send(key)


def _let_run(terminal: Terminal, seconds: float) -> None:
    """Let the program run on, up to a whole frame; an early end is an error."""
    until = time.monotonic() + seconds
    terminal.wait_for(lambda _: time.monotonic() >= until, seconds + 5)


def _environment(folder: Path) -> dict[str, str]:
    """Ours, with plain settings in place of the user's; built models stay in the cache."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("EDGETOP_", "NO_COLOR"))}
    for name in ("COLUMNS", "LINES", "TMUX", "TMUX_PANE", "STY", "TERM_PROGRAM"):
        env.pop(name, None)
    own = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "state")}
    return {**env, **own, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}


def to_png(svg: Path) -> None:
    """Draw the SVG as a PNG of twice its size beside it, for looking at; needs rsvg-convert."""
    png = svg.with_suffix(".png")
    subprocess.run(["rsvg-convert", "--zoom", "2", "--output", png, svg], check=True)


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.lower().partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and int(columns) and int(rows)):
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMNSxROWS")
    return int(columns), int(rows)


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=_size, default=(120, 40), help="COLUMNSxROWS")
    parser.add_argument("--theme", help="passed on to COMMAND as --theme")
    parser.add_argument("--seconds", type=float, default=20, help="to run before the picture")
    parser.add_argument("--keys", default="", help='pressed then, like "m wait:resnet down 0.5s"')
    parser.add_argument("--title", default="", help="text of a title bar")
    parser.add_argument("--out", type=Path, default=PICTURES / "live-120x40.svg")
    parser.add_argument("--model", default=MODEL, help="of the README's pictures")
    parser.add_argument("--png", action="store_true", help="also as PNG (needs rsvg-convert)")
    parser.add_argument("command", nargs="*", metavar="COMMAND")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures that the command line asks for; 0 when all could be taken."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.png and not shutil.which("rsvg-convert"):
        parser.error("--png needs rsvg-convert (Debian: librsvg2-bin) on the PATH")
    if asked.command:
        theme = ("--theme", asked.theme) if asked.theme else ()
        command = (*asked.command, *theme)
        shots = [Shot(command, asked.out, asked.size, asked.seconds, asked.keys, asked.title)]
    else:
        shots = standard_set(asked.model, asked.seconds)
    for shot in shots:
        try:
            take(shot)
        except (AssertionError, ValueError) as error:
            sys.stderr.write(f"screenshots: {shot.out.name}: {error}\n")
            return 1
        if asked.png:
            to_png(shot.out)
        sys.stdout.write(f"{shot.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
