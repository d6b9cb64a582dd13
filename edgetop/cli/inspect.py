"""`edgetop inspect`: what is in a model's file, without running it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from edgetop.cli import streams
from edgetop.cli.table import aligned
from edgetop.cli.values import add_debug, whole
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `inspect` to the command line."""
    parser = commands.add_parser(
        "inspect",
        description="Count a model's parameters, operations and memory and list its inputs, "
        "outputs and operators, without running it.",
    )
    parser.add_argument("model", metavar="FILE", help="a file or a built-in name")
    parser.add_argument("--batch", type=whole, default=1, metavar="N", help="images in a run (1)")
    parser.add_argument(
        "--input-shape", action="append", default=[], metavar="[NAME:]1,3,224,224",
        help="shape of an input; may be repeated",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print what is in the model."""
    facts = _facts(arguments)
    if arguments.json:
        streams.say(json.dumps(facts, indent=2), sys.stdout)
    else:
        streams.say("\n".join(_lines(facts)), sys.stdout)
    return ExitCode.DONE


def _facts(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own has found: a file may be made to crash whatever reads it."""
    from edgetop.cli.run import input_shape
    from edgetop.engine.spec import RunSpec
    from edgetop.zoo import inspected, resolve

    choice = resolve.resolve(arguments.model)
    spec = RunSpec(
        model_path=str(choice.path),
        title=choice.title,
        architecture=choice.architecture.name if choice.architecture else "",
        batch=arguments.batch,
        input_shapes=tuple(input_shape(text) for text in arguments.input_shape),
    )
    return inspected.facts(spec)


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        ("model", facts["title"]),
        ("parameters", _scaled(facts["params"]).strip()),
        ("operations", _operations(facts)),
        ("precision", facts["precision"] or "no weights, or they are not in the file"),
        ("weights", _mib(facts["weights_mib"])),
        ("activations", _activations(facts)),
        ("file", _mib(facts["file_mib"]) if facts["file_mib"] is not None else "built in"),
        ("opset", ", ".join(f"{name} {number}" for name, number in facts["opsets"].items())),
        ("written as", f"IR {facts['ir_version']} by {facts['producer'] or 'unknown'}"),
    ]
    if facts["external_files"]:
        rows.append(("beside it", ", ".join(facts["external_files"])))
    yield from aligned(rows, (False, False))
    for title, values in (("inputs", facts["inputs"]), ("outputs", facts["outputs"])):
        yield ""
        yield title
        yield from aligned([_tensor(value) for value in values], (False,) * 4) if values else ()
    yield ""
    yield f"operators ({sum(facts['operators'].values())})"
    numbers = [(f"  {number}", name) for name, number in facts["operators"].items()]
    yield from aligned(numbers, (True, False))


def _operations(facts: Mapping[str, Any]) -> str:
    if facts["macs"] is not None:
        return f"{_scaled(facts['macs'])}MACs ({_scaled(2 * facts['macs'])}FLOPs)"
    layers = ", ".join(f"{number} {name}" for name, number in facts["unknown_layers"].items())
    return f"unknown, at least {_scaled(facts['least_macs'])}MACs; not counted: {layers}"


def _scaled(number: int) -> str:
    """With the prefix of its thousands: ``349.2 M``."""
    for factor, prefix in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= factor:
            return f"{number / factor:.5g} {prefix}"
    return f"{number} "


def _activations(facts: Mapping[str, Any]) -> str:
    peak, total = facts["activation_peak_mib"], facts["activation_sum_mib"]
    if peak is None:
        return "unknown: not all shapes follow from those of the inputs"
    return f"{_mib(peak)} at most, {_mib(total)} in all"


def _mib(value: float) -> str:
    for unit, factor in (("MiB", 1), ("KiB", 1024)):
        if value * factor >= 1:
            return f"{value * factor:.2f} {unit}"
    return f"{value * 2**20:.0f} bytes"


def _tensor(value: Mapping[str, Any]) -> Sequence[str]:
    """Name, type, dimensions as declared, and the shape that the figures are of."""
    declared = "x".join("?" if dim is None else str(dim) for dim in value["dims"]) or "scalar"
    shape = value["shape"]
    used = "" if shape is None else "x".join(map(str, shape)) or "scalar"
    return (
        f"  {value['name']}", value["dtype"], declared,
        "" if used == declared else f"as {used}" if used else "unknown",
    )  # fmt: skip
