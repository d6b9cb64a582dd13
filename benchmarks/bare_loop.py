"""The yardstick: the least that a program can do to run a model again and again.

Run as ``python -m benchmarks.bare_loop MODEL THREADS DESCRIPTOR``. One session with the options
that edgetop sets (THREADS threads in one operator, 1 across operators, sequential), one input of
batch 1 that is bound once, `run_with_iobinding` back to back; after each inference the time (ns,
CLOCK_MONOTONIC) goes into shared memory: 64-bit words that are overwritten in turn. Nothing else
happens until a signal ends it.
"""

from __future__ import annotations

import ctypes
import mmap
import signal
import sys
import time
from typing import NoReturn

WORDS = 1 << 18
"""Times that are kept: more than a second of 200 000 inferences per second."""
SIZE_BYTES = 8 * WORDS

_PR_SET_PDEATHSIG = 1


def main(model: str, threads: int, descriptor: int) -> NoReturn:
    """Run until killed."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = session.get_inputs()[0]
    open_sizes = [1, 3, 224, 224]
    shape = [
        dim if isinstance(dim, int) else size
        for dim, size in zip(feed.shape, open_sizes, strict=False)
    ]
    values = 1 - np.random.default_rng(0).random(shape, dtype=np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input(feed.name, onnxruntime.OrtValue.ortvalue_from_numpy(values))
    for output in session.get_outputs():
        binding.bind_output(output.name, "cpu")

    words = memoryview(mmap.mmap(descriptor, SIZE_BYTES)).cast("q")
    run, clock = session.run_with_iobinding, time.monotonic_ns
    while True:
        for at in range(WORDS):
            run(binding)
            words[at] = clock()


def _end_with_parent() -> None:
    """Ask the kernel to kill this process when the benchmark ends, however that happens."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    _end_with_parent()
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
