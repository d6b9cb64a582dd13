"""ONNX models of a known cost, built where a test needs them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH = 512


def matmul(path: Path, *, batch: int | str = "N", rows: int = 64, width: int = _WIDTH) -> Path:
    """Write a model of one matrix product: 64 x 512 x 512 takes about half a millisecond.

    Args:
        path: Where to.
        batch: The first dimension: a number, or a name that leaves it open.
        rows: Of each image.
        width: Of each image, and both sides of the weights.
    """
    return _write(path, batch, rows, width, products=1)


def slow(path: Path) -> Path:
    """Write a model that takes about a second on one thread, and at least some tenths of one."""
    return _write(path, 1, 2048, 2048, products=3)


def _write(path: Path, batch: int | str, rows: int, width: int, products: int) -> Path:
    numbers = np.random.default_rng(0).standard_normal((width, width)) / np.sqrt(width)
    names = ["x", *(f"y{index}" for index in range(products))]
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", [source, "w"], [target])
            for source, target in itertools.pairwise(names)
        ],
        "products",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, rows, width])],
        [helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, [batch, rows, width])],
        [numpy_helper.from_array(numbers.astype(np.float32), "w")],
    )
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path
