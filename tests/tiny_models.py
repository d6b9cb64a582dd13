"""ONNX files of a few hundred bytes, one for each thing that a model can do to edgetop."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Dims = "Sequence[int | str | None]"


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, tuple[int, Dims]],
    weights: dict[str, NDArray[np.generic]] | None = None,
    *,
    output: int = TensorProto.FLOAT,
    ir_version: int = 8,
    domain: str = "",
) -> Path:
    """Write a graph whose result is called ``y``."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info(name, kind, dims) for name, (kind, dims) in inputs.items()],
        [helper.make_tensor_value_info("y", output, None)],
        [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    opsets = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)
    path.write_bytes(model.SerializeToString())
    return path


def relu(path: Path, dims: Dims = ("N", 4), kind: int = TensorProto.FLOAT) -> Path:
    """One element-wise node: microseconds a run."""
    node = helper.make_node("Relu", ["x"], ["y"])
    return save(path, [node], {"x": (kind, dims)}, output=kind)


def add(path: Path, first: Dims, second: Dims) -> Path:
    """Two inputs, ``a`` and ``b``, whose shapes must agree."""
    node = helper.make_node("Add", ["a", "b"], ["y"])
    return save(path, [node], {"a": (TensorProto.FLOAT, first), "b": (TensorProto.FLOAT, second)})


def product(path: Path, side: int, times: int = 1) -> Path:
    """A chain of square matrix products: the time of a run grows with ``side`` and ``times``."""
    names = ["x", *(f"h{number}" for number in range(1, times)), "y"]
    nodes = [
        helper.make_node("MatMul", [before, "w"], [after])
        for before, after in itertools.pairwise(names)
    ]
    weight = np.eye(side, dtype=np.float32)
    return save(path, nodes, {"x": (TensorProto.FLOAT, ["N", side, side])}, {"w": weight})


def weights(path: Path, *arrays: NDArray[np.generic]) -> Path:
    """A model that stores these arrays; they are cast and summed, so that it also runs."""
    names = {f"w{number}": array for number, array in enumerate(arrays)}
    nodes, last = [], "x"
    for number, name in enumerate(names):
        after = "y" if number == len(names) - 1 else f"s{number}"
        nodes.append(helper.make_node("Cast", [name], [f"c{name}"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("ReduceSum", [f"c{name}"], [f"r{name}"], keepdims=0))
        nodes.append(helper.make_node("Add", [last, f"r{name}"], [after]))
        last = after
    return save(path, nodes, {"x": (TensorProto.FLOAT, ["N", 4])}, names)


def killer(path: Path) -> Path:
    """A small network on 8 x 8 pixels.

    Its last pooling has nothing left to pool, at which onnxruntime on x86-64 divides by zero.
    """
    generator = np.random.default_rng(0)
    filters = {
        "v": generator.standard_normal((64, 3, 3, 3)).astype(np.float32),
        "w": generator.standard_normal((64, 64, 3, 3)).astype(np.float32),
    }
    halve = {"kernel_shape": [3, 3], "strides": [2, 2]}
    nodes = [
        helper.make_node("Conv", ["x", "v"], ["a"], **halve),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], **halve),
        helper.make_node("Conv", ["c", "w"], ["d"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("MaxPool", ["d"], ["y"], **halve),
    ]
    return save(path, nodes, {"x": (TensorProto.FLOAT, [1, 3, 8, 8])}, filters)


def unknown_operator(path: Path, domain: str = "") -> Path:
    """An operator that no runtime has."""
    node = helper.make_node("Frobnicate", ["x"], ["y"], domain=domain)
    return save(path, [node], {"x": (TensorProto.FLOAT, ["N", 4])}, domain=domain)


def from_the_future(path: Path) -> Path:
    """A file format newer than any runtime reads."""
    node = helper.make_node("Relu", ["x"], ["y"])
    return save(path, [node], {"x": (TensorProto.FLOAT, ["N", 4])}, ir_version=99)


def with_external_weights(path: Path) -> Path:
    """A model beside its weights, which lie in ``<name>.data``."""
    product(path, 16)
    model = onnx.load(path)
    onnx.save(
        model, path, save_as_external_data=True, location=f"{path.name}.data", size_threshold=0
    )
    return path


def colours(
    path: Path,
    classes: int = 3,
    *,
    dims: Dims = ("N", 3, 8, 8),
    kind: int = TensorProto.FLOAT,
    first: int = 0,
) -> Path:
    """Scores of ``classes``: the mean of red is that of class ``first``, then green, then blue."""
    weight = np.zeros((3, classes), dtype=np.float32)
    weight[[0, 1, 2], [first, first + 1, first + 2]] = 1
    last = dims[3] == 3
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["f"], ["m"], axes=[1, 2] if last else [2, 3], keepdims=0),
        helper.make_node("MatMul", ["m", "w"], ["s"]),
        helper.make_node("Cast", ["s"], ["y"], to=TensorProto.FLOAT),
    ]
    return save(path, nodes, {"x": (kind, dims)}, {"w": weight})
