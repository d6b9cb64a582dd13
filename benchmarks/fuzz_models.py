"""`python -m benchmarks.fuzz_models [FILES] [SEED] [MODEL ...]`: damaged models, real processes.

Damages small models (or those named) at random and runs each in a process of its own, as
edgetop does. Prints how many ran, were refused in one line, or killed their process. Ends with
an error, and keeps the file, if a process hangs or a refusal is not one line that can be
printed. Not part of the tests: a file takes a third of a second or more.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from edgetop.engine.process import WorkerProcess
from edgetop.engine.spec import RunSpec
from edgetop.errors import EdgetopError, WorkerDiedError

_HANGS_S = 60.0
_LONGEST_LINE = 600


def damaged(content: bytes, dice: random.Random) -> bytes:
    """A copy with a place or up to four changed, cut, doubled or filled with noise."""
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        at = dice.randrange(len(data))
        size = min(dice.choice((1, 2, 8, 40)), len(data) - at)
        match dice.randrange(5):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                data[at] ^= 1 << dice.randrange(8)
            case 2 if len(data) > size:
                del data[at : at + size]
            case 3:
                data[at:at] = data[at : at + size]
            case _:
                data[at : at + size] = dice.randbytes(size)
    return bytes(data)


def outcome(path: Path) -> str:
    """How the run of one file ends: ``ran``, ``refused``, ``died: ...`` or ``DEFECT: ...``."""
    worker = WorkerProcess(RunSpec(str(path), "m", warmup_s=0.0, threads=1))
    try:
        deadline = time.monotonic() + _HANGS_S
        while time.monotonic() < deadline:
            worker.messages()
            if len(worker.records()):
                return "ran"
            failure = worker.failure()
            if failure is not None:
                return _judged(failure)
            time.sleep(0.01)
        return "DEFECT: it hangs"
    finally:
        worker.stop()


def _judged(failure: EdgetopError) -> str:
    line = failure.message
    if not line.isprintable() or len(line) > _LONGEST_LINE:
        return f"DEFECT: {line[:200]!r}"
    if isinstance(failure, WorkerDiedError):
        return f"died: {line}" if "signal" in line else f"DEFECT: {line}"
    return "refused"


def main(arguments: list[str]) -> int:
    """Damage, run, count; returns 1 if anything was wrong with edgetop itself."""
    files = int(arguments[0]) if arguments else 300
    dice = random.Random(int(arguments[1]) if len(arguments) > 1 else 0)
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(name) for name in arguments[2:]] or _small_models(Path(folder))
        victim = Path(folder) / "victim.onnx"
        for number in range(files):
            victim.write_bytes(damaged(dice.choice(sources).read_bytes(), dice))
            result = outcome(victim)
            count[result] += 1
            if result.startswith("DEFECT"):
                kept = Path(tempfile.gettempdir()) / f"edgetop-fuzz-{number}.onnx"
                shutil.copy(victim, kept)
                print(f"{result}; the file is {kept}", flush=True)
    for result, times in count.most_common():
        print(f"{times:6} {result}")
    return int(any(result.startswith("DEFECT") for result in count))


def _small_models(folder: Path) -> list[Path]:
    """The models of the tests, each a few hundred bytes or kilobytes."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    import numpy as np
    import tiny_models

    return [
        tiny_models.relu(folder / "relu.onnx"),
        tiny_models.add(folder / "add.onnx", ("N", 4), ("N", 4)),
        tiny_models.product(folder / "product.onnx", 4, 3),
        tiny_models.weights(folder / "weights.onnx", np.ones((3, 4), np.float16)),
        tiny_models.killer(folder / "killer.onnx"),
        tiny_models.with_external_weights(folder / "external.onnx"),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
