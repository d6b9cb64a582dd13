"""The yardstick of the self test: the least that a program can do to run a model again and again.

Run as ``python -m edgetop.engine.bare_loop SPEC DESCRIPTOR``; SPEC is a `RunSpec` as JSON. One
session with the options that edgetop sets (threads in one operator, 1 across operators,
sequential), the inputs that edgetop feeds, each set bound once, in turn, `run_with_iobinding` back
to back. After each inference one 64-bit word goes into shared memory, words being overwritten in
turn: the time (ns, CLOCK_MONOTONIC), or with a rate how long it took from when it was due (ns).
Nothing else happens until a signal ends it; no code of edgetop has part in the loop or the session.
Its first line on standard output says in JSON what runs.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import mmap
import os
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from edgetop.errors import EdgetopError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.backend import Feed
    from edgetop.engine.spec import RunSpec

WORDS = 1 << 18
"""Times that are kept: more than a second of 200 000 inferences per second."""
SIZE_BYTES = 8 * WORDS

_PR_SET_PDEATHSIG = 1
_FATAL_ONLY = 4


def main(spec: RunSpec, descriptor: int) -> None:
    """Run until killed.

    Raises:
        EdgetopError: The model cannot be fed.
    """
    runs, facts = _prepared(spec)
    for run in runs:
        run()  # the first run is special on any provider
    words = memoryview(mmap.mmap(descriptor, SIZE_BYTES)).cast("q")
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()
    if spec.rate_fps is None:
        _back_to_back(runs, words)
    else:
        _paced(runs, words, 1e9 * facts["batch"] / spec.rate_fps)


def _back_to_back(runs: list[Callable[[], object]], words: memoryview) -> None:
    clock, turn = time.monotonic_ns, itertools.cycle(runs)
    while True:
        for at, run in zip(range(WORDS), turn, strict=False):
            run()
            words[at] = clock()


def _paced(runs: list[Callable[[], object]], words: memoryview, period_ns: float) -> None:
    """An inference that comes late is not left out: it counts from when it was due."""
    clock, sleep, begin = time.monotonic_ns, time.sleep, time.monotonic_ns()
    for number, run in enumerate(itertools.cycle(runs)):
        due = begin + int(number * period_ns)
        while (wait_ns := due - clock()) > 0:
            sleep(wait_ns / 1e9)
        run()
        words[number % WORDS] = clock() - due


def _prepared(spec: RunSpec) -> tuple[list[Callable[[], object]], dict[str, Any]]:
    """Functions that run one inference, a set of inputs each, and what they run."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ["ORT_LOAD_CONFIG_FROM_MODEL"] = "0"
    import onnxruntime

    from edgetop.engine import inputs, providers, untrusted, values
    from edgetop.engine.ort import OrtModel
    from edgetop.engine.threads import default_threads

    untrusted.examine(spec.model_path, spec.title)
    threads = spec.threads or default_threads()
    available = providers.local(onnxruntime.get_available_providers())
    provider = providers.choose(spec.provider, available)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _FATAL_ONLY
    session = onnxruntime.InferenceSession(
        spec.model_path, options, providers=[providers.long_name(provider)]
    )
    wanted = OrtModel(onnxruntime, session).inputs
    plan = inputs.plan(wanted, spec)
    feeds = values.feeds(wanted, plan.shapes, spec)
    facts = {
        "batch": plan.batch,
        "provider": provider,
        "threads": threads,
        "runtime": f"onnxruntime {onnxruntime.__version__}",
    }
    return [_runner(onnxruntime, session, feed) for feed in feeds], facts


def _runner(onnxruntime: Any, session: Any, feed: Feed) -> Callable[[], object]:
    """Bound once where the runtime can bind; sequences, maps and texts run the plain way."""
    binding = session.io_binding()
    try:
        for name, array in feed.items():
            binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
        for output in session.get_outputs():
            binding.bind_output(output.name, "cpu")
        session.run_with_iobinding(binding)
    except Exception:  # noqa: BLE001  whatever it is, the plain call tells what is wrong
        return partial(session.run, None, dict(feed))
    return partial(session.run_with_iobinding, binding)  # unlike a lambda, no frame of Python


def _end_with_parent() -> None:
    """Ask the kernel to kill this process when its starter ends, however that happens."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    from edgetop.engine.spec import RunSpec

    _end_with_parent()
    try:
        main(RunSpec.from_json(sys.argv[1]), int(sys.argv[2]))
    except EdgetopError as error:
        sys.stderr.write(f"edgetop: {error.message}\n")
        sys.exit(int(error.code))
