"""Which measurements a command is about: published boards, recorded sessions, or the newest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.cli import recorded
from edgetop.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from edgetop.results import Results
    from edgetop.session.store.reading import Recorded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--board`` and ``--session``, both repeatable, to a command's options."""
    parser.add_argument(
        "--board", action="append", default=[], metavar="B",
        help="a published board, as 'edgetop boards' lists it; may be repeated, or a list with "
        "commas",
    )  # fmt: skip
    parser.add_argument(
        "--session", action="append", default=[], metavar="ID",
        help=f"a recorded session: {recorded.NAME_HELP}; may be repeated (the newest of this "
        "board)",
    )  # fmt: skip


def chosen(arguments: argparse.Namespace) -> list[Results]:
    """The results that the options of `add_arguments` name, each once, boards first.

    Without any it is the newest recorded session of this board that measured something. What of
    a session cannot be read is told on stderr.

    Raises:
        UsageError: There is no such board or session, or a session measured nothing.
        StoreError: The database or a session file cannot be read, or is damaged.
    """
    from edgetop import reference

    boards = [name.strip() for names in arguments.board for name in names.split(",")]
    found = [reference.load(name) for name in boards]
    found += [_measured(name) for name in arguments.session]
    if not found:
        found = [_newest()]
    return list({results.id: results for results in found}.values())


def _measured(name: str) -> Results:
    results = _results(recorded.open_recorded(name))
    if not results.points:
        why = f" ({'; '.join(results.notes)})" if results.notes else ""
        raise UsageError(f"the session {results.id} measured nothing{why}")
    return results


def _newest() -> Results:
    from edgetop.sensors.files import Sysroot
    from edgetop.sensors.identity import board_name

    board = board_name(Sysroot())
    for info in recorded.listed():
        if info.board == board and info.samples:
            results = _results(recorded.open_recorded(info.id))
            if results.points:
                return results
    raise UsageError(
        "no session of this board has measured anything yet: run a model, or name a published "
        "board with --board or a session with --session"
    )


def _results(session: Recorded) -> Results:
    """The results of a session, which is closed; complains about what of it is damaged."""
    from edgetop.study.recorded import results_of

    try:
        results = results_of(session)
        recorded.told_damage(session)
    finally:
        session.close()
    return results
