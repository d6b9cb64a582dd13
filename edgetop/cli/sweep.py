"""`edgetop sweep`: models by batches, providers and precisions, a fresh process for each point."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from edgetop import config, locations
from edgetop.cli import recorded, streams
from edgetop.cli.values import (
    add_debug,
    add_sensor_options,
    board_for,
    duration,
    positive,
    seconds,
    whole,
)
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

    from edgetop.cli.sweep_run import Order
    from edgetop.config import Settings
    from edgetop.results import Results
    from edgetop.session.store.measured import MeasuredRun
    from edgetop.study.course import Course
    from edgetop.study.estimate import Estimate
    from edgetop.study.plan import Plan

_INTERVAL_S = 0.5
_OF_THE_PLAN = (
    "models", "batches", "max_batch", "providers", "precisions", "threads", "seconds", "rounds",
    "timeout", "cooldown",
)  # fmt: skip
"""Options that are settled when a sweep begins."""


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `sweep` to the command line."""
    parser = commands.add_parser(
        "sweep",
        description="Measure every model at every batch, on every provider and at every "
        "precision, each in a fresh process, until memory or the limit ends it. Every point is "
        "kept as it comes; what was interrupted goes on with --resume.",
    )
    what = parser.add_argument_group("what is measured")
    what.add_argument(
        "--models", metavar="A,B,...",
        help="files, built-in names, or a report: deepdetect, bianco, canziani, tryolabs, dlmark",
    )  # fmt: skip
    what.add_argument(
        "--batches", metavar="1,2,4",
        help="batches; default: 1, 2, 4, ... while they run, then the largest is searched",
    )  # fmt: skip
    what.add_argument("--max-batch", type=whole, metavar="N", help="doubling ends there (32)")
    what.add_argument("--providers", metavar="P,...", help="cpu, cuda, ... (as `edgetop run`)")
    what.add_argument("--precisions", metavar="P,...", help="stored, fp16, int8 (stored)")
    what.add_argument("--threads", type=whole, metavar="N", help="in one inference (0: cores)")
    how = parser.add_argument_group("how")
    how.add_argument("--seconds", type=positive, metavar="S", help="measured per point (10)")
    how.add_argument("--rounds", type=whole, metavar="N", help="visits of each point (3)")
    how.add_argument("--timeout", type=positive, metavar="S", help="longest visit (300)")
    how.add_argument("--cooldown", type=seconds, metavar="S", help="pause when throttled (60)")
    how.add_argument("--resume", metavar="ID", help="go on with this sweep, or the 'last'")
    how.add_argument("--dry-run", action="store_true", help="only tell what would be measured")
    how.add_argument("--no-record", action="store_true", help="keep no record")
    how.add_argument("--json", action="store_true", help="print the points as JSON")
    add_sensor_options(parser)
    add_debug(how)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the sweep and print its points; returns the exit code."""
    from edgetop.cli import sweep_run
    from edgetop.study.estimate import Estimate

    settings = config.load()
    board = board_for(arguments, settings, _INTERVAL_S)
    name = board.identity().model
    if arguments.resume is None:
        order = _new(arguments, settings, name)
    else:
        order = _resumed(arguments, name)
    estimate = Estimate(order.course, _history(name))
    streams.say(_plan_words(order.course, estimate), sys.stderr)
    place = order.course.next()
    code, power_mode = ExitCode.DONE, ""
    if arguments.dry_run:
        if arguments.json:
            _print_json(_results(order, power_mode, ended=False))
        return code
    if place is not None:
        code, power_mode = sweep_run.run(order, place, board, settings, estimate)
    return _tell(order, power_mode, code, as_json=arguments.json)


def _new(arguments: argparse.Namespace, settings: Settings, board: str) -> Order:
    """A sweep that begins now; its plan is stored before anything runs."""
    from edgetop.cli.sweep_run import Order
    from edgetop.session.store.sweeps import SweepWriter
    from edgetop.session.store.writing import new_id
    from edgetop.study.course import Course

    plan = _plan(arguments, settings, board)
    started_unix_s = time.time()
    name = new_id(started_unix_s)
    if arguments.no_record or arguments.dry_run:
        return Order(Course(plan), name, resumed=False)
    writer = SweepWriter(locations.sessions_file(), name, started_unix_s, plan.to_json())
    writer.begin()
    if writer.problem:
        streams.complain(f"{writer.problem}; the sweep cannot be resumed")
    return Order(Course(plan), name, resumed=False, writer=writer)


def _resumed(arguments: argparse.Namespace, board: str) -> Order:
    """A sweep that goes on where it ended, however it did."""
    from edgetop.cli.sweep_run import Order
    from edgetop.session.store.sweeps import SweepWriter, find_sweep
    from edgetop.study.plan import check_unchanged
    from edgetop.study.stored import course_of

    given = [name for name in _OF_THE_PLAN if getattr(arguments, name) is not None]
    if given or arguments.no_record:
        first = given[0] if given else "no_record"
        raise UsageError(
            f"--{first.replace('_', '-')} is no choice any more: --resume goes on as it began"
        )
    path = locations.sessions_file()
    stored = find_sweep(path, arguments.resume)
    try:
        course = course_of(stored)
    except ValueError as error:
        raise UsageError(f"the sweep {stored.id} is damaged: {error}") from error
    check_unchanged(course.plan, board)
    for info in recorded.listed():
        if info.running and info.facts.get("sweep") == stored.id:
            raise UsageError(f"session {info.id} goes on with the sweep {stored.id}; wait for it")
    writer = SweepWriter(path, *stored[:3], stored=len(stored.visits))
    return Order(course, stored.id, resumed=True, writer=writer)


def _plan(arguments: argparse.Namespace, settings: Settings, board: str) -> Plan:
    from edgetop.engine import providers
    from edgetop.study import roster
    from edgetop.study.plan import Plan, setups

    for name in ("models", "batches", "providers", "precisions"):
        if (given := getattr(arguments, name)) is not None and not _listed(given):
            raise UsageError(f"--{name} names nothing")
    wanted = _listed(arguments.models) or [settings.model]
    provider_names = _listed(arguments.providers) or [settings.provider]
    threads = settings.threads if arguments.threads is None else arguments.threads
    if arguments.batches and arguments.max_batch is not None:
        raise UsageError("--max-batch ends the doubling; with --batches there is none")
    chosen = {
        "max_batch": arguments.max_batch,
        "rounds": arguments.rounds,
        "measure_s": arguments.seconds,
        "timeout_s": arguments.timeout,
        "cooldown_s": arguments.cooldown,
    }
    return Plan(
        setups(
            roster.models(wanted),
            list(dict.fromkeys(providers.parse(name) for name in provider_names)),
            _precisions(arguments.precisions),
            threads,
        ),
        _batches(arguments.batches),
        board=board,
        **{name: value for name, value in chosen.items() if value is not None},
    )


def _listed(text: str | None) -> list[str]:
    """The names between the commas, each once."""
    return list(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))


def _batches(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in _listed(text))
    except ValueError:
        raise UsageError(f"--batches takes whole numbers: 1,2,4; not {text!r}") from None


def _precisions(text: str | None) -> list[str]:
    from edgetop.engine.variants import LABELS
    from edgetop.study.plan import AS_STORED

    wanted = _listed(text) or [AS_STORED]
    known = (AS_STORED, *LABELS)
    for name in wanted:
        if name not in known:
            raise UsageError(f"--precisions takes {', '.join(known)}; not {name!r}")
    return wanted


def _history(board: str) -> list[MeasuredRun]:
    """For the estimate only: a sweep does without what cannot be read."""
    from edgetop.session.store import schema
    from edgetop.session.store.measured import runs_on

    path = locations.sessions_file()
    with contextlib.suppress(schema.StoreError):
        if schema.is_there(path):
            return runs_on(path, board)
    return []


def _plan_words(course: Course, estimate: Estimate) -> str:
    """What is to be done and about how long it will take."""
    plan = course.plan
    left = course.left()
    if course.next() is None:
        return "all points of this sweep are measured"
    points = len({(setup, batch) for setup, batch, _ in left})
    models = len({setup.title for setup in plan.setups})
    batches = ", ".join(map(str, plan.ladder))
    over = f", {course.count} visits are over" if course.count else ""
    return (
        f"{_counted(models, 'model')}, batch{'es'[: 2 * (len(plan.ladder) > 1)]} {batches}: "
        f"{_counted(points, 'point')} in "
        f"{_counted(len(left), 'visit')}{over}; about {duration(estimate.left_s())}"
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s'[: number != 1]}"


def _results(order: Order, power_mode: str, *, ended: bool) -> Results:
    """The points so far; with the peak of the board, which is measured once when a sweep ends."""
    from edgetop.results import Results
    from edgetop.study.measured import points
    from edgetop.study.peak import with_known_peak, with_measured_peak

    found = points(order.course, power_mode)
    results = Results(order.name, order.course.plan.board, "edgetop", found, published=False)
    if ended and any(point.model.gmacs and point.ms_per_image for point in found):
        return with_measured_peak(results, streams.complain)
    return with_known_peak(results)


def _tell(order: Order, power_mode: str, code: ExitCode, *, as_json: bool) -> int:
    """Print the points; what ended the sweep decides on the exit code."""
    from edgetop.cli import sweep_table

    results = _results(order, power_mode, ended=code is ExitCode.DONE)
    found = results.points
    if as_json:
        _print_json(results)
    else:
        lines = [*sweep_table.lines(results), *sweep_table.largest_lines(order.course)]
        streams.say("\n".join(lines[1:]), sys.stdout)
    if order.writer is not None:
        name = order.name
        if order.course.next() is not None and not order.writer.problem:
            streams.say(f"it goes on with: edgetop sweep --resume {name}", sys.stderr)
        elif not order.writer.problem:
            streams.say(f"recorded as {name}", sys.stderr)
    failed = all(point.error for point in found)
    return _why_all_failed(order.course) if code is ExitCode.DONE and found and failed else code


def _why_all_failed(course: Course) -> int:
    """The exit code of the first visit: the others failed for the same reason, or for its sake."""
    return course.history[0].exit_code or ExitCode.MODEL


def _print_json(results: Results) -> None:
    from edgetop.cli import sweep_table

    rows = [sweep_table.row(point, results) for point in results.points]
    streams.say(json.dumps(rows, indent=2), sys.stdout)
