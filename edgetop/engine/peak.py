"""``python -m edgetop.engine.peak REQUEST`` finds the most multiply-adds a second of this board.

It runs a chain of large matrix products through the same backend as every model, in a process of
its own. The request and the answer are JSON: ``{"provider": "cpu", "threads": 2}`` gives
``{"tmacs": 0.05, "size": 1024, "products": 8, "rates": [...], ...}``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.engine.diagnose import one_line
from edgetop.engine.one_task import exit_code_of
from edgetop.engine.ort import OrtBackend
from edgetop.engine.spec import RunSpec
from edgetop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_INPUT = "data"
_PRODUCTS = 8
"""One after the other, so that copies to an accelerator and back are little beside them."""

_SIZES = (512, 1024, 2048, 4096)
_LONG_ENOUGH_S = 0.03
"""A chain that takes this long is long beside what starting it costs."""

_TRIES = 5
"""Of a size: a single run may be disturbed and look long enough."""

_LEAST_RUNS = 5
_MOST_RUNS = 200
_SECONDS = 3.0
"""Other processes and a rising clock disturb some runs; in this time some are undisturbed."""


def measure(provider: str, threads: int) -> dict[str, Any]:
    """The rate of fp32 matrix products, the best of several runs.

    The products grow until a chain of them takes 30 ms; then the chain runs for 3 s, and at
    least 5 times. The best rate counts: the peak is what the board can do, and whatever
    disturbs a run only makes it slower.

    Args:
        provider: Short name of the provider.
        threads: Threads inside one inference.

    Returns:
        ``tmacs`` (10^12 multiply-adds a second), ``size`` (rows and columns of each matrix),
        ``products`` in the chain, ``rates`` of all runs in ``tmacs``, ``runtime``,
        ``provider``, ``threads``, ``precision``.

    Raises:
        ProviderError: The provider is not available.
        ModelError: The products do not run.
    """
    backend = OrtBackend()
    best: dict[str, Any] = {}
    for size in _SIZES:
        chain = _chain(backend, size, provider, threads)
        macs = _PRODUCTS * size**3
        chain()  # pays for memory and kernels
        took_s = min(_timed_s(chain) for _ in range(_TRIES))
        if took_s < _LONG_ENOUGH_S and size != _SIZES[-1]:
            continue
        rates = _rates(chain, macs)
        best = {"tmacs": max(rates), "size": size, "rates": rates}
        break
    return best | {
        "products": _PRODUCTS,
        "runtime": backend.runtime,
        "provider": provider,
        "threads": threads,
        "precision": "fp32",
    }


def _rates(chain: Callable[[], None], macs: int) -> list[float]:
    rates: list[float] = []
    end_s = time.monotonic() + _SECONDS
    while len(rates) < _LEAST_RUNS or (len(rates) < _MOST_RUNS and time.monotonic() < end_s):
        rates.append(macs / _timed_s(chain) / 1e12)
    return rates


def _timed_s(chain: Callable[[], None]) -> float:
    start = time.perf_counter()
    chain()
    return time.perf_counter() - start


def _chain(backend: OrtBackend, size: int, provider: str, threads: int) -> Callable[[], None]:
    """A function that computes X W W ... W once."""
    title = f"a product of {size} x {size} matrices"
    with tempfile.TemporaryDirectory(prefix="edgetop-peak-") as folder:
        path = Path(folder) / "product.onnx"
        path.write_bytes(_graph(size))
        spec = RunSpec(model_path=str(path), title=title, provider=provider, threads=threads)
        model = backend.load(spec, provider, threads)
    run = model.runner({_INPUT: _values(size, seed=0)})
    try:
        run()
    except Exception as error:
        raise ModelError(f"{title} does not run: {one_line(str(error))}") from error
    return run


def _graph(size: int) -> bytes:
    """The chain as ONNX; the weights are part of it, so that they lie on the accelerator."""
    from onnx import TensorProto, helper, numpy_helper

    shape = [size, size]
    names = [_INPUT, *(f"product{number}" for number in range(_PRODUCTS - 1)), "result"]
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", [names[number], "weights"], [names[number + 1]])
            for number in range(_PRODUCTS)
        ],
        "peak",
        [helper.make_tensor_value_info(_INPUT, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(_values(size, seed=1), "weights")],
    )
    # Opset 17 and IR 8 belong together and load in every onnxruntime since 1.12.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _values(size: int, *, seed: int) -> NDArray[np.float32]:
    """Normal values of a scale at which a product neither grows nor shrinks."""
    values = np.random.default_rng(seed).standard_normal((size, size), np.float32)
    values /= np.float32(size**0.5)
    return values


def main(arguments: list[str]) -> int:
    """Measure and return the exit code; an error is one line on stderr."""
    wanted = json.loads(arguments[0])

    def answer() -> None:
        found = measure(str(wanted["provider"]), int(wanted["threads"]))
        sys.stdout.write(json.dumps(found) + "\n")

    return exit_code_of(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
