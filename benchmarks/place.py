"""A home of their own for the programs that are measured, and the models that they run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from edgetop.selftest.home import PYTHON, Home

ROOT = Path(__file__).resolve().parents[1]
SQUEEZENET = "squeezenet_v1.1"
"""From edgetop's zoo: milliseconds."""
TINY = "tiny"
"""A MatMul of 192x192 and a Relu: about 10 µs, so short that each call and record shows."""
SMALL = "small"
"""Twelve convolutions: about 1 ms, shorter than any network of the zoo."""

__all__ = ["PYTHON", "ROOT", "SMALL", "SQUEEZENET", "TINY", "Place", "place"]


class Place(Home):
    """A temporary home folder; nothing of the user's settings reaches the programs."""

    def __init__(self) -> None:
        # Not inherited: PYTHONDONTWRITEBYTECODE and the like. A user's second start finds
        # compiled modules, so ours does.
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LD_LIBRARY_PATH"}}
        super().__init__({**kept, "PYTHONPATH": str(ROOT)})

    @property
    def logs(self) -> list[Path]:
        """What the models' processes wrote."""
        return sorted((self.folder / ".local/state/edgetop/logs").glob("*.log"))

    def model(self, name: str) -> Path:
        """The file of `TINY`, `SMALL` or one of edgetop's zoo, built at the first call."""
        path = self.folder / f"{name}.onnx"
        if path.exists():
            return path
        if name in (TINY, SMALL):
            from benchmarks import made_models

            path.write_bytes(getattr(made_models, name)())
        else:
            command = [PYTHON, "-m", "edgetop", "models", "build", name, "-o", str(path)]
            subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)
        return path


def place() -> Place:
    """A `Place` that is gone afterwards."""
    return Place()
