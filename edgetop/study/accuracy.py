"""How often a model is right about labelled pictures: top-1 and top-5."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgetop.engine.picture_process import PictureProcess
from edgetop.errors import UsageError, WorkerDiedError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgetop.engine.picture_plan import Recipe
    from edgetop.engine.spec import RunSpec
    from edgetop.study.accuracy_images import Images

    Progress = Callable[[int, int], None]
    """Called with the pictures that are done and all of them."""

BEST = 5
_WITH_BACKGROUND = 1001
"""Classes of a model that knows ImageNet's 1000 and, before them, the background."""
_SEED = 0
_MANY = 20
"""So many pictures of several classes do not get the same answer from a model that works."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said of one picture."""

    file: str
    label: int
    """As the labels have it."""
    number: int
    """As the model counts its classes: the label and the offset."""
    best: tuple[int, ...]
    """Up to 5 classes from the best down; none if the scores were not numbers."""

    @property
    def place(self) -> int | None:
        """Where the right class stands, from 1; None if it is not among the best."""
        return self.best.index(self.number) + 1 if self.number in self.best else None


@dataclass(slots=True)
class Result:
    """What came out, as far as it went."""

    model: str
    wanted: int
    """Pictures with a label."""
    answers: list[Answer] = field(default_factory=list)
    undecodable: list[tuple[str, str]] = field(default_factory=list)
    """File and reason."""
    ready: dict[str, Any] | None = None
    """What the model's process said of itself: ``provider``, ``plan``, ...; None before that."""
    notes: list[str] = field(default_factory=list)
    """What a reader must know."""
    interrupted: bool = False

    @property
    def n(self) -> int:
        """Pictures that were answered."""
        return len(self.answers)

    def correct(self, among: int) -> int:
        """Pictures whose class is among so many of the best."""
        return sum(answer.place is not None and answer.place <= among for answer in self.answers)


def measure(
    spec: RunSpec,
    recipe: Recipe,
    images: Images,
    *,
    output: str = "",
    offset: int | None = None,
    progress: Progress = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """Ask the model about every picture, in a process of its own.

    The order is shuffled by a fixed seed, so that what an interrupted run saw is a fair sample
    and not the first classes only; the result is in the order of the names.

    Args:
        spec: Model, batch, provider and threads.
        recipe: How the pictures go in.
        images: What to ask about.
        output: Name of the output with the scores; empty = the first that looks like it.
        offset: What the model's class numbers are beyond the labels; None = 1 for a model of
            1001 classes, else 0.
        progress: Told now and then.
        stopped: Whether the user wants no more.

    Raises:
        UsageError: A label is beyond the model's classes, or no picture can be decoded.
        EdgetopError: The model cannot be loaded or run, or its process died.
    """
    files = list(images.classes)
    random.Random(_SEED).shuffle(files)  # noqa: S311  no secret
    result = Result(spec.title, len(files), notes=_notes(images))
    paths = [str(images.folder / name) for name in files]
    with PictureProcess(spec, recipe, output, paths) as process:
        try:
            for event in process.events(stopped):
                if event["event"] == "ready":
                    offset = _begin(result, event, spec, images, offset)
                else:
                    _take(result, event["answers"], files, images, offset or 0)
                    progress(_done(result), len(files))
        except WorkerDiedError as error:
            raise WorkerDiedError(f"{error.message}{_where(result, files)}") from None
    result.interrupted = stopped() and _done(result) < len(files)
    _finish(result)
    return result


def _done(result: Result) -> int:
    return result.n + len(result.undecodable)


def _where(result: Result, files: list[str]) -> str:
    """Which picture it was at, as that may be the cause."""
    done = {answer.file for answer in result.answers} | {file for file, _ in result.undecodable}
    if result.ready is None or len(done) == len(files):
        return ""
    at = next(file for file in files if file not in done)
    return f"; {len(done)} of {len(files)} pictures were done, the next was {safe_text(at)}"


def _notes(images: Images) -> list[str]:
    if not images.repeated:
        return []
    return [f"{images.repeated} labels say again what others say; each picture counts once"]


def _begin(
    result: Result, event: dict[str, Any], spec: RunSpec, images: Images, offset: int | None
) -> int:
    """Check the labels against the model; returns what its class numbers are beyond them."""
    result.ready = event
    classes, batch = event["classes"], event["plan"]["batch"]
    if offset is None:
        offset = _usual_offset(result, classes, images)
    for name, label in images.classes.items():
        if not 0 <= label + offset < classes:
            moved = f" {offset:+d}" if offset else ""
            raise UsageError(
                f"the label {label}{moved} of {safe_text(name)} is not among the model's "
                f"{classes} classes, 0 to {classes - 1}; see --label-offset"
            )
    if spec.batch not in (1, batch):
        result.notes.append(f"the graph has a fixed batch of {batch}")
    if event["candidates"] > 1:
        result.notes.append(
            f"{event['candidates']} outputs could hold the scores; '{safe_text(event['output'])}' "
            "is taken"
        )
    if classes <= BEST:
        result.notes.append(f"with {classes} classes, top-5 says nothing")
    if images.by_name is not None and images.by_name != classes:
        result.notes.append(
            f"{images.by_name} folders, but the model has {classes} classes: the class is taken "
            "as the place of the folder's name among them"
        )
    return offset


def _usual_offset(result: Result, classes: int, images: Images) -> int:
    if classes != _WITH_BACKGROUND:
        return 0
    if max(images.classes.values()) + 1 >= classes:
        result.notes.append(f"{classes} classes; the labels count the background already")
        return 0
    result.notes.append(f"{classes} classes, the first the background: labels count as label + 1")
    return 1


def _take(
    result: Result, answers: list[Any], files: list[str], images: Images, offset: int
) -> None:
    for place, best, reason in answers:
        name = files[place]
        if best is None:
            result.undecodable.append((name, reason))
        else:
            label = images.classes[name]
            result.answers.append(Answer(name, label, label + offset, tuple(best)))


def _finish(result: Result) -> None:
    result.answers.sort(key=lambda answer: answer.file)
    result.undecodable.sort()
    if result.undecodable and not result.answers and not result.interrupted:
        name, reason = result.undecodable[0]
        raise UsageError(
            f"none of the {len(result.undecodable)} pictures can be decoded: {safe_text(name)}: "
            f"{safe_text(reason, 120)}"
        )
    result.notes += _doubts(result.answers)


def _doubts(answers: list[Answer]) -> Iterator[str]:
    """What makes the answers themselves suspicious."""
    blank = sum(not answer.best for answer in answers)
    if blank:
        yield f"the scores of {blank} pictures are not numbers; they count as wrong"
    labels, given = ({answer.label for answer in answers}, {answer.best for answer in answers})
    if len(answers) >= _MANY and len(labels) > 1 and len(given) == 1:
        yield "every picture gets the same answer: random weights, or the wrong preprocessing?"
