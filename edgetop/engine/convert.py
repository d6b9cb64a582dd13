"""``python -m edgetop.engine.convert SPEC`` makes the variant that a spec (as JSON) names.

It runs in a process of its own, so that neither the screen nor the model's process pays for
onnx and the tools, and so that a graph at which they crash takes nothing else with it.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.engine import inputs, values, variants
from edgetop.engine.diagnose import one_line
from edgetop.engine.one_task import exit_code_of
from edgetop.engine.ort import OrtBackend
from edgetop.engine.spec import RunSpec
from edgetop.engine.weights import stored_precision
from edgetop.errors import EdgetopError, ModelError, UsageError

if TYPE_CHECKING:
    import onnx

    from edgetop.engine.backend import Feed

_OLDEST_OPSET = 13  # the first in which QuantizeLinear has one scale per channel
_QUANTISABLE = {"Conv", "Gemm", "MatMul"}


def convert(spec: RunSpec) -> None:
    """Write the variant to `spec.model_path`, whole or not at all.

    Inputs and outputs keep their types, so that the same arrays can be fed. The variant is
    loaded and run once on the CPU before it gets its name.

    Raises:
        UsageError: The cache cannot be written to.
        ModelError: The model cannot be loaded, or has no such variant; the message says why.
    """
    source = variants.as_stored(spec).with_(batch=1)
    if spec.source_path.lower().endswith(".ort"):
        raise ModelError("a .ort file cannot be changed; take the .onnx file it was made from")
    feeds = _run_once(source)
    _refuse_stored(stored_precision(source.model_path), spec.precision)
    target = Path(spec.model_path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".edgetop-", dir=target.parent) as folder:
            unfinished = Path(folder) / "variant.onnx"
            _write(source, spec.precision, feeds, unfinished)
            _check(source, spec, unfinished)
            unfinished.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write into {target.parent}: {error.strerror}") from error


def _run_once(spec: RunSpec) -> list[Feed]:
    """Load the model, run it once on the CPU and return the inputs that it takes."""
    model = OrtBackend().load(spec, "cpu", 1)
    plan = inputs.plan(model.inputs, spec)
    feeds = values.feeds(model.inputs, plan.shapes, spec)
    try:
        model.runner(feeds[0])()
    except Exception as error:
        raise ModelError(f"it does not run: {one_line(str(error))}") from error
    return feeds


def _refuse_stored(stored: str, precision: str) -> None:
    if stored == precision:
        raise ModelError(f"its weights are {stored} already")
    if stored in ("int8", "int4"):
        raise ModelError(f"its weights are {stored}, which cannot be widened")
    if stored == "fp16":
        raise ModelError(f"its weights are fp16; make {precision} from the fp32 file")
    if not stored:
        raise ModelError("it stores no float weights")


def _write(source: RunSpec, precision: str, feeds: list[Feed], path: Path) -> None:
    try:
        import onnx

        model = onnx.load(source.model_path)  # refuses external data outside of its folder
        _take_weights_from_inputs(model)
        changed = _halved(model) if precision == "fp16" else _quantised(model, feeds, path)
        entry = changed.metadata_props.add()
        entry.key, entry.value = "edgetop.precision", variants.LABELS[precision]
        with path.open("wb") as file:
            file.write(changed.SerializeToString())
            file.flush()
            os.fsync(file.fileno())  # a board may lose power at any time
    except (EdgetopError, OSError):
        raise
    except ImportError as error:
        raise ModelError(f"this needs the onnx package and onnxruntime's tools: {error}") from error
    except Exception as error:  # the tools raise anything at graphs that they do not expect
        raise ModelError(f"the tool refuses the graph: {one_line(repr(error))}") from error


def _take_weights_from_inputs(model: onnx.ModelProto) -> None:
    """Make constants of weights that old files list as inputs: the tools leave inputs alone."""
    weights = {tensor.name for tensor in model.graph.initializer}
    fed = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(fed)
    model.ir_version = max(model.ir_version, 4)  # the first that allows it


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    changed: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
    return changed


def _quantised(model: onnx.ModelProto, feeds: list[Feed], path: Path) -> onnx.ModelProto:
    """Static quantisation, calibrated with random values.

    Static, because the dynamic kind has no fast convolution on a CPU; unsigned activations and
    signed weights, which the CPU kernels of x86 and ARM both take.
    """
    import onnx
    from onnx import version_converter
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    if not any(node.op_type in _QUANTISABLE for node in model.graph.node):
        raise ModelError("it has no Conv, Gemm or MatMul to quantise")
    opset = next((item.version for item in model.opset_import if not item.domain), 0)
    if opset < _OLDEST_OPSET:
        model = version_converter.convert_version(model, _OLDEST_OPSET)
    quantize_static(
        model, path, _Calibration(feeds), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
    )  # fmt: skip
    changed = onnx.load(path)
    stored = {
        tensor.name
        for tensor in changed.graph.initializer
        if tensor.data_type == onnx.TensorProto.INT8
    }
    # Zero points are int8 too, but only stored weights are widened again.
    widened = (node for node in changed.graph.node if node.op_type == "DequantizeLinear")
    if not any(node.input[0] in stored for node in widened):
        raise ModelError("the tool finds no stored weight of a Conv, Gemm or MatMul to quantise")
    return changed


class _Calibration:
    """Hands the feeds to the quantiser, which knows this as CalibrationDataReader."""

    def __init__(self, feeds: list[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Any:
        """The next feed; None at the end."""
        return next(self._feeds, None)

    def __iter__(self) -> _Calibration:
        return self

    def __next__(self) -> Any:
        return next(self._feeds)


def _check(source: RunSpec, spec: RunSpec, path: Path) -> None:
    """Refuse a variant that does not run, or in which no weight has changed."""
    if stored_precision(str(path)) == stored_precision(source.model_path):
        raise ModelError("the tool left its weights as they were")
    try:
        _run_once(source.with_(model_path=str(path)))
    except ModelError as error:
        raise ModelError(f"the {spec.precision} variant fails: {error.message}") from error


def main(arguments: list[str]) -> int:
    """Make the variant and return the exit code; an error is one line on stderr."""
    logging.disable()  # the tools' advice would stand before the one line
    warnings.simplefilter("ignore")
    return exit_code_of(lambda: convert(RunSpec.from_json(arguments[0])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
