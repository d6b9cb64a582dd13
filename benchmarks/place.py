"""A home of their own for the programs that are measured, and the models that they run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
SQUEEZENET = "squeezenet_v1.1"
"""From edgetop's zoo: milliseconds."""
TINY = "tiny"
"""A MatMul of 192x192 and a Relu: about 10 µs, so short that each call and record shows."""

_TINY_SIDE = 192


class Place:
    """A temporary home folder; nothing of the user's settings reaches the programs.

    Args:
        folder: Exists and is empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Not inherited: PYTHONDONTWRITEBYTECODE and the like. A user's second start finds
        # compiled modules, so ours does.
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LD_LIBRARY_PATH"}}
        self.env = {
            **kept,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
        }

    @property
    def logs(self) -> list[Path]:
        """What the models' processes wrote."""
        return sorted((self.folder / ".local/state/edgetop/logs").glob("*.log"))

    def model(self, name: str) -> Path:
        """The file of `SQUEEZENET` (from edgetop's zoo) or `TINY`, built at the first call."""
        path = self.folder / f"{name}.onnx"
        if path.exists():
            return path
        if name == TINY:
            path.write_bytes(_tiny_model())
        else:
            command = [PYTHON, "-m", "edgetop", "models", "build", name, "-o", str(path)]
            subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)
        return path


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """A `Place` that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="edgetop-bench-", ignore_cleanup_errors=True) as name:
        yield Place(Path(name))


def _tiny_model() -> bytes:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    side = _TINY_SIDE
    weights = np.random.default_rng(0).standard_normal((side, side)) / np.sqrt(side)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["input", "weights"], ["sums"]),
            helper.make_node("Relu", ["sums"], ["output"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", side])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", side])],
        [numpy_helper.from_array(weights.astype(np.float32), "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
