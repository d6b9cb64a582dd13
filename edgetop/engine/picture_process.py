"""edgetop's side of `picture_worker`: starts it, hands it its order, hears its answers."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edgetop.engine.channel import Channel
from edgetop.engine.ending import death, end
from edgetop.errors import EdgetopError, ExitCode, WorkerDiedError
from edgetop.locations import PACKAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Self

    from edgetop.engine.picture_plan import Recipe
    from edgetop.engine.spec import RunSpec

_FILES_IN_ONE = 200  # keeps a message far below what the channel takes
_TICK_S = 0.1
_GRACE_S = 0.5
_LAST_WORDS_S = 2.0
"""From the end of its socket to its own: a crash may write a file of its memory."""


class PictureProcess:
    """The process of one model that looks at pictures; a context manager that ends it.

    It runs in a session of its own, so that ctrl+c reaches edgetop alone; it ends by itself when
    edgetop is gone.

    Args:
        spec: Model, batch, provider and threads.
        recipe: How the pictures go in.
        output: Name of the output with the scores; empty = the one that looks like it.
        files: Absolute paths.
    """

    def __init__(self, spec: RunSpec, recipe: Recipe, output: str, files: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edgetop.engine.picture_worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=PACKAGE_ROOT,
                start_new_session=True,
            )
        self._channel = Channel(ours)
        self._order = {"spec": spec.to_json(), "recipe": asdict(recipe), "output": output}
        self._files = files

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        end(self._process, _GRACE_S)

    def events(self, stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """What the process says, until it is done or `stopped` says so.

        Raises:
            EdgetopError: What the process failed with.
            WorkerDiedError: It died without a word.
        """
        self._give_order()
        while not stopped():
            if not select.select([self._channel], [], [], _TICK_S)[0]:
                continue
            for message in self._channel.receive():
                if message["event"] == "error":
                    raise EdgetopError(message["message"], ExitCode(message["code"]))
                if message["event"] == "done":
                    return
                yield message
            if self._channel.closed:
                raise WorkerDiedError(f"the model's process died: {self._death()}")

    def _give_order(self) -> None:
        self._channel.send({"order": self._order})
        for first in range(0, len(self._files), _FILES_IN_ONE):
            self._channel.send({"files": self._files[first : first + _FILES_IN_ONE]})
        self._channel.send({"do": "start"})

    def _death(self) -> str:
        """How it ended: its socket is closed, so nobody would hear of it again."""
        if not end(self._process, _LAST_WORDS_S):
            return "it waits for a device and cannot be ended"
        return death(self._process.returncode)
