"""`edgetop accuracy`: how often a model is right about labelled pictures."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.cli import run, streams
from edgetop.cli.progress import bar
from edgetop.cli.table import aligned
from edgetop.cli.values import add_debug, whole
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from edgetop.engine.spec import RunSpec
    from edgetop.study.accuracy import Result
    from edgetop.study.accuracy_images import Images

_NAMED = 5


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `accuracy` to the command line."""
    parser = commands.add_parser(
        "accuracy",
        description="Ask a model about every picture of a folder and count how often the right "
        "class is its first answer (top-1) or among its first five (top-5).",
    )
    parser.add_argument("--model", metavar="M", required=True, help="a file or an address")
    parser.add_argument("--sha256", metavar="HEX", help="hash that the model's file must have")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", required=True,
        help="pictures beside each other, with --labels; or in folders by class",
    )  # fmt: skip
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="CSV or text: name of the picture, class"
    )
    parser.add_argument(
        "--label-offset", type=whole, metavar="N",
        help="add N to each label (1 for models of 1001 classes, else 0)",
    )  # fmt: skip
    parser.add_argument("--output", default="", metavar="NAME", help="the output with the scores")
    parser.add_argument("--batch", type=whole, default=1, metavar="N", help="images at once (1)")
    parser.add_argument("--provider", metavar="P", help="cpu, cuda, tensorrt, ... or auto")
    parser.add_argument("--threads", type=whole, metavar="N", help="in one inference (0: cores)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--per-image", type=Path, metavar="F.csv", help="write a row per picture")
    _add_preprocessing(parser)
    add_debug(parser)
    parser.set_defaults(main=main)


def _add_preprocessing(parser: argparse.ArgumentParser) -> None:
    from edgetop.engine.picture_plan import INTERPOLATIONS
    from edgetop.study.preprocess import PRESETS

    group = parser.add_argument_group("how pictures go in", "(pixel * scale - mean) / std")
    group.add_argument(
        "--preprocess",
        choices=PRESETS,
        default=next(iter(PRESETS)),
        help="the usual way of a framework; the options below change it",
    )
    group.add_argument(
        "--resize", metavar="N|WxH", help="shorter side to N, or both sides, whatever the shape"
    )
    group.add_argument(
        "--crop", metavar="N|WxH", help="centre; only where the model leaves it open"
    )
    group.add_argument("--scale", metavar="X", help="factor for pixels of 0 to 255, as in 1/255")
    group.add_argument("--mean", metavar="X|X,Y,Z", help="taken off, in the order of --channels")
    group.add_argument("--std", metavar="X|X,Y,Z", help="divides, in the order of --channels")
    group.add_argument("--channels", choices=("rgb", "bgr"), help="their order")
    group.add_argument("--layout", choices=("nchw", "nhwc"), help="default: by the input's shape")
    group.add_argument("--interpolation", choices=INTERPOLATIONS, help="default: bilinear")


def main(arguments: argparse.Namespace) -> int:
    """Measure, print the result and return the exit code."""
    from edgetop.study import accuracy, accuracy_images, accuracy_record, preprocess
    from edgetop.ui.interrupts import Interrupts

    changes = preprocess.Changes(*(getattr(arguments, name) for name in preprocess.Changes._fields))
    recipe = preprocess.recipe(arguments.preprocess, changes)
    spec = _spec(arguments)
    if arguments.per_image is not None:
        _check_target(arguments, spec)
    with Interrupts() as interrupts:
        images = accuracy_images.find(arguments.images.absolute(), arguments.labels)
        with bar(spec.title) as progress:
            result = accuracy.measure(
                spec, recipe, images, output=arguments.output, offset=arguments.label_offset,
                progress=progress, stopped=lambda: interrupts.happened,
            )  # fmt: skip
        if arguments.json:
            text = json.dumps(accuracy_record.record(result, images), indent=2)
        else:
            text = "\n".join(_lines(result, images))
        streams.say(text, sys.stdout)
        if arguments.per_image is not None:
            accuracy_record.write_per_image(arguments.per_image, result, images)
    return ExitCode.INTERRUPTED if result.interrupted else ExitCode.DONE


def _spec(arguments: argparse.Namespace) -> RunSpec:
    from edgetop import config
    from edgetop.engine import providers
    from edgetop.engine.spec import RunSpec

    choice = run.chosen(arguments.model, arguments.sha256)
    if choice.architecture is not None:
        raise UsageError(
            f"{choice.title} is built in and has random weights, its answers mean nothing; name a "
            "file, or fetch trained weights: edgetop models pull --list"
        )
    settings = config.load()
    return RunSpec(
        model_path=str(choice.path),
        title=choice.title,
        label=choice.label,
        batch=arguments.batch,
        provider=providers.parse(arguments.provider or settings.provider),
        threads=settings.threads if arguments.threads is None else arguments.threads,
    )


def _check_target(arguments: argparse.Namespace, spec: RunSpec) -> None:
    """Refuse a file that cannot be written, or must not be, before anything is measured."""
    from edgetop.export import table
    from edgetop.zoo.naming import safe_text

    path = arguments.per_image = arguments.per_image.absolute()  # the working folder may vanish
    table.check_target(path)
    shown = safe_text(str(path), 200)
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"cannot write {shown}: no permission in its folder")
    for other in (arguments.labels, Path(spec.model_path)):
        with contextlib.suppress(OSError):
            if other is not None and path.samefile(other):
                raise UsageError(f"--per-image {shown} would overwrite what is read")


def _lines(result: Result, images: Images) -> Iterator[str]:
    rows = [("model", result.model)]
    if result.ready is not None:
        from edgetop.study import preprocess

        plan = result.ready["plan"]
        rows.append(("preprocessing", preprocess.words(plan)))
        rows.append(("provider", f"{result.ready['provider']}, batch {plan['batch']}"))
    stopped = f" of {result.wanted}, interrupted" if result.interrupted else ""
    rows.append(("images", f"{result.n}{stopped}"))
    rows += [(f"top-{among}", _share(result.correct(among), result.n)) for among in (1, 5)]
    broken = [f"{_name(file)} ({_name(why, 120)})" for file, why in result.undecodable]
    for title, names in (
        ("undecodable", broken),
        ("no label", [_name(name) for name in images.unlabelled]),
        ("no image", [_name(name) for name in images.missing]),
    ):
        if names:
            rows.append((title, _some(names)))
    rows += [("note", note) for note in result.notes]
    yield from aligned(rows, (False, False))


def _share(hits: int, n: int) -> str:
    from edgetop.stats.proportion import wilson

    limits = wilson(hits, n)
    if limits is None:
        return "unknown: no image was answered"
    low, high = (100 * limit for limit in limits)
    return f"{hits}/{n} = {100 * hits / n:.1f} % (95 % interval {low:.1f}-{high:.1f})"


def _name(text: str, limit: int = 60) -> str:
    from edgetop.zoo.naming import safe_text

    return safe_text(text, limit)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{len(names)}: {', '.join(names[:_NAMED])}{more}"
