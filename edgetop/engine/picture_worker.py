"""``python -m edgetop.engine.picture_worker FD``: a model's answers to pictures.

It runs in a process of its own, because a model and a picture may each crash whatever opens it.
FD is a socket: an order comes in, then names of files in pieces, then ``start``; out go one
``ready``, ``answers`` batch by batch, and ``done`` or ``error``.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.engine import picture_plan, pictures, providers
from edgetop.engine.channel import Channel
from edgetop.engine.diagnose import explain, one_line
from edgetop.engine.spec import RunSpec
from edgetop.engine.threads import default_threads
from edgetop.engine.worker import be_the_first_to_go
from edgetop.errors import EdgetopError, ExitCode, ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgetop.engine.backend import Model

_BEST = 5


def main(arguments: list[str]) -> int:
    """Answer what the channel asks for and return the exit code."""
    be_the_first_to_go()
    channel = Channel(socket.socket(fileno=int(arguments[0])))
    order, files = _order(channel)
    threading.Thread(target=_end_with, args=(channel,), daemon=True).start()
    spec = RunSpec.from_json(order["spec"])
    try:
        _answer(spec, picture_plan.Recipe(**order["recipe"]), order["output"], files, channel)
    except EdgetopError as error:
        return _fail(channel, error.message, error.code)
    except Exception as error:  # noqa: BLE001  the parent must hear of anything that ends us
        return _fail(channel, explain(spec.model_path, error, spec.title), ExitCode.MODEL)
    channel.send({"event": "done"})
    return 0


def _fail(channel: Channel, message: str, code: ExitCode) -> int:
    channel.send({"event": "error", "message": message, "code": int(code)})
    return int(code)


def _order(channel: Channel) -> tuple[dict[str, Any], list[str]]:
    """What to run, and on which files."""
    order: dict[str, Any] = {}
    files: list[str] = []
    while not channel.closed:
        for message in channel.receive():
            order = message.get("order", order)
            files += message.get("files", ())
            if message.get("do") == "start":
                return order, files
    sys.exit(0)  # edgetop is gone already


def _end_with(channel: Channel) -> None:
    """End at once when edgetop closes its end or is gone, in the middle of an inference too."""
    while not channel.closed:
        channel.receive()
    os._exit(0)


def _answer(
    spec: RunSpec, recipe: picture_plan.Recipe, output: str, files: list[str], channel: Channel
) -> None:
    from edgetop.engine.ort import OrtBackend

    pictures.require_pillow()
    backend = OrtBackend()
    provider = providers.choose(spec.provider, backend.available_providers())
    threads = spec.threads or default_threads()
    model = backend.load(spec, provider, threads)
    plan = picture_plan.fit(recipe, model.inputs, spec.batch)
    scores = Scores(model, plan, output)
    channel.send(
        {
            "event": "ready", "provider": provider, "threads": threads, "classes": scores.classes,
            "output": scores.name, "candidates": scores.candidates, "plan": asdict(plan),
            "runtime": backend.runtime,
        }
    )  # fmt: skip
    reader = pictures.Reader(plan)
    places: list[int] = []
    waiting: list[NDArray[np.generic]] = []
    for place, path in enumerate(files):
        try:
            waiting.append(reader.read(path))
            places.append(place)
        except pictures.Unreadable as error:
            channel.send({"event": "answers", "answers": [(place, None, str(error))]})
        if len(waiting) == plan.batch:
            channel.send({"event": "answers", "answers": list(scores.best(places, waiting))})
            places, waiting = [], []
    if waiting:
        channel.send({"event": "answers", "answers": list(scores.best(places, waiting))})


class Scores:
    """What a model says of pictures, one number per class.

    Args:
        model: Loaded.
        plan: What goes in.
        wanted: Name of the output with the scores; empty = the first that looks like it.

    Raises:
        ModelError: The model fails, or has no such output.
        UsageError: No output is called `wanted`.
    """

    def __init__(self, model: Model, plan: picture_plan.Plan, wanted: str) -> None:
        self._model, self._plan = model, plan
        self._feed = model.inputs[0].name
        results = self._run(np.zeros(plan.shape, plan.dtype))
        if wanted and wanted not in results:
            names = one_line(", ".join(results), 120)
            raise UsageError(f"the model has no output '{one_line(wanted, 60)}'; it has {names}")
        fitting = [name for name, result in results.items() if _by_class(result, plan.batch)]
        self.candidates = len(fitting)
        """Outputs that could hold the scores."""
        if wanted:
            fitting = [name for name in fitting if name == wanted]
        if not fitting:
            raise ModelError(_no_classes(results, wanted))
        self.name = fitting[0]
        """The output that is used."""
        self.classes = results[self.name].size // plan.batch
        """Number of classes."""

    def best(
        self, places: Sequence[int], batch: Sequence[NDArray[np.generic]]
    ) -> Iterator[tuple[int, list[int], str]]:
        """(place, classes from the best down, "") for each picture; no classes if some are NaN.

        Of equal scores the lower class comes first.
        """
        array = np.stack(batch)
        lacking = self._plan.batch - len(batch)
        if lacking and self._plan.batch_fixed:
            array = np.concatenate([array, np.repeat(array[-1:], lacking, axis=0)])
        scores = np.asarray(self._run(array)[self.name]).reshape(len(array), -1)
        for place, row in zip(places, scores, strict=False):
            if row.dtype.kind == "f" and np.isnan(row).any():
                yield place, [], ""
            else:
                yield place, _best(row), ""

    def _run(self, array: NDArray[np.generic]) -> dict[str, Any]:
        return self._model.results({self._feed: np.ascontiguousarray(array)})


def _best(row: NDArray[Any]) -> list[int]:
    # Reversed twice: sorting the reversed row keeps the lower of equal classes in front.
    order = row.size - 1 - np.argsort(row[::-1], kind="stable")[::-1]
    return [int(number) for number in order[:_BEST]]


def _by_class(result: Any, batch: int) -> bool:
    """One number per picture and class: [N, C], perhaps with more dimensions of 1."""
    if not isinstance(result, np.ndarray) or result.dtype.kind not in "fiu" or not result.ndim:
        return False
    long = [size for size in result.shape[1:] if size != 1]
    return result.shape[0] == batch and len(long) == 1 and long[0] > 1


def _no_classes(results: dict[str, Any], wanted: str) -> str:
    shown = ", ".join(
        f"{name} {list(result.shape)}" if isinstance(result, np.ndarray) else f"{name} (no tensor)"
        for name, result in results.items()
        if wanted in ("", name)
    )
    return f"the model gives no score per class: its outputs are {one_line(shown, 160)}"


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Some providers crash in their destructors at interpreter exit; everything is said by now.
    os._exit(status)
