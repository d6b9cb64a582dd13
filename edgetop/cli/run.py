"""`edgetop run`: the live monitor, on the screen or as lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop import config, locations
from edgetop.cli import streams
from edgetop.cli.values import (
    add_debug,
    add_sensor_options,
    board_for,
    interval,
    positive,
    seconds,
    whole,
)
from edgetop.engine import providers
from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, UsageError
from edgetop.session.live import LiveSession
from edgetop.zoo import resolve

if TYPE_CHECKING:
    import argparse

    from edgetop.config import Settings
    from edgetop.sensors.board import Board
    from edgetop.session.recorder import Recorder
    from edgetop.ui.interrupts import Interrupts

_SCREEN_INTERVAL_S = 0.5
_LINES_INTERVAL_S = 1.0


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `run` to the command line."""
    parser = commands.add_parser(
        "run",
        description="Run a model continuously and show what it does on this board, live.",
    )
    model = parser.add_argument_group("what runs")
    model.add_argument("--model", metavar="M", help="a file, a built-in name or an address")
    model.add_argument(
        "--precision", choices=("fp16", "int8"), help="make this variant of the model and run it"
    )
    model.add_argument("--sha256", metavar="HEX", help="hash that the model's file must have")
    model.add_argument("--batch", type=whole, default=1, metavar="N", help="images per inference")
    model.add_argument("--provider", metavar="P", help="cpu, cuda, tensorrt, openvino, ... or auto")
    model.add_argument("--threads", type=whole, metavar="N", help="in one inference (0: cores)")
    model.add_argument("--instances", type=whole, default=1, metavar="N", help="run in parallel")
    model.add_argument(
        "--rate", type=positive, metavar="FPS",
        help="images per second that come in; latency then counts from the scheduled time",
    )  # fmt: skip
    model.add_argument(
        "--input-shape", action="append", default=[], metavar="[NAME:]1,3,224,224",
        help="shape of an input; may be repeated",
    )  # fmt: skip
    model.add_argument(
        "--input-range", action="append", default=[], metavar="[NAME:]LOW,HIGH",
        help="values of an input, uniform; LOW,LOW is a constant; may be repeated",
    )  # fmt: skip
    model.add_argument("--input", type=Path, metavar="F.npz", help="arrays by input name")
    model.add_argument("--warmup", type=seconds, metavar="S", help="length; default: until warm")

    how = parser.add_argument_group("how it is shown")
    how.add_argument("--duration", type=positive, metavar="S", help="end after S measured seconds")
    how.add_argument("--interval", type=interval, metavar="S", help="time between samples")
    how.add_argument("--theme", metavar="T", help="colours of the screen")
    how.add_argument("--headless", action="store_true", help="one line per interval, no screen")
    how.add_argument("--json", action="store_true", help="one JSON object per interval, no screen")
    how.add_argument("--export", type=Path, metavar="F.csv", help="write the session there")
    how.add_argument("--trace", type=Path, metavar="F.csv", help="start and end of every inference")
    how.add_argument("--no-record", action="store_true", help="keep no record of the session")
    how.add_argument(
        "--kiosk", action="store_true", help="large digits, panels in turn, only q works"
    )
    add_sensor_options(parser)
    add_debug(how)
    parser.set_defaults(main=main)


def input_shape(text: str) -> tuple[str, tuple[int, ...]]:
    """``name:1,3,224,224`` as (name, shape); without a name it is the first input's.

    Names may hold colons (``Identity:0``): the last one divides.

    Raises:
        UsageError: The text has another form.
    """
    name, _, sizes = text.rpartition(":")
    try:
        shape = tuple(int(size) for size in sizes.split(",") if size.strip())
    except ValueError:
        shape = (0,)
    if any(not 0 < size <= 1 << 31 for size in shape):
        raise UsageError(f"--input-shape {text!r} is not of the form name:1,3,224,224")
    return name, shape


def input_range(text: str) -> tuple[str, float, float]:
    """``sr:16000,16000`` as (name, low, high); without a name it is the first input's.

    Whole numbers stay `int`, so that 64 bits are exact.

    Raises:
        UsageError: The text has another form.
    """
    name, _, limits = text.rpartition(":")
    try:
        low, high = (_number(limit) for limit in limits.split(","))
    except ValueError:
        raise UsageError(f"--input-range {text!r} is not of the form name:0,255") from None
    return name, low, high


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def common_spec(
    choice: resolve.ModelChoice, arguments: argparse.Namespace, settings: Settings
) -> RunSpec:
    """What every command that runs a model takes from the command line and the settings."""
    return RunSpec(
        model_path=str(choice.path),
        title=choice.title,
        architecture=choice.architecture.name if choice.architecture else "",
        label=choice.label,
        batch=arguments.batch,
        provider=providers.parse(arguments.provider or settings.provider),
        threads=settings.threads if arguments.threads is None else arguments.threads,
        input_shapes=tuple(input_shape(text) for text in arguments.input_shape),
    )


def spec_for(
    choice: resolve.ModelChoice, arguments: argparse.Namespace, settings: Settings
) -> RunSpec:
    """The first run, from the command line and the settings."""
    spec = common_spec(choice, arguments, settings).with_(
        instances=arguments.instances,
        rate_fps=arguments.rate,
        input_ranges=tuple(input_range(text) for text in arguments.input_range),
        input_file=str(arguments.input.absolute()) if arguments.input else "",
        warmup_s=arguments.warmup,
    )
    if arguments.precision is None:
        return spec
    from edgetop.engine import variants

    return variants.in_precision(spec, arguments.precision)


def chosen(text: str, sha256: str | None) -> resolve.ModelChoice:
    """The model that the user names; one at an address, or with a hash, is verified first."""
    if sha256 is None and not text.lower().startswith(("http://", "https://")):
        return resolve.resolve(text)
    from edgetop.cli import pull

    return pull.verified(text, sha256)


def main(arguments: argparse.Namespace) -> int:
    """Run the live monitor and return its exit code."""
    settings = config.load()
    wanted = settings.model if arguments.model is None else arguments.model
    choice = chosen(wanted, arguments.sha256)
    spec = spec_for(choice, arguments, settings)
    if arguments.export is not None:
        from edgetop.export import table

        arguments.export = arguments.export.absolute()  # the working folder may vanish
        table.check_target(arguments.export)
    lines = arguments.headless or arguments.json or not streams.has_screen()
    interval_s = arguments.interval or settings.interval_s
    interval_s = interval_s or (_LINES_INTERVAL_S if lines else _SCREEN_INTERVAL_S)
    trace = None
    if arguments.trace is not None:
        from edgetop.session.trace import TraceFile

        trace = TraceFile(arguments.trace)
    board = board_for(arguments, settings, interval_s)
    session = LiveSession(
        spec,
        board,
        interval_s=interval_s,
        duration_s=arguments.duration,
        end_on_failure=lines,
        trace=trace,
    )
    from edgetop.ui.interrupts import Interrupts

    with Interrupts() as interrupts:  # no signal may come between the model's start and its end
        session.launch()  # from here on the model loads, beside all that is still to be imported
        try:
            recorder = _recorder(session, board, arguments, settings, interval_s)
            code = _watch(session, recorder, arguments, settings, interrupts, lines=lines)
        finally:
            if trace is not None:
                trace.close()
    if trace is not None and trace.problem:
        streams.complain(trace.problem)
        return code or int(ExitCode.USAGE)
    return code


def _watch(
    session: LiveSession,
    recorder: Recorder,
    arguments: argparse.Namespace,
    settings: Settings,
    interrupts: Interrupts,
    *,
    lines: bool,
) -> int:
    """Show the session until it ends, then close it; returns the exit code."""
    from edgetop.cli import closing

    session.subscribe(recorder.add)
    try:
        if lines:
            from edgetop.cli import headless

            code = headless.run(session, json_lines=arguments.json, interrupts=interrupts)
        else:
            from edgetop.ui import start

            theme = arguments.theme or settings.theme
            kept = "" if arguments.no_record else "; what it had recorded is kept: edgetop sessions"
            code = start.run(
                session, recorder, theme=theme, interrupts=interrupts, kiosk=arguments.kiosk,
                if_killed=kept,
            )  # fmt: skip
    except BaseException:
        recorder.close()
        closing.save(session, recorder, arguments.export)
        raise
    recorder.close()
    return closing.finish(
        session,
        recorder,
        export=arguments.export,
        json_lines=arguments.json and lines,
        code=code,
    )


def _recorder(
    session: LiveSession,
    board: Board,
    arguments: argparse.Namespace,
    settings: Settings,
    interval_s: float,
) -> Recorder:
    """Keeps the session in the user's database, or in memory if the user wants no record."""
    from edgetop.session.facts import session_facts
    from edgetop.session.recorder import Recorder
    from edgetop.session.store.retention import Retention

    return Recorder(
        None if arguments.no_record else locations.sessions_file(),
        lambda sample: session_facts(
            board.identity(), sample, interval_s=interval_s, command=sys.argv
        ),
        keep=Retention(settings.keep_sessions_days, settings.keep_sessions_mib),
        warn=session.note,
    )
