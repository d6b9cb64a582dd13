"""A sweep as it runs on the command line: the session, the record, the progress."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, NamedTuple

from edgetop import locations
from edgetop.cli import streams
from edgetop.cli.values import duration
from edgetop.errors import EdgetopError, ExitCode, UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgetop.config import Settings
    from edgetop.sensors.board import Board
    from edgetop.session.live import LiveSession
    from edgetop.session.recorder import Recorder
    from edgetop.session.store.sweeps import SweepWriter, Visit
    from edgetop.study.course import Course, Place
    from edgetop.study.estimate import Estimate
    from edgetop.study.sweep import Sweep

_INTERVAL_S = 0.5
_POLL_S = 0.25
_TITLE = 32


class Order(NamedTuple):
    """A sweep that is to be run."""

    course: Course
    name: str
    """Its ID: that of the session in which it began."""
    resumed: bool
    writer: SweepWriter | None = None
    """None: nothing is recorded."""


class _Keeping:
    """Puts visits into the database and says what went wrong, to be told at the end."""

    def __init__(self, writer: SweepWriter | None, end: Callable[[], None]) -> None:
        self._writer = writer
        self._end = end
        self.failure: UsageError | None = None

    def __call__(self, visit: Visit) -> None:
        if self._writer is None:
            return
        try:
            self._writer.add(visit)
        except UsageError as error:
            self.failure = error
            self._end()

    @property
    def problem(self) -> str:
        """Why visits are missing in the database; empty if none is."""
        return "" if self._writer is None else self._writer.problem


def run(
    order: Order, place: Place, board: Board, settings: Settings, estimate: Estimate
) -> tuple[ExitCode, str]:
    """Visit all points that are left.

    Returns:
        How it ended, and the power mode of the board in words.

    Raises:
        UsageError: Another edgetop goes on with the same sweep.
        EdgetopError: A defect of ours ended the sampler.
    """
    from edgetop.session.live import LiveSession
    from edgetop.study.sweep import Sweep
    from edgetop.ui.interrupts import Interrupts

    spec = order.course.plan.spec(place.setup, place.batch)
    session = LiveSession(spec, board, interval_s=_INTERVAL_S)
    recorder = _recorder(order, session, board, settings)
    keeping = _Keeping(order.writer, session.finish)
    sweep = Sweep(
        session, order.course,
        keep=keeping, session_id=lambda: recorder.session_id, over=session.finish,
    )  # fmt: skip
    sweep.begin(place)
    session.subscribe(recorder.add)
    with Interrupts() as interrupts:
        session.start()
        interrupts.end_with(session.finish)
        try:
            _show(session, sweep, order.course, estimate)
        finally:
            interrupts.end_with(None)
            session.stop()
            recorder.close()
    for problem in dict.fromkeys(filter(None, (recorder.problem, keeping.problem))):
        streams.complain(problem)
    if keeping.failure is not None:
        raise keeping.failure
    if session.crash is not None:
        raise EdgetopError(
            f"the sampler ended by a defect of edgetop: {session.crash!r}", ExitCode.DEFECT
        ) from session.crash
    return ExitCode.INTERRUPTED if interrupts.happened else ExitCode.DONE, _power_mode(session)


def _power_mode(session: LiveSession) -> str:
    """Power mode and governor, as far as the board tells."""
    from edgetop.study.measured import mode_words

    if session.last is None:
        return ""
    board = session.last.board
    return mode_words(board.power_mode, board.governor)


def _recorder(order: Order, session: LiveSession, board: Board, settings: Settings) -> Recorder:
    from edgetop.session.facts import session_facts
    from edgetop.session.recorder import Recorder
    from edgetop.session.store.retention import Retention

    return Recorder(
        None if order.writer is None else locations.sessions_file(),
        lambda sample: {
            **session_facts(board.identity(), sample, interval_s=_INTERVAL_S, command=sys.argv),
            "sweep": order.name,
        },
        keep=Retention(settings.keep_sessions_days, settings.keep_sessions_mib),
        warn=session.note,
        name=None if order.resumed else order.name,
    )


def _show(session: LiveSession, sweep: Sweep, course: Course, estimate: Estimate) -> None:
    """Tell how far it is until it is over."""
    with _bar() as bar:
        told = course.count
        far = _Far(course, estimate)
        while not session.finished.wait(_POLL_S):
            told = _tell_visits(course, told, quiet=bar is not None)
            if bar is not None:
                left, left_s = far()
                bar(told, left, _now(sweep, course), left_s)
        _tell_visits(course, told, quiet=bar is not None)


class _Far:
    """Visits and seconds that are left, reckoned once a visit.

    In a sweep of many models it takes a processor tens of milliseconds, which the model that is
    being measured would miss.
    """

    def __init__(self, course: Course, estimate: Estimate) -> None:
        self._course = course
        self._estimate = estimate
        self._count = -1
        self._left = (0, 0.0)

    def __call__(self) -> tuple[int, float]:
        if self._count != self._course.count:
            self._count = self._course.count
            self._left = (len(self._course.left()), self._estimate.left_s())
        return self._left


def _tell_visits(course: Course, told: int, *, quiet: bool) -> int:
    """A line for each visit that is over since `told`, where no bar shows them."""
    if not quiet:
        for visit in course.history[told:]:
            streams.say(_visit_line(course, visit), sys.stderr)
    return len(course.history)


def _visit_line(course: Course, visit: Visit) -> str:
    title = safe_text(course.plan.setups[visit.setup].spec.title, _TITLE)
    if visit.error:
        return f"{title}, batch {visit.batch}: x {visit.error}"
    p50_ms = visit.latency.p50_ms if visit.latency is not None else None
    per_image = "-" if p50_ms is None else f"{p50_ms / visit.batch:.4g}"
    state = f", {visit.state}" if visit.state else ""
    return (
        f"{title}, batch {visit.batch}: {per_image} ms per image "
        f"({visit.inferences} inferences in {visit.measured_s:.1f} s{state})"
    )


def _now(sweep: Sweep, course: Course) -> str:
    watch = sweep.watch
    if watch is None:
        return ""
    if sweep.cooling:
        return "cooling down"
    title = safe_text(course.plan.setups[watch.place.setup].spec.title, _TITLE)
    return f"{title}, batch {watch.place.batch}"


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int, str, float], None] | None]:
    """A bar on a terminal: visits over, visits left, what runs, seconds left; None elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(24), progress.MofNCompleteColumn(),
        progress.TextColumn("{task.description}", markup=False),
    )  # fmt: skip
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def show(over: int, left: int, now: str, left_s: float) -> None:
            words = f"{now}, {duration(left_s)} left"
            shown.update(task, completed=over, total=over + left, description=words)

        yield show
