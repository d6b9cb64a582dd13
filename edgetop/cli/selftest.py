"""`edgetop selftest`: what edgetop costs on this machine."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from edgetop import config
from edgetop.cli import run, streams
from edgetop.cli.values import add_debug, interval, positive, seconds, whole
from edgetop.errors import EdgetopError, ExitCode, UsageError

if TYPE_CHECKING:
    from edgetop.config import Settings
    from edgetop.engine.spec import RunSpec
    from edgetop.selftest.home import Home
    from edgetop.selftest.measure import Result
    from edgetop.selftest.patience import Patience
    from edgetop.ui.interrupts import Interrupts

_SIZE = (120, 40)
_INTERVAL_S = 0.5
_PAIRS = 30
_LIMIT_S = 300.0
_MAX_LOAD_PERCENT = 3.5


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `selftest` to the command line."""
    parser = commands.add_parser(
        "selftest",
        description="Run a model in a bare loop of onnxruntime and in edgetop, in turn, in short "
        "slices of random order, and say what edgetop takes of the throughput. A second bare loop "
        "(the A/A control) shows how small a difference can be told here. Nothing is recorded.",
    )
    parser.add_argument("--model", metavar="M", help="a file, a built-in name or an address")
    parser.add_argument("--sha256", metavar="HEX", help="hash that the model's file must have")
    parser.add_argument("--batch", type=whole, default=1, metavar="N", help="images per inference")
    parser.add_argument("--provider", metavar="P", help="cpu, cuda, tensorrt, ... or auto")
    parser.add_argument("--threads", type=whole, metavar="N", help="in one inference (0: cores)")
    parser.add_argument(
        "--input-shape", action="append", default=[], metavar="[NAME:]1,3,224,224",
        help="shape of an input; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--sensors", choices=("jtop",), metavar="jtop",
        help="ask the jtop service of jetson-stats as well",
    )  # fmt: skip
    parser.add_argument(
        "--screen", type=size, default=_SIZE, metavar="WxH",
        help=f"columns and rows of the terminal ({_SIZE[0]}x{_SIZE[1]})",
    )  # fmt: skip
    parser.add_argument(
        "--interval", type=interval, default=_INTERVAL_S, metavar="S",
        help=f"time between samples and frames ({_INTERVAL_S:g})",
    )  # fmt: skip
    parser.add_argument(
        "--pairs", type=_pairs, default=_PAIRS, metavar="N",
        help=f"pairs of slices for each variant ({_PAIRS})",
    )  # fmt: skip
    parser.add_argument(
        "--duration", type=positive, default=_LIMIT_S, metavar="S",
        help=f"measure for at most S seconds ({_LIMIT_S:g})",
    )  # fmt: skip
    parser.add_argument(
        "--max-load", type=seconds, default=_MAX_LOAD_PERCENT, metavar="PERCENT",
        help="drop pairs in which other processes used more of the machine "
        f"({_MAX_LOAD_PERCENT:g})",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_debug(parser)
    parser.set_defaults(main=main)


def size(text: str) -> tuple[int, int]:
    """``120x40`` as (columns, rows)."""
    columns, _, rows = text.lower().partition("x")
    try:
        found = int(columns), int(rows)
    except ValueError:
        found = (0, 0)
    if not all(1 <= side <= 1000 for side in found):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 120x40")
    return found


def _pairs(text: str) -> int:
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def main(arguments: argparse.Namespace) -> int:
    """Measure, print the result and return the exit code.

    Raises:
        UsageError: This system does not tell what is needed for it.
    """
    from edgetop.selftest import machine

    if not machine.tells():
        raise UsageError(
            "the self test stops programs and reads /proc, which only Linux has; edgetop's own "
            "use of processor and memory is on its screen"
        )
    settings = config.load()
    spec = _spec(arguments, settings)
    sensors = arguments.sensors or settings.sensors
    options = ("--sensors", sensors) if sensors else ()
    from edgetop.selftest.home import Home
    from edgetop.ui.interrupts import Interrupts

    with Interrupts() as interrupts, Home() as home:
        result = _measured(spec, arguments, options, home, interrupts)
    if not result.interrupted:
        _print(spec, result, as_json=arguments.json)
        return ExitCode.DONE
    with contextlib.suppress(UsageError):  # the terminal may have gone, and brought the signal
        _print(spec, result, as_json=arguments.json)
    return ExitCode.INTERRUPTED


def _spec(arguments: argparse.Namespace, settings: Settings) -> RunSpec:
    model = settings.model if arguments.model is None else arguments.model
    return run.common_spec(run.chosen(model, arguments.sha256), arguments, settings)


def _measured(
    spec: RunSpec,
    arguments: argparse.Namespace,
    options: tuple[str, ...],
    home: Home,
    interrupts: Interrupts,
) -> Result:
    from edgetop.cli import progress
    from edgetop.selftest.measure import Plan, Result, measure
    from edgetop.selftest.patience import Patience, StoppedError

    plan = Plan(
        arguments.screen, arguments.interval, arguments.pairs, arguments.duration,
        arguments.max_load, options,
    )  # fmt: skip
    patience = Patience(lambda: interrupts.happened)
    try:
        spec = _built(spec, home, patience)
    except StoppedError:
        return Result(plan, interrupted=True)
    with progress.bar(f"{spec.title}: pairs", moving=False) as told:
        return measure(spec, plan, home, patience, told)


def _built(spec: RunSpec, home: Home, patience: Patience) -> RunSpec:
    """The spec with a file that is there: a model that was never used is built for this test."""
    from edgetop.session.builder import needed

    if not needed(spec):
        return spec.with_(architecture="")
    path = home.folder / f"{spec.architecture}.onnx"
    from edgetop.selftest.home import PYTHON

    errors = home.folder / "build.err"
    with open(errors, "wb") as file:
        process = subprocess.Popen(
            [PYTHON, "-m", "edgetop.zoo", spec.architecture, str(path)],
            env=home.env, cwd=home.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        while process.poll() is None:
            patience.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        words = errors.read_text("utf-8", "replace").strip().removeprefix("edgetop: ")
        raise EdgetopError(
            f"cannot build {spec.title}: {words or 'the process died'}", ExitCode.MODEL
        )
    return spec.with_(model_path=str(path), architecture="")


def _print(spec: RunSpec, result: Result, *, as_json: bool) -> None:
    from edgetop.cli import selftest_lines

    if as_json:
        text = json.dumps(selftest_lines.record(spec, result), indent=2)
    elif result.interrupted and not result.pairs:
        streams.complain("interrupted before a pair of slices was measured")
        return
    else:
        text = "\n".join(selftest_lines.lines(spec, result))
    streams.say(text, sys.stdout)
