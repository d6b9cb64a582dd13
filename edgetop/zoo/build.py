"""Writes an architecture as an ONNX file. Importing this is cheap; building imports onnx."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import locations
from edgetop.errors import ModelError, UsageError
from edgetop.zoo.catalogue import RANDOM_WEIGHTS, Architecture
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import onnx

    from edgetop.zoo.graph import Graph


def cached_path(architecture: Architecture) -> Path:
    """Where the built model of an architecture lies, or will lie once it is built.

    The file name carries a fingerprint of the code that draws the graph, so that a changed
    builder makes a new file. A family therefore imports nothing of edgetop but the layers.
    """
    fingerprint = _fingerprint(architecture.module)
    return locations.cache_dir() / "zoo" / f"{architecture.name}-{fingerprint}.onnx"


@cache
def _fingerprint(family: str) -> str:
    """Ten hexadecimal digits that change with the source of what draws a family's graphs."""
    here = Path(__file__).parent
    modules = ("build", "graph", "layers", f"families/{family}")
    sources = ((here / f"{module}.py").read_bytes() for module in modules)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class _Network:
    """A graph that is whole but for the values of its weights."""

    graph: Graph
    image: tuple[int, ...]
    outputs: dict[str, tuple[str, tuple[int, ...]]]
    metadata: dict[str, str]


def _network(architecture: Architecture) -> _Network:
    from edgetop.zoo.graph import Graph
    from edgetop.zoo.layers import image_of, outputs_of

    family = import_module(f"edgetop.zoo.families.{architecture.module}")
    graph = Graph(architecture.name)
    image = image_of(graph, architecture.input_px)
    last = family.NETWORKS[architecture.name](image)
    metadata = {"edgetop.architecture": architecture.name, "edgetop.weights": RANDOM_WEIGHTS}
    return _Network(graph, image.shape, outputs_of(last), metadata)


def assemble(architecture: Architecture, *, weights: bool = True) -> onnx.ModelProto:
    """The model of an architecture with random weights, the same in every process.

    Args:
        architecture: What to build.
        weights: False leaves the weights without values: to count, not to run.
    """
    network = _network(architecture)
    return network.graph.model(network.image, network.outputs, network.metadata, weights=weights)


def build(architecture: Architecture, path: Path) -> None:
    """Write the model of an architecture to `path`, whole or not at all.

    Missing folders are made. A file that is there is replaced in one step, so that several
    processes may build the same one at once while others read it.

    Raises:
        UsageError: The folder cannot be written to, or its disk is full.
        ModelError: The onnx package does not work here.
    """
    folder = path.parent
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{safe_text(str(path), 200)} is not a file that can be replaced")
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, architecture)
    except OSError as error:
        place = safe_text(str(folder), 200)
        raise UsageError(f"cannot write a model into {place}: {error.strerror}") from error
    except ImportError as error:
        raise ModelError(f"building a model needs the onnx package: {error}") from error


def _write(path: Path, architecture: Architecture) -> None:
    unfinished = path.with_name(f".edgetop-{os.urandom(8).hex()}.tmp")
    try:
        # Opened before the work begins: a folder that refuses is told at once.
        with unfinished.open("xb") as file:
            network = _network(architecture)
            network.graph.write(file, network.image, network.outputs, network.metadata)
            file.flush()
            os.fsync(file.fileno())  # a board may lose power at any time
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
