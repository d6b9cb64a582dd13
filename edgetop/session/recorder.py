"""Records a session: on the disk from its first sample, in memory where no disk takes it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.errors import EdgetopError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from edgetop.sample import Sample
    from edgetop.session.keeper import Keeper
    from edgetop.session.store.reading import Recorded
    from edgetop.session.store.retention import Retention


class Orders(NamedTuple):
    """What is to be recorded, and where."""

    path: Path | None
    """The database; None = keep the session in memory only."""
    facts: Callable[[Sample], Mapping[str, Any]]
    """What is known of the session, asked once the first sample has come."""
    keep: Retention | None
    """Which older sessions may stay; None = all."""
    warn: Callable[[str, str], None]
    """Takes lines that the user should see, and their severity."""
    name: str | None = None
    """The session's ID; None = a new one."""


class Recorder:
    """Takes samples and keeps them; see `Orders` for its arguments.

    What that needs is imported with the first sample: it must not hold up the first paint.
    """

    def __init__(
        self,
        path: Path | None,
        facts: Callable[[Sample], Mapping[str, Any]],
        *,
        keep: Retention | None = None,
        warn: Callable[[str, str], None] = lambda _text, _severity: None,
        name: str | None = None,
    ) -> None:
        self._orders = Orders(path, facts, keep, warn, name)
        self._keeper: Keeper | None = None
        self._missing = ""

    @property
    def session_id(self) -> str | None:
        """The ID under which the session is on the disk; None while it is not."""
        return None if self._keeper is None else self._keeper.session_id

    @property
    def problem(self) -> str:
        """Why the disk does not have all of the session at present; empty while it does."""
        return self._missing if self._keeper is None else self._keeper.problem

    def add(self, sample: Sample) -> None:
        """Take a sample; a subscriber of the session, returns at once."""
        if self._keeper is None and not self._missing:
            self._begin()
        if self._keeper is not None:
            self._keeper.add(sample)

    def _begin(self) -> None:
        try:
            from edgetop.session.keeper import Keeper
        except ImportError as error:  # some builds of Python come without sqlite3
            self._missing = f"sessions cannot be recorded: {error}"
            self._orders.warn(self._missing, "warning")
            return
        self._keeper = Keeper(self._orders)

    def recorded(self) -> Recorded:
        """All that has come so far, to be read in the calling thread.

        Raises:
            EdgetopError: The database cannot be read, or there is nothing yet.
        """
        if self._keeper is None:
            raise UsageError(self._missing or "nothing is recorded yet")
        return self._keeper.recorded()

    def export(self, path: Path) -> None:
        """Write all samples so far as CSV, and beside them the runs; files there are replaced.

        Raises:
            EdgetopError: A file cannot be written, or there is nothing yet.
        """
        from edgetop.session.exporting import export

        with contextlib.closing(self.recorded()) as recorded:
            export(recorded, "csv", path, force=True)

    def rescue(self, folders: Sequence[Path]) -> Path | None:
        """Write the session as a file of its own to the first folder that takes it.

        For a session that the disk does not have; None if no folder does.
        """
        from edgetop.session.store import session_file

        for folder in folders:
            with contextlib.suppress(EdgetopError), contextlib.closing(self.recorded()) as recorded:
                path = folder / f"{recorded.info.id}{session_file.SUFFIX}"
                session_file.write(recorded, path)
                return path
        return None

    def close(self) -> None:
        """Write all that is left and end; what a dead disk did not take stays in memory."""
        if self._keeper is not None:
            self._keeper.close()
