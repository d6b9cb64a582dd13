"""What is in an ONNX file, found out without running it.

``python -m edgetop.zoo.inspection SPEC`` prints it as JSON: a process of its own with a limit of
memory, because the file may be made to crash or to fill whatever reads it.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
from onnx import TensorProto, helper

from edgetop.engine import inputs as engine_inputs
from edgetop.engine.backend import InputInfo
from edgetop.engine.diagnose import explain, one_line
from edgetop.engine.one_task import exit_code_of
from edgetop.engine.spec import RunSpec
from edgetop.engine.weights import stored_precision
from edgetop.errors import EdgetopError, UsageError
from edgetop.zoo import build, catalogue
from edgetop.zoo.counting import count_with
from edgetop.zoo.naming import safe_text
from edgetop.zoo.shapes import infer, stored_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgetop.zoo.shapes import Shapes

_MEMORY_BYTES = 8 << 30
_LARGEST_FILE = (1 << 31) - 1  # of a protocol buffer
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """One model; its names and texts are fit to be printed, unknown figures are None."""

    title: str
    file_mib: float | None
    """None for a built-in model, which need not be a file yet."""
    external_files: tuple[str, ...]
    """Where weights lie that are not in the file itself."""
    ir_version: int
    opsets: dict[str, int]
    """By domain; the standard operators are ``ai.onnx``."""
    producer: str
    precision: str
    """Of the stored weights: fp32, fp16, int8, mixed, ...; empty if there are none."""
    params: int
    params_m: float
    macs: int | None
    gmacs: float | None
    least_macs: int
    """Of the layers that could be counted."""
    unknown_layers: dict[str, int]
    """Operators whose multiply-adds are not known."""
    weights_mib: float
    """Of all stored tensors as they lie in memory."""
    activation_peak_mib: float | None
    """Largest sum of the results that are needed at one time, if nodes run in the order of the
    file, each into memory of its own; inputs count, weights do not."""
    activation_sum_mib: float | None
    """Of the results of all nodes."""
    operators: dict[str, int]
    inputs: tuple[dict[str, Any], ...]
    """``name``, ``dtype``, ``dims`` as declared and the ``shape`` used for the figures."""
    outputs: tuple[dict[str, Any], ...]


def inspect(path: Path, spec: RunSpec) -> Inspection:
    """Look into a file, or into a built-in model that need not be built yet.

    Args:
        path: The file.
        spec: Architecture, batch and shapes given by the user.

    Raises:
        UsageError: The file cannot be read as a model, or a shape does not fit.
    """
    architecture = catalogue.find(spec.architecture) if spec.architecture else None
    if architecture is not None:
        model, size = build.assemble(architecture, weights=False), None
        precision = "fp32"
    else:
        model, size = _loaded(path), path.stat().st_size
        precision = stored_precision(str(path))
    shapes_in = _fed(model)
    plan = engine_inputs.plan(shapes_in, spec)
    shapes = infer(model, plan.shapes)
    return _facts(model, shapes, shapes_in, plan.shapes, size, precision, spec.title)


def _facts(
    model: onnx.ModelProto,
    shapes: Shapes,
    fed: list[InputInfo],
    used: Mapping[str, tuple[int, ...]],
    size: int | None,
    precision: str,
    title: str,
) -> Inspection:
    counts = count_with(model, shapes)
    stored = stored_tensors(model.graph)
    peak, total = _activations(model.graph, shapes, fed, set(stored))
    weights = sum(_bytes(tensor.dims, tensor.data_type) for tensor in stored.values())
    return Inspection(
        title=safe_text(title),
        file_mib=None if size is None else round(size / _MIB, 6),
        external_files=tuple(sorted(_external(model.graph))),
        ir_version=model.ir_version,
        opsets={_domain(item.domain): item.version for item in model.opset_import},
        producer=safe_text(f"{model.producer_name} {model.producer_version}"),
        precision=precision,
        params=counts.parameters,
        params_m=round(counts.parameters / 1e6, 4),
        macs=counts.macs,
        gmacs=None if counts.macs is None else round(counts.macs / 1e9, 4),
        least_macs=counts.least_macs,
        unknown_layers=dict(Counter(safe_text(name) for name in counts.unknown)),
        weights_mib=round(weights / _MIB, 6),
        activation_peak_mib=peak,
        activation_sum_mib=total,
        operators=dict(Counter(_operator(node) for node in model.graph.node).most_common()),
        inputs=tuple(
            {
                "name": safe_text(item.name), "dtype": item.dtype,
                "dims": [safe_text(dim) if isinstance(dim, str) else dim for dim in item.dims],
                "shape": list(used[item.name]),
            }
            for item in fed
        ),
        outputs=tuple(_output(value, shapes) for value in model.graph.output),
    )  # fmt: skip


def _loaded(path: Path) -> onnx.ModelProto:
    name = safe_text(path.name)
    try:
        _refuse_other_formats(path, name)
        model = onnx.load_model(str(path), format="protobuf", load_external_data=False)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    except UsageError:
        raise
    except Exception as error:  # the library raises anything at damaged files
        raise UsageError(explain(str(path), ValueError("Protobuf parsing failed"))) from error
    if not model.graph.node:
        raise UsageError(explain(str(path), ValueError("No graph was found")))
    if any(dim < 0 for tensor in model.graph.initializer for dim in tensor.dims):
        raise UsageError(f"{name} is damaged: a stored tensor has a negative size")
    return model


def _refuse_other_formats(path: Path, name: str) -> None:
    if path.stat().st_size > _LARGEST_FILE:
        raise UsageError(f"{name} is larger than 2 GiB, which no ONNX file can be")
    with path.open("rb") as file:
        head = file.read(8)
    if head[4:8] == b"ORTM":
        raise UsageError(
            f"{name} is in onnxruntime's own format, which tells nothing of its layers; "
            "inspect the .onnx file that it was made from"
        )


def _fed(model: onnx.ModelProto) -> list[InputInfo]:
    """The inputs that must be fed; old files list their weights among them."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [
        InputInfo(value.name, _dtype(value), tuple(_dims(value)))
        for value in model.graph.input
        if value.name not in weights
    ]


def _dims(value: onnx.ValueInfoProto) -> Iterator[int | str | None]:
    for dim in value.type.tensor_type.shape.dim:
        yield dim.dim_param or (dim.dim_value if dim.dim_value > 0 else None)


def _dtype(value: onnx.ValueInfoProto) -> str:
    """Numpy's name of the elements, or what else it is."""
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return str(kind or "unknown").removesuffix("_type")
    number = value.type.tensor_type.elem_type
    if number == TensorProto.STRING:
        return "str"
    name = TensorProto.DataType.Name(number) if number in TensorProto.DataType.values() else ""
    return {"FLOAT": "float32", "DOUBLE": "float64"}.get(name, name.lower() or "unknown")


def _output(value: onnx.ValueInfoProto, shapes: Shapes) -> dict[str, Any]:
    shape = shapes.sizes.get(value.name)
    return {
        "name": safe_text(value.name), "dtype": _dtype(value),
        "dims": [safe_text(dim) if isinstance(dim, str) else dim for dim in _dims(value)],
        "shape": None if shape is None else list(shape),
    }  # fmt: skip


def _operator(node: onnx.NodeProto) -> str:
    domain = "" if node.domain in ("", "ai.onnx") else f"{node.domain}."
    return safe_text(f"{domain}{node.op_type}")


def _domain(domain: str) -> str:
    return safe_text(domain) or "ai.onnx"


def _external(graph: onnx.GraphProto) -> set[str]:
    """Files that hold weights: their names, which are not opened."""
    return {
        safe_text(entry.value)
        for tensor in graph.initializer
        if tensor.data_location == TensorProto.EXTERNAL
        for entry in tensor.external_data
        if entry.key == "location"
    }


def _bytes(dims: Any, kind: int) -> int:
    try:
        size = int(helper.tensor_dtype_to_np_dtype(kind).itemsize)
    except (KeyError, TypeError, ValueError):
        size = 1
    return int(math.prod(dims)) * size


def _activations(
    graph: onnx.GraphProto, shapes: Shapes, fed: list[InputInfo], stored: set[str]
) -> tuple[float | None, float | None]:
    """Peak and sum in MiB; None as soon as the shape of one result is not known."""
    last_use = {name: at for at, node in enumerate(graph.node) for name in node.input}
    last_use |= {value.name: len(graph.node) for value in graph.output}
    made = [item.name for item in fed] + [name for node in graph.node for name in node.output]
    sizes: dict[str, int] = {}
    for name in made:
        if name in last_use and name not in stored:  # nothing is kept of what nobody needs
            shape = shapes.sizes.get(name)
            if shape is None:
                return None, None
            sizes[name] = _bytes(shape, shapes.types.get(name, 0))
    leaving: dict[int, int] = {}
    for name, at in last_use.items():
        leaving[at] = leaving.get(at, 0) + sizes.get(name, 0)
    live = peak = sum(sizes.get(item.name, 0) for item in fed)
    total = 0
    for at, node in enumerate(graph.node):
        new = sum(sizes.get(name, 0) for name in node.output)
        total += new
        live += new
        peak = max(peak, live)
        live -= leaving.get(at, 0)
    return round(peak / _MIB, 6), round(total / _MIB, 6)


def _memory_limit(allowed: int) -> int:
    """Our limit, unless whoever started us has set a lower one."""
    return _MEMORY_BYTES if allowed == resource.RLIM_INFINITY else min(_MEMORY_BYTES, allowed)


def main(arguments: list[str]) -> int:
    """Print what is in a file as JSON and return the exit code; an error is one line on stderr."""
    limit = _memory_limit(resource.getrlimit(resource.RLIMIT_AS)[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return exit_code_of(lambda: _print(RunSpec.from_json(arguments[0])))


def _print(spec: RunSpec) -> None:
    try:
        print(json.dumps(asdict(inspect(Path(spec.model_path), spec))))  # noqa: T201
    except EdgetopError:
        raise
    except Exception as error:  # a file may hold anything
        words = f"{safe_text(spec.title)} cannot be inspected: {one_line(repr(error), 200)}"
        raise UsageError(words) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
